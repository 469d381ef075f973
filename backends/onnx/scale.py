"""Stated factors, parts of axes, and what is kept of a data set."""

from __future__ import annotations

from typing import Any

from dlc.backends.onnx.activations import onnx_axis
from dlc.backends.onnx.rules import RULES
from dlc.backends.onnx.values import Layout, Value
from dlc.backends.onnx.writer import Writer
from dlc.ir import Node

SMALLEST = 1e-14  # the square of the least deviation that data are divided by


@RULES.rule("rescale")
def rescale(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Mul and Add of constants."""
    scaled = w.step("Mul", f"{node.name}.times", x.tensor, _constant(w, f"{node.name}.scale", op.scale, x))
    offset = _constant(w, f"{node.name}.offset", op.offset, x)
    return w.result(node, x.layout, "Add", scaled, offset, order=x.order)


def _constant(w: Writer, name: str, value: Any, x: Value) -> str:
    """One number, or one a channel in the shape that spreads over the value's tensor."""
    if not isinstance(value, tuple):
        return w.number(name, value)
    ones = (1,) * (len(x.spatial) if x.layout is Layout.FIRST else 0)
    return w.real(name, value, (len(value), *ones))


@RULES.rule("standardize")
def standardize(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """BatchNormalization at inference, without gamma and beta."""
    x = w.first(x)
    plain = w.fill(f"{node.name}.ones", 1.0, x.channels), w.fill(f"{node.name}.zeros", 0.0, x.channels)
    kept = w.weight(node, "mean"), w.weight(node, "variance")
    return w.apply(node, "BatchNormalization", x, *plain, *kept, epsilon=SMALLEST)


@RULES.rule("slice")
def slice_(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Slice."""
    axis = onnx_axis(x, op.axis)
    ends = ((op.start,), (op.start + op.size,), (axis,))
    limits = [
        w.whole(f"{node.name}.{word}", end) for word, end in zip(("start", "end", "axis"), ends, strict=True)
    ]
    return w.result(node, x.layout, "Slice", x.tensor, *limits)
