"""Nets that repeat themselves: a few patterns, used again and again with other numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
from hypothesis import strategies as st

from dlc.ir import Input, Module, Net, Node, Origin
from dlc.layers import build
from dlc.passes.check import check
from dlc.types import HOLE, image

Draw = Any

_NUMBERS: dict[str, dict[str, Sequence[Any]]] = {
    "conv2d": {"filters": (4, 8), "kernel": (1, 3, (1, 3)), "stride": (1, 1, 2), "bias": (True, False)},
    "depthwise_conv2d": {"kernel": (1, 3), "dilation": (1, 2)},
    "dropout": {"rate": (0.1, 0.5)},
    "batchnorm": {"scale": (True, False)},
    "relu": {},
    "leaky_relu": {"slope": (0.1, 0.3)},
    "maxpool2d": {"kernel": (1, 3), "stride": (1, 2)},
}
_PADDED = ("conv2d", "depthwise_conv2d", "maxpool2d")
_KEEPING = tuple(name for name in _NUMBERS if name not in ("conv2d", "maxpool2d"))


@attrs.frozen
class Pattern:
    """Chains of layers beside one another, and the layer that joins them (empty for one chain)."""

    chains: tuple[tuple[str, ...], ...]
    join: str = ""


@attrs.define
class _Writer:
    draw: Draw
    nodes: list[Node]
    channels: int = 4

    def pattern(self, pattern: Pattern, source: str, numbers: Sequence[int]) -> str:
        """The layers of a pattern after `source`; `numbers` choose among the values of attributes."""
        wanted = iter(numbers)
        ends = []
        before = self.channels
        for chain in pattern.chains:
            self.channels = before
            end = source
            for name in chain:
                end = self.layer(name, (end,), next(wanted))
            if pattern.join == "add" and self.channels != before:
                end = self.put("conv2d", (end,), filters=before, kernel=1)
                self.channels = before
            ends.append((end, self.channels))
        if not pattern.join:
            return ends[0][0]
        sources = (*(end for end, _ in ends), *((source,) if pattern.join == "add" else ()))
        if len(sources) == 1:
            return sources[0]
        self.channels = sum(count for _, count in ends) if pattern.join == "concat" else before
        return self.put(pattern.join, sources)

    def layer(self, name: str, sources: tuple[str, ...], number: int) -> str:
        values = {key: choices[number % len(choices)] for key, choices in _NUMBERS[name].items()}
        if name in _PADDED:
            values["padding"] = "same"
        self.channels = values.get("filters", self.channels)
        return self.put(name, sources, **values)

    def put(self, name: str, sources: tuple[str, ...], **values: Any) -> str:
        self.nodes.append(Node(f"v{len(self.nodes)}", build(name, values), sources))
        return self.nodes[-1].name


@st.composite
def repeating_nets(draw: Draw, marks: bool = True) -> Net:
    """Valid nets of one to three patterns in rows; with `marks`, with declared types, origins, confidences,
    several outputs, and layers in any order."""
    patterns = draw(st.lists(_patterns(), min_size=1, max_size=3))
    writer = _Writer(draw, [])
    value = "image"
    for _ in range(draw(st.integers(1, 4))):
        pattern = draw(st.sampled_from(patterns))
        numbers = draw(st.lists(st.integers(0, 2), min_size=12, max_size=12))
        for _ in range(draw(st.integers(1, 4))):
            value = writer.pattern(pattern, value, numbers)
            if draw(st.integers(0, 3)) == 0:
                numbers = draw(st.lists(st.integers(0, 2), min_size=12, max_size=12))
    inputs = (Input("image", image(16, 16, 4)),)
    net = Net("net", inputs, tuple(writer.nodes), (value,))
    return _marked(draw, net) if marks else net


def _patterns() -> st.SearchStrategy[Pattern]:
    chain = st.lists(st.sampled_from(tuple(_NUMBERS)), min_size=1, max_size=4).map(tuple)
    keeping = st.lists(st.sampled_from((*_KEEPING, "relu")), min_size=1, max_size=4).map(tuple)
    alone = st.builds(lambda c: Pattern((c,)), chain)
    added = st.builds(lambda cs: Pattern(tuple(cs), "add"), st.lists(keeping, min_size=1, max_size=2))
    joined = st.builds(lambda cs: Pattern(tuple(cs), "concat"), st.lists(keeping, min_size=2, max_size=3))
    return alone | added | joined


def _marked(draw: Draw, net: Net) -> Net:
    types = check(Module(nets=(net,))).module.nets[0].types()
    body = []
    for node in net.body:
        chance = draw(st.integers(0, 9))
        origin = Origin(page=chance, kind="table", number="1", row=draw(st.integers(1, 3)))
        body.append(
            attrs.evolve(
                node,
                declared=types[node.name] if chance == 1 else None,
                origin=origin if chance in (2, 3) else None,
                confidence=chance / 10 if chance > 7 else None,
            )
        )
    more = draw(st.lists(st.sampled_from(body), max_size=2)) if draw(st.booleans()) else []
    outputs = dict.fromkeys([*net.outputs, *(node.name for node in more)])
    order = draw(st.permutations(body)) if draw(st.booleans()) else body
    return attrs.evolve(net, body=tuple(order), outputs=tuple(outputs))


@st.composite
def punched(draw: Draw, net: Net) -> Net:
    """A valid net with some numbers forgotten, and with the types of some values declared."""
    types = check(Module(nets=(net,))).module.nets[0].types()
    body = []
    for node in net.body:
        names = [name for name, value in node.layer.attributes().items() if not isinstance(value, str)]
        gone = draw(st.lists(st.sampled_from(names), max_size=2)) if names else []
        values = {**node.layer.attributes(), **dict.fromkeys(gone, HOLE)}
        declared = types[node.name] if draw(st.booleans()) else None
        body.append(attrs.evolve(node, op=build(node.layer.op_name, values), declared=declared))
    return attrs.evolve(net, body=tuple(body))
