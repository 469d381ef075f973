"""Taking customary numbers where the source says nothing, so that any net can be built."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import attrs

from dlc.diagnostics import Diagnostic, Severity, codes
from dlc.ir import Input, Module, Net, Node, Op
from dlc.layers import CannotBuild, build
from dlc.layers.opaque import Opaque
from dlc.passes import preferences as custom
from dlc.passes.base import Pass, PassResult
from dlc.passes.check import check, infer_types
from dlc.passes.demand import demands, keeps_shape
from dlc.passes.fill import differences, has_holes, near_sizes, replaced
from dlc.passes.mend import Mending
from dlc.passes.solve import Task, solve
from dlc.passes.structure import topological
from dlc.types import HOLE, Kind, signatures

MOST_NAMED = 12


@attrs.frozen
class DefaultHoles(Pass):
    """Give every hole a customary number, opaque layers a stand-in, and mend what does not fit.

    Before:

        i = input map[?, ?, 3]
        c = conv2d(i, filters=64, kernel=3, stride=?, padding=?)
        o: map[28, 28, 64] = opaque "Mystery"(c)

    After:

        i = input map[224, 224, 3]
        c = conv2d(i, filters=64, kernel=3, padding=same)
        o: map[28, 28, 64] = conv2d(c, filters=64, kernel=1, stride=8)

    Choices are made together, so that no size vanishes and merges agree where any customary numbers do
    that. What contradicts in spite of it is mended: an input of a merge is projected, a window that does
    not fit gets padding, a declared type that the layers do not give is dropped. Layers put in are marked
    as inferred. Everything taken or mended is noted (DLC0402, DLC0406), for the head of generated files.
    """

    name: ClassVar[str] = "default-holes"

    def run(self, module: Module) -> PassResult:
        nets, findings = [], []
        for net in module.nets:
            made, found = _default(net, module)
            nets.append(made)
            findings += found
        result = attrs.evolve(module, nets=tuple(nets))
        return PassResult(result, result != module, tuple(findings))


def _default(net: Net, module: Module) -> tuple[Net, list[Diagnostic]]:
    order = topological(net.body)
    if order is None or not all(isinstance(n.op, Op) for n in order) or _is_done(net, module):
        return net, []
    net = _known_pooling(net)
    order = topological(net.body) or order
    types = infer_types(net, module)
    task = Task(
        net,
        order,
        demands(net, order, types),
        customary=True,
        last=_last(net),
        classes=_classes(net),
        sequences=_sequences(order),
        near=near_sizes(net),
    )
    solution = solve(task, levels=range(len(custom.LEVELS)))
    filled = replaced(net, solution.taken)
    notes = _notes(net, filled)
    if not all(i.type.is_concrete for i in filled.inputs):
        return filled, notes  # symbols are chosen before
    mending = Mending(filled, topological(filled.body) or order)
    return mending.run(), [*notes, *mending.findings]


def _is_done(net: Net, module: Module) -> bool:
    opaque = any(isinstance(n.op, Op) and n.op.declares_result for n in net.body)
    return not has_holes(net) and not opaque and check(attrs.evolve(module, nets=(net,))).ok


def _known_pooling(net: Net) -> Net:
    """Pooling whose kind the source does not say is taken as max pooling."""
    body = tuple(_as_max_pooling(node) for node in net.body)
    return attrs.evolve(net, body=body)


def _as_max_pooling(node: Node) -> Node:
    op = node.op
    if not isinstance(op, Opaque) or op.type.lower() not in ("pool", "pooling") or len(node.inputs) != 1:
        return node
    names = ("kernel", "stride", "padding")
    stated = {name: value for name, value in op.raw.items() if name in names}
    try:
        return attrs.evolve(node, op=build("maxpool2d", {**dict.fromkeys(names, HOLE), **stated}))
    except CannotBuild:
        return node


def _last(net: Net) -> frozenset[str]:
    """The layers with weights of which an output is made without any other such layer between."""
    by_name = {n.name: n for n in net.body}
    found: set[str] = set()
    stack, seen = list(net.outputs), set()
    while stack:
        name = stack.pop()
        if name in seen or name not in by_name:
            continue
        seen.add(name)
        node = by_name[name]
        if {"units", "filters"} & node.layer.attributes().keys():
            found.add(name)
        else:
            stack.extend(node.inputs)
    return frozenset(found)


def _classes(net: Net) -> int:
    """How many classes are customary: large images have a thousand."""
    sizes = [d for i in net.inputs if i.type.kind is Kind.MAP for d in i.type.spatial]
    large = any(not isinstance(d, int) or d >= custom.LARGE_IMAGE for d in sizes)
    return custom.CLASSES_LARGE if large else custom.CLASSES_SMALL


def _sequences(order: Sequence[Node]) -> frozenset[str]:
    """The values that are read by layers which take no vector."""
    wanted: set[str] = set()
    for node in reversed(order):
        signature = signatures().get(node.layer.op_name)
        if node.declared is not None and node.declared.kind is Kind.SEQUENCE:
            wanted.add(node.name)
        takes_none = signature is not None and Kind.VECTOR not in signature.takes
        if takes_none or (node.name in wanted and keeps_shape(node.layer)):
            wanted.update(node.inputs)
    return frozenset(wanted)


def _notes(before: Net, after: Net) -> list[Diagnostic]:
    """One note for all layers to which the same was given."""
    taken: dict[str, list[Input | Node]] = {}
    olds: Iterable[Input | Node] = (*before.inputs, *before.body)
    news: Iterable[Input | Node] = (*after.inputs, *after.body)
    for old, new in zip(olds, news, strict=True):
        if old != new:
            taken.setdefault(_words(old, new), []).append(old)
    return [_note(words, values) for words, values in taken.items()]


def _words(old: Input | Node, new: Input | Node) -> str:
    text = differences(old, new)
    return text if isinstance(old, Input) else f"{text} for {old.layer.op_name}"


def _note(words: str, values: Sequence[Input | Node]) -> Diagnostic:
    names = [value.name for value in values]
    listed = ", ".join(names[:MOST_NAMED])
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    message = f"{words} by default: {listed}{more}"
    return Diagnostic(codes.HOLE_FILLED, message, values[0].span, Severity.NOTE)
