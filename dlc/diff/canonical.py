"""Nets in the one form in which they are compared: what computes the same is written the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from dlc.backends.orders import ELEMENTWISE
from dlc.diagnostics import DlcError
from dlc.ir import Module, Net, Node, Op, RuleBroken
from dlc.layers import CannotBuild, build
from dlc.passes.activations import MergeActivations
from dlc.passes.base import Pass, readers
from dlc.passes.check import check
from dlc.passes.dead import RemoveDead
from dlc.passes.expand import ExpandBlocks
from dlc.passes.fillings import has_window, is_pooling, is_transposed
from dlc.passes.noops import RemoveNoOps
from dlc.passes.padding import CanonicalPadding
from dlc.types import HOLE, Kind, Type

_PASSES: tuple[Pass, ...] = (
    ExpandBlocks(),
    CanonicalPadding(),
    RemoveNoOps(),
    MergeActivations(),
    RemoveDead(),
)
# What a vector may go through before a dense layer, whose weights then take any order of its units.
_UNIT_WISE = ELEMENTWISE | {"dense"}
_CHANNELS_FIRST = {(3, 1, 2), (4, 1, 2, 3)}


def canonical(module: Module) -> Net:
    """The module's only net with blocks written out, types, and one spelling of everything.

    Raises DlcError where it is not sound.
    """
    for each in _PASSES:
        module = each.run(module).module
    checked = check(module)
    if not checked.ok:
        raise DlcError(checked.diagnostics)
    net = checked.module.nets[0]
    types = net.types()
    spelt = attrs.evolve(net, body=tuple(_spelt(node, types) for node in net.body))
    plain = _without_orders(_with_global_pools(spelt))
    made = attrs.evolve(plain, body=tuple(map(_undeclared, plain.body)))
    return check(Module(nets=(made,))).module.nets[0]


def _undeclared(node: Node) -> Node:
    return node if node.layer.declares_result else attrs.evolve(node, declared=None)


def _spelt(node: Node, types: Mapping[str, Type | None]) -> Node:
    """The layer in the form that other ways to write it are given as well."""
    given = [types[name] for name in node.inputs]
    source = given[0] if given else None
    op = _rounded(_rowed(_depthwise(_padded(node.layer, source), source), node.type))
    return node if op is node.layer else attrs.evolve(node, op=op)


def _padded(op: Op, source: Type | None) -> Op:
    """Padding as numbers, and rounding down, where the sizes show that it is the same."""
    if not has_window(op) or is_transposed(op) or source is None or not source.is_concrete:
        return op
    values: dict[str, Any] = dict(op.attributes())
    try:
        if values["padding"] == "same" and not op.op_name.startswith("avg"):
            windows = op.windows()  # type: ignore[attr-defined]
            pads = [w.same_pads(size) for w, size in zip(windows, source.spatial, strict=True)]
            values["padding"] = tuple(side for pair in pads for side in pair)
        if isinstance(values["padding"], tuple) and not any(values["padding"]):
            values["padding"] = "valid"
        if is_pooling(op) and values.get("round") == "ceil":
            down = build(op.op_name, {**values, "round": "floor"})
            if down.infer([source]) == op.infer([source]):
                return down
        return build(op.op_name, values)
    except (RuleBroken, CannotBuild, ValueError):
        return op


def _depthwise(op: Op, source: Type | None) -> Op:
    """A depthwise convolution as one with a group a channel, whose kernels it has."""
    if op.op_name != "depthwise_conv2d" or source is None or not isinstance(source.channels, int):
        return op
    values: dict[str, Any] = dict(op.attributes())
    multiplier = values.pop("multiplier")
    if not isinstance(multiplier, int):
        return op
    return build("conv2d", values | {"filters": source.channels * multiplier, "groups": source.channels})


def _rowed(op: Op, result: Type | None) -> Op:
    """A reshape to a vector as flatten; an embedding without the length, which its input's type says."""
    if op.op_name == "reshape" and result is not None and result.kind is Kind.VECTOR:
        return build("flatten", {})
    if op.op_name == "embed":
        return build("embed", {**op.attributes(), "length": HOLE})
    return op


def _rounded(op: Op) -> Op:
    """Fractions to six digits: files of 32-bit numbers say no more."""
    values: dict[str, Any] = dict(op.attributes())
    fractions = {k: float(f"{v:.6g}") for k, v in values.items() if isinstance(v, float)}
    if all(values[k] == v for k, v in fractions.items()):
        return op
    return build(op.op_name, values | fractions)


def _with_global_pools(net: Net) -> Net:
    """The net with a pooling of everything and the flatten after it as one global pooling, and a global
    pooling whose result is made a map of one pixel as a pooling of everything."""
    types, uses, kept = net.types(), readers(net.body), set(net.outputs)
    made: dict[str, Node] = {}
    for node in net.body:
        before = made.get(node.inputs[0]) if len(node.inputs) == 1 else None
        if before is not None and uses[before.name] == 1 and before.name not in kept:
            joined = _joined_pool(before, node, types[before.inputs[0]])
            if joined is not None:
                del made[before.name]
                node = joined
        made[node.name] = node
    return attrs.evolve(net, body=tuple(made.values()))


def _joined_pool(pool: Node, after: Node, source: Type | None) -> Node | None:
    """A pooling and what only shapes its result, as one pooling; None where they are not that."""
    op, shapes = pool.layer, after.layer.op_name
    if source is None or not source.is_concrete:
        return None
    if shapes == "flatten" and is_pooling(op) and has_window(op):
        values = op.attributes()
        if values["kernel"] == source.spatial and values["padding"] == "valid":
            return attrs.evolve(after, op=build(f"global_{op.op_name}", {}), inputs=pool.inputs)
    result = after.type
    if shapes != "reshape" or not op.op_name.startswith("global_") or result is None:
        return None
    if result.kind is not source.kind or any(size != 1 for size in result.spatial):
        return None
    whole = build(op.op_name.removeprefix("global_"), {"kernel": source.spatial})
    return attrs.evolve(after, op=whole, inputs=pool.inputs)


def _without_orders(net: Net) -> Net:
    """The net without permutations that only say in which order the weights of dense layers stand."""
    reads = net.consumers()
    by_name = {node.name: node for node in net.body}
    uses = readers(net.body)
    kept = set(net.outputs)
    dropped: dict[str, str] = {}
    for node in net.body:
        before = by_name.get(node.inputs[0]) if node.layer.op_name == "flatten" else None
        if before is None or before.layer.op_name != "permute" or uses[before.name] > 1:
            continue
        turns = before.layer.attributes()["order"] in _CHANNELS_FIRST and before.name not in kept
        if turns and _any_order(node.name, reads, kept):
            dropped[before.name] = before.inputs[0]
    body = [
        attrs.evolve(node, inputs=tuple(dropped.get(name, name) for name in node.inputs))
        for node in net.body
        if node.name not in dropped
    ]
    return attrs.evolve(net, body=tuple(body))


def _any_order(name: str, reads: Mapping[str, list[Node]], kept: set[str]) -> bool:
    """Whether dense layers alone are made of a vector's units."""
    stack = [name]
    while stack:
        current = stack.pop()
        if current in kept:
            return False
        for node in reads.get(current, ()):
            if node.layer.op_name not in _UNIT_WISE:
                return False
            if node.layer.op_name != "dense":
                stack.append(node.name)
    return True
