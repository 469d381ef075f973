"""dlc: a compiler from deep-learning papers to code."""

__version__ = "0.1.0"
