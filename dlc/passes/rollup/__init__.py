"""Finding the blocks and repeats of a net that was written out."""

from dlc.passes.rollup.counted import counted
from dlc.passes.rollup.rollup import RollUp

__all__ = ["RollUp", "counted"]
