"""Dashed connectors: the gaps of a broken line are drawn over, so that it is traced like any other."""

from __future__ import annotations

import math
from collections.abc import Iterable

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Point
from dlc.frontends.figure.raster.arrays import Array, Mask
from dlc.frontends.figure.raster.letters import Pieces
from dlc.frontends.figure.raster.straight import Bars, straight_bars
from dlc.frontends.figure.raster.stroke import Stroke
from dlc.frontends.groups import Groups

#: A dash's thickness and length (ems, pixels), and how slender it is at least.
_THICKEST, _THICK, _LONGEST, _SHORTEST, _SLENDER = 0.28, 3.5, 1.6, 2.5, 1.4
#: Gaps are at most this long (dashes, and ems more); the cosine of the largest turn from a dash to the next.
_GAP_DASHES, _GAP, _TURN = 1.6, 0.25, 0.8
#: A line that crosses may hide a dash: gaps are then this much longer, and the line goes straight on.
_HIDDEN, _STRAIGHT = 2.0, 0.97
#: So many dashes make a line; lengths and thicknesses of neighbours differ by at most these factors.
_FEWEST, _LENGTHS, _THICKNESSES = 3, 2.6, 1.9
#: The part of a dashed line that is gaps, at least.
_OVER_GAPS = 0.15
#: More pieces that may be dashes than this are no drawing's.
_MOST = 3000


@attrs.frozen(eq=False)
class _Dashes(Bars):
    """Dashes; the first ends of all are numbered before the last ones."""

    def reach(self, em: float) -> Array:
        """How far from each end the next dash may begin."""
        reach: Array = np.tile(_GAP_DASHES * self.long + _GAP * em, 2)
        return reach

    def chains(self, pairs: Iterable[tuple[int, int]]) -> set[int]:
        """The dashes of those lines that pairs of ends make which are long enough."""
        groups = Groups(len(self))
        for one, other in pairs:
            groups.join(one % len(self), other % len(self))
        return {i for chain in groups.sets() if len(chain) >= _FEWEST for i in chain}


@attrs.frozen(eq=False)
class Joined:
    """Broken lines made whole: the mask of their gaps, and which pieces belong to them."""

    gaps: Mask
    pieces: Array  # by number


def join_dashes(pieces: Pieces, letters: Array, boxes: Mask, em: float) -> Joined | None:
    """Draw over the gaps of dashed lines, where no boxes are; None where there are none.

    `letters` tells which pieces are, `boxes` marks what boxes take up.
    """
    dashes = _dashes(pieces, em)
    if not _FEWEST <= len(dashes) <= _MOST:
        return None
    every = np.arange(2 * len(dashes))
    pairs = _pairs(dashes, every, dashes.reach(em), _TURN, boxes)
    members = dashes.chains(pairs)
    if not members:
        return None
    paired = {end for pair in pairs for end in pair}
    loose = np.array([i for i in every if i not in paired and i % len(dashes) in members], int)
    pairs += _pairs(dashes, loose, _HIDDEN * dashes.reach(em), _STRAIGHT, boxes)
    return _drawn(pieces, letters, boxes, dashes, pairs, members, em)


def mark_dashed(strokes: Iterable[Stroke], gaps: Mask | None) -> None:
    """Say of strokes whose course leads over gaps of dashed lines that they are dashed."""
    if gaps is None:
        return
    for stroke in strokes:
        over = gaps[stroke.points[:, 1], stroke.points[:, 0]] > 0
        stroke.dashed = bool(over.mean() > _OVER_GAPS)


def _dashes(pieces: Pieces, em: float) -> _Dashes:
    bars = straight_bars(pieces, _SHORTEST, _LONGEST * em, max(_THICK, _THICKEST * em))
    fits = bars.long >= _SLENDER * bars.thick
    return _Dashes(*(values[fits] for values in (bars.numbers, bars.middle, bars.way, bars.long, bars.thick)))


def _pairs(dashes: _Dashes, among: Array, reach: Array, turn: float, boxes: Mask) -> list[tuple[int, int]]:
    """Ends of dashes, of those `among`, that go on in each other: each is the other's nearest."""
    count = len(dashes)
    order = among[np.argsort(dashes.ends[among, 0], kind="stable")]
    sorted_x = dashes.ends[order, 0]
    nearest = np.full(2 * count, -1)
    for end in among.tolist():
        x, far = float(dashes.ends[end, 0]), float(reach[end])
        first, last = np.searchsorted(sorted_x, [x - far, x + far])
        near = order[first:last]
        near = near[(near % count != end % count) & _alike(dashes, end, near)]
        apart = dashes.ends[near] - dashes.ends[end]
        long = np.maximum(1e-9, np.hypot(*apart.T))
        ahead = (apart @ dashes.ways[end]) / long
        back = -(apart * dashes.ways[near]).sum(axis=1) / long
        fits = (long <= far) & (ahead >= turn) & (back >= turn)
        if fits.any():
            nearest[end] = near[fits][long[fits].argmin()]
    mutual = [(i, int(j)) for i, j in enumerate(nearest) if i < j and nearest[j] == i]
    return [(i, j) for i, j in mutual if not _crosses(boxes, dashes.ends[i], dashes.ends[j])]


def _crosses(boxes: Mask, one: Array, other: Array | Point) -> bool:
    """Whether a box lies between two places."""
    inner = np.linspace(0.2, 0.8, 9)[:, None]
    x, y = np.rint(one + inner * (np.array(other) - one)).astype(int).T
    return bool(boxes[y, x].any())


def _alike(dashes: _Dashes, end: int, others: Array) -> Array:
    count = len(dashes)
    alike = np.ones(len(others), bool)
    for sizes, factor in ((dashes.long, _LENGTHS), (dashes.thick, _THICKNESSES)):
        own, other = sizes[end % count], sizes[others % count]
        alike &= (other <= factor * own) & (own <= factor * other)
    return alike


def _drawn(
    pieces: Pieces,
    letters: Array,
    boxes: Mask,
    dashes: _Dashes,
    pairs: list[tuple[int, int]],
    members: set[int],
    em: float,
) -> Joined:
    """The gaps of chains, and those from their ends to what lies ahead: a head, a corner, a line, a box."""
    count = len(dashes)
    gaps = np.zeros(pieces.ink.shape, np.uint8)
    plain = pieces.mask(~letters)
    belong = np.zeros(len(pieces), bool)
    belong[dashes.numbers[sorted(members)]] = True
    paired: set[int] = set()
    for one, other in pairs:
        if one % count in members:
            paired |= {one, other}
            _draw(gaps, dashes.ends[one], dashes.ends[other], float(dashes.thick[one % count]))
    reach = dashes.reach(em)
    for end in sorted({i + s for i in members for s in (0, count)} - paired):
        ahead = _ahead(pieces, plain, dashes, end, float(reach[end]))
        if ahead is not None and not _crosses(boxes, dashes.ends[end], ahead[1]):
            number, place = ahead
            belong[number] = True
            _draw(gaps, dashes.ends[end], place, float(dashes.thick[end % count]))
    return Joined(gaps, belong)


def _ahead(pieces: Pieces, plain: Mask, dashes: _Dashes, end: int, reach: float) -> tuple[int, Point] | None:
    """The piece of ink, and the place on it, that a dash runs into if it goes on straight, or nearly so."""
    (x, y), (dx, dy) = dashes.ends[end].tolist(), dashes.ways[end].tolist()
    x0, y0 = max(0, math.floor(x - reach)), max(0, math.floor(y - reach))
    other = plain[y0 : math.ceil(y + reach) + 1, x0 : math.ceil(x + reach) + 1].copy()
    own = int(dashes.numbers[end % len(dashes)])
    outline = pieces.outlines[int(np.flatnonzero(pieces.homes == own)[0])]
    cv2.drawContours(other, [outline], -1, 0, cv2.FILLED, offset=(-x0, -y0))
    rows, columns = np.nonzero(other)
    across, down = columns + x0 - x, rows + y0 - y
    far = np.hypot(across, down)
    ahead = across * dx + down * dy >= _TURN * far
    # What lies straight ahead counts as nearer.
    cost = np.where(ahead & (far <= reach), far + np.abs(across * dy - down * dx), np.inf)
    if len(cost) == 0 or not np.isfinite(cost.min()):
        return None
    best = int(cost.argmin())
    place = int(columns[best]) + x0, int(rows[best]) + y0
    return _piece_at(pieces, *place), place


def _piece_at(pieces: Pieces, x: int, y: int) -> int:
    """The number of the piece at an inked place."""
    x0, y0, x1, y1 = pieces.boxes.T
    around = np.flatnonzero((x0 <= x) & (x < x1) & (y0 <= y) & (y < y1)).tolist()
    return next((n for n in around if pieces.window(n)[y - y0[n], x - x0[n]]), 0)


def _draw(mask: Mask, one: Array | Point, other: Array | Point, thick: float) -> None:
    (x0, y0), (x1, y1) = ((round(float(p[0])), round(float(p[1]))) for p in (one, other))
    cv2.line(mask, (x0, y0), (x1, y1), 255, max(1, round(thick) - 1))
