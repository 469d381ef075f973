"""Arrow heads that stand a little apart from their lines, as some programs draw them."""

from __future__ import annotations

import numpy as np

from dlc.frontends.figure.drawing import Point
from dlc.frontends.figure.raster.arrays import Array, Numbers
from dlc.frontends.figure.raster.letters import Pieces
from dlc.frontends.figure.raster.stroke import Stroke

#: A head's size, and the gap to its line (ems).
_LARGEST, _GAP = 1.25, 0.5
#: A head reaches at least this far (pixels) to both sides of its line, about evenly.
_LEAST_SIDE = 1.5


def with_detached_heads(strokes: list[Stroke], pieces: Pieces, em: float) -> list[Stroke]:
    """Put heads that stand apart on the lines that lead to them; their own strokes are left out."""
    small = np.flatnonzero(np.maximum(pieces.width, pieces.height) <= _LARGEST * em)
    wanted = set(small.tolist()) - {0}
    if not wanted:
        return strokes
    numbers = pieces.numbers(wanted)
    taken: set[int] = set()
    for stroke in strokes:
        own = _number(numbers, stroke.end(0))
        if own in wanted and stroke.length < 0.4 * em:
            continue
        for which in (0, 1):
            if not stroke.heads[which] and not stroke.forks[which]:
                taken |= _attach(stroke, which, pieces, numbers, own, em)
    return [s for s in strokes if not all(_number(numbers, s.end(which)) in taken for which in (0, 1))]


def _attach(stroke: Stroke, which: int, pieces: Pieces, numbers: Numbers, own: int, em: float) -> set[int]:
    """Put the head that is ahead of an end on it, if there is one; the number of its piece."""
    way = stroke.outward(which, 0.8 * em)
    number = _ahead(numbers, stroke.end(which), way, own, em)
    if number == 0:
        return set()
    along, aside = _coordinates(pieces, number, stroke.end(which), way)
    left, right = -float(aside.min()), float(aside.max())
    if min(left, right) < _LEAST_SIDE or abs(left - right) > 0.6 * (left + right) or along.max() > 1.6 * em:
        return set()
    x, y = stroke.end(which)
    far = float(along.max())
    stroke.lead_to(which, (x + far * way[0], y + far * way[1]))
    stroke.heads[which] = True
    return {number}


def _ahead(numbers: Numbers, end: Point, way: Point, own: int, em: float) -> int:
    """The number of the piece that a line would run into if it went on; 0 for none but its own."""
    step, aside = np.arange(1.5, _GAP * em + 1, 0.7)[:, None], np.array([0.0, 1.0, -1.0])
    met = _numbers(numbers, end[0] + step * way[0] - aside * way[1], end[1] + step * way[1] + aside * way[0])
    others = met[(met != 0) & (met != own)]
    return int(others[0]) if len(others) else 0


def _coordinates(pieces: Pieces, number: int, end: Point, way: Point) -> tuple[Array, Array]:
    """Where a piece's pixels are: along a line's direction from its end, and aside of it."""
    x0, y0 = pieces.boxes[number, :2]
    rows, columns = np.nonzero(pieces.window(number))
    dx, dy = columns + x0 - end[0], rows + y0 - end[1]
    return dx * way[0] + dy * way[1], dy * way[0] - dx * way[1]


def _number(numbers: Numbers, place: Point) -> int:
    return int(_numbers(numbers, np.array(place[0]), np.array(place[1])))


def _numbers(numbers: Numbers, x: Array, y: Array) -> Array:
    """The numbers at places; 0 outside of the picture."""
    height, width = numbers.shape
    column, row = np.rint(x).astype(np.intp), np.rint(y).astype(np.intp)
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    found: Array = numbers[np.where(inside, row, 0), np.where(inside, column, 0)] * inside
    return found
