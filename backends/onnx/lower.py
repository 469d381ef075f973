"""From a checked net to ONNX operations: every node by its rule."""

from __future__ import annotations

import attrs

from dlc.backends.base import Differences
from dlc.backends.onnx import (  # noqa: F401  (each registers its rules)
    activations,
    conv,
    dense,
    merge,
    norm,
    pool,
    recurrent,
    scale,
    shapes,
)
from dlc.backends.onnx.graph import Operation
from dlc.backends.onnx.rules import RULES
from dlc.backends.onnx.values import Layout, Value, between
from dlc.backends.onnx.writer import Writer, type_of
from dlc.diagnostics import Diagnostic, DlcError, codes
from dlc.ir import Net, Node
from dlc.types import Kind, Type

RULES.refuse("opaque", reason="ONNX models hold operators of the standard, not layers of other sources")


def lower(net: Net, differences: Differences) -> Writer:
    """The net's operations; differences may hold errors afterwards."""
    unknown = [given for given in net.inputs if not given.type.is_concrete]
    if unknown:
        raise DlcError(
            Diagnostic(codes.HOLES_LEFT, f"ONNX needs numbers: input {i.name!r} is {i.type}", i.span)
            for i in unknown
        )
    w = Writer(net, differences)
    for given in net.inputs:
        w.values[given.name] = Value(given.name, interface(given.type), given.type)
    for node in w.order:
        _write(w, node)
    for name in dict.fromkeys(net.outputs):
        _give_out(w, name)
    return w


def interface(kind: Type) -> Layout:
    """How a net's inputs and outputs lie: maps and volumes with the channels first, sequences N, T, F."""
    return Layout.FIRST if kind.kind in (Kind.MAP, Kind.VOLUME) else Layout.LAST


def _write(w: Writer, node: Node) -> None:
    if node.type is None or not node.type.is_concrete:
        w.differences.cannot(node, f"its size {node.type} is not known")
        return
    if not all(name in w.values for name in node.inputs):
        return
    w.begin(node)
    rule = RULES.get(node.layer.op_name)
    value = None
    if rule is None:
        w.differences.cannot(node, RULES.reason(node.layer.op_name))
    else:
        value = rule(w, node, node.layer, *(w.values[name] for name in node.inputs))
    kind = type_of(node)
    w.values[node.name] = value or Value(node.name, interface(kind), kind)


def _give_out(w: Writer, name: str) -> None:
    """See to it that an output's tensor has the output's name and layout."""
    value = w.values.get(name)
    if value is None or any(name == given.name for given in w.net.inputs):
        return
    wanted = interface(value.type)
    order = between(value.layout, wanted, len(value.shape))
    if order == tuple(range(len(order))):
        return
    inner = w.fresh(f"{name}.{value.layout.name.lower()}")
    w.operations[:] = [_renamed(operation, name, inner) for operation in w.operations]
    w.several("Transpose", (inner,), (name,), perm=order)
    w.values[name] = attrs.evolve(value, layout=wanted)


def _renamed(operation: Operation, old: str, new: str) -> Operation:
    inputs, results = (
        tuple(new if name == old else name for name in names)
        for names in (operation.inputs, operation.results)
    )
    return attrs.evolve(operation, inputs=inputs, results=results)
