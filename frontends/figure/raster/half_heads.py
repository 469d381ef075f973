"""Arrow heads of which little is to be seen: those that lie at a box's border half cut off, and tiny ones."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from dlc.frontends.figure.raster.arrays import Array, Mask
from dlc.frontends.figure.raster.middles import median
from dlc.frontends.figure.raster.stroke import Stroke, is_at

#: Shorter lines have none (ems); nor has an end to which another line's end is so near.
_SHORTEST, _CROWDED = 0.8, 0.9
#: Where fewer of all lines have heads, none has; where there are many lines, more of them may be stray.
_STRAY, _STRAY_AMONG_MANY, _MANY_LINES = 0.05, 0.15, 30
#: How far (ems) from an end a head may be widest, and where its line must be thin again.
_WIDEST, _BEHIND = 1.1, 0.35
#: At its widest a head reaches this much further to a side (of the line's half thickness, and pixels), and at
#: most so far (ems).
_RATIO, _MORE, _LARGEST = 1.8, 1.6, 0.6
#: So near to an end (ems) a box's rim may be seen.
_RIM = 0.25


def mark_half_heads(strokes: Sequence[Stroke], lines: Mask, near: Mask, em: float) -> None:
    """Put heads on ends at boxes (`near` marks their borders) at which a line widens to a side and tapers to
    its tip."""
    for stroke in strokes:
        if any(stroke.heads) or stroke.length < _SHORTEST * em:
            continue
        ends = [which for which in (0, 1) if not stroke.forks[which] and is_at(stroke.end(which), near)]
        found = [
            which
            for which in ends
            if _widens(stroke, which, lines, em) and _is_alone(stroke, which, strokes, em)
        ]
        if len(found) == 1:
            stroke.heads[found[0]] = True


def drop_stray_heads(strokes: Sequence[Stroke], em: float) -> None:
    """Take the heads from lines where nearly all lines have none: a bend or a letter looked like one."""
    long = [stroke for stroke in strokes if stroke.length > _SHORTEST * em]
    headed = [stroke for stroke in long if any(stroke.heads)]
    if len(headed) < (_STRAY if len(long) < _MANY_LINES else _STRAY_AMONG_MANY) * len(long):
        for stroke in headed:
            stroke.heads = [False, False]


def _is_alone(stroke: Stroke, which: int, strokes: Sequence[Stroke], em: float) -> bool:
    """Whether no other line ends beside an end: lines that run together look like a head."""
    x, y = stroke.end(which)
    return not any(
        math.dist((x, y), other.end(end)) < _CROWDED * em
        for other in strokes
        for end in (0, 1)
        if other is not stroke
    )


def juts_out(stroke: Stroke, which: int, lines: Mask, em: float, inner: Array) -> bool:
    """Whether ink juts out near an end on the side away from a place, where nothing but a head can be."""
    places, ways = _course(stroke, which, _WIDEST * em)
    if len(places) < 6:
        return False
    (x, y), (dx, dy) = inner - places[0], ways[0]
    extents = _extents(places, ways, 1.0 if x * dy > y * dx else -1.0, lines, em)
    least = max(_RATIO * stroke.half, stroke.half + _MORE) + 1.0  # the course may be a pixel off
    return float(extents[round(_RIM * em) :].max(initial=0.0)) >= least


def _widens(stroke: Stroke, which: int, lines: Mask, em: float) -> bool:
    """Whether either side of an end has a head's profile."""
    reach = (_WIDEST + _BEHIND) * em
    places, ways = _course(stroke, which, reach)
    if len(places) < 6:
        return False
    return any(_is_head(_extents(places, ways, side, lines, em), stroke.half, em) for side in (1.0, -1.0))


def _course(stroke: Stroke, which: int, reach: float) -> tuple[Array, Array]:
    """Places along a line from its end, about a pixel apart, and the directions there."""
    points = (stroke.points[::-1] if which else stroke.points).astype(np.float64)
    steps = np.hypot(*np.diff(points, axis=0).T)
    far = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.arange(0.0, min(reach, far[-1]), 1.0)
    smooth = np.stack([np.interp(at, far, points[:, i]) for i in (0, 1)], axis=1)
    if len(smooth) < 2:
        return smooth, smooth
    way = smooth[-1] - smooth[0]
    return smooth, np.broadcast_to(way / max(1e-9, float(np.hypot(*way))), smooth.shape)


def _extents(places: Array, ways: Array, side: float, lines: Mask, em: float) -> Array:
    """How far ink reaches to a side without a gap."""
    height, width = lines.shape
    out = np.arange(0, max(4, round(0.8 * em)))
    x = places[:, :1] - side * ways[:, 1:] * out
    y = places[:, 1:] + side * ways[:, :1] * out
    column = np.clip(np.rint(x).astype(np.intp), 0, width - 1)
    row = np.clip(np.rint(y).astype(np.intp), 0, height - 1)
    inked = lines[row, column] > 0
    return np.where(inked.all(axis=1), len(out), inked.argmin(axis=1)).astype(np.float64)


def _is_head(extents: Array, half: float, em: float) -> bool:
    """Whether extents rise from a tip to a peak and fall back to the line's own at once."""
    last = min(len(extents) - 1, round(_WIDEST * em))
    peak = int(extents[: last + 1].argmax())
    most = float(extents[peak])
    if most < max(_RATIO * half, half + _MORE) or peak < 0.2 * em:
        return False
    behind = extents[peak + max(2, round(0.2 * em)) :]
    if most > _LARGEST * em or len(behind) == 0 or median(behind) > max(half + 1.0, 0.6 * most):
        return False
    # A head's side is straight; a line that crosses makes a sudden bump.
    straight = np.linspace(min(half, 0.3 * most), most, peak + 1)
    return bool((np.abs(extents[: peak + 1] - straight) <= 0.8 + 0.12 * most).mean() >= 0.85)
