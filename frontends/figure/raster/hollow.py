"""Small hollow rectangles, as kernels are drawn on feature maps: an O or a D has no such corners."""

from __future__ import annotations

import numpy as np

from dlc.frontends.figure.raster.arrays import Array
from dlc.frontends.figure.raster.letters import Pieces
from dlc.frontends.figure.raster.measures import measured

#: What a rectangle's outline fills of its hull, and what its hole fills of its own (pixels at corners may lack).
_FULL, _HOLE = 0.96, 0.9
#: A hole is at least so large (of the outline's hull), and its hull so many pixels wide and high.
_LEAST, _PIXELS = 0.15, 3


def hollow_rectangles(pieces: Pieces) -> Array:
    """Which pieces of ink are rectangles with a rectangular hole."""
    found = np.zeros(len(pieces), bool)
    counts = np.bincount(pieces.homes, minlength=len(pieces))
    likely = np.flatnonzero(counts[pieces.homes] == 2)
    if len(likely) == 0:
        return found
    seen = measured([pieces.outlines[i] for i in likely.tolist()])
    homes = pieces.homes[likely]
    # An outline goes through the outermost pixels, that of a hole through those around the hole.
    room = (seen.hulls[:, 2] - 1) * (seen.hulls[:, 3] - 1)
    order = np.lexsort((-room, homes))
    outer, inner = order[::2], order[1::2]
    full = seen.areas[outer] >= _FULL * room[outer]
    large = (room[inner] >= _LEAST * room[outer]) & (seen.hulls[inner, 2:].min(axis=1) >= _PIXELS)
    found[homes[outer]] = full & large & (seen.areas[inner] >= _HOLE * room[inner])
    return found
