"""Courses of lines: straight, with elbows (sharp or round), curved."""

from __future__ import annotations

import math
from collections.abc import Sequence

from dlc.frontends.figure.drawing import Point


def rounded(points: Sequence[Point], radius: float) -> list[Point]:
    """A polyline with its corners rounded, as a chain of cubic curves (3n + 1 points)."""
    made = [points[0]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        r = min(radius, math.dist(before, corner) / 2, math.dist(corner, after) / 2)
        begin, end = towards(corner, before, r), towards(corner, after, r)
        made += _straight(made[-1], begin)
        made += [towards(begin, corner, 0.55 * r), towards(end, corner, 0.55 * r), end]
    return made + _straight(made[-1], points[-1])


def _straight(a: Point, b: Point) -> list[Point]:
    """A straight line as a cubic curve, without its first point."""
    third = ((b[0] - a[0]) / 3, (b[1] - a[1]) / 3)
    return [(a[0] + third[0], a[1] + third[1]), (b[0] - third[0], b[1] - third[1]), b]


def towards(a: Point, b: Point, distance: float) -> Point:
    """The point that far from a in the direction of b."""
    length = math.dist(a, b)
    share = distance / length if length else 0.0
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
