"""Curves as polylines."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from dlc.frontends.figure.drawing import Point

_MOST_PIECES = 32


def flatten(points: Sequence[Point], tolerance: float) -> list[Point]:
    """A chain of cubic Bézier curves (3n + 1 points) as a polyline that stays within `tolerance` of it."""
    made = [points[0]]
    for i in range(0, len(points) - 3, 3):
        curve = (points[i], points[i + 1], points[i + 2], points[i + 3])
        pieces = _pieces(curve, tolerance)
        made += [point_at(curve, step / pieces) for step in range(1, pieces + 1)]
    return [p for p, before in zip(made, [None, *made], strict=False) if p != before]


Cubic = tuple[Point, Point, Point, Point]


def point_at(curve: Cubic, t: float) -> Point:
    """The point of a cubic Bézier curve at t in 0..1."""
    u = 1 - t
    weights = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
    x = sum(w * p[0] for w, p in zip(weights, curve, strict=True))
    y = sum(w * p[1] for w, p in zip(weights, curve, strict=True))
    return x, y


def _pieces(curve: Cubic, tolerance: float) -> int:
    """How many straight pieces do: the deviation falls with their square."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = curve
    bend = max(math.hypot(x0 - 2 * x1 + x2, y0 - 2 * y1 + y2), math.hypot(x1 - 2 * x2 + x3, y1 - 2 * y2 + y3))
    if bend < 1e-6 or _is_straight(curve, tolerance):
        return 1
    return min(_MOST_PIECES, max(2, math.ceil(math.sqrt(0.75 * bend / tolerance))))


def _is_straight(curve: Cubic, tolerance: float) -> bool:
    """Whether the control points lie along the straight line between the ends."""
    (x0, y0), first, second, (x3, y3) = curve
    length = math.hypot(x3 - x0, y3 - y0)
    if length == 0:
        return False
    return all(
        abs((x3 - x0) * (y - y0) - (y3 - y0) * (x - x0)) / length < tolerance / 2
        and -tolerance <= ((x - x0) * (x3 - x0) + (y - y0) * (y3 - y0)) / length <= length + tolerance
        for x, y in (first, second)
    )


def shared_ends(lines: Sequence[Sequence[Point]], within: float) -> tuple[Point, ...]:
    """Points at which an end of one line lies on another line (up to `within`): where lines part or meet."""
    found: list[Point] = []
    for number, line in enumerate(lines):
        for end in (line[0], line[-1]):
            others = (other for i, other in enumerate(lines) if i != number)
            if any(_touches(end, other, within) for other in others) and not _known(end, found, within):
                found.append(end)
    return tuple(found)


def _known(point: Point, found: Sequence[Point], within: float) -> bool:
    return any(math.dist(point, p) <= within for p in found)


def _touches(point: Point, line: Sequence[Point], within: float) -> bool:
    """Whether a point lies on a polyline, up to `within`; cheap when it is far away."""
    x, y = point
    xs, ys = [p[0] for p in line], [p[1] for p in line]
    if not (min(xs) - within <= x <= max(xs) + within and min(ys) - within <= y <= max(ys) + within):
        return False
    return any(distance_to(point, a, b) <= within for a, b in itertools.pairwise(line))


def distance_to(point: Point, a: Point, b: Point) -> float:
    """How far a point is from the straight line between a and b."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    along = 0.0 if square == 0 else ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / square
    along = min(1.0, max(0.0, along))
    return math.hypot(point[0] - a[0] - along * dx, point[1] - a[1] - along * dy)
