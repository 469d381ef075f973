"""Tables: how they are cut out of pages and text files, and what they say about networks."""
