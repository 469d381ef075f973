"""Normalisations."""

from __future__ import annotations

from typing import Any

import attrs

from dlc.backends.caffe.activations import power
from dlc.backends.caffe.message import AVERAGE, PRODUCT, Word, weighted_sum
from dlc.backends.caffe.rules import RULES
from dlc.backends.caffe.values import Layout, Value
from dlc.backends.caffe.weights import FROZEN, constant
from dlc.backends.caffe.writer import Writer
from dlc.ir import Node
from dlc.types import Kind


@RULES.rule("batchnorm")
def batchnorm(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """BatchNorm, which knows no gamma and beta, and a Scale for these."""
    x = w.flat(x) if x.type.kind is Kind.VECTOR else w.channels(x)
    fields = {"batch_norm_param": {"moving_average_fraction": op.momentum, "eps": op.eps}}
    normal = w.over(node, "BatchNorm", x, fields)
    scale = _affine(op, normal.layout)
    if scale is None:
        return normal
    w.add("Scale", w.fresh(f"{node.name}_scale"), (normal.blob,), (normal.blob,), scale)
    return attrs.evolve(normal, maker="Scale")


@RULES.rule("layernorm")
def layernorm(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Mean and variance over channels: by constant convolutions where channels come first, else by MVN."""
    if x.type.kind is Kind.VECTOR:
        x = w.flat(x)
    if x.layout is Layout.CHANNELS:
        blob = _over_channels(w, node, x, op.eps)
        return _finish(w, node, op, x, blob)
    dims = (0, 1, -1, 1) if x.layout is Layout.FLAT else (0, 0, -1, 1)
    blob = w.reshape(x.blob, f"{node.name}_view", dims)
    blob = _over_positions(w, node, blob, op.eps)
    blob = w.reshape(blob, f"{node.name}_normal", (0, -1) if x.layout is Layout.FLAT else (0, 0, -1))
    return _finish(w, node, op, x, blob)


@RULES.rule("groupnorm", "instancenorm")
def groupnorm(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Mean and variance of each group, which stands as one channel meanwhile."""
    vector = x.type.kind is Kind.VECTOR
    x = w.flat(x) if vector else w.channels(x)
    groups = op.groups if op.op_name == "groupnorm" else x.channels
    blob = w.reshape(x.blob, f"{node.name}_groups", (0, groups, -1, 1))
    blob = _over_positions(w, node, blob, op.eps)
    spatial = x.spatial if len(x.spatial) != 1 else (*x.spatial, 1)
    blob = w.reshape(blob, f"{node.name}_normal", (0, x.channels, *spatial))
    return _finish(w, node, op, x, blob)


@RULES.rule("lrn")
def lrn(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """LRN; Caffe divides alpha by the size. Not all that read its files know k, so it is factored out."""
    k = op.k or 1.0
    within = op.region == "within"
    fields = {"local_size": op.size, "alpha": op.alpha * op.size ** (1 + within) / k, "beta": op.beta}
    if within:
        fields["norm_region"] = Word("WITHIN_CHANNEL")
        if op.k == 0.0:
            w.differences.cannot(node, "Caffe's LRN within a channel adds 1 to the sum")
    if op.k == 0.0:
        return w.apply(node, "LRN", x, {"lrn_param": fields | {"k": 0.0}})
    if k == 1.0:
        return w.apply(node, "LRN", x, {"lrn_param": fields})
    inner = w.step("LRN", f"{node.name}_lrn", (x.blob,), {"lrn_param": fields})
    w.add("Power", node.name, (inner,), (node.name,), {"power_param": {"scale": k**-op.beta}})
    return w.result(node, "Power", x.layout)


def _affine(op: Any, layout: Layout) -> dict[str, Any] | None:
    """The fields of a Scale with the gamma and beta that a layer has; None where it has neither."""
    if not op.scale and not op.center:
        return None
    fields: dict[str, Any] = {"axis": 2} if layout in (Layout.ROWS, Layout.STEPS) else {}
    if op.center:
        fields["bias_term"] = True
    learning = {} if op.scale else {"param": [FROZEN, {"lr_mult": 1, "decay_mult": 1}]}
    return learning | ({"scale_param": fields} if fields else {})


def _finish(w: Writer, node: Node, op: Any, x: Value, blob: str) -> Value:
    """The node's own layer over a helping blob of normalised values: a Scale, else a Split."""
    fields = _affine(op, x.layout)
    kind = "Split" if fields is None else "Scale"
    w.add(kind, node.name, (blob,), (node.name,), fields)
    return w.result(node, kind, x.layout)


def _over_channels(w: Writer, node: Node, x: Value, eps: float) -> str:
    """(x - mean) / sqrt(var + eps) of N, C, ..., by convolutions that give every channel the mean."""
    name, mean = node.name, 1.0 / x.channels
    fields = {"num_output": x.channels, "bias_term": False, "kernel_size": 1}
    means = w.step("Convolution", f"{name}_mean", (x.blob,), constant("convolution_param", fields, mean))
    centred = w.step("Eltwise", f"{name}_centred", (x.blob, means), weighted_sum(1.0, -1.0))
    square = power(w, f"{name}_square", centred, power=2.0)
    var = w.step("Convolution", f"{name}_var", (square,), constant("convolution_param", fields, mean))
    factor = power(w, f"{name}_factor", var, power=-0.5, shift=eps)
    return w.step("Eltwise", f"{name}_normal", (centred, factor), PRODUCT)


def _over_positions(w: Writer, node: Node, blob: str, eps: float) -> str:
    """(x - mean) / sqrt(var + eps) of each channel of a 4-axis blob."""
    name = node.name
    only_mean = {"mvn_param": {"normalize_variance": False}}
    centred = w.step("MVN", f"{name}_centred", (blob,), only_mean)
    square = power(w, f"{name}_square", centred, power=2.0)
    pool = {"pooling_param": {"pool": AVERAGE, "global_pooling": True}}
    var = w.step("Pooling", f"{name}_var", (square,), pool)
    factor = power(w, f"{name}_deviation", var, power=-0.5, shift=eps)
    flat = w.step("Flatten", f"{name}_factor", (factor,))
    return w.step("Scale", f"{name}_scaled", (centred, flat), {"scale_param": {"axis": 0}})
