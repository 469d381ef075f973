"""How far a reading of a figure is to be trusted: which graphs are networks at all, and how sure each is."""

from __future__ import annotations

from dlc.frontends.figure.classify.judge import LEAST
from dlc.frontends.figure.network.graph import MERGES, Graph, Vertex, merges, ordered
from dlc.frontends.figure.network.reading import Role
from dlc.frontends.figure.network.recurrent import RECURRENT

#: Layers that a figure must name to be a network against the verdict on it.
_MANY = 4
#: Graphs of which less is sure are none.
_LEAST_SURE = 0.2
#: How much an arrow that leads back takes of the confidence that one forwards gives.
_BACK = 2.0


def credible(graph: Graph, likely: float) -> bool:
    """Whether a graph is a network and not a diagram of something else with a word of layers in it."""
    named, layers, joined = _counts(graph)
    if not (_is_plain(graph) or _is_drawn(graph)) or confidence(graph, likely) < _LEAST_SURE:
        return False
    if likely >= LEAST:
        return named >= 0.3 * layers
    return named >= _MANY and named >= 0.6 * layers and joined >= named - 1


def _is_drawn(graph: Graph) -> bool:
    """Whether nearly all lines have heads."""
    return sum(arc.sure for arc in graph.arcs) >= 0.8 * len(graph.arcs)


def _is_plain(graph: Graph) -> bool:
    """Whether anything but signs of addition and the like names a layer."""
    return any(arc.steps for arc in graph.arcs) or any(
        step.op not in MERGES or len(step.text) > 2
        for vertex in graph.vertices.values()
        if vertex.reading.known
        for step in vertex.reading.steps
    )


def confidence(graph: Graph, likely: float) -> float:
    """How sure it is that a graph was read rightly, 0..1."""
    named, layers, _ = _counts(graph)
    drawn = sum(arc.sure for arc in graph.arcs) / len(graph.arcs) if graph.arcs else 0.5
    known = named / (layers + max(0, _blank(graph) - named)) if layers else 0.0
    words = [v.reading.confidence for v in graph.vertices.values() if v.reading.role is Role.LAYERS]
    read = sum(words) / len(words) if words else 0.8
    sure = max(0.05, min(1.0, likely)) ** 0.3 * (0.4 + 0.6 * known) * (0.6 + 0.4 * drawn) * read
    return round(float(sure) * _runs_on(graph), 3)


def _blank(graph: Graph) -> int:
    """The things that nothing is told of, in the midst of a graph; as many as layers may be the maps between."""
    inner = {arc.source for arc in graph.arcs if not arc.steps} & {
        arc.target for arc in graph.arcs if not arc.steps
    }
    values = (graph.vertices[key] for key in inner if graph.vertices[key].reading.role is Role.VALUE)
    return sum(not (vertex.joint or vertex.text or vertex.size) for vertex in values)


def _runs_on(graph: Graph) -> float:
    """What is left of the confidence by how many drawn arrows lead back: a loop of steps is no network, 0..1.

    Those of recurrent layers, which they close by themselves, do not count.
    """
    kept = set(ordered(graph)[1].arcs)
    back = sum(arc.sure and arc not in kept and not _recurs(graph.vertices[arc.target]) for arc in graph.arcs)
    return max(0.0, 1 - _BACK * back / len(graph.arcs)) if back else 1.0


def _recurs(vertex: Vertex) -> bool:
    return any(step.op in RECURRENT for step in vertex.reading.steps)


def _counts(graph: Graph) -> tuple[int, int, int]:
    """Layers whose words name one, all layers, and arcs between layers."""
    vertices = graph.vertices
    layers = [v for v in vertices.values() if v.reading.role is Role.LAYERS]
    written = sum(len(arc.steps) for arc in graph.arcs)
    named = sum(v.reading.known or merges(v) for v in layers) + written
    keys = {v.key for v in layers}
    joined = sum(arc.source in keys or arc.target in keys or bool(arc.steps) for arc in graph.arcs)
    return named, len(layers) + written, joined
