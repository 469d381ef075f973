"""Arrow heads at boxes that stand a little apart from their lines: the gap between is drawn over."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from dlc.frontends.figure.drawing import Point
from dlc.frontends.figure.raster.arrays import Array, Mask
from dlc.frontends.figure.raster.letters import Pieces, pieces_of
from dlc.frontends.figure.raster.masks import without
from dlc.frontends.figure.raster.stroke import Stroke, is_at

#: A head's size at most and at least (ems, pixels), and the gap to its line (ems).
_LARGEST, _SMALLEST, _GAP = 1.25, 4, 0.5
#: At its tip a head is narrow: this part of its width at most. It reaches so far (pixels) to both sides.
_POINTED, _LEAST_SIDE = 0.7, 1.5
#: A head touches a box in one place, which is at most that part of it.
_ONE_PLACE = 0.85
#: Thickness of what is drawn on (pixels), and how near (ems) an end is that is at a tip.
_BRIDGE, _AT_TIP = 2, 0.25


def with_heads_joined(pieces: Pieces, near: Mask, em: float) -> tuple[Pieces, list[Point]]:
    """Lines drawn on through the heads that lie ahead of them at boxes (`near` marks borders), and the tips
    of these heads, of which nothing else is left."""
    size = np.maximum(pieces.width, pieces.height)
    likely = (size <= _LARGEST * em) & (size >= _SMALLEST)
    if not likely.any():
        return pieces, []
    touching = [n for n in np.flatnonzero(likely).tolist() if _touches(pieces, n, near)]
    bridges = {n: _bridge(pieces, n, near, em) for n in touching}
    found = {number: bridge for number, bridge in bridges.items() if bridge is not None}
    if not found:
        return pieces, []
    gone = np.zeros(len(pieces), bool)
    gone[list(found)] = True
    joined: Mask = without(pieces.ink, pieces.mask(gone))
    for begin, tip in found.values():
        cv2.line(joined, begin, tip, 255, _BRIDGE)
    return pieces_of(joined), [(float(x), float(y)) for _, (x, y) in found.values()]


def _touches(pieces: Pieces, number: int, near: Mask) -> bool:
    x0, y0, x1, y1 = pieces.boxes[number].tolist()
    around = near[y0:y1, x0:x1]
    return bool(around.any()) and bool((around & pieces.window(number)).any())


def mark_heads(strokes: Sequence[Stroke], tips: Sequence[Point], em: float) -> None:
    """Put heads on the ends of lines that are at tips."""
    for stroke in strokes:
        for which in (0, 1):
            if any(math.dist(stroke.end(which), tip) <= _AT_TIP * em for tip in tips):
                stroke.heads[which], stroke.forks[which] = True, False


def _bridge(
    pieces: Pieces, number: int, near: Mask, em: float
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """From the line that a head belongs to, or from a box right behind it, to its tip; None where there is none."""
    x0, y0, x1, y1 = pieces.boxes[number].tolist()
    own = pieces.window(number) > 0
    rows, columns = np.nonzero(own)
    places = np.stack([columns + x0, rows + y0], axis=1).astype(np.float64)
    touching = places[near[y0:y1, x0:x1][own] > 0]
    if float(np.ptp(touching, axis=0).max()) > _ONE_PLACE * max(x1 - x0, y1 - y0):
        return None  # a short arrow from box to box
    middle, tip = places.mean(axis=0), touching.mean(axis=0)
    way = middle - tip
    long = float(np.hypot(*way))
    if long < 1.0:
        return None
    way /= long
    if not _is_pointed(places, tip, way):
        return None
    depth = float(((places - middle) @ way).max())
    for step in np.arange(1.0, depth + _GAP * em, 0.7):
        for aside in (0.0, 1.0, -1.0, 2.0, -2.0):
            x, y = np.rint(middle + step * way + aside * np.array([-way[1], way[0]])).astype(int).tolist()
            inside = x0 <= x < x1 and y0 <= y < y1 and own[y - y0, x - x0]
            squeezed = aside == 0.0 and step > depth + 1.0 and is_at((x, y), near)
            if (is_at((x, y), pieces.ink) or squeezed) and not inside:
                return (x, y), (round(float(tip[0])), round(float(tip[1])))
    return None


def _is_pointed(places: Array, tip: Array, way: Array) -> bool:
    """Whether a piece is narrower at its tip than further back, about evenly on both sides."""
    return is_head((tip - places) @ way, (places - tip) @ np.array([-way[1], way[0]]))


def is_head(along: Array, aside: Array) -> bool:
    """Whether pixels with these places along and aside of an arrow's direction are its head: about even on
    both sides, and pointed."""
    first, deep = float(along.min()), float(np.ptp(along))
    front, back = aside[along > first + 0.75 * deep], aside[along <= first + 0.75 * deep]
    if len(front) == 0 or len(back) == 0:
        return False
    left, right = -float(back.min()), float(back.max())
    even = abs(left - right) <= 0.6 * (left + right) and min(left, right) >= _LEAST_SIDE
    return even and float(np.ptp(front)) <= _POINTED * (left + right)
