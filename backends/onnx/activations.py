"""Activations: one operator where opset 17 has one, else exact combinations."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from dlc.backends.onnx.rules import RULES
from dlc.backends.onnx.values import Layout, Value
from dlc.backends.onnx.writer import Writer
from dlc.backends.stored import Placing, whole
from dlc.ir import Node
from dlc.layers.axes import axis_index

_SIMPLE = {
    "relu": "Relu",
    "selu": "Selu",
    "hard_silu": "HardSwish",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "softplus": "Softplus",
    "softsign": "Softsign",
}


@RULES.rule(*_SIMPLE)
def simple(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """One operator of the same meaning."""
    return w.apply(node, _SIMPLE[op.op_name], x)


@RULES.rule("relu6")
def relu6(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Clip."""
    limits = w.number(f"{node.name}.min", 0.0), w.number(f"{node.name}.max", 6.0)
    return w.apply(node, "Clip", x, *limits)


@RULES.rule("leaky_relu")
def leaky_relu(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """LeakyRelu."""
    return w.apply(node, "LeakyRelu", x, alpha=float(op.slope))


@RULES.rule("elu")
def elu(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Elu."""
    return w.apply(node, "Elu", x, alpha=float(op.slope))


@RULES.rule("prelu")
def prelu(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """PRelu, with a slope a channel."""
    return w.apply(node, "PRelu", x, w.weight(node, "slope", per_channel(x)))


@RULES.rule("hard_sigmoid")
def hard_sigmoid(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """HardSigmoid: x / 6 + 1/2 between 0 and 1."""
    return w.apply(node, "HardSigmoid", x, alpha=1 / 6, beta=0.5)


@RULES.rule("silu")
def silu(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """x times its Sigmoid."""
    return w.apply(node, "Mul", x, w.step("Sigmoid", f"{node.name}.gate", x.tensor))


@RULES.rule("gelu")
def gelu(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """x / 2 times 1 + Erf(x / sqrt(2))."""
    name = node.name
    scaled = w.step("Div", f"{name}.scaled", x.tensor, w.number(f"{name}.root", math.sqrt(2.0)))
    erf = w.step("Erf", f"{name}.erf", scaled)
    share = w.step("Add", f"{name}.share", erf, w.number(f"{name}.one", 1.0))
    product = w.step("Mul", f"{name}.product", x.tensor, share)
    return w.result(node, x.layout, "Mul", product, w.number(f"{name}.half", 0.5), order=x.order)


@RULES.rule("softmax")
def softmax(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Softmax along the axis where the language's axis lies."""
    return w.apply(node, "Softmax", x, axis=onnx_axis(x, op.axis))


def onnx_axis(x: Value, axis: Any) -> int:
    """The tensor's axis for an axis of the language, which counts from 1 or from the end."""
    index = axis_index(axis, x.type)
    if index is None:
        raise ValueError(f"{axis} is no axis")
    return x.axes.index(index)


def per_channel(x: Value) -> Placing:
    """A number a channel in the shape that spreads over the value's tensor."""
    if x.layout is not Layout.FIRST:
        return whole
    ones = (1,) * len(x.spatial)
    return partial(whole, shape=(x.channels, *ones))
