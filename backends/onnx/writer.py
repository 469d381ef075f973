"""Writes a net as ONNX operations: names, layouts of tensors, constants and weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from dlc.backends import stored
from dlc.backends.base import Differences
from dlc.backends.onnx.graph import Constant, Fill, Operation, Weight
from dlc.backends.onnx.values import Layout, Value, axes, between
from dlc.backends.orders import Order, any_order
from dlc.backends.parameters import Parameter, parameters
from dlc.ir import Net, Node
from dlc.passes.names import Names
from dlc.passes.structure import topological
from dlc.types import Kind, Type

# Layers before which He's initialisation keeps the variance (He et al. 2015); else Glorot's.
_RECTIFIERS = frozenset({"relu", "relu6", "leaky_relu", "prelu", "elu", "batchnorm"})


class Writer:
    """Collects the operations of one net; rules call it.

    `values` says for every value of the net which tensor holds it, and how. `weights` are the initialisers
    that hold parameters, each once, by name.
    """

    def __init__(self, net: Net, differences: Differences) -> None:
        order = topological(net.body)
        if order is None:
            raise ValueError(f"net {net.name} has a cycle: it was not checked")
        self.net = net
        self.differences = differences
        self.order: Sequence[Node] = order
        self.operations: list[Operation] = []
        self.constants: dict[str, Constant | Fill] = {}
        self.weights: dict[str, Weight] = {}
        self.values: dict[str, Value] = {}
        self.takes_any_order = any_order(order, net.outputs)
        self._types = net.types()
        self._readers = net.consumers()
        self._names = Names({i.name for i in net.inputs} | {n.name for n in net.body})
        self._turned: dict[tuple[str, Layout], Value] = {}
        self._named: dict[tuple[str, str], str] = {}
        self._layer = ""

    def begin(self, node: Node) -> None:
        """What is appended from now on belongs to this layer."""
        self._layer = node.name

    def fresh(self, base: str) -> str:
        """A name that no tensor has yet: `base`, else `base_2`, ..."""
        return self._names.fresh(base)

    # Operations.

    def step(self, kind: str, base: str, *inputs: str, **attributes: Any) -> str:
        """Append a helping operation whose result is called `base` (made unique); the result."""
        name = self.fresh(base)
        self.operations.append(Operation(kind, inputs, (name,), attributes, self._layer))
        return name

    def several(self, kind: str, inputs: Sequence[str], results: Sequence[str], **attributes: Any) -> None:
        """Append an operation with these results, which must be fresh or empty."""
        self.operations.append(Operation(kind, tuple(inputs), tuple(results), attributes, self._layer))

    def result(
        self, node: Node, layout: Layout, kind: str, *inputs: str, order: Order = (), **attributes: Any
    ) -> Value:
        """Append the operation that gives a node's value, in a tensor of the node's own name."""
        self.operations.append(Operation(kind, inputs, (node.name,), attributes, self._layer))
        return Value(node.name, layout, type_of(node), order)

    def apply(self, node: Node, kind: str, x: Value, *more: str, **attributes: Any) -> Value:
        """As `result`, of one value, whose layout and order stay."""
        return self.result(node, x.layout, kind, x.tensor, *more, order=x.order, **attributes)

    # Constants and weights.

    def whole(self, base: str, values: Sequence[int], shape: tuple[int, ...] | None = None) -> str:
        """An int64 constant, a list unless a shape is given."""
        return self._constant(base, tuple(map(int, values)), shape)

    def real(self, base: str, values: Sequence[float], shape: tuple[int, ...] | None = None) -> str:
        """A float32 constant, a list unless a shape is given."""
        return self._constant(base, tuple(map(float, values)), shape)

    def number(self, base: str, value: float) -> str:
        """A float32 scalar."""
        return self.real(base, (value,), ())

    def _constant(self, base: str, values: tuple[Any, ...], shape: tuple[int, ...] | None) -> str:
        name = self.fresh(base)
        self.constants[name] = Constant(name, values, (len(values),) if shape is None else shape)
        return name

    def fill(self, base: str, value: float, count: int) -> str:
        """A vector of one number."""
        name = self.fresh(base)
        self.constants[name] = Fill(name, value, (count,))
        return name

    def weight(self, node: Node, role: str, placing: stored.Placing = stored.whole) -> str:
        """The initialiser for a parameter of a node, or of the node whose weights it shares."""
        return self.weights_of(node, (role,), placing, role)

    def weights_of(self, node: Node, roles: Sequence[str], placing: stored.Placing, word: str) -> str:
        """The initialiser `word` for several parameters of a node, one after the other."""
        owner = node.shares or node.name
        if (owner, word) not in self._named:
            name = self._named[owner, word] = self.fresh(f"{owner}.{word}")
            held = {p.role: p for p in self.parameters(node)}
            parts = tuple(held[role] for role in roles)
            tensor = stored.joined([placing((name,), owner, part) for part in parts])
            self.weights[name] = Weight(name, owner, parts, tensor, self._is_rectified(node))
        return self._named[owner, word]

    def parameters(self, node: Node) -> tuple[Parameter, ...]:
        """The node's parameters, in the language's layout."""
        return parameters(node, [self.type(name) for name in node.inputs])

    def _is_rectified(self, node: Node) -> bool:
        return any(r.layer.op_name in _RECTIFIERS for r in self._readers.get(node.name, ()))

    def type(self, name: str) -> Type:
        """The type of a value of the net."""
        found = self._types[name]
        if found is None:
            raise ValueError(f"{name} has no type: the net was not checked")
        return found

    # Layouts.

    def first(self, x: Value) -> Value:
        """A map, a volume or a sequence with its channels before the space; a vector as it is."""
        return x if x.type.kind in (Kind.VECTOR, Kind.IDS) else self.like(x, Layout.FIRST)

    def last(self, x: Value) -> Value:
        """A value in the language's own order."""
        return self.like(x, Layout.LAST)

    def like(self, x: Value, layout: Layout) -> Value:
        """The value in a layout; each is made once."""
        rank = len(x.shape)
        if x.layout is layout or axes(x.layout, rank) == axes(layout, rank):
            return attrs.evolve(x, layout=layout)
        key = x.tensor, layout
        if key not in self._turned:
            name = f"{x.tensor}.{layout.name.lower()}"
            turned = self.step("Transpose", name, x.tensor, perm=between(x.layout, layout, rank))
            self._turned[key] = Value(turned, layout, x.type)
            self._turned[turned, x.layout] = x
        return attrs.evolve(self._turned[key], type=x.type)


def type_of(node: Node) -> Type:
    """A node's type; ValueError where it was not checked."""
    if node.type is None:
        raise ValueError(f"{node.name} has no type: the net was not checked")
    return node.type
