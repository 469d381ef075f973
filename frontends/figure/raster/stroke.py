"""A traced line."""

from __future__ import annotations

import functools
import math

import attrs
import numpy as np

from dlc.frontends.figure.drawing import Point
from dlc.frontends.figure.raster.arrays import Array, Mask


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

    def lead_to(self, which: int, place: Point) -> None:
        """Lead the line on from an end to the pixel at a place."""
        further = np.rint(np.array([place])).astype(self.points.dtype)
        self.points = np.concatenate([self.points, further] if which else [further, self.points])

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


def is_at(place: Point, mask: Mask) -> bool:
    """Whether a mask marks a place; nothing is marked outside of it."""
    column, row = round(place[0]), round(place[1])
    return 0 <= row < mask.shape[0] and 0 <= column < mask.shape[1] and bool(mask[row, column])


def ink_end(lines: Mask, place: Point, way: Point, reach: float) -> Point:
    """Where ink that begins at a place ends in a direction."""
    (x, y), (dx, dy) = place, way
    steps = 0
    while steps < reach and is_at((x + dx, y + dy), lines):
        x, y, steps = x + dx, y + dy, steps + 1
    return x, y
