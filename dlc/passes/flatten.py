"""Inserting flatten where a layer wants a vector and is given a map."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar

import attrs

from dlc.diagnostics import Diagnostic, Severity, codes
from dlc.ir import Module, Net, Node, Op
from dlc.layers import build
from dlc.passes.base import Pass, PassResult
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

    Likewise for sequences and volumes. Several such layers after one value share the flatten. A warning
    (DLC0406) names the layers.
    """

    name: ClassVar[str] = "insert-flatten"

    def run(self, module: Module) -> PassResult:
        nets, findings = [], []
        for net in module.nets:
            made, found = _flattened(net, module)
            nets.append(made)
            findings += found
        changed = bool(findings)
        made_module = attrs.evolve(module, nets=tuple(nets)) if changed else module
        return PassResult(made_module, changed, tuple(findings))


def wants_flat(op: Op, given: Type | None) -> bool:
    """Whether a layer takes a vector, but not the kind that it is given."""
    signature = signatures().get(op.op_name)
    if signature is None or given is None or given.kind is Kind.IDS:
        return False
    return Kind.VECTOR in signature.takes and given.kind not in signature.takes


def _flattened(net: Net, module: Module) -> tuple[Net, list[Diagnostic]]:
    # A flatten may tell the types of what follows, so types are found again until nothing is inserted.
    findings: list[Diagnostic] = []
    while True:
        types = infer_types(net, module)
        unflat = [(node, name) for node in net.body for name in _unflat(node, types)]
        if not unflat:
            return net, findings
        findings += [_finding(node, name, types) for node, name in unflat]
        net = _inserted(net, {name for _, name in unflat}, types)


def _finding(node: Node, name: str, types: Mapping[str, Type | None]) -> Diagnostic:
    message = f"{node.name}: flatten between {name} ({types[name]}) and {node.layer.op_name} is put in"
    return Diagnostic(codes.MENDED, message, node.span, Severity.WARNING)


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
