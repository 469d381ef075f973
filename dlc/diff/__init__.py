"""Comparing two networks: what is the same up to names and spelling, and what differs."""

from dlc.diff.align import Alignment, align
from dlc.diff.canonical import canonical
from dlc.diff.compare import Comparison, Difference, compare

__all__ = ["Alignment", "Comparison", "Difference", "align", "canonical", "compare"]
