"""Readers of sources: each lowers one kind of input into a typed network."""
