"""Is a figure the design of a network, and of which kind? Evidence, features and a judge of them."""
