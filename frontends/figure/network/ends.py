"""What stands before and behind a network in the figure of a whole method is no part of it."""

from __future__ import annotations

import re

import attrs

from dlc.frontends.figure.network.graph import Graph, Vertex
from dlc.frontends.figure.network.reading import Reading, Role

#: A name with such a word is a part of a network that is defined elsewhere.
_PART = re.compile(
    r"\b(?:blocks?|layers?|modules?|nets?|networks?|units?|stages?|cells?|heads?|stem|trunk|backbone|encod\w+"
    r"|decod\w+|\w*net(?:-?\d+)?|residual|attention|inception\w*|bottleneck|pyramid|generators?"
    r"|discriminators?|classifiers?|extractors?|cnns?|rnns?|lstms?|mlps?|subnet\w*|branch)\b",
    re.I,
)
#: So many layers, and so large a share of all, must be named before unknown ends are cut off.
_LEAST, _SHARE = 3, 0.6


def trimmed(graph: Graph) -> Graph:
    """The graph whose unnamed boxes before the first and behind the last layer only pass values on."""
    layers = [v for v in graph.vertices.values() if v.reading.role is Role.LAYERS]
    named = [v for v in layers if v.reading.known]
    if len(named) < _LEAST or len(named) < _SHARE * len(layers):
        return graph
    passing: set[int] = set()
    for _ in layers:
        more = {v.key for v in layers if v.key not in passing and _is_end(graph, v, passing)}
        if not more:
            break
        passing |= more
    vertices = {
        key: attrs.evolve(v, reading=Reading(Role.VALUE)) if key in passing else v
        for key, v in graph.vertices.items()
    }
    return attrs.evolve(graph, vertices=vertices)


def _is_end(graph: Graph, vertex: Vertex, passing: set[int]) -> bool:
    """Whether an unnamed box has no layers on one of its sides."""
    if vertex.reading.known or _PART.search(vertex.text):
        return False
    into = graph.into(vertex.key)
    out = graph.out_of(vertex.key)
    before = any(arc.steps or _is_layer(graph, arc.source, passing) for arc in into)
    behind = any(arc.steps or _is_layer(graph, arc.target, passing) for arc in out)
    return (not before and len(out) == 1) or (not behind and len(into) == 1)


def _is_layer(graph: Graph, key: int, passing: set[int]) -> bool:
    vertex = graph.vertices[key]
    return vertex.reading.role is Role.LAYERS and key not in passing
