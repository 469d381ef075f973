"""Attention, made of convolutions, products and a softmax."""

from __future__ import annotations

import math
from typing import Any

from dlc.backends.caffe.activations import power
from dlc.backends.caffe.merge import pairs_summed, summed, tile
from dlc.backends.caffe.message import PRODUCT
from dlc.backends.caffe.rules import RULES
from dlc.backends.caffe.values import Layout, Value
from dlc.backends.caffe.weights import constant, trained
from dlc.backends.caffe.writer import Writer
from dlc.ir import Node


@RULES.rule("attention")
def attention(w: Writer, node: Node, op: Any, *given: Value) -> Value:
    """Projections by 1x1 Convolutions; every query meets every key as a pixel of a map."""
    name, heads, dim = node.name, op.heads, op.dim
    placed = [w.channels(value) for value in given]
    inputs = [placed[0], placed[min(1, len(placed) - 1)], placed[-1]]
    queries, keys, values = (
        _projection(w, node, w.fresh(f"{name}_{word}"), value.blob, dim)
        for word, value in zip(("query", "key", "value"), inputs, strict=True)
    )
    rows, columns = inputs[0].shape[0], inputs[1].shape[0]
    scores = pairs_summed(w, name, queries, keys, dim, rows, columns, heads)
    scaled = power(w, f"{name}_scaled", scores, scale=1 / math.sqrt(dim / heads))
    weights = w.step("Softmax", f"{name}_weights", (scaled,), {"softmax_param": {"axis": 3}})
    spread = summed(w, f"{name}_spread", weights, dim, heads)
    lying = w.reshape(values, f"{name}_values", (0, dim, 1, columns))
    products = w.step(
        "Eltwise", f"{name}_weighed", (spread, tile(w, f"{name}_tiled", lying, dim, rows, 1)), PRODUCT
    )
    mixed = w.step("Convolution", f"{name}_mixed", (products,), _along(dim, columns))
    _projection(w, node, name, mixed, dim)
    return w.result(node, "Convolution", Layout.CHANNELS)


def _projection(w: Writer, node: Node, name: str, blob: str, dim: int) -> str:
    fields = {"num_output": dim, "kernel_size": 1}
    w.add("Convolution", name, (blob,), (name,), trained(w, node, "convolution_param", fields, True))
    return name


def _along(dim: int, columns: int) -> dict[str, Any]:
    """The fields of a Convolution that adds up each row of each channel."""
    fields = {"num_output": dim, "bias_term": False, "kernel_h": 1, "kernel_w": columns, "group": dim}
    return constant("convolution_param", fields, 1.0)
