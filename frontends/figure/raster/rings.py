"""Circles of neurons that damage or thick lines leave no faces: many of one size, told by their edges."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from dlc.frontends.figure.drawing import Area, Box, Outline
from dlc.frontends.figure.geometry import common, extent, hull, inside, size
from dlc.frontends.figure.geometry import contains as holds
from dlc.frontends.figure.raster.arrays import Array
from dlc.frontends.figure.raster.boxes import Found
from dlc.frontends.figure.raster.canvas import Canvas
from dlc.frontends.figure.raster.letters import Pieces
from dlc.frontends.figure.raster.middles import median, share_of
from dlc.frontends.figure.raster.sampling import marked_at

#: How wide (ems) neurons are.
_NARROWEST, _WIDEST = 0.7, 5.0
#: Fewer circles are chance; their radii differ by at most this share, and no two are nearer than this (radii).
_FEWEST, _ALIKE, _APART = 6, 0.2, 1.8
#: Where more of the boxes than this hold words, circles are no neurons.
_WORDED = 0.5
#: How even (0..1) the outline is of what is a circle by itself, and of one that stands in a row with others.
_SURE, _LIKELY = 0.8, 0.6
#: In a row circles' middles are this near (radii) to one line; where so many of them stand in rows, all do.
_LEVEL, _STANDING = 0.4, 0.9
#: OpenCV's finder: pixels per cell of its votes, and the upper threshold of its edges.
_CELL, _EDGE = 1.5, 150.0
#: What lines enclose between circles has sides of less than this (of a circle's).
_LARGER = 2.5
#: A border reaches so far (of the radius, and pixels more) beyond what was found of a circle.
_BORDER, _BORDER_MORE = 0.1, 1.0
#: A round end of a box touches its sides to this part of its width.
_TOUCHING = 0.2
_ROUND_ENDED = (Outline.ROUNDED, Outline.OCTAGON)
#: Inside of a neuron, up to this part of its radius, so much is of one brightness, within so much (0..255, and more
#: of it where there is grain).
_INNER, _PLAIN, _EVEN, _GRAIN = 0.7, 0.905, 20.0, 3.0
#: So much of what seems to be a circle belongs to a letter if it is the round of one.
_LETTER = 0.5
#: So much of a circle's outline is seen, within so many pixels: the round corner of a box has less of one.
_CLOSED, _NEAR = 0.7, 1.5
#: Points of an outline.
_AROUND = 48

#: Middle and radius of a circle.
_Ring = tuple[float, float, float]


def with_rings(
    drawn: Canvas, found: Sequence[Found], texted: frozenset[int], photos: Sequence[Area], pieces: Pieces
) -> list[Found]:
    """The boxes with the circles of neurons that are none yet, without what these and their lines were taken for.

    `texted` are the faces with letters on them, `pieces` those of the ink; in photographs no circle is one.
    """
    if sum(not texted.isdisjoint(one.faces) for one in found) > _WORDED * len(found):
        return list(found)
    rings = [ring for ring in _rings(drawn) if not any(inside(area, ring[:2]) for area in photos)]
    rounded = [one.box.area for one in found if one.box.outline in _ROUND_ENDED]
    rings = [ring for ring in rings if not any(_is_end(_area(ring), area) for area in rounded)]
    rings = [ring for ring in rings if not _is_open(pieces, ring)]
    if len(rings) < _FEWEST:
        return list(found)
    areas = [_area(ring) for ring in rings]
    known = [one for one in found if _is_neuron(one, areas)]
    places = [one.box.centre for one in known]
    missing = [ring for ring in rings if all(math.dist(ring[:2], at) >= _APART * ring[2] for at in places)]
    if not missing:
        return list(found)
    kept = [one for one in found if one in known or not (_is_part(one, areas) or _is_gap(one, areas))]
    return sorted([*kept, *map(_found, missing)], key=lambda one: -extent(one.box.area))


def _rings(drawn: Canvas) -> list[_Ring]:
    """Circles of one size in columns or rows, where there are enough."""
    sure = _alike(_circles(drawn, _SURE))
    if len(sure) < _FEWEST:
        return []
    radius = median(sure[:, 2])
    every = np.concatenate([sure, _circles(drawn, _LIKELY)])
    fitting = every[np.abs(every[:, 2] - radius) <= _ALIKE * radius]
    for axis in (0, 1):
        lines = _lines(sure[:, axis], _LEVEL * radius)
        if len(lines):
            away = np.abs(fitting[:, axis, None] - lines[None, :]).min(axis=1)
            fitting = fitting[away <= _LEVEL * radius]
    return _apart([(x, y, r) for x, y, r in fitting.tolist()], _APART * radius)


def _lines(places: Array, slack: float) -> Array:
    """Where columns (or rows) of circles are, by their places across; none where circles stand beside them."""
    ranked = np.sort(places)
    groups = [g for g in np.split(ranked, np.flatnonzero(np.diff(ranked) > slack) + 1) if len(g) > 1]
    if sum(map(len, groups)) < _STANDING * len(places):
        return np.zeros(0)
    return np.array([group.mean() for group in groups])


def _apart(rings: Iterable[_Ring], least: float) -> list[_Ring]:
    """The rings without those that lie on earlier ones."""
    kept: list[_Ring] = []
    for ring in rings:
        if all(math.dist(ring[:2], other[:2]) >= least for other in kept):
            kept.append(ring)
    return kept


def _circles(drawn: Canvas, even: float) -> Array:
    """What may be circles whose outlines are so even (0..1): rows of middle (x, y) and radius."""
    found = cv2.HoughCircles(
        drawn.grey,
        cv2.HOUGH_GRADIENT_ALT,
        _CELL,
        _NARROWEST * drawn.em,
        param1=_EDGE,
        param2=even,
        minRadius=round(_NARROWEST * drawn.em / 2),
        maxRadius=round(_WIDEST * drawn.em / 2),
    )
    if found is None:
        return np.zeros((0, 3))
    circles: Array = found[0, :, :3].astype(np.float64)
    fits = [
        _is_plain(drawn, ring) and _is_closed(drawn, ring) and not _is_letter(drawn, ring)
        for ring in circles.tolist()
    ]
    chosen: Array = circles[np.array(fits, bool)]
    return chosen


def _is_closed(drawn: Canvas, ring: _Ring) -> bool:
    """Whether most of a circle's outline is there."""
    x, y, radius = ring
    turns = np.arange(_AROUND) * (2 * np.pi / _AROUND)
    across, down = np.cos(turns), np.sin(turns)
    seen = np.zeros(_AROUND, bool)
    for r in (radius - _NEAR, radius, radius + _NEAR):
        seen |= marked_at(drawn.edges, x + r * across, y + r * down)
    return share_of(seen) >= _CLOSED


def _is_letter(drawn: Canvas, ring: _Ring) -> bool:
    """Whether a circle is the round of a letter."""
    x, y, radius = ring
    turns = np.arange(_AROUND) * (2 * np.pi / _AROUND)
    return (
        share_of(marked_at(drawn.letters, x + radius * np.cos(turns), y + radius * np.sin(turns))) > _LETTER
    )


def _is_open(pieces: Pieces, ring: _Ring) -> bool:
    """Whether a circle is a piece of ink by itself that encloses nothing, such as a C."""
    left, top, right, bottom = _area(ring)
    slack = _TOUCHING * ring[2]
    x0, y0, x1, y1 = pieces.boxes.T
    alone = (x0 >= left - slack) & (y0 >= top - slack) & (x1 <= right + slack) & (y1 <= bottom + slack)
    alone &= pieces.height >= 2 * ring[2] - 2 * slack
    enclosed = pieces.holes & (pieces.hulls[:, 2] >= ring[2])
    return bool(alone.any()) and not alone[pieces.homes[enclosed]].any()


def _is_plain(drawn: Canvas, ring: _Ring) -> bool:
    """Whether there is nothing in a circle: lines that cross like one go on inside."""
    x, y, radius = ring
    reach = int(_INNER * radius)
    row, column = round(y), round(x)
    top, left = max(0, row - reach), max(0, column - reach)
    window = drawn.grey[top : row + reach + 1, left : column + reach + 1].astype(np.int16)
    down, across = np.ogrid[: window.shape[0], : window.shape[1]]
    seen = window[np.hypot(down + top - row, across + left - column) <= reach]
    if not len(seen):
        return False
    return share_of(np.abs(seen - median(seen)) < _EVEN + _GRAIN * drawn.noise) >= _PLAIN


def _alike(circles: Array) -> Array:
    """The circles of the commonest size."""
    if not len(circles):
        return circles
    radii = circles[:, 2]
    near = np.abs(radii[:, None] - radii[None, :]) <= _ALIKE * radii[:, None]
    usual: Array = circles[near[int(near.sum(axis=1).argmax())]]
    return usual


def _area(ring: _Ring) -> Area:
    x, y, radius = ring
    return x - radius, y - radius, x + radius, y + radius


def _is_end(ring: Area, box: Area) -> bool:
    """Whether a circle is the round end of a box: it comes up to three of its sides."""
    slack = _TOUCHING * size(ring)[0]
    return sum(abs(one - other) <= slack for one, other in zip(ring, box, strict=True)) == 3


def _is_neuron(one: Found, areas: Sequence[Area]) -> bool:
    """Whether a box is one of the circles already."""
    if one.box.outline is not Outline.CIRCLE:
        return False
    wide = size(areas[0])[0]
    return (
        any(inside(area, one.box.centre) for area in areas) and abs(one.box.width - wide) <= 2 * _ALIKE * wide
    )


def _is_part(one: Found, areas: Sequence[Area]) -> bool:
    """Whether a box is a part of circles, or of some and what is between them: it cuts them, or holds little else."""
    shared = [extent(common(one.box.area, area)) for area in areas]
    cut = any(
        0.1 * extent(area) < part < 0.9 * extent(area) for area, part in zip(areas, shared, strict=True)
    )
    return cut or sum(shared) > 0.5 * extent(one.box.area)


def _is_gap(one: Found, areas: Sequence[Area]) -> bool:
    """Whether a box is no larger than what lines enclose between circles."""
    most = _LARGER * size(areas[0])[0]
    return max(size(one.box.area)) <= most and holds(hull(areas), one.box.area)


def _found(ring: _Ring) -> Found:
    x, y, radius = ring
    turns = np.arange(_AROUND) * (2 * np.pi / _AROUND)
    around = np.stack([x + radius * np.cos(turns), y + radius * np.sin(turns)], axis=1)
    box = Box(_area(ring), Outline.CIRCLE, stroke=(0, 0, 0), confidence=0.95)
    margin = _BORDER * radius + _BORDER_MORE
    return Found(box, np.rint(around).astype(np.int32), margin, frozenset())
