"""Writers of targets: each prints a typed network as code."""
