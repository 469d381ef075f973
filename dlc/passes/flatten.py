"""Inserting flatten where a layer wants a vector and is given a map."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar

import attrs

from dlc.ir import Module, Net, Node, Op
from dlc.layers import build
from dlc.passes.base import Pass, PassResult, over_nets
from dlc.passes.check import infer_types
from dlc.passes.names import Names
from dlc.types import Kind, Type, signatures


@attrs.frozen
class InsertFlatten(Pass):
    """Put a flatten, marked as inferred, between a map and a layer that takes vectors only.

    Before:

        i = input map[8, 8, 3]
        p = maxpool2d(i, kernel=2)
        fc = dense(p, units=10)

    After:

        i = input map[8, 8, 3]
        p = maxpool2d(i, kernel=2)
        flatten = flatten(p) @ inferred
        fc = dense(flatten, units=10)

    Likewise for sequences and volumes. Several such layers after one value share the flatten.
    """

    name: ClassVar[str] = "insert-flatten"

    def run(self, module: Module) -> PassResult:
        return over_nets(module, lambda net: _flattened(net, module))


def wants_flat(op: Op, given: Type | None) -> bool:
    """Whether a layer takes a vector, but not the kind that it is given."""
    signature = signatures().get(op.op_name)
    if signature is None or given is None or given.kind is Kind.IDS:
        return False
    return Kind.VECTOR in signature.takes and given.kind not in signature.takes


def _flattened(net: Net, module: Module) -> Net:
    # A flatten may tell the types of what follows, so types are found again until nothing is inserted.
    while True:
        types = infer_types(net, module)
        sources = {name for node in net.body for name in _unflat(node, types)}
        if not sources:
            return net
        net = _inserted(net, sources, types)


def _unflat(node: Node, types: Mapping[str, Type | None]) -> list[str]:
    """The inputs of a node that have to be flattened."""
    op = node.op
    return [name for name in node.inputs if isinstance(op, Op) and wants_flat(op, types.get(name))]


def _inserted(net: Net, sources: Collection[str], types: Mapping[str, Type | None]) -> Net:
    """The net with these values flattened for all that want them flat."""
    names = Names([*(i.name for i in net.inputs), *(n.name for n in net.body)])
    flat: dict[str, Node] = {}
    body: list[Node] = []
    for name in [*(i.name for i in net.inputs), *(n.name for n in net.body)]:
        if name in sources:
            flat[name] = Node(names.fresh("flatten"), build("flatten", {}), (name,), inferred=True)
    body += [flat[i.name] for i in net.inputs if i.name in flat]
    for node in net.body:
        unflat = _unflat(node, types)
        inputs = tuple(flat[name].name if name in unflat else name for name in node.inputs)
        body.append(attrs.evolve(node, inputs=inputs) if unflat else node)
        body += [flat[node.name]] if node.name in flat else []
    return attrs.evolve(net, body=tuple(body))
