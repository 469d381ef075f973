"""A traced line."""

from __future__ import annotations

import functools
import math

import attrs
import numpy as np

from dlc.frontends.figure.drawing import Point
from dlc.frontends.figure.raster.arrays import Array


@attrs.define(eq=False)
class Stroke:
    """A line from end to end: its course, half its thickness, and for its first and last point whether an
    arrow head sits there, and whether it is a fork on another line."""

    points: Array  # (count, 2)
    half: float
    heads: list[bool] = attrs.field(factory=lambda: [False, False])
    forks: list[bool] = attrs.field(factory=lambda: [False, False])
    dashed: bool = False
    sure: float = 1.0

    def end(self, which: int) -> Point:
        """The first (0) or last (1) point."""
        x, y = self.points[-1 if which else 0]
        return float(x), float(y)

    @functools.cached_property
    def hull(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of its points as traced."""
        (x0, y0), (x1, y1) = self.points.min(axis=0), self.points.max(axis=0)
        return float(x0), float(y0), float(x1), float(y1)

    @property
    def length(self) -> float:
        """Its length in pixels."""
        steps = np.diff(self.points.astype(np.float64), axis=0)
        return float(np.hypot(steps[:, 0], steps[:, 1]).sum())

    def outward(self, which: int, reach: float, skip: float = 0.0) -> Point:
        """The unit vector in which it leaves its figure at an end, judged over its last `reach` pixels."""
        points = self.points if which else self.points[::-1]
        far = points[max(0, len(points) - 1 - max(1, round(reach)))]
        near = points[max(0, len(points) - 1 - round(skip))]
        dx, dy = float(near[0] - far[0]), float(near[1] - far[1])
        long = math.hypot(dx, dy)
        return (dx / long, dy / long) if long else (0.0, 0.0)
