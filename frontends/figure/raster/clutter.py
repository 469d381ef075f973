"""What hangs on traced lines without being one: letters that touch a line."""

from __future__ import annotations

import math
from collections.abc import Sequence

from dlc.frontends.figure.raster.arrays import Array, Mask
from dlc.frontends.figure.raster.stroke import Stroke, is_at

#: Strokes of a letter: how long, and how wide and high the stroke is at most (ems).
_LONGEST, _WIDEST = 2.6, 1.25
#: An end is on a line where it is nearer than this (ems).
_ON = 0.35


def without_clutter(strokes: Sequence[Stroke], near: Mask, em: float) -> tuple[list[Stroke], list[Stroke]]:
    """The strokes that are lines, and those that are not; `near` marks the borders of boxes.

    A short stroke is no line if it hangs on one and leads nowhere else: to no box and no other line.
    """
    small = [s for s in strokes if _is_small(s, em) and not any(s.heads) and not _touches(s, near)]
    if not small or len(small) == len(strokes):
        return list(strokes), []
    lines = [s for s in strokes if s not in small]
    clutter: list[Stroke] = []
    changed = True
    hosts: dict[int, set[int]] = {}
    while changed:
        changed = False
        for stroke in list(small):
            met = set()
            for which in (0, 1):
                met |= _met(stroke, which, lines, clutter, hosts, em)
            loose = sum(_is_loose(stroke, which, lines, clutter, em) for which in (0, 1))
            if len(met) == 1 and loose <= 1:
                small.remove(stroke)
                clutter.append(stroke)
                hosts[id(stroke)] = met
                changed = True
    return [s for s in strokes if s not in clutter], clutter


def _is_small(stroke: Stroke, em: float) -> bool:
    wide, high = stroke.points.max(axis=0) - stroke.points.min(axis=0)
    return bool(stroke.length <= _LONGEST * em and max(wide, high) <= _WIDEST * em)


def _touches(stroke: Stroke, near: Mask) -> bool:
    """Whether an end that is no fork lies at a box."""
    return any(not stroke.forks[which] and is_at(stroke.end(which), near) for which in (0, 1))


def _met(
    stroke: Stroke,
    which: int,
    lines: Sequence[Stroke],
    clutter: Sequence[Stroke],
    hosts: dict[int, set[int]],
    em: float,
) -> set[int]:
    """The lines on which an end lies, directly or by what hangs on them."""
    if not stroke.forks[which]:
        return set()
    found = {id(line) for line in lines if _lies_on(stroke, which, line, em)}
    for other in clutter:
        if _lies_on(stroke, which, other, em):
            found |= hosts[id(other)]
    return found


def _is_loose(
    stroke: Stroke, which: int, lines: Sequence[Stroke], clutter: Sequence[Stroke], em: float
) -> bool:
    return not any(_lies_on(stroke, which, other, em) for other in (*lines, *clutter))


def _lies_on(stroke: Stroke, which: int, other: Stroke, em: float) -> bool:
    x, y = stroke.end(which)
    points: Array = other.points
    reach = _ON * em
    x0, y0, x1, y1 = other.hull
    if not (x0 - reach <= x <= x1 + reach and y0 - reach <= y <= y1 + reach):
        return False
    apart = points - (x, y)
    return bool(math.sqrt(float((apart**2).sum(axis=1).min())) <= reach)
