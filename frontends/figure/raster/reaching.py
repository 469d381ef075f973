"""Lines that fork right before a box: the line whose ink runs straight on to the box is led there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import attrs
import numpy as np

from dlc.frontends.figure.drawing import Point
from dlc.frontends.figure.geometry import cosine
from dlc.frontends.figure.raster.arrays import Array, Mask
from dlc.frontends.figure.raster.stroke import Stroke, ink_end, is_at

#: How far (ems) from a fork its box is at most, and at least (and half the line's thickness more).
_FARTHEST, _NEAREST = 1.5, 0.12
#: A gap in front of a head is at most this long (ems).
_GAP = 0.2
#: A line that turns by more than 60 degrees within two arms (ems) has a corner there.
_ARM, _TURN = 0.6, 0.5
#: Two ends are one where they are this near (ems).
_SAME = 0.6
#: A head's wing is at most this long (ems); lines come in across that turn by more than 60 degrees.
_WING, _ACROSS = 0.95, 0.5
#: The last stretch of a line (ems) by which its direction is judged, and what is left out at its end.
_REACH, _SKIP = 1.0, 0.25


def reaching(
    strokes: Sequence[Stroke], lines: Mask, near: Mask, em: float
) -> tuple[list[Stroke], list[Point]]:
    """Strokes led on to boxes (`near` marks borders) from forks and corners right before these, and the places
    of forks at such corners."""
    made: list[Stroke] = []
    forks: list[Point] = []
    for stroke in strokes:
        corner = _corner(stroke, em)
        parts = _led_on(stroke, corner, lines, near, em) if corner is not None else None
        made += parts if parts is not None else [stroke]
        if parts is not None:
            forks.append(parts[1].end(0))
    gone: list[Stroke] = []
    for stroke in made:
        for which in (0, 1):
            if stroke.forks[which] and stroke not in gone:
                gone += _lead_on(stroke, which, made, lines, near, em)
    return [stroke for stroke in made if stroke not in gone], forks


def _lead_on(
    stroke: Stroke, which: int, others: Iterable[Stroke], lines: Mask, near: Mask, em: float
) -> list[Stroke]:
    """Lead a line's forked end on to the box right ahead of it, unless another line runs straight there.

    Other lines that end there come in at the head's side, and end where they meet this one. Of those that are
    returned nothing is left: they were parts of the head.
    """
    way = stroke.outward(which, _REACH * em, _SKIP * em)
    begins = [stroke.end(which)]
    if stroke.length > (_REACH + _SKIP) * em:
        begins.append(_straight_end(stroke, which, way, em))
    tips = (_ahead(place, way, stroke.half, lines, near, em) for place in begins)
    tip = next((tip for tip in tips if tip is not None), None)
    if tip is None:
        return []
    rivals = [
        (other, end)
        for other in others
        for end in (0, 1)
        if other is not stroke
        and _is_there(other, end, near)
        and math.dist(other.end(end), tip) <= _SAME * em
    ]
    wings = [other for other, end in rivals if _is_wing(other, end, near, em)]
    rivals = [(other, end) for other, end in rivals if other not in wings]
    if any(cosine(other.outward(end, _REACH * em / 2), way) > _ACROSS for other, end in rivals):
        return []
    stroke.lead_to(which, tip)
    stroke.heads[which], stroke.forks[which] = True, False
    for other, end in rivals:
        _end_at(other, end, stroke)
    return wings


def _straight_end(stroke: Stroke, which: int, way: Point, em: float) -> Point:
    """Where a line would end if its last pixels, which thinning may have led aside, went on straight."""
    points = stroke.points if which else stroke.points[::-1]
    x, y = points[max(0, len(points) - 1 - round(_SKIP * em))].tolist()
    ex, ey = stroke.end(which)
    along = (ex - x) * way[0] + (ey - y) * way[1]
    return x + along * way[0], y + along * way[1]


def _is_there(stroke: Stroke, which: int, near: Mask) -> bool:
    """Whether an end is a head, or at a box."""
    return stroke.heads[which] or (not stroke.forks[which] and is_at(stroke.end(which), near))


def _is_wing(stroke: Stroke, which: int, near: Mask, em: float) -> bool:
    """Whether a line that ends at a box is one of a head's wings: it is short, and leads nowhere."""
    free = not stroke.forks[1 - which] and not is_at(stroke.end(1 - which), near)
    return free and stroke.length <= _WING * em


def _end_at(stroke: Stroke, which: int, other: Stroke) -> None:
    """Cut a line's end off where the line is nearest to another's course: it forks off there."""
    points = stroke.points[::-1] if which else stroke.points
    last = points[: len(points) // 2 + 1].astype(np.float64)
    apart = np.hypot(*(last[:, None] - other.points[None]).transpose(2, 0, 1)).min(axis=1)
    points = points[int(apart.argmin()) :]
    stroke.points = points[::-1] if which else points
    stroke.heads[which], stroke.forks[which] = False, True


def _led_on(stroke: Stroke, at: int, lines: Mask, near: Mask, em: float) -> list[Stroke] | None:
    """A line that turns at a corner, as one that runs straight on to a box and one that forks off there."""
    first = attrs.evolve(
        stroke, points=stroke.points[: at + 1], heads=[stroke.heads[0], False], forks=[stroke.forks[0], True]
    )
    second = attrs.evolve(
        stroke, points=stroke.points[at:], heads=[False, stroke.heads[1]], forks=[True, stroke.forks[1]]
    )
    for one, which, other in ((first, 1, second), (second, 0, first)):
        way = one.outward(which, _REACH * em, _SKIP * em)
        if _ahead(one.end(which), way, one.half, lines, near, em) is not None:
            return [
                one,
                other
                if which
                else attrs.evolve(
                    other, points=other.points[::-1], heads=other.heads[::-1], forks=other.forks[::-1]
                ),
            ]
    return None


def _ahead(place: Point, way: Point, half: float, lines: Mask, near: Mask, em: float) -> Point | None:
    """Where a line that runs on straight comes to a box; None where its ink ends before, but for a brief gap in
    front of a head."""
    tip = ink_end(lines, place, way, _FARTHEST * em)
    if not is_at(tip, near):
        tip = _over_gap(tip, way, lines, em) or tip
    far = math.dist(place, tip)
    return tip if far >= half + _NEAREST * em and is_at(tip, near) else None


def _over_gap(end: Point, way: Point, lines: Mask, em: float) -> Point | None:
    """Where ink that begins again right ahead of an end ends; None where there is none."""
    for step in range(2, 2 + math.ceil(_GAP * em)):
        begin = end[0] + step * way[0], end[1] + step * way[1]
        if is_at(begin, lines):
            tip = ink_end(lines, begin, way, _FARTHEST * em)
            return tip if math.dist(begin, tip) >= _GAP * em else None
    return None


def _corner(stroke: Stroke, em: float) -> int | None:
    """Where a line turns most, if it turns sharply."""
    points, arm = stroke.points.astype(np.float64), max(3, round(_ARM * em))
    if len(points) < 2 * arm + 3:
        return None
    middle = points[arm:-arm]
    before, after = middle - points[: -2 * arm], points[2 * arm :] - middle
    long: Array = np.hypot(*before.T) * np.hypot(*after.T)
    turn = (before * after).sum(axis=1) / np.maximum(long, 1e-9)
    sharpest = int(turn.argmin())
    return sharpest + arm if turn[sharpest] < _TURN else None
