"""Layers that make one value of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlc.backends.onnx.activations import onnx_axis
from dlc.backends.onnx.rules import RULES
from dlc.backends.onnx.values import Layout, Value
from dlc.backends.onnx.writer import Writer
from dlc.ir import Node
from dlc.types import Kind

_OPERATORS = {"subtract": "Sub", "average": "Mean", "maximum": "Max", "minimum": "Min"}


@RULES.rule(*_OPERATORS)
def elementwise(w: Writer, node: Node, op: Any, *xs: Value) -> Value:
    """One operator, of any number of values."""
    first, *others = _alike(w, xs)
    return w.apply(node, _OPERATORS[op.op_name], first, *(x.tensor for x in others))


@RULES.rule("add")
def add(w: Writer, node: Node, op: Any, *xs: Value) -> Value:
    """Add of two values, Sum of more; both repeat axes of size 1."""
    first, *others = _alike(w, xs)
    return w.apply(node, "Add" if len(xs) == 2 else "Sum", first, *(x.tensor for x in others))


@RULES.rule("multiply")
def multiply(w: Writer, node: Node, op: Any, *xs: Value) -> Value:
    """Mul, once for every further value."""
    first, *others = _alike(w, xs)
    tensor = first.tensor
    for x in others[:-1]:
        tensor = w.step("Mul", f"{node.name}.product", tensor, x.tensor)
    return w.result(node, first.layout, "Mul", tensor, others[-1].tensor, order=first.order)


@RULES.rule("concat")
def concat(w: Writer, node: Node, op: Any, *xs: Value) -> Value:
    """Concat; vectors that were flattened channels first stand one after the other as they are."""
    alike = _alike(w, xs)
    axis = onnx_axis(alike[0], op.axis)
    order = tuple(part for x in alike for part in x.order or ((x.channels,),))
    ordered = order if any(x.order for x in alike) else ()
    tensors = [x.tensor for x in alike]
    return w.result(node, alike[0].layout, "Concat", *tensors, order=ordered, axis=axis)


@RULES.rule("dot")
def dot(w: Writer, node: Node, op: Any, a: Value, b: Value) -> Value:
    """MatMul with the summed axis between; of two vectors the sum of their product."""
    if a.type.kind is Kind.VECTOR and b.type.kind is Kind.VECTOR:
        product = w.step("Mul", f"{node.name}.product", a.tensor, b.tensor)
        axes = w.whole(f"{node.name}.axes", (1,))
        return w.result(node, Layout.LAST, "ReduceSum", product, axes, keepdims=1)
    left = _summed_along(w, f"{node.name}.left", a, op.axis[0], 2)
    right = _summed_along(w, f"{node.name}.right", b, op.axis[1], 1)
    vectors = [at for x, at in ((a, 1), (b, 2)) if x.type.kind is Kind.VECTOR]
    if not vectors:
        return w.result(node, Layout.LAST, "MatMul", left, right)
    product = w.step("MatMul", f"{node.name}.product", left, right)
    return w.result(node, Layout.LAST, "Squeeze", product, w.whole(f"{node.name}.axes", vectors))


def _summed_along(w: Writer, name: str, x: Value, axis: Any, at: int) -> str:
    """A matrix an example, whose axis `at` is the summed one; a vector has a single row or column."""
    if x.type.kind is Kind.VECTOR:
        return w.step("Unsqueeze", name, x.tensor, w.whole(f"{name}_axes", (3 - at,)))
    x = w.last(x)
    if onnx_axis(x, axis) == at:
        return x.tensor
    return w.step("Transpose", name, x.tensor, perm=(0, 2, 1))


def _alike(w: Writer, xs: Sequence[Value]) -> list[Value]:
    """The values in the layout of the first one."""
    return [w.like(x, xs[0].layout) for x in xs]
