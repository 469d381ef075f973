"""Thick places on lines: filled arrow heads, dots, and lines that run into each other at a slant.

The skeleton inside a thick place says little (it forks towards every corner), so all of it becomes one node
of the graph, from which the lines leave that leave the thick place.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Point
from dlc.frontends.figure.raster.arrays import Array
from dlc.frontends.figure.raster.middles import median
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


#: The hull of what is nowhere: it ends before it begins.
_NOWHERE = np.array([1, 1, -1, -1]) * (1 << 40)


def _hulls(edges: Sequence[Edge]) -> Array:
    """The left, top, right and bottom of each edge."""
    if not edges:
        return np.zeros((0, 4), np.int64)
    points = np.concatenate([edge.points for edge in edges])
    ends = np.cumsum([len(edge.points) for edge in edges])
    starts = np.concatenate([[0], ends[:-1]])
    return np.hstack([np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)])


class _Edges:
    """Edges by where they are."""

    def __init__(self, edges: Sequence[Edge]) -> None:
        self._edges = list(edges)
        self._hulls = _hulls(edges)
        self._rows = {id(edge): row for row, edge in enumerate(edges)}

    def near(self, middle: Array, reach: float) -> list[Edge]:
        """Those whose hull comes near a place."""
        low, high = self._hulls[:, :2] - reach, self._hulls[:, 2:] + reach
        near = ((low <= middle) & (middle <= high)).all(axis=1)
        return [self._edges[i] for i in np.flatnonzero(near).tolist()]

    def add(self, edge: Edge) -> None:
        """One more."""
        self._rows[id(edge)] = len(self._edges)
        self._edges.append(edge)
        self._hulls = np.concatenate([self._hulls, _hulls([edge])])

    def remove(self, edge: Edge) -> None:
        """One less: it stays in its row, but comes near nothing."""
        self._hulls[self._rows[id(edge)]] = _NOWHERE


def collapse(graph: Graph) -> dict[int, Blob]:
    """Make a node of every thick place; they are returned by their nodes."""
    found: dict[int, Blob] = {}
    every = _Edges(graph.every_edge())
    for edges in _parts(graph):
        line = median(np.concatenate([edge.half for edge in edges]))
        least = max(_RATIO * line, line + _MORE)
        thick = [(edge, marked) for edge in edges if (marked := edge.half > least).any()]
        if not thick:
            continue
        centres = np.concatenate([edge.points[marked] for edge, marked in thick])
        radii = np.concatenate([edge.half[marked] for edge, marked in thick]).astype(np.float64)
        for discs in _clusters(centres, radii):
            blob = _collapse_one(graph, centres[discs].astype(np.float64), radii[discs], every, found)
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


def _clusters(centres: Array, radii: Array) -> list[Array]:
    """Discs (their numbers) that overlap, gathered."""
    return _painted(centres, radii) if len(radii) > _MANY else _compared(centres, radii)


def _compared(centres: Array, radii: Array) -> list[Array]:
    x, y = centres.T
    apart = np.hypot(x[:, None] - x, y[:, None] - y)
    overlapping = apart <= np.maximum(2.0, 0.7 * (radii[:, None] + radii))
    left, groups = np.ones(len(radii), bool), []
    while left.any():
        own = _reached(overlapping, int(np.flatnonzero(left)[-1]))
        left &= ~own
        groups.append(np.flatnonzero(own))
    return groups


def _reached(joined: Array, first: int) -> Array:
    """All that can be reached from one by joins (count, count)."""
    own, more = np.zeros(len(joined), bool), joined[first]
    while not np.array_equal(more, own):
        own, more = more, np.any(joined[more], axis=0)
    return own


def _painted(centres: Array, radii: Array) -> list[Array]:
    """The same of very many discs, nearly: by painting them."""
    low = centres.min(axis=0) - 2
    wide, high = (centres.max(axis=0) - low + 3).tolist()
    mask = np.zeros((high, wide), np.uint8)
    for (x, y), radius in zip((centres - low).tolist(), radii.tolist(), strict=True):
        cv2.circle(mask, (x, y), max(1, int(0.7 * radius)), 255, cv2.FILLED)
    numbers = cv2.connectedComponents(mask)[1][centres[:, 1] - low[1], centres[:, 0] - low[0]]
    return [np.flatnonzero(numbers == number) for number in dict.fromkeys(numbers.tolist())]


def _collapse_one(
    graph: Graph, centres: Array, radii: Array, every: _Edges, found: dict[int, Blob]
) -> Blob | None:
    """Make a node of one thick place, which discs cover; `every` edge is kept up with the graph.

    Of the thick places `found` before, those that it touches become one with it.
    """
    peak = radii >= radii.max() - 0.2
    middle = centres[peak].mean(axis=0)
    radius = float(radii.max())
    node = max(graph.places, default=0) + 1
    reach = 1.0 + radius + float(np.abs(centres - middle).max())
    within = _Discs(centres, radii + 1.0)
    pieces: list[tuple[int, Array, Array]] = []
    touched: set[int] = set()
    for edge in every.near(middle, reach):
        inner = within.held(edge.points)
        if len(inner):
            pieces += _outside(edge, int(inner[0]), int(inner[-1]))
            held = (edge.first, inner[0] == 0), (edge.last, inner[-1] == len(edge.points) - 1)
            touched |= {end for end, is_held in held if is_held and end in found}
            _take_out(graph, edge)
            every.remove(edge)
    if not pieces and not any(graph.edges.get(other) for other in touched):
        _leave_out_lone(graph)
        return None
    place = (float(middle[0]), float(middle[1]))
    graph.places[node], graph.edges[node] = place, []
    for far, points, half in _kept(graph, pieces, place, radius, found):
        if far < 0:
            far = max(graph.places) + 1
            graph.places[far] = (float(points[-1][0]), float(points[-1][1]))
            graph.edges[far] = []
        made = Edge(node, far, points, half)
        every.add(made)
        graph.add(made)
    for other in touched:
        if graph.edges.get(other):
            for edge in graph.edges[other]:
                if edge.other(other) in (node, other):  # it vanishes
                    every.remove(edge)
            graph.merge(node, other)
            del found[other]
    _leave_out_lone(graph)
    return Blob(node, place, radius)


def _leave_out_lone(graph: Graph) -> None:
    """Take out nodes without edges."""
    for lone in [node for node, edges in graph.edges.items() if not edges]:
        del graph.edges[lone], graph.places[lone]


class _Discs:
    """Discs by where they are, in order to tell which points lie in one of them."""

    def __init__(self, centres: Array, radii: Array) -> None:
        self._x, self._y = centres.T
        self._squares = radii * radii
        self._left, self._right = (self._x - radii).min(), (self._x + radii).max()
        self._top, self._bottom = (self._y - radii).min(), (self._y + radii).max()

    def held(self, points: Array) -> Array:
        """Which points (their numbers, in order) lie in a disc."""
        x, y = points[:, 0], points[:, 1]
        near = np.flatnonzero((x >= self._left) & (x <= self._right) & (y >= self._top) & (y <= self._bottom))
        if len(near) == 0:
            return near
        across, down = x[near, None] - self._x, y[near, None] - self._y
        found: Array = near[np.any(across * across + down * down <= self._squares, axis=1)]
        return found


def _outside(edge: Edge, first: int, last: int) -> list[tuple[int, Array, Array]]:
    """The pieces of an edge outside a thick place, from the place outwards, with the node at their far end.

    The edge is in the place from its `first` to its `last` point; a piece between two visits is left out.
    """
    pieces = []
    if first > 0:
        pieces.append((edge.first, edge.points[:first][::-1], edge.half[:first][::-1]))
    if last < len(edge.points) - 1:
        pieces.append((edge.last, edge.points[last + 1 :], edge.half[last + 1 :]))
    return pieces


def _take_out(graph: Graph, edge: Edge) -> None:
    for node in {edge.first, edge.last}:
        graph.edges[node] = [e for e in graph.edges[node] if e is not edge]


def _kept(
    graph: Graph,
    pieces: list[tuple[int, Array, Array]],
    middle: Point,
    radius: float,
    found: Collection[int],
) -> list[tuple[int, Array, Array]]:
    """The pieces that are lines, not the ways to the thick place's corners or tip; `found` are other such places."""
    ordered = sorted(pieces, key=lambda p: -len(p[1]))
    kept = ordered[:1]
    for piece in ordered[1:]:
        corner = _CORNER * radius + _CORNER_MORE
        if len(piece[1]) <= corner and not _leads_on(graph, piece[0], corner):
            continue
        line = median(kept[0][2])
        tapering = float(piece[2][0]) > 1.4 * line and len(piece[1]) <= _TIP * radius
        tapering &= piece[0] not in found
        if not (tapering and min(_cosine(piece[1], other[1], middle) for other in kept) < -0.9):
            kept.append(piece)
    return kept


def _leads_on(graph: Graph, node: int, corner: float) -> bool:
    """Whether lines go on from a node that are no ways to corners."""
    return any(e.length > corner or graph.degree(e.other(node)) > 1 for e in graph.edges.get(node, ()))


def _cosine(one: Array, other: Array, middle: Point) -> float:
    """The cosine of the angle between two pieces as seen from the middle."""
    a, b = (np.asarray(points[min(len(points) - 1, 8)], np.float64) - middle for points in (one, other))
    long = float(np.hypot(*a) * np.hypot(*b))
    return float(a @ b) / long if long else 1.0
