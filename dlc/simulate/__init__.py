"""Simulated data: designs drawn as networks are drawn, with everything that is true of each picture."""

from dlc.simulate.settings import SOURCES, VECTORS, Settings

__all__ = ["SOURCES", "VECTORS", "Settings"]
