"""Activations: one Caffe layer where there is one, else exact combinations of such layers."""

from __future__ import annotations

import math
from typing import Any

from dlc.backends.caffe.message import PRODUCT, weighted_sum
from dlc.backends.caffe.rules import RULES
from dlc.backends.caffe.values import Layout, Value
from dlc.backends.caffe.writer import Writer
from dlc.ir import Node
from dlc.layers.axes import axis_index
from dlc.types import Dim, Kind

_SIMPLE = {"relu": "ReLU", "sigmoid": "Sigmoid", "tanh": "TanH"}
_ERF_SCALE = 0.3275911
_ERF_TERMS = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)


@RULES.rule(*_SIMPLE)
def simple(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """One layer of the same meaning."""
    return w.over(node, _SIMPLE[op.op_name], x)


@RULES.rule("leaky_relu")
def leaky_relu(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """ReLU with a slope for negative inputs."""
    return w.over(node, "ReLU", x, {"relu_param": {"negative_slope": op.slope}})


@RULES.rule("prelu")
def prelu(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """PReLU: one learned slope a channel."""
    return w.over(node, "PReLU", w.flat(x) if x.type.kind is Kind.VECTOR else w.channels(x))


@RULES.rule("elu")
def elu(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """ELU."""
    return w.over(node, "ELU", x, {"elu_param": {"alpha": op.slope}})


@RULES.rule("selu")
def selu(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """A scaled ELU (Klambauer et al. 2017)."""
    alpha, scale = 1.6732632423543772, 1.0507009873554805
    inner = w.step("ELU", f"{node.name}_elu", (x.blob,), {"elu_param": {"alpha": alpha}})
    return _power(w, node, x, inner, scale=scale)


@RULES.rule("softplus")
def softplus(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """BNLL: log(1 + exp(x))."""
    return w.apply(node, "BNLL", x)


@RULES.rule("softsign")
def softsign(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """x times 1 / (1 + |x|)."""
    size = w.step("AbsVal", f"{node.name}_abs", (x.blob,))
    factor = power(w, f"{node.name}_factor", size, power=-1.0, shift=1.0)
    return _product(w, node, x, factor)


@RULES.rule("relu6")
def relu6(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """min(relu(x), 6)."""
    return _ramp(w, node, x, x.blob, 6.0)


@RULES.rule("hard_sigmoid")
def hard_sigmoid(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """x / 6 + 1/2 between 0 and 1."""
    line = power(w, f"{node.name}_line", x.blob, scale=1 / 6, shift=0.5)
    return _ramp(w, node, x, line, 1.0)


@RULES.rule("hard_silu")
def hard_silu(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """x times its hard sigmoid."""
    line = power(w, f"{node.name}_line", x.blob, scale=1 / 6, shift=0.5)
    return _product(w, node, x, ramp(w, f"{node.name}_gate", line, 1.0))


@RULES.rule("silu")
def silu(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """x times its sigmoid."""
    return _product(w, node, x, w.step("Sigmoid", f"{node.name}_gate", (x.blob,)))


@RULES.rule("gelu")
def gelu(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """(x + |x| erf(|x| / sqrt(2))) / 2, erf by formula 7.1.26 of Abramowitz and Stegun, within 1.5e-7."""
    name = node.name
    size = w.step("AbsVal", f"{name}_abs", (x.blob,))
    t = power(w, f"{name}_t", size, power=-1.0, scale=_ERF_SCALE / math.sqrt(2), shift=1.0)
    powers = [power(w, f"{name}_t{i}", t, power=float(i)) if i > 1 else t for i in range(1, 6)]
    series = w.step("Eltwise", f"{name}_series", powers, weighted_sum(*_ERF_TERMS))
    square = power(w, f"{name}_square", x.blob, power=2.0)
    bell = w.step("Exp", f"{name}_bell", (square,), {"exp_param": {"scale": -0.5}})
    tail = w.step("Eltwise", f"{name}_tail", (series, bell), PRODUCT)
    erf = power(w, f"{name}_erf", tail, scale=-1.0, shift=1.0)
    bent = w.step("Eltwise", f"{name}_bent", (size, erf), PRODUCT)
    w.add("Eltwise", name, (x.blob, bent), (name,), weighted_sum(0.5, 0.5))
    return w.result(node, "Eltwise", x.layout, x.order)


@RULES.rule("softmax")
def softmax(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Softmax along the axis where the language's axis lies."""
    x = w.flat(x) if x.type.kind is Kind.VECTOR else x
    axis = caffe_axis(x, op.axis)
    return w.apply(node, "Softmax", x, {} if axis == 1 else {"softmax_param": {"axis": axis}})


@RULES.rule("linear")
def linear(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Nothing."""
    return w.same(node, x)


def caffe_axis(value: Value, axis: Dim) -> int:
    """The blob's axis for an axis of the language, which counts from 1 or from the end."""
    index = axis_index(axis, value.type)
    if index is None:
        raise ValueError(f"{axis} is no axis")
    if value.layout is Layout.CHANNELS:
        return 1 if index == len(value.shape) - 1 else index + 2
    if value.layout is Layout.STEPS:
        return 0 if index == 0 else index + 1
    return index + 1


def power(w: Writer, name: str, blob: str, power: float = 1.0, scale: float = 1.0, shift: float = 0.0) -> str:
    """(shift + scale x) ^ power."""
    return w.step("Power", name, (blob,), power_fields(power, scale, shift))


def ramp(w: Writer, name: str, blob: str, top: float) -> str:
    """min(max(x, 0), top), for a helping blob: top - relu(top - relu(x))."""
    return power(w, name, _rest(w, name, blob, top), scale=-1.0, shift=top)


def _ramp(w: Writer, node: Node, x: Value, blob: str, top: float) -> Value:
    return _power(w, node, x, _rest(w, node.name, blob, top), scale=-1.0, shift=top)


def _rest(w: Writer, name: str, blob: str, top: float) -> str:
    """relu(top - relu(x))."""
    low = w.step("ReLU", f"{name}_low", (blob,))
    rest = power(w, f"{name}_rest", low, scale=-1.0, shift=top)
    return w.step("ReLU", f"{name}_high", (rest,))


def _power(w: Writer, node: Node, x: Value, blob: str, **fields: float) -> Value:
    """A Power layer that ends a combination: the node's own."""
    w.add("Power", node.name, (blob,), (node.name,), power_fields(**fields))
    return w.result(node, "Power", x.layout, x.order)


def _product(w: Writer, node: Node, x: Value, factor: str) -> Value:
    """x times a blob of its shape: the node's own layer."""
    w.add("Eltwise", node.name, (x.blob, factor), (node.name,), PRODUCT)
    return w.result(node, "Eltwise", x.layout, x.order)


def power_fields(power: float = 1.0, scale: float = 1.0, shift: float = 0.0) -> dict[str, Any]:
    """The fields of a Power layer: (shift + scale x) ^ power."""
    stated = {"power": (power, 1.0), "scale": (scale, 1.0), "shift": (shift, 0.0)}
    return {"power_param": {name: value for name, (value, default) in stated.items() if value != default}}
