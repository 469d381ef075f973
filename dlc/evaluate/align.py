"""Which layer that was read stands for which true one.

First layers are paired whose whole surroundings are alike (all that leads to them and all that follows),
which pairs everything where the reading is right. What is left is paired by likeness, to which what
stands before and behind contributes, best pairs first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from dlc.evaluate.equal import attrs_right, same_op, stated
from dlc.evaluate.graph import Graph, Vertex
from dlc.frontends.figure.drawing import Area

Pairs = dict[int, int]  # number of the true layer -> number of the one that was read
Matrix = NDArray[np.float64]
_ROUNDS = 5


def align(true: Graph, read: Graph) -> Pairs:
    """The pairs; each layer is in at most one, and the operations of a pair agree."""
    pairs = _alike(true, read)
    left = [i for i in range(len(true.vertices)) if i not in pairs]
    over = sorted(set(range(len(read.vertices))) - set(pairs.values()))
    if left and over:
        pairs |= _by_likeness(true, read, left, over)
    return pairs


def _alike(true: Graph, read: Graph) -> Pairs:
    """Pair layers by surroundings, where there are as many of a kind in both."""
    groups: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, graph in enumerate((true, read)):
        for number, signature in enumerate(_signatures(graph)):
            groups[signature][side].append(number)
    pairs: Pairs = {}
    for here, there in groups.values():
        if len(here) == len(there):
            pairs |= _best((_likeness(true.vertices[i], read.vertices[j]), i, j) for i in here for j in there)
    return pairs


def _signatures(graph: Graph) -> list[int]:
    """A number for each layer that its operation, all that leads to it and all that follows decide."""
    readers: list[set[int]] = [set() for _ in graph.vertices]
    for source, target in graph.edges:
        readers[source].add(target)
    names = [v.op if v.op != "opaque" else "pool" for v in graph.vertices]
    names = ["pool" if "pool" in name else name for name in names]
    down = _spread(names, graph.sources)
    up = _spread(names, readers)
    return [hash(pair) for pair in zip(down, up, strict=True)]


def _spread(names: Sequence[str], before: Sequence[Iterable[int]]) -> list[int]:
    """For each layer a hash of its name and of the hashes of those before it (of a cycle, of the names)."""
    found: dict[int, int] = {}
    waiting = set(range(len(names)))
    while waiting:
        ready = [n for n in waiting if all(b in found for b in before[n])] or list(waiting)
        for number in ready:
            known = sorted(found.get(b, 0) for b in before[number])
            found[number] = hash((names[number], tuple(known)))
        waiting.difference_update(ready)
    return [found[number] for number in range(len(names))]


def _likeness(true: Vertex, read: Vertex) -> float:
    """0 for another operation, else from 0.5: attributes, labels and places raise it."""
    if not same_op(true, read):
        return 0.0
    wanted = len(stated(true))
    share = attrs_right(true, read) / wanted if wanted else 1.0
    label = bool(true.labels & read.labels)
    return 0.5 + 0.3 * share + 0.3 * label + 0.5 * _overlap(true.area, read.area)


def _overlap(one: Area | None, other: Area | None) -> float:
    """The shared part of two areas, of the smaller one; 0 where either is unknown."""
    if one is None or other is None:
        return 0.0
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    least = min(_area(one), _area(other))
    return width * height / least if width > 0 and height > 0 and least > 0 else 0.0


def _area(box: Area) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _by_likeness(true: Graph, read: Graph, left: Sequence[int], over: Sequence[int]) -> Pairs:
    """Pair what is left; the neighbours' likeness flows in over some rounds."""
    base = np.array([[_likeness(t, r) for r in read.vertices] for t in true.vertices])
    score: Matrix = base
    before = _neighbours(true, read, _sources)
    behind = _neighbours(true, read, _targets)
    for _ in range(_ROUNDS):
        support = before(score) + behind(score)
        score = np.where(base > 0, base + 0.4 * support, 0.0)
    return _best((float(score[i, j]), i, j) for i in left for j in over)


def _sources(graph: Graph) -> list[list[int]]:
    return [sorted(sources) for sources in graph.sources]


def _targets(graph: Graph) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in graph.vertices]
    for source, target in sorted(graph.edges):
        found[source].append(target)
    return found


def _neighbours(
    true: Graph, read: Graph, sides: Callable[[Graph], list[list[int]]]
) -> Callable[[Matrix], Matrix]:
    """A function from scores of pairs to how well the pairs' neighbours on one side agree.

    For each true neighbour the best of the read ones counts; where neither layer has one, they agree.
    """
    here, there = sides(true), sides(read)
    share = np.zeros((len(here), len(here)))
    for number, neighbours in enumerate(here):
        share[number, neighbours] = 1 / max(1, len(neighbours))
    none_here = np.array([not n for n in here], dtype=bool)
    none_there = np.array([not n for n in there], dtype=bool)
    ends = 0.5 * np.outer(none_here, none_there)

    def spread(score: Matrix) -> Matrix:
        best = np.zeros_like(score)
        for number, neighbours in enumerate(there):
            if neighbours:
                best[:, number] = score[:, neighbours].max(axis=1)
        made: Matrix = share @ best + ends
        return made

    return spread


def _best(scored: Iterable[tuple[float, int, int]]) -> Pairs:
    """The best pairs, one after another."""
    pairs: Pairs = {}
    taken: set[int] = set()
    for score, i, j in sorted(scored, key=lambda s: (-s[0], s[1], s[2])):
        if score > 0 and i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return pairs
