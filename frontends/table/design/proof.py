"""The checker as proof-reader: what a table reports against what its layers give."""

from __future__ import annotations

import math

import attrs

from dlc.diagnostics import CellSpan, Diagnostic, FileSpan, PageSpan, Severity, Span, codes
from dlc.frontends.table.design.merging import projected, resized, unprojected
from dlc.ir import Module, Net, Node, Origin
from dlc.layers import build
from dlc.passes.check import check
from dlc.passes.fill import FillHoles
from dlc.types import HOLE

_MOST_REPAIRS = 400
_DISAGREEMENTS = (codes.TYPE_DISAGREES, codes.SIZE_VANISHES, codes.SHAPE_RULE, codes.INPUTS_DISAGREE)
_DOUBT = 0.7  # what is left of the confidence in a layer whose reported size another one contradicts


def proofread(net: Net, left_open: float = 0.0) -> tuple[Net | None, list[Diagnostic]]:
    """The net without what contradicts itself, and a finding for each contradiction.

    A reported size gives way to the layers; values of unlike sizes that are merged get a projection, an
    enlargement or a crop, which is marked as inferred; a padding or stride that no size allows is left
    open. A size that no filling of the holes gives is only doubted. Where that is not enough, up to this share
    of the layers (one at least, if any) is kept as unknown layers; None where more would have to be.
    """
    net = _placed(net)
    findings: list[Diagnostic] = []
    most = math.ceil(left_open * len(net.body))
    for _ in range(_MOST_REPAIRS):
        checked = check(Module(nets=(net,)))
        net = checked.module.nets[0]
        errors = [d for d in checked.diagnostics if d.is_error]
        if not errors:
            net, unfilled = _unfillable(net)
            return net, list(dict.fromkeys([*findings, *unfilled]))
        places = {id(node.span): node for node in net.body}
        place = places.get(id(errors[0].span))
        repaired = _repaired(net, errors[0], place)
        if repaired is None and place is not None and most > 0:
            repaired, most = _unknown(net, errors[0], place), most - 1
        if repaired is None:
            break
        net, finding = repaired
        findings += [finding] if finding is not None else []
    return None, [*findings, _unsound(net, errors[0])]


def _unfillable(net: Net) -> tuple[Net, list[Diagnostic]]:
    """The net with less confidence in sizes that no filling of the holes before them gives, and where."""
    found = [d for d in FillHoles().run(Module(nets=(net,))).diagnostics if d.code == codes.NO_FILLING]
    places = {id(d.span) for d in found}
    body = (attrs.evolve(n, confidence=_less(n)) if id(n.span) in places else n for n in net.body)
    findings = [Diagnostic(codes.SIZE_CONTRADICTS, d.message, d.span, Severity.WARNING) for d in found]
    return attrs.evolve(net, body=tuple(body)), findings


def _placed(net: Net) -> Net:
    """Every node with a span of its own, by which findings are told apart: the cell it was read from."""
    body = tuple(attrs.evolve(node, span=_span(net, node)) for node in net.body)
    return attrs.evolve(net, body=body)


def _span(net: Net, node: Node) -> Span:
    return span_of(node.origin or net.origin)


def span_of(origin: Origin | None) -> Span:
    """The place of something read: a table's cell, or a box in a figure."""
    if origin is None:
        return CellSpan()
    if origin.kind == "figure":
        return PageSpan(origin.page, origin.bbox, figure=origin.number) if origin.page else FileSpan()
    return CellSpan(origin.number, origin.row, origin.column, origin.page, origin.bbox)


def _repaired(net: Net, error: Diagnostic, node: Node | None) -> tuple[Net, Diagnostic | None] | None:
    if node is None:
        return None
    if error.code == codes.TYPE_DISAGREES:
        return _replaced(net, node, _doubted(node)), _contradiction(error, node)
    if error.code == codes.INPUTS_DISAGREE:
        merged = resized(net, node) or (projected(net, node) if unprojected(net, node) else None)
        if merged is not None:
            return merged
    opened = _opened(node) or _opened_before(net, node) if error.code in _DISAGREEMENTS else None
    if opened is not None:
        old, new = opened
        return _replaced(net, old, new), _contradiction(error, node)
    source = next((n for n in net.body if n.name in node.inputs and n.declared is not None), None)
    if source is not None:
        return _replaced(net, source, _doubted(source)), _contradiction(error, node)
    return None


def _unknown(net: Net, error: Diagnostic, node: Node) -> tuple[Net, Diagnostic] | None:
    """The net with one layer of which only the name and the inputs are kept, and the note on it."""
    name = node.layer.op_name
    if name == "opaque":
        return None
    op = build("opaque", {"type": name, "attributes": node.layer.attributes()})
    message = f"{error.message}; {node.name} is kept as an unknown layer"
    finding = Diagnostic(codes.GUESSED, message, node.span, Severity.WARNING, error.notes)
    return _replaced(net, node, attrs.evolve(_doubted(node), op=op)), finding


def _doubted(node: Node) -> Node:
    """A layer whose reported size is not asserted any more."""
    return attrs.evolve(node, declared=None, confidence=_less(node))


def _less(node: Node) -> float:
    return round((1.0 if node.confidence is None else node.confidence) * _DOUBT, 2)


def _contradiction(error: Diagnostic, node: Node) -> Diagnostic:
    message = f"{error.message}; the layers are kept as read, the size is not asserted"
    return Diagnostic(codes.SIZE_CONTRADICTS, message, node.span, Severity.WARNING, error.notes)


def _unsound(net: Net, error: Diagnostic) -> Diagnostic:
    message = f"a network was read but is not sound, and left out: {error.message}"
    return Diagnostic(
        codes.NET_UNSOUND, message, error.span or span_of(net.origin), Severity.WARNING, error.notes
    )


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
