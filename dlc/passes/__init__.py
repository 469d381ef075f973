"""Passes: the checker, and transformations that complete and simplify nets."""
