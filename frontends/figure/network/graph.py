"""A figure as a graph of readings: vertices with layers or values, arcs with what is written beside them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

import attrs

from dlc.frontends.figure.drawing import Area
from dlc.frontends.figure.geometry import hull
from dlc.frontends.figure.network.reading import Reading, Role
from dlc.frontends.groups import Groups
from dlc.frontends.phrases import Phrase
from dlc.frontends.table.design.sizes import Size


@attrs.frozen
class Vertex:
    """A thing, or a place where lines meet, with what its words say.

    `key` is its number in the wiring; `area` and `text` say where it was read. `size` is a size that
    stands beside it. `sign` tells of an operator's small circle. `parent` is the group that holds it.
    """

    key: int
    reading: Reading
    area: Area
    text: str = ""
    size: Size | None = None
    joint: bool = False
    parent: int = -1
    after: tuple[Phrase, ...] = ()


@attrs.frozen
class Arc:
    """A directed link; `steps` are layers written beside it, `sure` whether its direction is drawn."""

    source: int
    target: int
    steps: tuple[Phrase, ...] = ()
    sure: bool = True
    straight: bool = True


@attrs.frozen
class Graph:
    """Vertices by key, and the arcs between them; `notes` tell what was guessed or left out."""

    vertices: dict[int, Vertex]
    arcs: tuple[Arc, ...]
    notes: tuple[str, ...] = ()

    def into(self, key: int) -> list[Arc]:
        """The arcs that end at a vertex, in order."""
        return [arc for arc in self.arcs if arc.target == key]

    def out_of(self, key: int) -> list[Arc]:
        """The arcs that begin at a vertex."""
        return [arc for arc in self.arcs if arc.source == key]

    def area(self) -> Area:
        """The hull of all vertices."""
        return hull(vertex.area for vertex in self.vertices.values())

    def with_arcs(self, arcs: Iterable[Arc]) -> Graph:
        """The graph with other arcs, each once."""
        kept: dict[tuple[int, int, tuple[Phrase, ...]], Arc] = {}
        for arc in arcs:
            if arc.source != arc.target:
                kept.setdefault((arc.source, arc.target, arc.steps), arc)
        return attrs.evolve(self, arcs=tuple(kept.values()))


def without_joints(graph: Graph) -> Graph:
    """Without joints that only pass one value on, and without those from which nothing comes or goes."""
    return _Joints(graph).gone()


class _Joints:
    """Takes joints out of one graph, with the arcs of each vertex at hand."""

    def __init__(self, graph: Graph) -> None:
        self._vertices = dict(graph.vertices)
        self._notes = graph.notes
        self._arcs = dict(enumerate(graph.arcs))
        self._count = len(self._arcs)
        self._into: dict[int, set[int]] = {key: set() for key in graph.vertices}
        self._out: dict[int, set[int]] = {key: set() for key in graph.vertices}
        for number, arc in self._arcs.items():
            self._note(number, arc)

    def gone(self) -> Graph:
        waiting = [key for key, vertex in self._vertices.items() if vertex.joint]
        while waiting:
            key = waiting.pop(0)
            if key in self._vertices and self._may_go(key):
                near = self._near(key)
                self._take_out(key)
                waiting += [other for other in near if other not in waiting]
        arcs = [self._arcs[number] for number in sorted(self._arcs)]
        return Graph(self._vertices, (), self._notes).with_arcs(arcs)

    def _note(self, number: int, arc: Arc) -> None:
        self._into[arc.target].add(number)
        self._out[arc.source].add(number)

    def _near(self, key: int) -> list[int]:
        """The joints next to a vertex, which may go once it is gone."""
        ends = {self._arcs[n].source for n in self._into[key]} | {
            self._arcs[n].target for n in self._out[key]
        }
        return sorted(end for end in ends if end != key and self._vertices[end].joint)

    def _may_go(self, key: int) -> bool:
        into = [self._arcs[n] for n in self._into[key]]
        out = [self._arcs[n] for n in self._out[key]]
        if len({arc.source for arc in into}) > 1 and not _all_merges(out, self._vertices):
            return False
        # otherwise something comes in from outside the figure, or leaves it
        return bool(into and out) or not (out or any(arc.steps for arc in into))

    def _take_out(self, key: int) -> None:
        into = [self._arcs[n] for n in sorted(self._into[key])]
        out = [self._arcs[n] for n in sorted(self._out[key])]
        for number in self._into.pop(key) | self._out.pop(key):
            arc = self._arcs.pop(number)
            self._into.get(arc.target, set()).discard(number)
            self._out.get(arc.source, set()).discard(number)
        del self._vertices[key]
        for arc in (_through(one, other) for one in into for other in out):
            if arc.source != arc.target and key not in (arc.source, arc.target):
                self._count += 1
                self._arcs[self._count] = arc
                self._note(self._count, arc)


def _all_merges(out: Sequence[Arc], vertices: dict[int, Vertex]) -> bool:
    """Whether all that leaves a joint goes to layers that merge by themselves."""
    targets = [vertices[arc.target] for arc in out]
    return bool(targets) and all(merges(vertex) for vertex in targets)


def merges(vertex: Vertex) -> bool:
    """Whether a vertex's first layer takes several inputs."""
    steps = vertex.reading.steps
    return bool(steps) and steps[0].op in MERGES


MERGES = frozenset(
    ("add", "subtract", "multiply", "average", "maximum", "minimum", "concat", "dot", "attention")
)


def _through(one: Arc, other: Arc) -> Arc:
    return Arc(
        one.source,
        other.target,
        one.steps + other.steps,
        one.sure and other.sure,
        one.straight and other.straight,
    )


def components(graph: Graph) -> list[Graph]:
    """The parts of a graph that hang together, from the left and the top; single vertices too."""
    keys = list(graph.vertices)
    place = {key: index for index, key in enumerate(keys)}
    groups = Groups(len(keys))
    for arc in graph.arcs:
        groups.join(place[arc.source], place[arc.target])
    parts = [{keys[i]: graph.vertices[keys[i]] for i in part} for part in groups.sets()]
    made = [Graph(own, tuple(a for a in graph.arcs if a.source in own)) for own in parts]
    return sorted(made, key=lambda part: (round(part.area()[0] / 40), part.area()[1]))


def ordered(graph: Graph) -> tuple[list[int], Graph]:
    """Keys in an order in which sources come first, and the graph without the arcs that close a circle."""
    arcs = list(graph.arcs)
    while True:
        order, left = _topological(graph.vertices, arcs)
        if not left:
            return order, graph.with_arcs(arcs)
        inside = [arc for arc in arcs if arc.source in left and arc.target in left]
        doubtful = [arc for arc in inside if not arc.sure] or _closing(left, inside) or inside
        arcs.remove(doubtful[0])


def _topological(vertices: dict[int, Vertex], arcs: Sequence[Arc]) -> tuple[list[int], set[int]]:
    """An order in which sources come first, of those ready the topmost, then the leftmost; and what is left."""
    waiting = dict.fromkeys(vertices, 0)
    out: dict[int, list[int]] = {key: [] for key in vertices}
    for arc in arcs:
        waiting[arc.target] += 1
        out[arc.source].append(arc.target)
    ready = [(_place(vertices[key]), key) for key, count in waiting.items() if count == 0]
    heapq.heapify(ready)
    order: list[int] = []
    while ready:
        _, key = heapq.heappop(ready)
        order.append(key)
        for target in out[key]:
            waiting[target] -= 1
            if waiting[target] == 0:
                heapq.heappush(ready, (_place(vertices[target]), target))
    return order, set(vertices) - set(order)


def _place(vertex: Vertex) -> tuple[float, float]:
    return vertex.area[1], vertex.area[0]


def _closing(left: set[int], arcs: Sequence[Arc]) -> list[Arc]:
    """Arcs that lead back to a vertex on the way from which they come."""
    seen: set[int] = set()
    path: list[int] = []

    def visit(key: int) -> Arc | None:
        seen.add(key)
        path.append(key)
        for arc in arcs:
            if arc.source != key:
                continue
            if arc.target in path:
                return arc
            if arc.target not in seen and (found := visit(arc.target)) is not None:
                return found
        path.pop()
        return None

    for key in sorted(left):
        if key not in seen and (found := visit(key)) is not None:
            return [found]
    return []


def is_source(vertex: Vertex) -> bool:
    """Whether a vertex from which nothing comes stands for what the network is given."""
    if vertex.joint or vertex.reading.role in (Role.INPUT, Role.VALUE, Role.OUTPUT, Role.NOTHING):
        return True
    steps = vertex.reading.steps
    return len(steps) == 1 and (steps[0].op in MERGES - {"attention"} or steps[0].op in _PASSING)


_PASSING = frozenset(("relu", "relu6", "leaky_relu", "prelu", "elu", "sigmoid", "tanh", "linear", "dropout"))
