"""The vector reader: a `Drawing` from a page's paths and characters."""
