"""Passes over the IR: checking, completing, simplifying, expanding."""
