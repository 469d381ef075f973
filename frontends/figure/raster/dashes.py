"""Dashed lines: rows of short strokes, and the rectangles that four of them make."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import attrs
import numpy as np

from dlc.frontends.figure.drawing import Area, Box
from dlc.frontends.figure.raster.arrays import Array, Mask
from dlc.frontends.figure.raster.letters import Pieces
from dlc.frontends.figure.raster.middles import median

#: A dash's thickness and length (ems), and how slender it is at least.
_THICKEST, _LONGEST, _SLENDER = 0.28, 1.4, 1.6
#: So many dashes make a line; gaps are at most this long (ems, and dashes); a line that crosses hides some.
_FEWEST, _GAP, _GAP_DASHES = 4, 2.6, 3.5
#: The ends of two sides are this near (ems) where a corner is.
_CORNER = 1.6
#: Between two rectangles, one behind the other, lies this part of the gap in what looks like a side of both.
_BETWEEN = 0.4


@attrs.frozen
class _Side:
    """A level (or upright) dashed line: where it is across its direction, where it begins and ends along it,
    and the numbers of its pieces."""

    across: float
    start: float
    end: float
    pieces: tuple[int, ...]


@attrs.frozen(eq=False)
class Dashed:
    """Dashed rectangles, and the ink of their dashes."""

    boxes: tuple[Box, ...]
    ink: Mask


def find_dashed(pieces: Pieces, em: float) -> Dashed | None:
    """The dashed rectangles that pieces of ink make; None where there are none."""
    level, upright = (_sides(pieces, axis, em) for axis in (0, 1))
    level, upright = _parted(level, upright, pieces, 0, em), _parted(upright, level, pieces, 1, em)
    if len(level) < 2 or len(upright) < 2:
        return None
    found = _rectangles(level, upright, em)
    if not found:
        return None
    chosen = np.zeros(len(pieces), bool)
    for _, sides in found:
        for side in sides:
            chosen[list(side.pieces)] = True
    boxes = tuple(Box(area, dashed=True, stroke=None, confidence=0.9) for area, _ in found)
    ink = pieces.mask(chosen)
    for _, (top, bottom, left, right) in found:
        for side in (top, bottom):
            _mark_crossed(ink, pieces.ink, side, pieces)
        for side in (left, right):
            _mark_crossed(ink.T, pieces.ink.T, side, pieces)
    return Dashed(boxes, ink)


def _mark_crossed(ink: Mask, inked: Mask, side: _Side, pieces: Pieces) -> None:
    """Mark what is left of dashes that lines cross: no ink goes on from it to both sides."""
    own = pieces.boxes[list(side.pieces)]
    thick = int(median(np.minimum(own[:, 2] - own[:, 0], own[:, 3] - own[:, 1])))
    first, last = round(side.across - thick / 2) - 1, round(side.across + thick / 2) + 1
    if first < 1 or last + 1 >= inked.shape[0]:
        return
    along = slice(round(side.start), round(side.end))
    crossed = (inked[first - 1, along] > 0) | (inked[last, along] > 0)
    band = ink[first:last, along]
    band[(inked[first:last, along] > 0) & ~crossed] = 255


def _sides(pieces: Pieces, axis: int, em: float) -> list[_Side]:
    """The dashed lines along an axis: 0 level, 1 upright."""
    size = pieces.boxes[:, 2:] - pieces.boxes[:, :2]
    long, thick = size[:, axis], size[:, 1 - axis]
    fits = (thick <= max(3.0, _THICKEST * em)) & (long <= _LONGEST * em) & (long >= _SLENDER * thick)
    fits &= (long >= 3) & (pieces.pixels >= 0.6 * long * thick)
    fits[0] = False
    index = np.flatnonzero(fits)
    if len(index) < _FEWEST:
        return []
    boxes = pieces.boxes[index]
    middle = (boxes[:, 1 - axis] + boxes[:, 3 - axis]) / 2
    order = np.lexsort((boxes[:, axis], np.rint(middle)))
    rows = np.split(order, np.flatnonzero(np.diff(np.rint(middle[order])) > 1) + 1)
    inked = pieces.ink if axis == 0 else pieces.ink.T
    return [side for row in rows for side in _chains(index[row], boxes[row], middle[row], axis, em, inked)]


def _chains(index: Array, boxes: Array, middle: Array, axis: int, em: float, inked: Mask) -> list[_Side]:
    """The lines that dashes of one row make; `inked` is the ink, with rows along the axis."""
    order = np.argsort(boxes[:, axis], kind="stable")
    starts, ends = boxes[order, axis], boxes[order, axis + 2]
    usual = median(ends - starts)
    apart = starts[1:] - np.maximum.accumulate(ends)[:-1]
    wide = np.flatnonzero(apart > min(_GAP * em, _GAP_DASHES * usual + 0.6 * em)) + 1
    row = inked[round(median(middle))]
    cuts = [i for i in wide.tolist() if apart[i - 1] > _GAP * em or not row[ends[i - 1] : starts[i]].any()]
    made = []
    for chain in np.split(order, cuts):
        if len(chain) >= _FEWEST and _even(boxes[chain, axis + 2] - boxes[chain, axis]):
            own = tuple(int(i) for i in index[chain])
            start, end = float(boxes[chain, axis].min()), float(boxes[chain, axis + 2].max())
            made.append(_Side(median(middle[chain]), start, end, own))
    return made


def _parted(
    sides: Sequence[_Side], others: Sequence[_Side], pieces: Pieces, axis: int, em: float
) -> list[_Side]:
    """The lines along an axis, those cut in two that are sides of two rectangles in a row: in a gap between
    dashes the first one's far side ends there, and the second one's near side."""
    made = []
    for side in sides:
        ends = [o.across for o in others if min(abs(o.start - side.across), abs(o.end - side.across)) <= em]
        own = np.array(sorted(side.pieces, key=lambda number: int(pieces.boxes[number, axis])))
        starts, stops = pieces.boxes[own, axis].astype(float), pieces.boxes[own, axis + 2].astype(float)
        slack = median(stops - starts)
        cuts = [
            i for i in range(1, len(own)) if _part_there(ends, float(stops[i - 1]), float(starts[i]), slack)
        ]
        for part in np.split(np.arange(len(own)), cuts):
            if len(part) >= _FEWEST:
                numbers = tuple(int(n) for n in own[part])
                made.append(_Side(side.across, float(starts[part].min()), float(stops[part].max()), numbers))
    return made


def _part_there(ends: Sequence[float], start: float, end: float, slack: float) -> bool:
    """Whether two of the places where other lines end bound a gap between dashes."""
    within = [place for place in ends if start - slack <= place <= end + slack]
    return len(within) >= 2 and max(within) - min(within) >= max(slack, _BETWEEN * (end - start))


def _even(lengths: Array) -> bool:
    """Whether most dashes are about equally long."""
    usual = median(lengths)
    return float((np.abs(lengths - usual) <= max(2.0, 0.35 * usual)).mean()) >= 0.6


def _rectangles(
    level: Sequence[_Side], upright: Sequence[_Side], em: float
) -> list[tuple[Area, tuple[_Side, ...]]]:
    """Pairs of level and pairs of upright lines whose ends meet."""
    near = _CORNER * em
    found: list[tuple[Area, tuple[_Side, ...]]] = []
    for top, bottom in itertools.combinations(sorted(level, key=lambda s: s.across), 2):
        if abs(top.start - bottom.start) > 2 * near or abs(top.end - bottom.end) > 2 * near:
            continue
        spanning = [s for s in upright if _spans(s, top.across, bottom.across, near)]
        left = _nearest(spanning, min(top.start, bottom.start), near)
        right = _nearest(spanning, max(top.end, bottom.end), near)
        if left is not None and right is not None and bottom.across - top.across > em:
            area = left.across, top.across, right.across, bottom.across
            found.append((area, (top, bottom, left, right)))
    return found


def _nearest(sides: Sequence[_Side], at: float, near: float) -> _Side | None:
    """The line that is nearest to a place across, no further than `near`."""
    close = [side for side in sides if abs(side.across - at) <= near]
    return min(close, key=lambda side: abs(side.across - at), default=None)


def _spans(side: _Side, start: float, end: float, near: float) -> bool:
    return abs(side.start - start) <= near and abs(side.end - end) <= near
