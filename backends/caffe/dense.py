"""Fully connected layers, tables of vectors, and noise."""

from __future__ import annotations

from typing import Any

import attrs

from dlc.backends.caffe.message import AVERAGE, IN_TRAINING, shape
from dlc.backends.caffe.rules import RULES
from dlc.backends.caffe.values import Layout, Value
from dlc.backends.caffe.weights import trained
from dlc.backends.caffe.writer import Writer, overwritable
from dlc.ir import Node


@RULES.rule("dense")
def dense(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """InnerProduct, which flattens what it is given."""
    x = x if x.layout is Layout.UNFLATTENED else w.flat(x)
    if x.order:
        w.orders[node.name] = x.order
    fields = {"num_output": op.units} | ({} if op.bias else {"bias_term": False})
    fields = trained(w, node, "inner_product_param", fields, op.bias)
    w.add("InnerProduct", node.name, (x.blob,), (node.name,), fields)
    return w.result(node, "InnerProduct", Layout.FLAT)


@RULES.rule("embed")
def embed(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Embed, without its bias; the vectors become the blob's last axis."""
    if x.layout is not Layout.STEPS:
        x = w.flat(x)
    fields = {"input_dim": op.vocab, "num_output": op.dim, "bias_term": False}
    if w.train:
        fields["weight_filler"] = {"type": "uniform", "min": -0.05, "max": 0.05}
    w.add("Embed", node.name, (x.blob,), (node.name,), {"embed_param": fields})
    return w.result(node, "Embed", Layout.STEPS if x.layout is Layout.STEPS else Layout.ROWS)


@RULES.rule("dropout", only="for training, a rate below 1")
def dropout(w: Writer, node: Node, op: Any, x: Value) -> Value | None:
    """Dropout."""
    if op.rate == 0.0 or (op.rate == 1.0 and not w.train):
        return w.same(node, x)
    if op.rate == 1.0:
        w.differences.cannot(node, "Caffe's Dropout takes a ratio below 1")
        return None
    return w.over(node, "Dropout", x, {"dropout_param": {"dropout_ratio": op.rate}})


@RULES.rule("spatial_dropout2d", only="for training, a rate below 1")
def spatial_dropout(w: Writer, node: Node, op: Any, x: Value) -> Value | None:
    """Dropout of one number a channel, by which the channels are multiplied; nothing once trained."""
    if not w.train or op.rate == 0.0:
        return w.same(node, x)
    if op.rate == 1.0:
        w.differences.cannot(node, "Caffe's Dropout takes a ratio below 1")
        return None
    name = node.name
    pool = w.step(
        "Pooling", f"{name}_pool", (x.blob,), {"pooling_param": {"pool": AVERAGE, "global_pooling": True}}
    )
    ones = w.step("Power", f"{name}_ones", (pool,), {"power_param": {"scale": 0.0, "shift": 1.0}})
    kept = w.step("Dropout", f"{name}_kept", (ones,), {"dropout_param": {"dropout_ratio": op.rate}})
    flat = w.step("Flatten", f"{name}_factor", (kept,))
    w.add("Scale", name, (x.blob, flat), (name,), {"scale_param": {"axis": 0}})
    return w.result(node, "Scale", x.layout)


@RULES.rule("gaussian_noise")
def gaussian_noise(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """DummyData drawn anew for every batch and added, in training only."""
    if not w.train or op.stddev == 0.0:
        return w.same(node, x)
    x = w.flat(x) if x.layout is Layout.UNFLATTENED else x
    blob = x.blob
    if node.name in w.survey.outputs or not overwritable(x, "Bias"):
        w.add("Split", node.name, (blob,), (node.name,))
        blob = node.name
    name = w.fresh(f"{node.name}_noise")
    drawn = {"data_filler": {"type": "gaussian", "std": op.stddev}}
    dummy = {"dummy_data_param": drawn | shape(*x.dims(w.batch))}
    w.add("DummyData", name, (), (name,), IN_TRAINING | dummy)
    adding = IN_TRAINING | {"bias_param": {"axis": 0}}
    w.add("Bias", w.fresh(f"{node.name}_adding"), (blob, name), (blob,), adding)
    return attrs.evolve(x, blob=blob, maker="Bias", free=True)
