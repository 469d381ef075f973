"""Networks as plain graphs, so that the true one and the one that was read can be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from dlc.frontends.figure.drawing import Area
from dlc.ir import Input, Net, Node, Op
from dlc.simulate.truth import INPUT, Layer, Truth
from dlc.types import Type


@attrs.frozen
class Vertex:
    """A layer or an input: what is stated of it (truth) or was read.

    `labels` are the words by which it may be known: its name and the text it was read from, normalised.
    `shared` is the text of a box that shows other layers too, of which a part may be this one's. `area` is
    where it is in the picture.
    """

    op: str
    attrs: Mapping[str, Any]
    size: tuple[Any, ...] | None
    labels: frozenset[str]
    area: Area | None = None
    shared: str = ""

    def is_called(self, labels: frozenset[str]) -> bool:
        """Whether labels that were read name it; where nothing is written, any will do."""
        if not self.labels or self.labels & labels:
            return True
        return any(len(label) > 1 and label in self.shared for label in labels)


@attrs.frozen
class Graph:
    """Vertices, and for each the set of those that feed it."""

    vertices: tuple[Vertex, ...]
    sources: tuple[frozenset[int], ...]

    @property
    def edges(self) -> frozenset[tuple[int, int]]:
        """All pairs of a vertex and one that it feeds."""
        return frozenset((s, t) for t, sources in enumerate(self.sources) for s in sources)


def normal(text: str) -> str:
    """A label as it is compared: without spaces and line breaks, and with one sign for times."""
    return "".join(text.replace("×", "x").split())


def of_truth(truth: Truth) -> Graph:
    """The graph of what a picture shows."""
    at = {layer.name: number for number, layer in enumerate(truth.layers)}
    texts: dict[str, list[str]] = {}
    areas: dict[str, Area] = {}
    shared: dict[str, str] = {}
    for item in truth.items:
        for name in item.layers:
            texts.setdefault(name, []).append(item.text)
            areas.setdefault(name, truth.drawing.boxes[item.box].area)
            if len(item.layers) > 1:
                shared[name] = normal(item.text)
    vertices = tuple(
        attrs.evolve(
            _shown(layer, texts.get(layer.name, ()), areas.get(layer.name)),
            shared=shared.get(layer.name, ""),
        )
        for layer in truth.layers
    )
    sources = tuple(frozenset(at[i] for i in layer.inputs) for layer in truth.layers)
    return Graph(vertices, sources)


def _shown(layer: Layer, texts: Sequence[str], area: Area | None) -> Vertex:
    labels = frozenset(normal(text) for text in (layer.label or "", *texts) if text)
    return Vertex(layer.op, layer.attrs, layer.size, labels, area)


def of_nets(nets: Sequence[Net], with_inputs: bool, scale: float = 1.0) -> Graph:
    """One graph of all networks that were read.

    Layers that the reader only inferred are passed through; so are inputs unless `with_inputs`. `scale`
    turns the reader's unit into the truth's.
    """
    builder = _Builder(with_inputs, scale)
    for net in nets:
        builder.add(net)
    return Graph(tuple(builder.vertices), tuple(builder.sources))


class _Builder:
    def __init__(self, with_inputs: bool, scale: float) -> None:
        self.with_inputs = with_inputs
        self.scale = scale
        self.vertices: list[Vertex] = []
        self.sources: list[frozenset[int]] = []

    def add(self, net: Net) -> None:
        """Append a net; nodes may stand in any order."""
        made: dict[str, int | None] = {i.name: self.input(i) for i in net.inputs}
        for node in net.body:
            made[node.name] = None if node.inferred else self.vertex(node)
        nodes = {node.name: node for node in net.body}
        for node in net.body:
            number = made[node.name]
            if number is not None:
                self.sources[number] = frozenset(_reach(node, nodes, made))

    def input(self, given: Input) -> int | None:
        if not self.with_inputs:
            return None
        return self.put(INPUT, {}, given.type, given)

    def vertex(self, node: Node) -> int:
        if not isinstance(node.op, Op):
            return self.put("opaque", {"type": type(node.op).__name__}, node.type, node)
        return self.put(node.op.op_name, node.op.attributes(), node.type or node.declared, node)

    def put(self, op: str, stated: Mapping[str, Any], kind: Type | None, thing: Input | Node) -> int:
        origin = thing.origin
        words = (thing.name, origin.text if origin and origin.text else "")
        box = origin.bbox if origin else None
        area = None if box is None else tuple(v * self.scale for v in box)
        size = tuple(kind.shape) if kind is not None else None
        labels = frozenset(normal(word) for word in words if word)
        self.vertices.append(Vertex(op, stated, size, labels, area))  # type: ignore[arg-type]
        self.sources.append(frozenset())
        return len(self.vertices) - 1


def _reach(node: Node, nodes: Mapping[str, Node], made: Mapping[str, int | None]) -> set[int]:
    """The vertices that feed a node, through what has none."""
    found: set[int] = set()
    seen: set[str] = set()
    waiting = list(node.inputs)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        number = made.get(name)
        if number is not None:
            found.add(number)
        elif name in nodes:
            waiting += nodes[name].inputs
    return found
