"""Operators' circles: small rings with a plus or a cross, which often touches its ring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Area, Box, Label, Outline
from dlc.frontends.figure.geometry import common, extent, size
from dlc.frontends.figure.raster.arrays import Array, Mask
from dlc.frontends.figure.raster.boxes import Found
from dlc.frontends.figure.raster.letters import Pieces
from dlc.frontends.figure.raster.middles import median
from dlc.frontends.figure.raster.sampling import marked_at

#: How wide (ems) such circles are, and how unlike their width and height may be.
_NARROWEST, _WIDEST, _ROUND = 0.45, 4.5, 1.2
#: The thickest ring, and how far a place may be off (of the radius).
_THICKEST, _OFF = 0.4, 0.12
#: How much of a ring and of a sign's arms is inked; how far from the middle arms reach at least, and between
#: which distances from it there is nothing between them (of the radius).
_INKED, _ARM, _BARE = 0.93, 0.5, (0.4, 0.72)
_BLANK = 0.2
#: How far aside of the middle an arm may be (of the radius).
_OFF_ARM = 0.16
#: Where the other two of four holes stand, by the place of one and how far right of it the next one is: below these
#: two, or above and below where they meet. They are there where they are so far (pixels) away, and level to so much.
_CORNERS = np.array([[[0.0, 1.0], [1.0, 1.0]], [[0.5, -0.5], [0.5, 0.5]]])
_PLACED, _LEVEL = 2.5, 2.0
#: They are looked for in the cells of a grid so wide (pixels, more than they may be away), of so many cells a row.
_CELL, _ROW = 4, 1 << 32
#: So many circles without signs are neurons.
_SEVERAL = 4
#: Directions in which a ring is looked at.
_RAYS = 48
#: More holes than this are texture.
_MOST_HOLES = 4000


@attrs.frozen
class Circled:
    """A ring around a sign: its middle, the radius of its inside, the ring's thickness, and the sign."""

    x: float
    y: float
    radius: float
    thick: float
    sign: str

    @property
    def area(self) -> Area:
        """The hull of the ring's centre line."""
        by = self.radius + self.thick / 2
        return self.x - by, self.y - by, self.x + by, self.y + by

    def label(self) -> Label:
        """The sign as a label."""
        return Label(self.sign, self.area, self.radius * 2 / 1.4)


def find_circled(ink: Pieces, em: float) -> list[Circled]:
    """The operators' circles of a picture's ink."""
    holes = _holes(ink, em)
    made: list[Circled] = []
    for x, y, radius in (*_alone(holes), *_in_fours(holes)):
        if not any(abs(one.x - x) + abs(one.y - y) < one.radius for one in made):
            seen = _looked_at(ink.ink, x, y, radius)
            if seen is not None and _NARROWEST * em <= size(seen.area)[0] <= _WIDEST * em:
                made.append(seen)
    return made


def with_circled(found: Sequence[Found], circles: Sequence[Circled]) -> list[Found]:
    """The boxes with those circles that are none yet; pieces of such circles are no boxes."""
    missing = [one for one in circles if not any(_same(one.area, f.box.area) for f in found)]
    kept = [f for f in found if not any(_holds(one.area, f.box.area) for one in missing)]
    return sorted([*kept, *map(_found, missing)], key=lambda f: -extent(f.box.area))


def without_crossings(circles: Sequence[Circled], found: Sequence[Found]) -> list[Circled]:
    """The circles but where many others, of which few have signs, are neurons: their lines cross like signs."""
    rings = [f.box.area for f in found if f.box.outline is Outline.CIRCLE]
    signed = sum(any(_same(one.area, ring) for ring in rings) for one in circles)
    return [] if len(rings) >= _SEVERAL and signed < len(rings) / 2 else list(circles)


def without_signs(text: Mask, circles: Sequence[Circled]) -> Mask:
    """The ink of letters without the signs of circles."""
    for one in circles:
        cv2.circle(text, (round(one.x), round(one.y)), round(one.radius + one.thick), 0, cv2.FILLED)
    return text


def _found(one: Circled) -> Found:
    turns = np.arange(_RAYS) * (2 * np.pi / _RAYS)
    around = np.stack([one.x + one.radius * np.cos(turns), one.y + one.radius * np.sin(turns)], axis=1)
    box = Box(one.area, Outline.CIRCLE, stroke=(0, 0, 0), confidence=0.95)
    return Found(box, np.rint(around).astype(np.int32), one.thick, frozenset())


def _same(one: Area, other: Area) -> bool:
    """Whether two hulls are of about one size at about one place."""
    slack = 0.35 * max(size(one))
    return all(abs(a - b) <= slack for a, b in zip(one, other, strict=True))


def _holds(one: Area, other: Area) -> bool:
    """Whether another hull lies in one."""
    shared = common(one, other)
    return shared[2] > shared[0] and shared[3] > shared[1] and extent(shared) > 0.8 * extent(other)


@attrs.frozen(eq=False)
class _Holes:
    """The holes in ink: their hulls (left, top, right, bottom), and their widths and heights."""

    hulls: Array

    @property
    def middles(self) -> Array:
        """(count, 2)."""
        made: Array = (self.hulls[:, :2] + self.hulls[:, 2:]) / 2
        return made

    @property
    def sizes(self) -> Array:
        """(count, 2)."""
        made: Array = self.hulls[:, 2:] - self.hulls[:, :2]
        return made


def _holes(ink: Pieces, em: float) -> _Holes:
    """The holes that may be the inside of an operator's circle, or a quarter of it."""
    hulls = ink.hulls[ink.holes].astype(np.float64)
    # A hole's contour runs on the ink around it.
    hulls = np.stack([hulls[:, 0] + 0.5, hulls[:, 1] + 0.5, *(hulls[:, :2] + hulls[:, 2:] - 1.5).T], axis=1)
    sides = hulls[:, 2:] - hulls[:, :2]
    fits = (sides.max(axis=1) <= _WIDEST * em) & (sides.min(axis=1) >= 2)
    fits &= sides.max(axis=1) <= 3 * sides.min(axis=1)
    return _Holes(hulls[fits][:_MOST_HOLES])


def _alone(holes: _Holes) -> Iterator[tuple[float, float, float]]:
    """The middles and radii of holes that are as wide as high."""
    for (x, y), (wide, high) in zip(holes.middles.tolist(), holes.sizes.tolist(), strict=True):
        if max(wide, high) <= _ROUND * min(wide, high) and min(wide, high) >= 8:
            yield x, y, (wide + high) / 4


def _in_fours(holes: _Holes) -> Iterator[tuple[float, float, float]]:
    """The middles and radii of what four holes make that stand in a square, or in one on its corner."""
    middles, sizes = holes.middles, holes.sizes.max(axis=1)
    first, second = _level_pairs(holes)
    likely = _have_corners(middles, first, second)
    first, second = first[likely], second[likely]
    for i in np.unique(first).tolist():
        level = second[first == i]
        x, y = middles[i].tolist()
        near = np.flatnonzero(np.abs(middles - (x, y)).max(axis=1) <= 2.6 * sizes[i])
        apart = (middles[level, 0] - x)[:, None, None, None]
        corners = (
            middles[i] + apart * _CORNERS
        )  # (of those level with it, ways to make a square of both, 2, 2)
        here = np.abs(middles[near] - corners[:, :, :, None]).max(axis=4) <= _PLACED
        for at, way in np.argwhere(here.any(axis=3).all(axis=2)).tolist():
            four = holes.hulls[[i, int(level[at]), *near[here[at, way].argmax(axis=1)].tolist()]]
            x0, y0 = four[:, :2].min(axis=0).tolist()
            x1, y1 = four[:, 2:].max(axis=0).tolist()
            yield (x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0 + y1 - y0) / 4


def _level_pairs(holes: _Holes) -> tuple[Array, Array]:
    """Holes, in their order, and others that stand right of them, level with them, and not far away."""
    middles, sizes = holes.middles, holes.sizes.max(axis=1)
    order = np.argsort(middles[:, 1], kind="stable")
    ranked = middles[order, 1]
    low = np.searchsorted(ranked, middles[:, 1] - _LEVEL, "left")
    counts = np.searchsorted(ranked, middles[:, 1] + _LEVEL, "right") - low
    first = np.repeat(np.arange(len(middles)), counts)
    second = order[np.arange(len(first)) + np.repeat(low - (np.cumsum(counts) - counts), counts)]
    apart = middles[second, 0] - middles[first, 0]
    level = np.flatnonzero((apart > 0.5 * sizes[first]) & (apart <= 2.6 * sizes[first]))
    level = level[np.lexsort((second[level], first[level]))]
    return first[level], second[level]


def _have_corners(middles: Array, first: Array, second: Array) -> Array:
    """Which pairs of holes have others about where the other two of four would be."""
    apart = middles[second, 0] - middles[first, 0]
    corners = middles[first][:, None, None] + apart[:, None, None, None] * _CORNERS
    around = np.stack(np.meshgrid((-1, 0, 1), (-1, 0, 1)), axis=-1).reshape(-1, 2) * _CELL
    taken: Array = np.isin(_cells(corners), _cells(middles[:, None] + around))
    found: Array = np.any(np.all(taken, axis=2), axis=1)
    return found


def _cells(places: Array) -> Array:
    """The cells of a grid in which places (..., 2) lie, as numbers."""
    cells = np.floor(places / _CELL).astype(np.int64)
    found: Array = cells[..., 0] * _ROW + cells[..., 1]
    return found


def _looked_at(ink: Mask, x: float, y: float, radius: float) -> Circled | None:
    """The circle at a place, where there is a ring around a plus or a cross."""
    turns = np.arange(_RAYS) * (2 * np.pi / _RAYS)
    start = max(2.0, (1 - _OFF) * radius - 1)
    steps = np.arange(start, (1 + _OFF + _THICKEST) * radius + 2)
    seen = marked_at(ink, x + np.outer(np.cos(turns), steps), y + np.outer(np.sin(turns), steps))
    reach = seen[:, : int((2 * _OFF) * radius + 4)]
    if float(reach.any(axis=1).mean()) < _INKED:
        return None
    first = seen.argmax(axis=1)
    after = np.arange(len(steps))[None, :] > first[:, None]
    ends = np.where((after & ~seen).any(axis=1), (after & ~seen).argmax(axis=1), len(steps))
    inner, thick = median(first), median(ends - first)
    sign = _sign(ink, x, y, radius)
    if not sign or thick > _THICKEST * radius + 1:
        return None
    return Circled(x, y, start + inner, thick, sign)


def _sign(ink: Mask, x: float, y: float, radius: float) -> str:
    """ "+" or "×" by the directions in which there is ink from the middle on."""
    for sign, turn in (("+", 0.0), ("×", np.pi / 4)):
        ways = turn + np.arange(4) * (np.pi / 2)
        off = max(1.0, _OFF_ARM * radius)
        arms = _shares(
            ink, x, y, ways, np.linspace(1.0, _ARM * radius, 16), np.linspace(-off, off, 5).tolist()
        )
        gaps = _shares(ink, x, y, ways + np.pi / 4, np.linspace(*_BARE, 16) * radius, (0.0,))
        if float(arms.min()) > _INKED and float(gaps.max()) < _BLANK:
            return sign
    return ""


def _shares(ink: Mask, x: float, y: float, ways: Array, steps: Array, slack: Sequence[float]) -> Array:
    """How much of each ray is inked, or of one so far (pixels) aside."""
    across = np.zeros((len(ways), len(steps)), bool)
    for aside in slack:
        xs = x + np.outer(np.cos(ways), steps) - aside * np.sin(ways)[:, None]
        ys = y + np.outer(np.sin(ways), steps) + aside * np.cos(ways)[:, None]
        across |= marked_at(ink, xs, ys)
    made: Array = across.mean(axis=1)
    return made
