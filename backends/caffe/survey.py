"""What is known about a net before it is written: who reads what, and in which form they want it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from dlc.backends.caffe.values import Layout
from dlc.backends.orders import ELEMENTWISE, any_order
from dlc.ir import Net, Node
from dlc.passes.structure import topological

RECURRENT = frozenset({"rnn", "lstm", "gru"})
MERGES = frozenset({"add", "subtract", "multiply", "average", "maximum", "minimum", "concat"})
_PADDED = frozenset({"conv1d", "conv2d", "conv3d", "depthwise_conv2d"})
_ROWS = frozenset({"flatten", "dense", "reshape", "permute", "repeat_vector", "dot"})
_ANY_LAYOUT = ELEMENTWISE | MERGES | {"embed", "softmax", "layernorm"}


def is_recurrent(node: Node) -> bool:
    """Whether a layer that was kept as Caffe has it reads a sequence step by step."""
    return node.layer.op_name == "opaque" and node.layer.attributes()["type"] in ("LSTM", "RNN")


class Survey:
    """Facts about a net's values, by name."""

    def __init__(self, net: Net) -> None:
        order = topological(net.body)
        if order is None:
            raise ValueError(f"net {net.name} has a cycle: it was not checked")
        self.order: Sequence[Node] = order
        self.outputs = frozenset(net.outputs)
        self.uses: Counter[str] = Counter(net.outputs)
        for node in order:
            self.uses.update(node.inputs)

    @cached_property
    def layouts(self) -> dict[str, Layout]:
        """The layout in which the first reader of a sequence (or of ids) takes it."""
        wanted: dict[str, Layout] = {}
        for node in reversed(self.order):
            demand = self._demand(node, wanted)
            if demand is not None:
                wanted.update(dict.fromkeys(node.inputs, demand))
        return wanted

    @staticmethod
    def _demand(node: Node, wanted: dict[str, Layout]) -> Layout | None:
        op = node.layer.op_name
        if op in RECURRENT or is_recurrent(node):
            return Layout.STEPS
        if op in _ANY_LAYOUT:
            return wanted.get(node.name)
        return Layout.ROWS if op in _ROWS else Layout.CHANNELS

    @cached_property
    def readers(self) -> dict[str, list[str]]:
        """The layers that read each value."""
        found: dict[str, list[str]] = {}
        for node in self.order:
            for name in node.inputs:
                found.setdefault(name, []).append(node.layer.op_name)
        return found

    def takes_any_order(self, name: str) -> bool:
        """Whether dense layers alone are made of a vector's units: their weights can stand in any order."""
        return self._any_order.get(name, False)

    @cached_property
    def _any_order(self) -> dict[str, bool]:
        return any_order(self.order, self.outputs)

    def padded_by_readers(self, name: str) -> bool:
        """Whether all readers of a value are convolutions that can pad it with more zeros themselves."""
        return self._padded.get(name, False)

    @cached_property
    def _padded(self) -> dict[str, bool]:
        found: dict[str, bool] = dict.fromkeys(self.outputs, False)
        for node in self.order:
            attributes = node.layer.attributes()
            fine = node.layer.op_name in _PADDED and attributes["padding"] != "same"
            for name in node.inputs:
                found[name] = fine and found.get(name, True)
        return found
