"""Arrow heads that stand a little apart from their lines, as some programs draw them."""

from __future__ import annotations

import numpy as np

from dlc.frontends.figure.drawing import Point
from dlc.frontends.figure.raster.arrays import Array, Mask
from dlc.frontends.figure.raster.letters import Pieces, pieces_of
from dlc.frontends.figure.raster.stroke import Stroke

#: A head's size, and the gap to its line (ems).
_LARGEST, _GAP = 1.25, 0.5
#: A head reaches at least this far (pixels) to both sides of its line, about evenly.
_LEAST_SIDE = 1.5


def with_detached_heads(strokes: list[Stroke], lines: Mask, em: float) -> list[Stroke]:
    """Put heads that stand apart on the lines that lead to them; their own strokes are left out."""
    pieces = pieces_of(lines)
    small = np.flatnonzero(np.maximum(pieces.width, pieces.height) <= _LARGEST * em)
    wanted = set(small.tolist()) - {0}
    taken: set[int] = set()
    for stroke in strokes:
        own = _number(pieces, stroke.end(0))
        if own in wanted and stroke.length < 0.4 * em:
            continue
        for which in (0, 1):
            if not stroke.heads[which] and not stroke.forks[which]:
                taken |= _attach(stroke, which, pieces, wanted - {own}, em)
    return [s for s in strokes if not (_number(pieces, s.end(0)) in taken and not any(s.heads))]


def _attach(stroke: Stroke, which: int, pieces: Pieces, wanted: set[int], em: float) -> set[int]:
    """Put the head that is ahead of an end on it, if there is one; the number of its piece."""
    way = stroke.outward(which, 0.8 * em)
    number = _ahead(pieces, stroke.end(which), way, wanted, em)
    if number == 0:
        return set()
    along, aside = _coordinates(pieces, number, stroke.end(which), way)
    left, right = -float(aside.min()), float(aside.max())
    if min(left, right) < _LEAST_SIDE or abs(left - right) > 0.6 * (left + right) or along.max() > 1.6 * em:
        return set()
    x, y = stroke.end(which)
    far = float(along.max())
    tip = np.rint(np.array([[x + far * way[0], y + far * way[1]]])).astype(stroke.points.dtype)
    stroke.points = np.concatenate([stroke.points, tip] if which else [tip, stroke.points])
    stroke.heads[which] = True
    return {number}


def _ahead(pieces: Pieces, end: Point, way: Point, wanted: set[int], em: float) -> int:
    """The number of the piece that a line would run into if it went on; 0 for none."""
    for step in np.arange(1.5, _GAP * em + 1, 0.7):
        for aside in (0.0, 1.0, -1.0):
            x = end[0] + step * way[0] - aside * way[1]
            y = end[1] + step * way[1] + aside * way[0]
            number = _number(pieces, (x, y))
            if number in wanted:
                return number
    return 0


def _coordinates(pieces: Pieces, number: int, end: Point, way: Point) -> tuple[Array, Array]:
    """Where a piece's pixels are: along a line's direction from its end, and aside of it."""
    x0, y0, x1, y1 = pieces.boxes[number]
    rows, columns = np.nonzero(pieces.numbers[y0:y1, x0:x1] == number)
    dx, dy = columns + x0 - end[0], rows + y0 - end[1]
    return dx * way[0] + dy * way[1], dy * way[0] - dx * way[1]


def _number(pieces: Pieces, place: Point) -> int:
    height, width = pieces.numbers.shape
    x, y = round(place[0]), round(place[1])
    return int(pieces.numbers[y, x]) if 0 <= x < width and 0 <= y < height else 0
