"""Layers that arrange values anew, and enlargements."""

from __future__ import annotations

from typing import Any

from dlc.backends.onnx.rules import RULES
from dlc.backends.onnx.values import Layout, Value, numbers
from dlc.backends.onnx.writer import Writer, type_of
from dlc.backends.orders import channels_first
from dlc.ir import Node


@RULES.rule("flatten")
def flatten(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Flatten. Where dense layers alone read the result their weights stand in the tensor's order; elsewhere
    the channels are moved to the end first."""
    if x.layout is Layout.FIRST and w.takes_any_order[node.name]:
        order = channels_first(x.shape)
        return w.result(node, Layout.LAST, "Flatten", x.tensor, order=order, axis=1)
    return w.result(node, Layout.LAST, "Flatten", _natural(w, x), axis=1)


@RULES.rule("reshape")
def reshape(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Reshape of the language's order, or of channels first where the channels stay as they are."""
    wanted = numbers(type_of(node))
    kept = x.layout is Layout.FIRST and len(wanted) > 1 and wanted[-1] == x.channels
    single = len(wanted) > 2 and not channels_first(wanted)
    if kept or single:
        tensor = x.tensor if kept else _natural(w, x)
        shape = w.whole(f"{node.name}.shape", (0, wanted[-1], *wanted[:-1]))
        return w.result(node, Layout.FIRST, "Reshape", tensor, shape)
    shape = w.whole(f"{node.name}.shape", (0, *wanted))
    return w.result(node, Layout.LAST, "Reshape", _natural(w, x), shape)


def _natural(w: Writer, x: Value) -> str:
    """A tensor whose elements follow one another as the language's do."""
    if x.layout is Layout.FIRST and not channels_first(x.shape):
        return x.tensor
    return w.last(x).tensor


@RULES.rule("permute")
def permute(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Transpose."""
    axes = [-1 if axis < 0 else int(op.order[axis]) - 1 for axis in x.axes]
    return w.apply(node, "Transpose", x, perm=tuple(x.axes.index(axis) for axis in axes))


@RULES.rule("repeat_vector")
def repeat_vector(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Tile of one step."""
    row = w.step("Unsqueeze", f"{node.name}.step", x.tensor, w.whole(f"{node.name}.axes", (1,)))
    times = w.whole(f"{node.name}.times", (1, op.times, 1))
    return w.result(node, Layout.LAST, "Tile", row, times)


@RULES.rule("upsample1d", "upsample2d", "upsample3d")
def upsample(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Resize: nearest repeats every element; linear goes between the middles of elements."""
    x = w.first(x)
    scales = w.real(f"{node.name}.scales", (1.0, 1.0, *map(float, op.size)))
    nearest = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    linear = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
    return w.apply(node, "Resize", x, "", scales, **(nearest if op.mode == "nearest" else linear))
