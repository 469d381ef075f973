"""Normalisations."""

from __future__ import annotations

from typing import Any

from dlc.backends.onnx.activations import per_channel
from dlc.backends.onnx.rules import RULES
from dlc.backends.onnx.values import Value
from dlc.backends.onnx.writer import Writer
from dlc.ir import Node
from dlc.types import Kind


@RULES.rule("batchnorm")
def batchnorm(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """BatchNormalization at inference."""
    x = w.first(x)
    kept = w.weight(node, "mean"), w.weight(node, "variance")
    fields = {"epsilon": float(op.eps), "momentum": float(op.momentum)}
    return w.apply(node, "BatchNormalization", x, *_affine(w, node, op, x.channels), *kept, **fields)


@RULES.rule("layernorm")
def layernorm(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """LayerNormalization along the last axis."""
    x = w.last(x)
    gamma = w.weight(node, "gamma") if op.scale else w.fill(f"{node.name}.gamma", 1.0, x.channels)
    beta = (w.weight(node, "beta"),) if op.center else ()
    return w.apply(node, "LayerNormalization", x, gamma, *beta, axis=-1, epsilon=float(op.eps))


@RULES.rule("instancenorm")
def instancenorm(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """InstanceNormalization."""
    x = w.first(x)
    affine = _affine(w, node, op, x.channels)
    return w.apply(node, "InstanceNormalization", x, *affine, epsilon=float(op.eps))


@RULES.rule("groupnorm")
def groupnorm(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """InstanceNormalization of the groups, each of which stands as one channel meanwhile."""
    x, name = w.first(x), node.name
    groups = w.step("Reshape", f"{name}.groups", x.tensor, w.whole(f"{name}.split", (0, op.groups, -1)))
    plain = w.fill(f"{name}.ones", 1.0, op.groups), w.fill(f"{name}.zeros", 0.0, op.groups)
    normal = w.step("InstanceNormalization", f"{name}.normal", groups, *plain, epsilon=float(op.eps))
    spatial = x.spatial if x.type.kind is not Kind.VECTOR else ()
    shape = w.whole(f"{name}.shape", (0, x.channels, *spatial))
    return _scaled(w, node, op, x, normal, shape)


def _scaled(w: Writer, node: Node, op: Any, x: Value, normal: str, shape: str) -> Value:
    """The node's value: a tensor of groups in the shape of the input, times gamma, plus beta."""
    roles = [role for role, held in (("gamma", op.scale), ("beta", op.center)) if held]
    if not roles:
        return w.result(node, x.layout, "Reshape", normal, shape)
    tensor = w.step("Reshape", f"{node.name}.joined", normal, shape)
    if len(roles) == 2:
        tensor = w.step("Mul", f"{node.name}.times", tensor, w.weight(node, "gamma", per_channel(x)))
    kind = "Add" if op.center else "Mul"
    return w.result(node, x.layout, kind, tensor, w.weight(node, roles[-1], per_channel(x)))


@RULES.rule("lrn")
def lrn(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """LRN, which divides alpha by the size. Runtimes refuse an alpha or beta that is not above 0."""
    x = w.first(x)
    if op.region == "within":
        return _within(w, node, op, x)
    if op.alpha > 0 and op.beta > 0:
        fields = {"size": op.size, "alpha": float(op.alpha * op.size), "beta": float(op.beta)}
        return w.apply(node, "LRN", x, **fields, bias=float(op.k))
    return _composed(w, node, op, x)


def _composed(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """x times (k + alpha * sum)^-beta, the sum an average of neighbours in a column of channels."""
    name, half = node.name, op.size // 2
    square = w.step("Mul", f"{name}.square", x.tensor, x.tensor)
    column = w.step("Reshape", f"{name}.column", square, w.whole(f"{name}.view", (0, 1, x.channels, -1)))
    window = {"kernel_shape": (op.size, 1), "pads": (half, 0, half, 0), "count_include_pad": 1}
    mean = w.step("AveragePool", f"{name}.mean", column, **window)
    back = w.step("Reshape", f"{name}.back", mean, w.whole(f"{name}.shape", (0, x.channels, *x.spatial)))
    times = w.step("Mul", f"{name}.times", back, w.number(f"{name}.alpha", op.alpha * op.size))
    base = w.step("Add", f"{name}.base", times, w.number(f"{name}.k", op.k))
    factor = w.step("Pow", f"{name}.factor", base, w.number(f"{name}.beta", -op.beta))
    return w.apply(node, "Mul", x, factor)


def _within(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """x times (k + alpha * sum)^-beta, the sum an average of the pixels around."""
    name, half = node.name, op.size // 2
    square = w.step("Mul", f"{name}.square", x.tensor, x.tensor)
    window = {"kernel_shape": (op.size,) * 2, "pads": (half,) * 4, "count_include_pad": 1}
    mean = w.step("AveragePool", f"{name}.mean", square, **window)
    times = w.step("Mul", f"{name}.times", mean, w.number(f"{name}.alpha", op.alpha * op.size**2))
    base = w.step("Add", f"{name}.base", times, w.number(f"{name}.k", op.k))
    factor = w.step("Pow", f"{name}.factor", base, w.number(f"{name}.beta", -op.beta))
    return w.apply(node, "Mul", x, factor)


def _affine(w: Writer, node: Node, op: Any, count: int) -> tuple[str, str]:
    """Gamma and beta, which the operator wants in any case."""
    gamma = w.weight(node, "gamma") if op.scale else w.fill(f"{node.name}.gamma", 1.0, count)
    beta = w.weight(node, "beta") if op.center else w.fill(f"{node.name}.beta", 0.0, count)
    return gamma, beta
