"""Dashed connectors: the gaps of a broken line are drawn over, so that it is traced like any other."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Point
from dlc.frontends.figure.raster.arrays import Array, Mask
from dlc.frontends.figure.raster.letters import Pieces
from dlc.frontends.figure.raster.middles import median
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
#: Dashes of a chain are at most by these factors longer and thicker than its picture's are, and shorter: at a corner
#: they are cut.
_LONGER, _SHORTER, _THICKER = 1.3, 3.0, 1.5
#: The cosine of the angle at a corner is at most this.
_SQUARE = 0.4
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
    alike = _like(dashes, members)
    loose = np.array([i for i in every if i not in paired and alike[i % len(dashes)]], int)
    pairs += _pairs(dashes, loose, _HIDDEN * dashes.reach(em), _STRAIGHT, boxes)
    plain = ~letters
    plain[dashes.numbers[alike]] = True
    return _Drawer(pieces, pieces.mask(plain), boxes, dashes, pairs, alike, em).run(members)


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


def _like(dashes: _Dashes, members: set[int]) -> Array:
    """Which dashes are like those of chains, or are of them."""
    among = sorted(members)
    long, thick = median(dashes.long[among]), median(dashes.thick[among])
    alike: Array = (dashes.long <= _LONGER * long) & (dashes.thick <= _THICKER * thick)
    alike &= (long <= _SHORTER * dashes.long) & (thick <= _THICKER * dashes.thick)
    alike[among] = True
    return alike


class _Drawer:
    """Draws the gaps of chains, and those from their ends to what lies ahead: a head, a corner, a line, a box.

    What is left of chains by a corner or a crossing is too short to be one by itself, but leads to another: chains
    grow by what their ends lead to, and by what leads to them.
    """

    def __init__(
        self,
        pieces: Pieces,
        plain: Mask,
        boxes: Mask,
        dashes: _Dashes,
        pairs: Sequence[tuple[int, int]],
        alike: Array,
        em: float,
    ) -> None:
        self._pieces, self._plain, self._boxes, self._dashes = pieces, plain, boxes, dashes
        self._gaps = np.zeros(pieces.ink.shape, np.uint8)
        self._belong = np.zeros(len(pieces), bool)
        self._partner = {a: b for pair in pairs for a, b in (pair, pair[::-1])}
        self._alike, self._reach = alike, dashes.reach(em)
        self._dash_of = {int(number): dash for dash, number in enumerate(dashes.numbers)}
        self._members: set[int] = set()
        self._led: set[int] = set()  # ends of which it is known what lies ahead
        self._ended: set[int] = set()  # ends from which a way is drawn

    def run(self, members: Iterable[int]) -> Joined:
        """All gaps of these dashes, and of those that belong to them."""
        waiting = sorted(members)
        while waiting:
            for dash in waiting:
                self._add(dash)
            waiting = [*self._ahead_of_members(), *self._leading_to_members()] or self._round_corners()
        return Joined(self._gaps, self._belong)

    def _add(self, dash: int) -> None:
        """Add a dash and its chain."""
        count = len(self._dashes)
        rim = [dash]
        while rim:
            dash = rim.pop()
            if dash in self._members:
                continue
            self._members.add(dash)
            self._belong[self._dashes.numbers[dash]] = True
            for end in (dash, dash + count):
                other = self._partner.get(end)
                if other is not None:
                    self._draw(end, self._dashes.ends[other])
                    rim.append(other % count)

    def _ahead_of_members(self) -> list[int]:
        """Draw the ways from loose ends to what lies ahead; the dashes among it that are new."""
        count, found = len(self._dashes), []
        for end in sorted(self._loose(self._members) - self._led):
            self._led.add(end)
            ahead = self._ahead(end)
            if ahead is None:
                continue
            self._ended.add(end)
            self._belong[ahead[0]] = True
            self._draw(end, ahead[1])
            dash = self._dash_of.get(ahead[0])
            if dash is not None and dash % count not in self._members and self._alike[dash]:
                found.append(dash)
        return found

    def _leading_to_members(self) -> list[int]:
        """Other dashes like these that lead to an end of a chain, or to what dashes and other lines make together."""
        others = set(np.flatnonzero(self._alike).tolist()) - self._members
        found = []
        for end in sorted(self._loose(others)):
            ahead = self._ahead(end)
            if ahead is not None and self._belong[ahead[0]] and not self._is_inner(ahead[0]):
                found.append(end % len(self._dashes))
        return found

    def _round_corners(self) -> list[int]:
        """Draw the corners that lie in a gap; the dashes among those that lead to them that are new."""
        free = self._loose(np.flatnonzero(self._alike).tolist()) - self._ended
        own = self._loose(self._members) - self._ended
        met = sorted((far, end, other) for end in own for other in free for far in self._corner(end, other))
        found = []
        for _, end, other in met:
            if not {end, other} & self._ended:
                self._ended |= {end, other}
                place = _meeting(self._dashes, end, other)
                self._draw(end, place)
                self._draw(other, place)
                found.append(other % len(self._dashes))
        return [dash for dash in found if dash not in self._members]

    def _corner(self, end: int, other: int) -> list[float]:
        """How far the gap between two ends is round a corner; none where they lead to none."""
        one, two = self._dashes.ends[end], self._dashes.ends[other]
        reach = self._reach[[end, other]]
        ways = self._dashes.ways[[end, other]]
        if np.abs(one - two).max() > reach.sum() or abs(float(ways[0] @ ways[1])) > _SQUARE:
            return []
        place = _meeting(self._dashes, end, other)
        far = np.array([(place - one) @ ways[0], (place - two) @ ways[1]])
        fits = (far <= reach).all() and (far >= -self._dashes.thick[end % len(self._dashes)]).all()
        crossed = _crosses(self._boxes, one, place) or _crosses(self._boxes, two, place)
        return [float(far.sum())] if fits and not crossed else []

    def _is_inner(self, number: int) -> bool:
        """Whether a piece is a dash that goes on at both ends."""
        dash = self._dash_of.get(number)
        return dash is not None and all(end in self._partner for end in (dash, dash + len(self._dashes)))

    def _loose(self, dashes: Iterable[int]) -> set[int]:
        """The ends of some dashes that go on in no other dash."""
        count = len(self._dashes)
        return {end for dash in dashes for end in (dash, dash + count) if end not in self._partner}

    def _ahead(self, end: int) -> tuple[int, Point] | None:
        ahead = _ahead(self._pieces, self._plain, self._dashes, end, float(self._reach[end]))
        crossed = ahead is not None and _crosses(self._boxes, self._dashes.ends[end], ahead[1])
        return None if crossed else ahead

    def _draw(self, end: int, place: Array | Point) -> None:
        thick = float(self._dashes.thick[end % len(self._dashes)])
        _draw(self._gaps, self._dashes.ends[end], place, thick)


def _meeting(dashes: _Dashes, one: int, other: int) -> Array:
    """Where the lines on which two ends lie meet, which are not parallel."""
    (a, b), (u, v) = dashes.ends[[one, other]], dashes.ways[[one, other]]
    across = u[0] * v[1] - u[1] * v[0]
    place: Array = a + u * (((b - a)[0] * v[1] - (b - a)[1] * v[0]) / across)
    return place


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
