"""Straight slender pieces of ink: dashes, and the shafts of short arrows."""

from __future__ import annotations

import functools
import math

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.raster.arrays import Array
from dlc.frontends.figure.raster.letters import Pieces

#: The smallest rectangle around a piece that is nearly straight is at most this much thicker than the piece.
_BENT = 1.4


@attrs.frozen(eq=False)
class Bars:
    """Straight pieces as the smallest rectangles around them: the numbers of the pieces, their middles and the
    directions in which they lie, their lengths and thicknesses."""

    numbers: Array
    middle: Array  # (count, 2)
    way: Array  # (count, 2)
    long: Array
    thick: Array

    def __len__(self) -> int:
        return len(self.numbers)

    @functools.cached_property
    def ends(self) -> Array:
        """The first ends of all, then the last ones: (2 * count, 2)."""
        arm = self.way * (self.long[:, None] - 1) / 2
        return np.concatenate([self.middle - arm, self.middle + arm])

    @functools.cached_property
    def ways(self) -> Array:
        """The directions in which the ends point."""
        return np.concatenate([-self.way, self.way])


def straight_bars(pieces: Pieces, shortest: float, longest: float, thickest: float) -> Bars:
    """The pieces that are straight, or nearly so, of some lengths and not thicker than this (pixels)."""
    size = np.maximum(pieces.width, pieces.height)
    whole = np.bincount(pieces.homes, minlength=len(pieces)) == 1  # without holes
    likely = whole & (size >= shortest) & (size <= longest) & (pieces.pixels <= 1.5 * size * thickest)
    likely[0] = False
    own = {int(pieces.homes[i]): i for i in np.flatnonzero(likely[pieces.homes]).tolist()}
    made = []
    for number, outline in own.items():
        (x, y), sides, angle = cv2.minAreaRect(pieces.outlines[outline])
        long = max(sides) + 1
        thick = float(pieces.pixels[number]) / long  # the smallest rectangle is thicker where a piece bends
        if shortest <= long <= longest and thick <= thickest and min(sides) <= _BENT * thick:
            turned = math.radians(angle + (0 if sides[0] >= sides[1] else 90))
            made.append((number, x, y, math.cos(turned), math.sin(turned), long, thick))
    values = np.array(made, np.float64).reshape(-1, 7)
    return Bars(values[:, 0].astype(int), values[:, 1:3], values[:, 3:5], values[:, 5], values[:, 6])
