"""The kind of a closed outline, from its contour."""

from __future__ import annotations

import math

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Outline, Point
from dlc.frontends.figure.raster.arrays import Array, Points
from dlc.frontends.figure.raster.middles import median

#: A circle's outline is even to this part of its radius, or a pixel.
_EVEN, _PIXEL = 0.06, 1.0
#: What a rectangle fills of its hull with a piece cut out of its side.
_NOTCHED = 0.85


@attrs.frozen
class Shape:
    """An outline's kind, its corners where they matter, and how far (0..1) the contour agrees with it."""

    outline: Outline
    corners: tuple[Point, ...] = ()
    agreement: float = 1.0


def shape_of(contour: Points, slack: float) -> Shape | None:
    """The kind of outline that a contour (inside the border line) has, None where it is no usual shape.

    `slack` is how far (pixels) a point may be off.
    """
    x0, y0 = contour.min(axis=0)
    x1, y1 = contour.max(axis=0)
    if len(contour) == 4 and ((contour == (x0, y0)) | (contour == (x1, y1))).all():
        return Shape(Outline.RECTANGLE)
    dense = _dense(contour)
    on_sides = _on_sides(dense, (x0, y0, x1, y1), slack)
    box = on_sides.any(axis=0)
    shares = [_share(dense, on_sides[i], i, (x0, y0, x1, y1)) for i in range(4)]
    agreement = float(box.mean())
    if agreement > 0.97 and min(shares) > 0.8:
        return Shape(Outline.RECTANGLE, agreement=agreement)
    round_one = _ellipse(dense, (x0, y0, x1, y1), slack)
    if round_one > 0.96:
        return Shape(Outline.CIRCLE, agreement=round_one)
    other = _convex(contour, dense, shares, (x0, y0, x1, y1), slack)
    if other is None or other.outline in (Outline.ROUNDED, Outline.POLYGON):
        fitted = _fitted(dense, (x0, y0, x1, y1))
        if fitted > 0.9:
            return Shape(Outline.CIRCLE, agreement=fitted)
    return other or _dented(agreement, shares) or _notched(contour, (x0, y0, x1, y1), shares, slack)


def _dented(agreement: float, shares: list[float]) -> Shape | None:
    """A rectangle into which something reaches from its border: a head, a letter."""
    if agreement > 0.85 and min(shares) > 0.55:
        return Shape(Outline.RECTANGLE, agreement=0.8 * agreement)
    return None


def _notched(contour: Points, sides: _Sides, shares: list[float], slack: float) -> Shape | None:
    """A rectangle with all four corners, out of whose side a piece is cut: by a small square close to it."""
    x0, y0, x1, y1 = sides
    filled = float(cv2.contourArea(contour)) / max(1, (x1 - x0) * (y1 - y0))
    ends = [np.hypot(contour[:, 0] - x, contour[:, 1] - y).min() for x in (x0, x1) for y in (y0, y1)]
    if filled > _NOTCHED and max(ends) <= slack and min(shares) > 0.9:
        return Shape(Outline.RECTANGLE, agreement=0.75)
    return None


def _dense(contour: Points) -> Array:
    """The contour with a point every two pixels."""
    along = np.concatenate([contour[1:], contour[:1]]) - contour
    counts = np.maximum(1, np.abs(along).max(axis=1) // 2)
    which = np.repeat(np.arange(len(contour)), counts)
    step = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    made: Array = contour[which] + (step / counts[which])[:, None] * along[which]
    return made


_Sides = tuple[int, int, int, int]


def _on_sides(points: Array, sides: _Sides, slack: float) -> Array:
    """For the left, top, right and bottom side: which points lie on it."""
    x0, y0, x1, y1 = sides
    x, y = points[:, 0], points[:, 1]
    return np.stack([x - x0 <= slack, y - y0 <= slack, x1 - x <= slack, y1 - y <= slack])


def _share(points: Array, on: Array, side: int, sides: _Sides) -> float:
    """How much of a side the points on it span."""
    axis = 1 if side in (0, 2) else 0
    along = points[on, axis]
    whole = sides[axis + 2] - sides[axis]
    return float(along.max() - along.min()) / max(1, whole) if len(along) else 0.0


def _ellipse(points: Array, sides: _Sides, slack: float) -> float:
    """The share of points that lie on the ellipse in a box."""
    x0, y0, x1, y1 = sides
    a, b = (x1 - x0) / 2, (y1 - y0) / 2
    if min(a, b) < 3 or max(a, b) > 4 * min(a, b):
        return 0.0
    dx, dy = (points[:, 0] - (x0 + x1) / 2) / a, (points[:, 1] - (y0 + y1) / 2) / b
    off = np.abs(np.hypot(dx, dy) - 1) * min(a, b)
    return float((off <= max(1.0, 0.7 * slack)).mean())


def _fitted(points: Array, sides: _Sides) -> float:
    """The share of points that lie on the circle that fits most of them, where they go all around."""
    x0, y0, x1, y1 = sides
    wide, high = float(x1 - x0), float(y1 - y0)
    if min(wide, high) < 6 or max(wide, high) > 1.2 * min(wide, high):
        return 0.0
    middle = _middle(points)
    for _ in range(3):
        away = points - middle
        long = np.hypot(away[:, 0], away[:, 1])
        radius = median(long)
        off = away - away * (radius / np.maximum(long, 1e-6))[:, None]
        middle = middle + 2 * _middle(off)
    away = points - middle
    off = np.abs(np.hypot(away[:, 0], away[:, 1]) - radius)
    return float((off <= max(_PIXEL, _EVEN * radius)).mean())


def _middle(points: Array) -> Array:
    """The medians of places' coordinates."""
    return np.array([median(points[:, 0]), median(points[:, 1])])


def _convex(contour: Points, dense: Array, shares: list[float], sides: _Sides, slack: float) -> Shape | None:
    hull = cv2.convexHull(contour)
    around = float(cv2.contourArea(hull))
    if around <= 0 or cv2.contourArea(contour) < 0.955 * around - slack:
        return None
    off = _off_hull(dense, hull)
    agreement = float((off <= slack).mean())
    if agreement < 0.93:
        return None
    corners = cv2.approxPolyDP(hull, max(1.5, 0.6 * slack), True)[:, 0, :]
    return _polygon(corners, dense, shares, sides, slack, agreement)


def _off_hull(points: Array, hull: Points) -> Array:
    """How far inside the hull each point is."""
    few = points[:: max(1, len(points) // 160)]
    start = hull[:, 0, :].astype(np.float64)
    along = np.concatenate([start[1:], start[:1]]) - start
    long = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
    x, y = few[:, :1] - start[:, 0], few[:, 1:] - start[:, 1]
    found: Array = (np.abs(x * along[:, 1] - y * along[:, 0]) / long).min(axis=1)
    return found


def _polygon(
    corners: Points, dense: Array, shares: list[float], sides: _Sides, slack: float, agreement: float
) -> Shape | None:
    x0, y0, x1, y1 = sides
    wide, high = max(1, x1 - x0), max(1, y1 - y0)
    points = tuple((float(x), float(y)) for x, y in corners)
    if len(points) < 3:
        return None
    strict = _on_sides(dense, sides, 1.0)
    spans = [_share(dense, strict[i], i, sides) for i in range(4)]
    if min(spans[0], spans[2]) > 0.12 and min(spans[1], spans[3]) > 0.12 and _cut_corners(dense, sides):
        if len(points) == 8 and _straight_cuts(points, dense, sides, slack):
            return Shape(Outline.OCTAGON, points, agreement)
        return Shape(Outline.ROUNDED, agreement=agreement)
    if max(spans[1], spans[3]) > 0.3 and min(spans[1], spans[3]) > 0.2 and _bulges(dense, sides):
        return Shape(Outline.ROUNDED, agreement=agreement)
    if len(points) == 4 and _is_upright(points, sides, 2 * slack):
        return Shape(Outline.RECTANGLE, agreement=agreement)
    if len(points) == 4 and _is_diamond(points, (x0 + x1) / 2, (y0 + y1) / 2, wide, high):
        return Shape(Outline.DIAMOND, points, agreement)
    if len(points) > 8:
        return None
    return Shape(Outline.POLYGON, points, agreement)


def _cut_corners(dense: Array, sides: _Sides) -> bool:
    """Whether all four corners of the hull are missing, about alike, and none by much."""
    gaps = [
        float(np.min(np.hypot(dense[:, 0] - x, dense[:, 1] - y))) for x in sides[::2] for y in sides[1::2]
    ]
    shorter = min(sides[2] - sides[0], sides[3] - sides[1])
    return max(gaps) < 0.5 * shorter and max(gaps) - min(gaps) < 0.12 * shorter + 2 and min(gaps) > 0.8


def _bulges(dense: Array, sides: _Sides) -> bool:
    """Whether the left and right ends are half circles."""
    x0, y0, x1, y1 = sides
    radius = (y1 - y0) / 2
    if radius < 3 or x1 - x0 < 2.4 * radius:
        return False
    middle = (y0 + y1) / 2
    ends = [np.hypot(dense[:, 0] - (x0 + radius), dense[:, 1] - middle)[dense[:, 0] < x0 + radius]]
    ends.append(np.hypot(dense[:, 0] - (x1 - radius), dense[:, 1] - middle)[dense[:, 0] > x1 - radius])
    return all(len(e) > 0 and float(np.mean(np.abs(e - radius) < 0.15 * radius + 1)) > 0.9 for e in ends)


def _straight_cuts(points: tuple[Point, ...], dense: Array, sides: _Sides, slack: float) -> bool:
    """Whether of eight corners two lie on each side, and the cuts are as long as a fair part of the sides."""
    x0, y0, x1, y1 = sides
    on = [sum(abs(x - s) <= slack for x, _ in points) for s in (x0, x1)]
    on += [sum(abs(y - s) <= slack for _, y in points) for s in (y0, y1)]
    cuts = [
        (a, b)
        for a, b in zip(points, (*points[1:], points[0]), strict=True)
        if abs(a[0] - b[0]) > slack and abs(a[1] - b[1]) > slack
    ]
    shorter = min(x1 - x0, y1 - y0)
    if not all(n == 2 for n in on) or len(cuts) != 4:
        return False
    if min(math.dist(a, b) for a, b in cuts) <= max(4.0, 0.2 * shorter):
        return False
    return float(np.mean([_bulge(dense, a, b, sides) for a, b in cuts])) < 0.2


def _bulge(dense: Array, a: Point, b: Point, sides: _Sides) -> float:
    """How far a cut corner bulges towards the missing one: 0 where the cut is straight, above 0.4 by an arc."""
    ends = [(x, y) for x in sides[::2] for y in sides[1::2]]
    end = min(ends, key=lambda e: math.dist(e, a) + math.dist(e, b))
    depth = abs((b[0] - a[0]) * (a[1] - end[1]) - (a[0] - end[0]) * (b[1] - a[1])) / math.dist(a, b)
    nearest = float(np.min(np.hypot(dense[:, 0] - end[0], dense[:, 1] - end[1])))
    return 1 - nearest / depth if depth else 1.0


def _is_upright(points: tuple[Point, ...], sides: _Sides, slack: float) -> bool:
    x0, y0, x1, y1 = sides
    ends = [(x, y) for x in (x0, x1) for y in (y0, y1)]
    return all(min(math.dist(end, point) for point in points) <= slack for end in ends)


def _is_diamond(points: tuple[Point, ...], x: float, y: float, wide: float, high: float) -> bool:
    return all(abs(px - x) < 0.1 * wide or abs(py - y) < 0.1 * high for px, py in points)
