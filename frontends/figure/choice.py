"""Which of the graphs of a figure are networks: fragments of a drawing are not, nor is what merely names layers."""

from __future__ import annotations

from collections.abc import Sequence

from dlc.frontends.figure.network.graph import Graph
from dlc.frontends.figure.network.reading import Role
from dlc.frontends.figure.network.trust import credible

#: A figure at least this likely a design is believed with less to show.
_LIKELY = 0.6
#: A figure less likely a design than this shows no network, whatever its words.
HOPELESS = 0.1
#: Graphs of a figure with more than this share of the layers of its largest are no fragments of it.
_SHARE = 0.2
#: Nets of a figure beyond this number are only believed where they have several layers.
_MANY = 6


def networks(graphs: Sequence[Graph], likely: float) -> list[Graph]:
    """The graphs that are networks, `likely` being how likely the figure shows any."""
    if likely < HOPELESS:
        return []
    found = [graph for graph in graphs if credible(graph, likely) and _is_whole(graph, likely)]
    most = max((_layers(graph) for graph in found), default=0)
    least = 3 if len(found) > _MANY else 1
    return [graph for graph in found if _layers(graph) >= max(least, min(3, _SHARE * most))]


def _is_whole(graph: Graph, likely: float) -> bool:
    """Whether a graph leads from something to something else through layers."""
    layers = _layers(graph)
    if layers == 1:
        return likely >= _LIKELY and _passes(graph)
    return bool(graph.arcs) and (likely >= _LIKELY or layers >= 3)


def _passes(graph: Graph) -> bool:
    """Whether a graph of one layer shows that something goes in and comes out, one of them by name."""
    sources, targets = {arc.source for arc in graph.arcs}, {arc.target for arc in graph.arcs}
    ends = [graph.vertices[key] for key in sources ^ targets]
    named = any(v.reading.role is not Role.LAYERS and v.text and not v.joint for v in ends)
    return bool(sources - targets) and bool(targets - sources) and len(graph.arcs) >= 2 and named


def _layers(graph: Graph) -> int:
    """How many layers stand in a graph: in boxes, and written beside arrows."""
    boxes = sum(len(v.reading.steps) for v in graph.vertices.values() if v.reading.role is Role.LAYERS)
    return (
        boxes + sum(len(arc.steps) for arc in graph.arcs) + sum(len(v.after) for v in graph.vertices.values())
    )
