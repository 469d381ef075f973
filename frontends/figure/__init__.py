"""Figures: drawings of networks, read from a page's paths and characters, to typed networks."""
