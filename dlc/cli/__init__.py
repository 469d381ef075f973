"""The command line of dlc."""
