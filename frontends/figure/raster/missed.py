"""Heads at boxes that no traced line ends in: lines pass over them, or end in a fork at their backs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Point
from dlc.frontends.figure.geometry import cosine, direction
from dlc.frontends.figure.raster.arrays import Array, Mask
from dlc.frontends.figure.raster.letters import pieces_of
from dlc.frontends.figure.raster.stroke import Stroke, is_at

#: Where a head touches its box it is at most so wide (ems); what ends so near to that place (ems) ends there.
_WIDEST, _THERE = 1.0, 0.5
#: A line that runs by closer to a box than its heads touch is kept out by so many pixels (both sides together).
_CLOSE = 5
#: So far from its tip (ems) is a head's line at least, since heads are longer, and at most.
_NEAREST, _FARTHEST = 0.25, 1.7
#: A head is so much thicker than its line (half its thickness; at least so many pixels).
_THICKER, _MORE = 1.7, 1.4
#: Ends are at one place where they are this near (ems); a line's end leads on where it turns by less than 45 degrees.
_SAME, _ONWARD = 0.35, 0.7
#: What is left of a head's wing is at most so long, and near to its tip (ems); where it stands apart from its line,
#: that ends so near to it (ems).
_WING, _BESIDE = 0.95, 0.6
#: The last stretch of a line (ems) by which its direction is judged, and what is left out at its end.
_REACH, _SKIP = 1.0, 0.25


def with_missed_heads(
    strokes: Sequence[Stroke], lines: Mask, near: Mask, em: float
) -> tuple[list[Stroke], list[Point]]:
    """Strokes, with those that lead to heads at boxes (`near` marks borders) to which none led; and where these
    fork off."""
    made, forks = list(strokes), []
    ends = _ends(made)
    for tip in _tips(lines, near, em):
        if (np.hypot(*(ends - tip).T) <= _THERE * em).any():
            continue
        found = _passing(made, tip, em)
        if found is None or math.dist(found.place, tip) < _NEAREST * em or not _is_head(found, tip, lines):
            continue
        place = found.place
        led_on = _led_on(made, place, tip, em)
        if not led_on and _ends_at(found, em):
            continue
        if not led_on:
            points = np.rint(np.array([place, tip])).astype(found.stroke.points.dtype)
            made.append(Stroke(points, found.stroke.half, [False, True], [True, False]))
        forks.append(place)
        ends = _ends(made)
    return made, forks


def _ends(strokes: Sequence[Stroke]) -> Array:
    """Where strokes end, but not in forks; (count, 2)."""
    found = [stroke.end(which) for stroke in strokes for which in (0, 1) if not stroke.forks[which]]
    return np.array(found).reshape(-1, 2)


def without_wings(strokes: Sequence[Stroke], near: Mask, em: float) -> list[Stroke]:
    """The strokes without what is left of heads' wings: short ones that fork off at a head and end in nothing, or
    that come from nothing to a box beside a longer line's end, which has its head there."""
    tips = [stroke.end(which) for stroke in strokes for which in (0, 1) if stroke.heads[which]]
    ends = [(stroke, which) for stroke in strokes if stroke.length > _WING * em for which in (0, 1)]
    ends = [(stroke, which) for stroke, which in ends if not stroke.forks[which]]
    kept = []
    for stroke in strokes:
        if stroke.length > _WING * em:
            kept.append(stroke)
        elif not _is_left_of_wing(stroke, tips, near, em):
            headed = _with_wing_apart(stroke, ends, near, em)
            if headed is None:
                kept.append(stroke)
            else:
                line, which = headed
                line.heads[which], line.forks[which] = True, False
    return kept


def _is_left_of_wing(stroke: Stroke, tips: Sequence[Point], near: Mask, em: float) -> bool:
    """Whether a short line forks off near a head's tip."""
    loose = any(_is_loose(stroke, which, near) for which in (0, 1))
    by_tip = any(math.dist(stroke.end(which), tip) <= _WING * em for which in (0, 1) for tip in tips)
    return loose and by_tip and not any(stroke.heads)


def _with_wing_apart(
    stroke: Stroke, ends: Sequence[tuple[Stroke, int]], near: Mask, em: float
) -> tuple[Stroke, int] | None:
    """The line's end that has its head where a short line is that joins nothing but a box beside it; None where a
    short line is something else."""
    at = [is_at(stroke.end(which), near) for which in (0, 1)]
    if any(stroke.forks) or at[0] == at[1]:
        return None
    place = stroke.end(1 if at[1] else 0)
    beside = [(math.dist(other.end(which), place), other, which) for other, which in ends]
    far, other, which = min(beside, key=lambda found: found[0], default=(math.inf, stroke, 0))
    return None if far > _BESIDE * em or other.heads[1 - which] else (other, which)


def _is_loose(stroke: Stroke, which: int, near: Mask) -> bool:
    """Whether a line that forks off at its other end ends in nothing at this one."""
    return stroke.forks[1 - which] and not stroke.forks[which] and not is_at(stroke.end(which), near)


@attrs.frozen(eq=False)
class _Passed:
    """A line, and the place on it that is nearest to a tip."""

    stroke: Stroke
    place: Point


def _ends_at(passed: _Passed, em: float) -> bool:
    """Whether a line ends, without a fork, where it is nearest to a tip: it leads elsewhere."""
    stroke = passed.stroke
    return any(
        not stroke.forks[end] and math.dist(stroke.end(end), passed.place) <= _SAME * em for end in (0, 1)
    )


def _tips(lines: Mask, near: Mask, em: float) -> list[Point]:
    """Where ink touches boxes in one place; a line that runs by close to a box touches it nearer than that."""
    tips, wide = _narrow(cv2.bitwise_and(lines, near), em)
    if wide is None:
        return tips
    nearer = cv2.erode(near, np.ones((_CLOSE, _CLOSE), np.uint8))
    return tips + _narrow(cv2.bitwise_and(wide, nearer), em)[0]


def _narrow(touching: Mask, em: float) -> tuple[list[Point], Mask | None]:
    """The middles of narrow pieces of a mask, and a mask of the others, if there are any."""
    pieces = pieces_of(touching)
    wide = np.maximum(pieces.width, pieces.height) > _WIDEST * em
    found = []
    for number in (np.flatnonzero(~wide[1:]) + 1).tolist():
        left, top = pieces.boxes[number, :2].tolist()
        rows, columns = np.nonzero(pieces.window(number))
        nearest = int(np.hypot(columns - columns.mean(), rows - rows.mean()).argmin())
        found.append((float(columns[nearest] + left), float(rows[nearest] + top)))
    return found, pieces.mask(wide) if wide.any() else None


def _passing(strokes: Sequence[Stroke], tip: Point, em: float) -> _Passed | None:
    """The line that is nearest to a tip."""
    reach, best = _FARTHEST * em, None
    for stroke in strokes:
        x0, y0, x1, y1 = stroke.hull
        if not (x0 - reach <= tip[0] <= x1 + reach and y0 - reach <= tip[1] <= y1 + reach):
            continue
        apart = np.hypot(*(stroke.points - np.array(tip)).T)
        far = float(apart.min())
        if far < reach:
            x, y = stroke.points[int(apart.argmin())].tolist()
            best, reach = _Passed(stroke, (float(x), float(y))), far
    return best


def _is_head(passed: _Passed, tip: Point, lines: Mask) -> bool:
    """Whether one piece of ink joins a tip to a line, and is thicker than the line where it does."""
    half, far = passed.stroke.half, math.dist(passed.place, tip)
    reach = math.ceil(far) + 1
    (x, y), (left, top) = tip, (max(0, round(tip[0]) - reach), max(0, round(tip[1]) - reach))
    ink = lines[top : round(y) + reach + 1, left : round(x) + reach + 1]
    numbers = cv2.connectedComponents(ink, connectivity=8)[1]
    own, other = (
        numbers[round(y) - top, round(x) - left],
        numbers[round(passed.place[1]) - top, round(passed.place[0]) - left],
    )
    rows, columns = np.indices(ink.shape)
    joining = (numbers == own) & (np.hypot(columns + left - x, rows + top - y) <= far + 1)
    thick = cv2.distanceTransform(ink, cv2.DIST_L2, 5)[joining]
    return bool(own == other) and float(thick.max()) >= max(_THICKER * half, half + _MORE)


def _led_on(strokes: Sequence[Stroke], place: Point, tip: Point, em: float) -> bool:
    """Lead the line that ends at a place on to a tip, if one does that goes there straight."""
    way = direction(place, tip)
    ends = [
        (cosine(stroke.outward(which, _REACH * em, _SKIP * em), way), number, which)
        for number, stroke in enumerate(strokes)
        for which in (0, 1)
        if math.dist(stroke.end(which), place) <= _SAME * em
    ]
    turn, number, which = max(ends, default=(-1.0, 0, 0))
    if turn < _ONWARD:
        return False
    stroke = strokes[number]
    stroke.lead_to(which, tip)
    stroke.heads[which], stroke.forks[which] = True, False
    return True
