"""One module a command; each has `run(arguments, reporter)` and returns the exit status."""
