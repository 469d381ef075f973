"""The checker as proof-reader: what a table reports against what its layers give."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from dlc.diagnostics import CellSpan, Diagnostic, Severity, codes
from dlc.ir import Module, Net, Node
from dlc.layers import build
from dlc.passes.check import check
from dlc.types import HOLE

_MOST_REPAIRS = 400
_DISAGREEMENTS = (codes.TYPE_DISAGREES, codes.SIZE_VANISHES, codes.SHAPE_RULE, codes.INPUTS_DISAGREE)


def proofread(net: Net) -> tuple[Net | None, list[Diagnostic]]:
    """The net without what contradicts itself, and a finding for each contradiction.

    A reported size gives way to the layers; an addition of unlike values gets a projection, which is
    marked as inferred; a padding or stride that no size allows is left open. None where that is not enough.
    """
    net = _placed(net)
    findings: list[Diagnostic] = []
    for _ in range(_MOST_REPAIRS):
        errors = [d for d in check(Module(nets=(net,))).diagnostics if d.is_error]
        if not errors:
            return _with_types(net), findings
        places = {id(node.span): node for node in net.body}
        repaired = _repaired(net, errors[0], places.get(id(errors[0].span)))
        if repaired is None:
            return None, [*findings, _unsound(net, errors[0])]
        net, finding = repaired
        findings += [finding] if finding is not None else []
    return None, [*findings, _unsound(net, errors[0])]


def _with_types(net: Net) -> Net:
    return check(Module(nets=(net,))).module.nets[0]


def _placed(net: Net) -> Net:
    """Every node with a span of its own, by which findings are told apart: the cell it was read from."""
    body = tuple(attrs.evolve(node, span=_span(net, node)) for node in net.body)
    return attrs.evolve(net, body=body)


def _span(net: Net, node: Node) -> CellSpan:
    origin = node.origin or net.origin
    if origin is None:
        return CellSpan()
    return CellSpan(origin.number, origin.row, origin.column, origin.page, origin.bbox)


def _repaired(net: Net, error: Diagnostic, node: Node | None) -> tuple[Net, Diagnostic | None] | None:
    if node is None:
        return None
    if error.code == codes.TYPE_DISAGREES:
        return _replaced(net, node, attrs.evolve(node, declared=None)), _contradiction(error, node)
    if error.code == codes.INPUTS_DISAGREE and node.layer.op_name == "add" and _unprojected(net, node):
        return _projected(net, node), None
    opened = _opened(node) or _opened_before(net, node) if error.code in _DISAGREEMENTS else None
    if opened is not None:
        old, new = opened
        return _replaced(net, old, new), _contradiction(error, node)
    source = next((n for n in net.body if n.name in node.inputs and n.declared is not None), None)
    if source is not None:
        return _replaced(net, source, attrs.evolve(source, declared=None)), _contradiction(error, node)
    return None


def _contradiction(error: Diagnostic, node: Node) -> Diagnostic:
    message = f"{error.message}; the layers are kept as read, the size is not asserted"
    return Diagnostic(codes.SIZE_CONTRADICTS, message, node.span, Severity.WARNING, error.notes)


def _unsound(net: Net, error: Diagnostic) -> Diagnostic:
    place = net.origin
    span = CellSpan(place.number, page=place.page, bbox=place.bbox) if place is not None else None
    message = f"a network was read but is not sound, and left out: {error.message}"
    return Diagnostic(codes.NET_UNSOUND, message, error.span or span, Severity.WARNING, error.notes)


def _replaced(net: Net, old: Node, new: Node) -> Net:
    return attrs.evolve(net, body=tuple(new if n.name == old.name else n for n in net.body))


def _opened(node: Node) -> tuple[Node, Node] | None:
    """A layer with its padding, then its stride, left open; None where both are open or it has neither."""
    values = node.layer.attributes()
    for name in ("padding", "stride"):
        if name in values and values[name] is not HOLE and values[name] not in (1, (1, 1)):
            return node, attrs.evolve(node, op=build(node.layer.op_name, values | {name: HOLE}))
    return None


def _opened_before(net: Net, node: Node) -> tuple[Node, Node] | None:
    """The nearest layer before this one that can be left open."""
    by_name = {n.name: n for n in net.body}
    waiting, seen = list(node.inputs), set[str]()
    while waiting:
        name = waiting.pop(0)
        before = by_name.get(name)
        if before is None or name in seen:
            continue
        seen.add(name)
        opened = _opened(before)
        if opened is not None:
            return opened
        waiting += before.inputs
    return None


def _unprojected(net: Net, node: Node) -> bool:
    by_name = {n.name: n for n in net.body}
    last = by_name.get(node.inputs[-1])
    return last is None or not last.inferred


def _projected(net: Net, node: Node) -> Net:
    """The addition with a projection, of sizes that its other input decides, on its last input."""
    values: Mapping[str, object] = {"filters": HOLE, "kernel": 1, "stride": HOLE, "padding": "valid"}
    taken = {n.name for n in net.body} | {i.name for i in net.inputs}
    name = next(
        f"{node.name}_projection{i or ''}"
        for i in range(len(taken) + 1)
        if f"{node.name}_projection{i or ''}" not in taken
    )
    made = Node(name, build("conv2d", values), (node.inputs[-1],), inferred=True, span=_span(net, node))
    added = attrs.evolve(node, inputs=(*node.inputs[:-1], name))
    at = next(i for i, n in enumerate(net.body) if n.name == node.name)
    return attrs.evolve(net, body=(*net.body[:at], made, added, *net.body[at + 1 :]))
