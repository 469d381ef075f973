"""The skeleton of lines as a graph: ends and forks are nodes, the chains of pixels between them are edges."""

from __future__ import annotations

import math
from collections.abc import Iterable

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Point
from dlc.frontends.figure.raster.arrays import Array, Mask
from dlc.frontends.figure.raster.letters import Pieces
from dlc.frontends.figure.raster.masks import without
from dlc.frontends.figure.raster.packing import Packed, packed
from dlc.frontends.figure.raster.thinning import codes, offsets, thinned


@attrs.define(eq=False)
class Edge:
    """A chain of pixels between two nodes: `points` runs from `first` to `last`; `half` is half the line's
    thickness at each point."""

    first: int
    last: int
    points: Array  # (count, 2), x and y
    half: Array  # (count,)
    length: float = attrs.field(init=False)  # in pixels

    def __attrs_post_init__(self) -> None:
        x, y = self.points[:, 0], self.points[:, 1]
        self.length = float(np.hypot(x[1:] - x[:-1], y[1:] - y[:-1]).sum())

    def other(self, node: int) -> int:
        """The node at its other end."""
        return self.last if node == self.first else self.first

    def outward(self, node: int, reach: float, skip: float = 0.0) -> Point:
        """The unit vector in which it leaves a node, judged from `skip` to `reach` pixels along it."""
        points = self.points if node == self.first else self.points[::-1]
        start = points[min(len(points) - 1, round(skip))]
        end = points[min(len(points) - 1, max(1, round(reach)))]
        dx, dy = float(end[0] - start[0]), float(end[1] - start[1])
        long = math.hypot(dx, dy)
        return (dx / long, dy / long) if long else (0.0, 0.0)


@attrs.define(eq=False)
class Graph:
    """Nodes by number with their places, and the edges at each."""

    places: dict[int, Point]
    edges: dict[int, list[Edge]]

    def degree(self, node: int) -> int:
        """How many ends of edges meet at a node; a loop counts twice."""
        return sum(1 + (edge.first == edge.last) for edge in self.edges[node])

    def every_edge(self) -> list[Edge]:
        """All edges, each once."""
        return list({id(edge): edge for found in self.edges.values() for edge in found}.values())

    def remove(self, edge: Edge) -> None:
        """Take an edge out, and nodes that have none left."""
        for node in {edge.first, edge.last}:
            self.edges[node] = [e for e in self.edges[node] if e is not edge]
            if not self.edges[node]:
                del self.edges[node], self.places[node]

    def add(self, edge: Edge) -> None:
        """Put an edge between its two nodes."""
        for node in {edge.first, edge.last}:
            self.edges.setdefault(node, []).append(edge)

    def smooth(self, nodes: Iterable[int]) -> None:
        """Make one edge of two that meet at a node where nothing else does."""
        for node in list(nodes):
            found = self.edges.get(node, [])
            if len(found) == 2 and found[0] is not found[1] and self.degree(node) == 2:
                self._join(node, found[0], found[1])

    def _join(self, node: int, one: Edge, other: Edge) -> None:
        ends = one.other(node), other.other(node)
        if node in ends:
            return
        before = slice(None) if one.last == node else slice(None, None, -1)
        after = slice(None) if other.first == node else slice(None, None, -1)
        points = np.concatenate([one.points[before], other.points[after]])
        half = np.concatenate([one.half[before], other.half[after]])
        self.remove(one)
        self.remove(other)
        for end, place in ((ends[0], points[0]), (ends[1], points[-1])):
            self.places.setdefault(end, (float(place[0]), float(place[1])))
            self.edges.setdefault(end, [])
        self.add(Edge(ends[0], ends[1], points, half))

    def merge(self, kept: int, gone: int) -> None:
        """Make two nodes one; edges between them vanish."""
        for edge in list(self.edges.get(gone, ())):
            if edge.other(gone) in (kept, gone) or edge.first == edge.last:
                self._drop(edge)
                continue
            edge.first = kept if edge.first == gone else edge.first
            edge.last = kept if edge.last == gone else edge.last
            self.edges[kept].append(edge)
        self.edges.pop(gone, None)
        self.places.pop(gone, None)

    def _drop(self, edge: Edge) -> None:
        for node in {edge.first, edge.last}:
            self.edges[node] = [e for e in self.edges[node] if e is not edge]


def graph_of(lines: Pieces) -> Graph:
    """The graph of the skeleton of lines."""
    together = packed(lines)
    half = cv2.distanceTransform(together.mask, cv2.DIST_L2, 3)
    return _Tracer(thinned(together.mask), half, together).graph()


class _Tracer:
    """Walks along a skeleton."""

    def __init__(self, skeleton: Mask, half: Array, together: Packed) -> None:
        self._packed = together
        self._width = skeleton.shape[1]
        self._half = half.ravel()
        self._steps = offsets(self._width)
        places = np.flatnonzero(skeleton.ravel() != 0)
        around = codes(skeleton.ravel(), places, self._steps)
        arms = _ARMS[around]
        arms[np.isin(places, _crossings(skeleton.ravel(), places, self._width))] = 3
        self._ends, self._forks = places[arms == 1].tolist(), set(places[arms > 2].tolist())
        self._runs, inner = _runs(skeleton, places, arms)
        left = ~inner[places]
        self._around = dict(zip(places[left].tolist(), around[left].tolist(), strict=True))
        self._ways = {code: self._steps_of(code) for code in set(self._around.values())}
        self._node_of: dict[int, int] = {}
        self._graph = Graph({}, {})

    def graph(self) -> Graph:
        self._make_nodes([*self._together(self._forks), *([place] for place in self._ends)])
        seen: set[int] = set()
        for place in list(self._node_of):
            for following in self._neighbours(place):
                if self._node_of.get(following) != self._node_of[place]:
                    self._walk(place, following, seen)
        return self._graph

    def _together(self, forks: set[int]) -> list[list[int]]:
        """Groups of fork pixels that touch."""
        left, groups = set(forks), []
        while left:
            group, rim = [], [left.pop()]
            while rim:
                place = rim.pop()
                group.append(place)
                near = [n for n in self._neighbours(place) if n in left]
                left.difference_update(near)
                rim += near
            groups.append(group)
        return groups

    def _make_nodes(self, groups: list[list[int]]) -> None:
        """A node for each group of pixels, in their middle."""
        if not groups:
            return
        counts = np.array([len(group) for group in groups])
        points = self._packed.points(np.array([place for group in groups for place in group]))
        middles = np.add.reduceat(points, np.cumsum(counts) - counts, axis=0) / counts[:, None]
        for number, (group, (x, y)) in enumerate(zip(groups, middles.tolist(), strict=True)):
            self._graph.places[number] = (x, y)
            self._graph.edges[number] = []
            self._node_of.update(dict.fromkeys(group, number))

    def _neighbours(self, place: int) -> list[int]:
        known = self._around
        return [place + step for step in self._ways[known[place]] if place + step in known]

    def _steps_of(self, code: int) -> list[int]:
        """The steps to the neighbours that a code says are set."""
        return [step for bit, step in enumerate(self._steps) if code >> bit & 1]

    def _walk(self, start: int, place: int, seen: set[int]) -> None:
        """Follow a chain from a node's pixel until the next node."""
        stretches: list[tuple[int, ...] | Array] = [(start,)]
        last = [start]  # the last four pixels
        passed: set[int] = set()
        while place not in self._node_of:
            if place in seen or place in passed:
                return
            stretch = self._runs.get(place)
            if stretch is None:
                stretches.append((place,))
                last = [*last[-3:], place]
            else:
                stretches.append(stretch)
                last = stretch[-4:].tolist()
            passed.update((place, last[-1]))
            onward = self._onward(last)
            if onward is None:
                return
            place = onward
        flat = np.concatenate([*stretches, (place,)])
        first, final = self._node_of[start], self._node_of[place]
        if len(flat) <= 3 and first >= final:
            return
        if len(flat) > 3:  # a pixel between two forks that nearly touch may begin a longer line as well
            seen |= passed
        self._graph.add(Edge(first, final, self._packed.chain(flat), self._half[flat]))

    def _onward(self, last: list[int]) -> int | None:
        """The next pixel of a chain that ends in these (four, or all): rather away from where it comes from, a node,
        or beside than across."""
        place, before = last[-1], last[-2]
        found = [n for n in self._neighbours(place) if n not in last]
        if len(last) == 2:
            found = self._away(found, self._node_of[before])
        if len(found) < 2:
            return found[0] if found else None
        behind = {before + step for step in self._steps}
        return min(
            found,
            key=lambda n: (n in behind, n not in self._node_of, abs(n - place) not in (1, self._width)),
        )

    def _away(self, places: list[int], node: int) -> list[int]:
        """Those of some pixels that are not of the fork that a chain comes from, nor beside it, where others are:
        what is beside it begins a chain of its own."""
        out = [place for place in places if self._node_of.get(place) != node] or places
        beside = {place for place in out if node in map(self._node_of.get, self._neighbours(place))}
        return [place for place in out if place not in beside] or out


def _crossings(flat: Array, places: Array, width: int) -> Array:
    """The pixels of squares of four from which at least three arms leave: none of the four has so many itself.

    `places` are those of the flat skeleton's pixels.
    """
    square = np.array([0, 1, width, width + 1])
    first = places[(flat[places[:, None] + square[1:]] != 0).all(axis=1)]
    ring = flat[first[:, None] + [y * width + x for x, y in _RING]] != 0
    arms = (ring & ~np.roll(ring, 1, axis=1)).sum(axis=1)
    found: Array = (first[arms > 2][:, None] + square).ravel()
    return found


#: The twelve places around a square of four, clockwise, from its upper left pixel: steps across and down.
_RING = tuple(
    zip((-1, 0, 1, 2, 2, 2, 2, 1, 0, -1, -1, -1), (-1, -1, -1, -1, 0, 1, 2, 2, 2, 2, 1, 0), strict=True)
)


def _runs(skeleton: Mask, places: Array, arms: Array) -> tuple[dict[int, Array], Array]:
    """Plain stretches of the skeleton, well away from its forks: their pixels in order, by their first pixel,
    each once from either end; and which pixels of the flat picture lie in such a stretch.

    OpenCV walks along them; so only what is near forks must be walked here.
    """
    forks, plain = np.zeros((2, skeleton.size), np.uint8)
    forks[places[arms != 2]] = plain[places[arms == 2]] = 255
    shape, width = skeleton.shape, skeleton.shape[1]
    near = cv2.dilate(forks.reshape(shape), np.ones((5, 5), np.uint8))
    mask = without(plain.reshape(shape), near)
    found: dict[int, Array] = {}
    inner = np.zeros(skeleton.size, bool)
    for contour in cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)[0]:
        run = _one_way(contour[:, 0, 1].astype(np.int64) * width + contour[:, 0, 0])
        if len(run) > 3:
            found[int(run[0])], found[int(run[-1])] = run, run[::-1]
            inner[run[1:-1]] = True
    return found, inner


def _one_way(contour: Array) -> Array:
    """The pixels of a thin open chain from end to end, of its contour, which runs there and back; none where
    it is no such chain."""
    turns = np.flatnonzero(
        np.concatenate([contour[-1:], contour[:-1]]) == np.concatenate([contour[1:], contour[:1]])
    )
    if len(turns) != 2:
        return contour[:0]
    there: Array = contour[turns[0] : turns[1] + 1]
    return there


def _arms(code: int) -> int:
    """How many arms leave a pixel: neighbours that touch each other are of one arm."""
    bits = [code >> i & 1 for i in range(8)]
    return sum(bits[i] > bits[i - 1] for i in range(8))


_ARMS = np.array([_arms(code) for code in range(256)])
