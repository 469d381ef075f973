"""Boxes of broken lines whose sides a reader found in pieces: dashed lines that end at each other and lead round."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import attrs

from dlc.frontends.figure.drawing import Area, Box, Connector, Drawing, Outline, Point
from dlc.frontends.figure.geometry import border_distance, bounds, hull, length, size
from dlc.frontends.figure.network.legend import unlike
from dlc.frontends.groups import Groups

#: Ends nearer than this meet, and points nearer than this to a side lie on it (ems).
_MEET, _ON_SIDE = 1.0, 0.35
#: The least side of a box (ems), the share of its sides that is drawn, and the most pieces that they come in.
_LEAST, _DRAWN, _MOST = 1.2, 0.75, 8
#: Colours less unlike than this are one, as read from pixels.
_ONE_COLOUR = 0.45
#: More broken lines than this are a grid or a plot, in which no boxes are looked for.
_TOO_MANY = 200


def with_dashed_boxes(drawing: Drawing) -> Drawing:
    """The drawing with dashed lines that lead round an upright box as that box."""
    broken = [i for i, line in enumerate(drawing.connectors) if line.dashed and not (line.head or line.tail)]
    if not broken or len(broken) > _TOO_MANY:
        return drawing
    em = drawing.em
    groups = Groups(len(broken))
    for (a, one), (b, other) in itertools.combinations(enumerate(drawing.connectors[i] for i in broken), 2):
        if _meet(one, other, em) and unlike(one.colour, other.colour) <= _ONE_COLOUR:
            groups.join(a, b)
    found: list[Box] = []
    used: set[int] = set()
    for part in groups.sets():
        pieces = [drawing.connectors[broken[k]] for k in part]
        area = hull(bounds(piece.points) for piece in pieces)
        if len(pieces) <= _MOST and _lead_round(pieces, area, em):
            found.append(Box(area, Outline.RECTANGLE, stroke=pieces[0].colour, dashed=True, confidence=0.9))
            used |= {broken[k] for k in part}
    lines = tuple(line for i, line in enumerate(drawing.connectors) if i not in used)
    return attrs.evolve(drawing, boxes=(*drawing.boxes, *found), connectors=lines) if found else drawing


def _meet(one: Connector, other: Connector, em: float) -> bool:
    ends = itertools.product((one.start, one.end), (other.start, other.end))
    return any(math.dist(a, b) <= _MEET * em for a, b in ends)


def _lead_round(pieces: Sequence[Connector], area: Area, em: float) -> bool:
    """Whether lines lie on the sides of a box and are nearly as long as these together."""
    wide, high = size(area)
    if min(wide, high) < _LEAST * em:
        return False
    on_sides = all(border_distance(area, p) <= _ON_SIDE * em for piece in pieces for p in _places(piece))
    return on_sides and sum(length(piece.points) for piece in pieces) >= _DRAWN * 2 * (wide + high)


def _places(line: Connector) -> Iterator[Point]:
    """The points of a line and the middles between them."""
    yield from line.points
    for (a, b), (c, d) in itertools.pairwise(line.points):
        yield (a + c) / 2, (b + d) / 2
