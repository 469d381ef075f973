"""How much of a drawing its networks account for: a fragment of a figure looks as tidy as the whole of another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dlc.frontends.figure.drawing import Area, Drawing, Point
from dlc.frontends.figure.geometry import Grid, bounds, distance, grown, length, overlap
from dlc.frontends.figure.network.graph import Graph
from dlc.frontends.figure.network.legend import legend
from dlc.frontends.figure.network.reading import Role
from dlc.frontends.figure.network.scene import Item, ItemKind, scene

#: An end of a line belongs to a thing that it is this close to (ems); shorter lines are specks.
_NEAR, _SPECK = 0.6, 0.15
#: A thing is one of a network's where this share of the smaller of both areas is common to them.
_SAME = 0.5


def coverage(drawing: Drawing, graphs: Sequence[Graph]) -> float:
    """The share (0..1) of a drawing that the vertices of graphs account for.

    Counted are the ends of lines, by whether they lie at a vertex, and boxes and pictures, by whether they are
    one, those with words twice. Frames of groups and legends do not count, and a frame that only passes a value
    on accounts for nothing in it. One more is counted as found than
    there is, so that few things say little.
    """
    seen = scene(drawing)
    key = legend(seen)
    em = seen.em
    vertices: Grid[Area] = Grid(4 * em)
    frames = {item.area for item in seen.of(ItemKind.GROUP)}
    for vertex in (vertex for graph in graphs for vertex in graph.vertices.values()):
        if vertex.reading.role is Role.LAYERS or vertex.area not in frames:
            vertices.add(vertex.area, vertex.area)
    things = [item for item in seen.of(ItemKind.BOX, ItemKind.PICTURE) if item.number not in key.items]
    things += [item for item in things if item.kind is ItemKind.BOX and _has_words(item)]
    ends = list(_ends(drawing, key.connectors, em))
    met = sum(_is_met(end, vertices, em) for end in ends)
    taken = sum(_is_taken(item.area, vertices) for item in things)
    return (met + taken + 1) / (len(ends) + len(things) + 1)


def _ends(drawing: Drawing, skip: Iterable[int], em: float) -> Iterable[Point]:
    left_out = frozenset(skip)
    for index, line in enumerate(drawing.connectors):
        if index not in left_out and length(line.points) > _SPECK * em:
            yield line.start
            yield line.end


def _has_words(item: Item) -> bool:
    return sum(letter.isalpha() for letter in item.words) >= 2


def _is_met(end: Point, vertices: Grid[Area], em: float) -> bool:
    near = vertices.near(grown(bounds([end]), _NEAR * em))
    return any(distance(area, end) <= _NEAR * em for area in near)


def _is_taken(area: Area, vertices: Grid[Area]) -> bool:
    return any(overlap(area, other) > _SAME for other in vertices.near(area))
