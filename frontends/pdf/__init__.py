"""Pages of PDF documents as characters, rules and images, behind one interface for two readers."""
