"""What is right, missing and too much in the reading of one picture."""

from __future__ import annotations

import attrs

from dlc.evaluate import graph
from dlc.evaluate.align import Pairs, align
from dlc.evaluate.drawn import boxes_found, labels_found
from dlc.evaluate.equal import attrs_right, size_right, stated
from dlc.evaluate.graph import Graph, Vertex
from dlc.evaluate.reader import Reading
from dlc.simulate.truth import INPUT, Truth


@attrs.frozen
class Count:
    """How many there are in truth, how many were read, and how many of these are right."""

    true: int = 0
    read: int = 0
    right: int = 0

    @property
    def accuracy(self) -> float:
        """1 where all were read and nothing else; missing and superfluous ones lower it alike."""
        most = max(self.true, self.read)
        return self.right / most if most else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 1 where there is nothing."""
        both = self.true + self.read
        return 2 * self.right / both if both else 1.0

    def __add__(self, other: Count) -> Count:
        return Count(self.true + other.true, self.read + other.read, self.right + other.right)


@attrs.frozen
class Measures:
    """All counts of one picture. Of hyper-parameters and sizes those count that the picture states."""

    layers: Count
    edges: Count
    attributes: Count
    sizes: Count
    triples: Count
    boxes: Count | None = None  # of the drawing, where the reader tells what it saw
    labels: Count | None = None

    @property
    def exact(self) -> bool:
        """Whether the network is the true one: every layer, edge, stated hyper-parameter, and no other."""
        counts = (self.layers, self.edges, self.attributes, self.sizes)
        return all(c.right == c.true for c in counts) and all(
            c.read == c.true for c in (self.layers, self.edges)
        )


def measure(truth: Truth, reading: Reading, scale: float = 1.0) -> Measures:
    """Compare; `scale` turns the reader's unit of length into the truth's."""
    true = graph.of_truth(truth)
    with_inputs = any(layer.op == INPUT for layer in truth.layers)
    read = graph.of_nets(reading.nets, with_inputs, scale)
    pairs = align(true, read)
    seen = reading.drawing
    return Measures(
        Count(len(true.vertices), len(read.vertices), len(pairs)),
        _edges(true, read, pairs),
        _attributes(true, read, pairs),
        _sizes(true, read, pairs),
        _triples(true, read),
        None if seen is None else Count(*boxes_found(truth, seen, scale)),
        None if seen is None else Count(*labels_found(truth, seen, scale)),
    )


def _edges(true: Graph, read: Graph, pairs: Pairs) -> Count:
    right = sum((pairs.get(s), pairs.get(t)) in read.edges for s, t in true.edges)
    return Count(len(true.edges), len(read.edges), right)


def _attributes(true: Graph, read: Graph, pairs: Pairs) -> Count:
    total = sum(len(stated(vertex)) for vertex in true.vertices)
    right = sum(attrs_right(true.vertices[i], read.vertices[j]) for i, j in pairs.items())
    return Count(total, total, right)


def _sizes(true: Graph, read: Graph, pairs: Pairs) -> Count:
    sizes = {i: v.size for i, v in enumerate(true.vertices) if v.size is not None}
    right = sum(size_right(size, read.vertices[pairs[i]].size) for i, size in sizes.items() if i in pairs)
    return Count(len(sizes), len(sizes), right)


def _triples(true: Graph, read: Graph) -> Count:
    """Arrows by the words at their ends: right where both ends bear a label of the true ones."""
    left = sorted(_arrows(true), key=lambda ends: not (ends[0].labels and ends[1].labels))
    found = _arrows(read)
    total, right = len(left), 0
    for source, target in found:
        match = next(
            (t for t in left if t[0].is_called(source.labels) and t[1].is_called(target.labels)), None
        )
        if match is not None:
            left.remove(match)
            right += 1
    return Count(total, len(found), right)


def _arrows(graph_: Graph) -> list[tuple[Vertex, Vertex]]:
    """Every edge by its ends; layers that one box shows are not joined by an arrow."""
    ends = ((graph_.vertices[s], graph_.vertices[t]) for s, t in sorted(graph_.edges))
    return [(s, t) for s, t in ends if s.area is None or s.area != t.area]
