"""Activations that are written as several layers, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

import attrs

from dlc.ir import Block, Input, Module, Net, Node, Op
from dlc.layers import build
from dlc.passes.base import Change, Pass, PassResult, over_bodies, readers
from dlc.passes.names import Names

# An activation that is its input times another activation of it: x * gate(x).
GATED = {"silu": "sigmoid", "hard_silu": "hard_sigmoid"}
# One activation after another that one of them does alone: (first, second) -> which.
_CHAINS = {
    ("relu", "relu"): "relu",
    ("relu", "relu6"): "relu6",
    ("relu6", "relu"): "relu6",
    ("relu6", "relu6"): "relu6",
}


@attrs.frozen
class MergeActivations(Pass):
    """Make one activation of layers that together are one.

    Before:

        i = input map[8, 8, 4]
        s = sigmoid(i)
        a = multiply(i, s)
        b = relu(a)
        c = relu6(b)
        output c

    After:

        i = input map[8, 8, 4]
        a = silu(i)
        c = relu6(a)
        output c

    A value times its sigmoid is silu, times its hard sigmoid hard_silu; of relu and relu6 in a row one is
    enough. What is between them must not be read elsewhere, nor have a declared type.
    """

    name: ClassVar[str] = "merge-activations"

    def run(self, module: Module) -> PassResult:
        return over_bodies(module, lambda _: _merged)


@attrs.frozen
class SplitActivations(Pass):
    """Write activations that are a product out, for targets that have no layer for them.

    Before:

        i = input map[8, 8, 4]
        a = silu(i)
        b = hard_silu(a)
        output b

    After:

        i = input map[8, 8, 4]
        a.gate = sigmoid(i)
        a = multiply(i, a.gate)
        b.gate = hard_sigmoid(a)
        b = multiply(a, b.gate)
        output b

    `lacks` names those that are split. In a repeat they stay, so repeats are best written out before.
    """

    name: ClassVar[str] = "split-activations"
    lacks: frozenset[str] = frozenset(GATED)

    def run(self, module: Module) -> PassResult:
        def change(place: Net | Block) -> Change:
            inputs = [i.name if isinstance(i, Input) else i for i in place.inputs]
            names = Names([*inputs, *(node.name for node in place.body)])
            return lambda body, _: [made for node in body for made in self._written_out(node, names)]

        return over_bodies(module, change)

    def _written_out(self, node: Node, names: Names) -> Iterator[Node]:
        op = _name(node)
        if op in GATED and op in self.lacks:
            gate = names.fresh(f"{node.name}.gate")
            yield attrs.evolve(node, name=gate, op=build(GATED[op], {}), declared=None)
            node = attrs.evolve(node, op=build("multiply", {}), inputs=(*node.inputs, gate))
        yield node


def _merged(body: Sequence[Node], kept: frozenset[str]) -> list[Node]:
    uses = readers(body)
    made: dict[str, Node] = {}
    for node in body:
        free = {s: made[s] for s in node.inputs if s in made and _is_between(made[s], uses, kept)}
        joined = _gated(node, free) or _chained(node, free)
        if joined is not None:
            node, gone = joined
            del made[gone]
        made[node.name] = node
    return list(made.values())


def _is_between(node: Node, uses: Mapping[str, int], kept: frozenset[str]) -> bool:
    return uses[node.name] == 1 and node.name not in kept and node.declared is None


def _gated(node: Node, free: Mapping[str, Node]) -> tuple[Node, str] | None:
    """The product of a value and its gate as one activation, and the gate's name."""
    if _name(node) != "multiply" or len(node.inputs) != 2:
        return None
    for value, source in (node.inputs, node.inputs[::-1]):
        gate = free.get(source)
        for whole, factor in GATED.items():
            if gate is not None and _name(gate) == factor and gate.inputs == (value,):
                return attrs.evolve(node, op=build(whole, {}), inputs=(value,)), source
    return None


def _chained(node: Node, free: Mapping[str, Node]) -> tuple[Node, str] | None:
    """The second of two activations doing what both do, and the first one's name."""
    before = free.get(node.inputs[0]) if len(node.inputs) == 1 else None
    whole = _CHAINS.get((_name(before), _name(node))) if before is not None else None
    if before is None or whole is None:
        return None
    return attrs.evolve(node, op=build(whole, {}), inputs=before.inputs), before.name


def _name(node: Node) -> str:
    return node.op.op_name if isinstance(node.op, Op) else ""
