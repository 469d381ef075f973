"""From a checked net to Caffe layers: every node by its rule."""

from __future__ import annotations

from collections.abc import Iterator

from dlc.backends.caffe import (  # noqa: F401  (each registers its rules)
    activations,
    attention,
    conv,
    dense,
    merge,
    norm,
    opaque,
    pool,
    recurrent,
    scale,
    shapes,
)
from dlc.backends.caffe.rules import RULES
from dlc.backends.caffe.sharing import name_shared
from dlc.backends.caffe.values import Layout, Value
from dlc.backends.caffe.writer import Writer, type_of
from dlc.ir import Net, Node
from dlc.types import Kind, Type


def write_nodes(w: Writer) -> None:
    """Append the layers of all nodes; what has no rendering is recorded in the writer's differences."""
    for node in w.survey.order:
        if not is_concrete(node.type):
            w.differences.cannot(node, f"its size {node.type} is not known")
        elif all(name in w.values for name in node.inputs):
            start = len(w.layers)
            _write(w, node)
            w.spans[node.name] = range(start, len(w.layers))
    name_shared(w)


def input_layout(w: Writer, name: str, kind: Type) -> Layout:
    """How an input's blob lies: as its first reader wants it."""
    if kind.kind in (Kind.MAP, Kind.VOLUME):
        return Layout.CHANNELS
    wanted = w.survey.layouts.get(name)
    if kind.kind is Kind.VECTOR:
        return Layout.FLAT
    if kind.kind is Kind.IDS:
        return Layout.STEPS if wanted is Layout.STEPS else Layout.FLAT
    return wanted or Layout.ROWS


def is_concrete(kind: Type | None) -> bool:
    """Whether a type is known to the last number."""
    return kind is not None and kind.is_concrete


def notes(w: Writer, net: Net) -> Iterator[str]:
    """What a reader of the file must know about orders."""
    for given in net.inputs:
        value = w.values.get(given.name)
        if value is not None and given.type.kind not in (Kind.MAP, Kind.VECTOR):
            yield f"{given.name} is {_AXES[value.layout, given.type.kind]}."
    if w.orders:
        names = ", ".join(w.orders)
        yield f"The weights of {names} meet a flattened blob: inputs in the order (C, H, W), not (H, W, C)."


_AXES = {
    (Layout.CHANNELS, Kind.VOLUME): "N x C x D x H x W",
    (Layout.CHANNELS, Kind.SEQUENCE): "N x features x steps x 1",
    (Layout.ROWS, Kind.SEQUENCE): "N x steps x features",
    (Layout.STEPS, Kind.SEQUENCE): "steps x N x features",
    (Layout.FLAT, Kind.IDS): "N x steps",
    (Layout.STEPS, Kind.IDS): "steps x N",
}


def _write(w: Writer, node: Node) -> None:
    op = node.layer
    rule = RULES.get(op.op_name)
    if rule is None:
        w.differences.cannot(node, RULES.reason(op.op_name))
        w.values[node.name] = _stand_in(w, node)
        return
    value: Value | None = rule(w, node, op, *(w.get(name) for name in node.inputs))
    w.values[node.name] = value or _stand_in(w, node)


def _stand_in(w: Writer, node: Node) -> Value:
    """A value in place of one that cannot be said, so that what cannot be said after it is found as well."""
    kind = type_of(node)
    return Value(node.name, input_layout(w, node.name, kind), kind)
