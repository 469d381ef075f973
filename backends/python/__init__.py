"""What targets that are Python source share: line breaking, names, literals, comments."""
