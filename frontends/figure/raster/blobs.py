"""Thick places on lines: filled arrow heads, dots, and lines that run into each other at a slant.

The skeleton inside a thick place says little (it forks towards every corner), so all of it becomes one node
of the graph, from which the lines leave that leave the thick place.
"""

from __future__ import annotations

import math

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Point
from dlc.frontends.figure.raster.arrays import Array
from dlc.frontends.figure.raster.skeleton import Edge, Graph

#: A place is thick where it is this much thicker than its line.
_RATIO, _MORE = 1.7, 1.0
#: Pieces of skeleton between a thick place and its corners are at most this long (radii, and pixels more).
_CORNER, _CORNER_MORE = 1.2, 2.5
#: More thick pixels than this in one piece of ink are not compared one by one.
_MANY = 400
#: The way to a pointed head's tip is at most this long (radii).
_TIP = 3.2


@attrs.frozen
class Blob:
    """A thick place: the node it has become, its middle, and the radius of the largest disc in it."""

    node: int
    middle: Point
    radius: float


def collapse(graph: Graph) -> dict[int, Blob]:
    """Make a node of every thick place; they are returned by their nodes."""
    found: dict[int, Blob] = {}
    for edges in _parts(graph):
        line = float(np.median(np.concatenate([edge.half for edge in edges])))
        least = max(_RATIO * line, line + _MORE)
        thick = [
            (p, h)
            for e in edges
            for p, h in zip(e.points.tolist(), e.half.tolist(), strict=True)
            if h > least
        ]
        for discs in _clusters(thick):
            blob = _collapse_one(graph, discs)
            if blob is not None:
                found[blob.node] = blob
    return found


def _parts(graph: Graph) -> list[list[Edge]]:
    """The edges by connected parts of the graph."""
    parts, seen = [], set()
    for start in graph.places:
        if start in seen:
            continue
        seen.add(start)
        rim, edges = [start], {}
        while rim:
            node = rim.pop()
            for edge in graph.edges[node]:
                edges[id(edge)] = edge
                other = edge.other(node)
                if other not in seen:
                    seen.add(other)
                    rim.append(other)
        if edges:
            parts.append(list(edges.values()))
    return parts


_Disc = tuple[list[int], float]


def _clusters(thick: list[_Disc]) -> list[list[_Disc]]:
    """Discs that overlap, gathered."""
    return _painted(thick) if len(thick) > _MANY else _compared(thick)


def _compared(thick: list[_Disc]) -> list[list[_Disc]]:
    left, groups = list(thick), []
    while left:
        group, rim = [], [left.pop()]
        while rim:
            disc = rim.pop()
            group.append(disc)
            far: list[_Disc] = []
            for other in left:
                overlapping = math.dist(other[0], disc[0]) <= max(2.0, 0.7 * (other[1] + disc[1]))
                (rim if overlapping else far).append(other)
            left = far
        groups.append(group)
    return groups


def _painted(thick: list[_Disc]) -> list[list[_Disc]]:
    """The same of very many discs, nearly: by painting them."""
    centres = np.array([disc[0] for disc in thick])
    low = centres.min(axis=0) - 2
    wide, high = (centres.max(axis=0) - low + 3).tolist()
    mask = np.zeros((high, wide), np.uint8)
    for (x, y), radius in thick:
        cv2.circle(mask, (int(x - low[0]), int(y - low[1])), max(1, int(0.7 * radius)), 255, cv2.FILLED)
    numbers = cv2.connectedComponents(mask)[1][centres[:, 1] - low[1], centres[:, 0] - low[0]]
    groups: dict[int, list[_Disc]] = {}
    for number, disc in zip(numbers.tolist(), thick, strict=True):
        groups.setdefault(number, []).append(disc)
    return list(groups.values())


def _collapse_one(graph: Graph, discs: list[_Disc]) -> Blob | None:
    centres = np.array([d[0] for d in discs], np.float64)
    radii = np.array([d[1] for d in discs])
    peak = radii >= radii.max() - 0.2
    middle = centres[peak].mean(axis=0)
    radius = float(radii.max())
    node = max(graph.places, default=0) + 1
    reach = 1.0 + float(radii.max()) + float(np.abs(centres - middle).max())
    pieces: list[tuple[int, Array, Array]] = []
    for edge in _near(graph, middle, reach):
        inside = _within(edge.points, centres, radii + 1.0)
        if inside.any():
            pieces += _outside(edge, inside)
            _take_out(graph, edge)
    if not pieces:
        return None
    place = (float(middle[0]), float(middle[1]))
    graph.places[node], graph.edges[node] = place, []
    for far, points, half in _kept(pieces, place, radius):
        if far < 0:
            far = max(graph.places) + 1
            graph.places[far] = (float(points[-1][0]), float(points[-1][1]))
            graph.edges[far] = []
        graph.add(Edge(node, far, points, half))
    for lone in [n for n, edges in graph.edges.items() if not edges and n != node]:
        del graph.edges[lone], graph.places[lone]
    return Blob(node, place, radius)


def _near(graph: Graph, middle: Array, reach: float) -> list[Edge]:
    """Edges whose hull comes near a place."""
    x, y = float(middle[0]), float(middle[1])
    found = []
    for edge in graph.every_edge():
        x0, y0, x1, y1 = edge.hull
        if x0 - reach <= x <= x1 + reach and y0 - reach <= y <= y1 + reach:
            found.append(edge)
    return found


def _within(points: Array, centres: Array, radii: Array) -> Array:
    apart = points[:, None, :] - centres[None, :, :]
    found: Array = ((apart**2).sum(axis=2) <= radii[None, :] ** 2).any(axis=1)
    return found


def _outside(edge: Edge, inside: Array) -> list[tuple[int, Array, Array]]:
    """The pieces of an edge outside a thick place, from the place outwards, with the node at their far end.

    A piece between two visits to the place is left out.
    """
    inner = np.flatnonzero(inside)
    first, last = int(inner[0]), int(inner[-1])
    pieces = []
    if first > 0:
        pieces.append((edge.first, edge.points[:first][::-1], edge.half[:first][::-1]))
    if last < len(inside) - 1:
        pieces.append((edge.last, edge.points[last + 1 :], edge.half[last + 1 :]))
    return pieces


def _take_out(graph: Graph, edge: Edge) -> None:
    for node in {edge.first, edge.last}:
        graph.edges[node] = [e for e in graph.edges[node] if e is not edge]


def _kept(
    pieces: list[tuple[int, Array, Array]], middle: Point, radius: float
) -> list[tuple[int, Array, Array]]:
    """The pieces that are lines, not the ways to the thick place's corners or tip."""
    ordered = sorted(pieces, key=lambda p: -len(p[1]))
    kept = [ordered[0]]
    for piece in ordered[1:]:
        if len(piece[1]) <= _CORNER * radius + _CORNER_MORE:
            continue
        line = float(np.median(kept[0][2]))
        tapering = float(piece[2][0]) > 1.4 * line and len(piece[1]) <= _TIP * radius
        if not (tapering and min(_cosine(piece[1], other[1], middle) for other in kept) < -0.9):
            kept.append(piece)
    return kept


def _cosine(one: Array, other: Array, middle: Point) -> float:
    """The cosine of the angle between two pieces as seen from the middle."""
    a, b = (np.asarray(points[min(len(points) - 1, 8)], np.float64) - middle for points in (one, other))
    long = float(np.hypot(*a) * np.hypot(*b))
    return float(a @ b) / long if long else 1.0
