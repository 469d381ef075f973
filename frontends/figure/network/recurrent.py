"""Recurrent layers give a sequence where the next layer takes one, or where the size beside them has two sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from dlc.frontends.figure.network.graph import MERGES, Graph, Vertex
from dlc.frontends.phrases import Phrase

#: Layers whose output comes back to them.
RECURRENT = frozenset(("rnn", "lstm", "gru"))
_TAKING = RECURRENT | {"attention", "flatten", "conv1d", "maxpool1d", "avgpool1d"}
_PASSING = (MERGES - {"attention"}) | {"dropout", "batchnorm", "layernorm", "relu", "tanh", "linear"}


def with_sequences(graph: Graph) -> Graph:
    """The graph whose recurrent layers say whether they give a sequence."""
    vertices = {key: _told(graph, vertex) for key, vertex in graph.vertices.items()}
    return attrs.evolve(graph, vertices=vertices)


def _told(graph: Graph, vertex: Vertex) -> Vertex:
    steps = vertex.reading.steps
    if not any(step.op in RECURRENT for step in steps):
        return vertex
    sized = vertex.size is not None and len(vertex.size) == 2
    made = [
        _in_sequence(step)
        if step.op in RECURRENT and (sized or _is_taken(graph, vertex, steps[index + 1 :]))
        else step
        for index, step in enumerate(steps)
    ]
    return attrs.evolve(vertex, reading=attrs.evolve(vertex.reading, steps=tuple(made)))


def _in_sequence(step: Phrase) -> Phrase:
    return attrs.evolve(step, attributes={"return_sequences": True, **step.attributes})


def _is_taken(graph: Graph, vertex: Vertex, rest: Sequence[Phrase]) -> bool:
    """Whether a layer that takes a sequence follows, with only such between that pass it on."""
    if rest and rest[0].op not in _PASSING:
        return rest[0].op in _TAKING
    if isinstance(vertex.reading.repeat, int) and vertex.reading.repeat > 1:
        return True
    return any(op in _TAKING for op in _next_layers(graph, vertex.key, set()))


def _next_layers(graph: Graph, key: int, seen: set[int]) -> Iterator[str]:
    """The first layers behind a vertex that do more than pass values on."""
    for arc in graph.out_of(key):
        target = graph.vertices[arc.target]
        op = next((s.op for s in (*arc.steps, *target.reading.steps) if s.op not in _PASSING), None)
        if op is not None:
            yield op
        elif target.key not in seen:
            yield from _next_layers(graph, target.key, seen | {target.key})
