"""Dashed frames that were traced as lines: they run round boxes and end at none."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from dlc.frontends.figure.drawing import Area, Box, Connector, Point
from dlc.frontends.figure.geometry import bounds, contains, grown, inside

#: A frame holds so many boxes, and lies on at least so many sides of its hull, for that part of each.
_HELD, _SIDES, _COVERED = 2, 3, 0.7
#: A point is on a side, and an end at a box, where it is nearer than this (ems).
_ON, _AT = 0.5, 0.8


def with_frames(
    boxes: Sequence[Box], lines: Sequence[Connector], em: float
) -> tuple[tuple[Box, ...], tuple[Connector, ...]]:
    """The boxes with dashed frames, and the lines that are no part of one."""
    likely = [line for line in lines if _is_loose(line, boxes, em)]
    frames = [bounds(line.points) for line in likely if _surrounds(line, boxes, em)]
    if not frames:
        return tuple(boxes), tuple(lines)
    parts = {id(line) for line in likely if any(_lies_along(line, area, em) for area in frames)}
    made = [Box(area, dashed=True, confidence=0.8) for area in frames]
    return (*boxes, *made), tuple(line for line in lines if id(line) not in parts)


def _is_loose(line: Connector, boxes: Sequence[Box], em: float) -> bool:
    """Whether a dashed line points at nothing and ends at no box."""
    if not line.dashed or line.head or line.tail:
        return False
    return not any(inside(grown(box.area, _AT * em), end) for box in boxes for end in (line.start, line.end))


def _surrounds(line: Connector, boxes: Sequence[Box], em: float) -> bool:
    area = bounds(line.points)
    if sum(contains(area, box.area) for box in boxes) < _HELD:
        return False
    sides = [_along(line.points, area, side, em) for side in range(4)]
    return sum(share >= _COVERED for share in sides) >= _SIDES


def _along(points: Sequence[Point], area: Area, side: int, em: float) -> float:
    """The part of a hull's side (0 left, 1 top, 2 right, 3 bottom) along which a line runs."""
    across, along = side % 2, 1 - side % 2
    whole = area[along + 2] - area[along]
    run = sum(
        abs(b[along] - a[along])
        for a, b in itertools.pairwise(points)
        if max(abs(a[across] - area[side]), abs(b[across] - area[side])) <= _ON * em
    )
    return run / whole if whole > 0 else 0.0


def _lies_along(line: Connector, area: Area, em: float) -> bool:
    """Whether a line is a frame itself, or parts it from side to side."""
    hull = bounds(line.points)
    if not contains(grown(area, _ON * em), hull):
        return False
    wide, high = hull[2] - hull[0], hull[3] - hull[1]
    return wide >= 0.9 * (area[2] - area[0]) or high >= 0.9 * (area[3] - area[1])
