"""Lines that run behind a box's corner: the two pieces that are seen become one."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

import attrs
import numpy as np

from dlc.frontends.figure.drawing import Area, Outline, Point
from dlc.frontends.figure.geometry import cosine, direction
from dlc.frontends.figure.raster.boxes import Found
from dlc.frontends.figure.raster.stroke import Stroke

#: An end is at a box's side where it is nearer than this (ems); its direction is judged over this (ems).
_AT, _REACH = 0.45, 0.9
#: Cosines: of the largest turn between a piece and the way to the other one, where both are at one side, and of
#: the smallest angle between a piece and what leads straight into the box. Both turns are alike up to this
#: (radians).
_TURN, _GRAZING, _SLANTED, _ALIKE = 0.7, 0.94, 0.85, 0.45
#: How much of a line a box hides at most (ems): where it only grazes a side, and at a corner.
_BRIEF, _LONG = 2.5, 6.0
#: Two straight pieces at one side are a V where they turn by more than this (radians). They are straight where
#: these stretches (ems) of them have one direction (a cosine).
_V, _NEAR, _FAR, _STRAIGHT = 0.09, 1.5, 4.5, 0.9976
#: Thicknesses of the pieces differ by at most this factor, or this (pixels).
_THICKER, _MORE = 1.5, 1.0

_End = tuple[Stroke, int]  # a stroke and which of its ends


def joined_behind(strokes: Sequence[Stroke], found: Iterable[Found], em: float) -> list[Stroke]:
    """Strokes, those that a box's corner cuts in two as one; circles have no corners."""
    left = list(strokes)
    free = _free_ends(left)
    for area in (_with_shadow(one) for one in found if one.box.outline is not Outline.CIRCLE):
        left_of, right_of = area[0] - _AT * em, area[2] + _AT * em
        ends = [
            (stroke, which, side)
            for (stroke, which), place in free
            if left_of <= place[0] <= right_of and (side := _side(place, area, em)) is not None
        ]
        used: set[int] = set()
        for (one, i, side), (other, j, facing) in itertools.combinations(ends, 2):
            if abs(side - facing) == 2 or {id(one), id(other)} & used or one is other:
                continue
            if _go_on((one, i), side, (other, j), facing, em):
                used |= {id(one), id(other)}
                left = [s for s in left if s is not one and s is not other] + [_joined((one, i), (other, j))]
        if used:
            free = _free_ends(left)
    return left


def _free_ends(strokes: Iterable[Stroke]) -> list[tuple[_End, Point]]:
    """The ends of strokes that are neither heads nor forks, and where they are."""
    return [
        ((stroke, which), stroke.end(which))
        for stroke in strokes
        for which in (0, 1)
        if not stroke.heads[which] and not stroke.forks[which]
    ]


def _with_shadow(one: Found) -> Area:
    """What a box hides: its shadow does, too."""
    (x0, y0, x1, y1), (dx, dy) = one.box.area, one.shadow or (0.0, 0.0)
    return x0 + min(0.0, dx), y0 + min(0.0, dy), x1 + max(0.0, dx), y1 + max(0.0, dy)


def _side(place: Point, area: Area, em: float) -> int | None:
    """The side of a box (0 left, 1 top, 2 right, 3 bottom) at which a place is; None where it is at none."""
    x0, y0, x1, y1 = area
    x, y = place
    slack = _AT * em
    if not (x0 - slack <= x <= x1 + slack and y0 - slack <= y <= y1 + slack):
        return None
    apart = [abs(x - x0), abs(y - y0), abs(x - x1), abs(y - y1)]
    nearest = min(range(4), key=lambda side: apart[side])
    return nearest if apart[nearest] <= slack else None


def _go_on(one: _End, side: int, other: _End, facing: int, em: float) -> bool:
    """Whether a line goes on smoothly from one end to the other, and comes to the box at a slant."""
    thick = max(one[0].half, other[0].half), min(one[0].half, other[0].half)
    if thick[0] > max(_THICKER * thick[1], thick[1] + _MORE) or all(any(s.heads) for s, _ in (one, other)):
        return False
    begin, end = one[0].end(one[1]), other[0].end(other[1])
    into, out = (stroke.outward(which, _REACH * em) for stroke, which in (one, other))
    back, across = (-out[0], -out[1]), direction(begin, end)
    if math.dist(begin, end) > (_BRIEF if side == facing else _LONG) * em:
        return False
    if side == facing and abs(_turn(into, back)) > _V and _is_straight(one, em) and _is_straight(other, em):
        return False
    if min(cosine(into, across), cosine(across, back)) < (_GRAZING if side == facing else _TURN):
        return False
    if abs(_turn(into, across) - _turn(across, back)) > _ALIKE:
        return False
    return min(cosine(into, _INWARD[side]), cosine(out, _INWARD[facing])) < _SLANTED


def _is_straight(one: _End, em: float) -> bool:
    """Whether a piece does not bend near its end."""
    near, far = (one[0].outward(one[1], reach * em) for reach in (_NEAR, _FAR))
    return cosine(near, far) > _STRAIGHT


_INWARD: tuple[Point, ...] = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))


def _turn(one: Point, other: Point) -> float:
    """The angle from a direction to another."""
    return math.atan2(one[0] * other[1] - one[1] * other[0], cosine(one, other))


def _joined(one: _End, other: _End) -> Stroke:
    (first, i), (second, j) = one, other
    before = first.points if i else first.points[::-1]
    after = second.points[::-1] if j else second.points
    return attrs.evolve(
        first,
        points=np.concatenate([before, after]),
        heads=[first.heads[1 - i], second.heads[1 - j]],
        forks=[first.forks[1 - i], second.forks[1 - j]],
        dashed=first.dashed or second.dashed,
    )
