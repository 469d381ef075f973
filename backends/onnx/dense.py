"""Fully connected layers, tables of vectors, and noise, which there is none of at inference."""

from __future__ import annotations

from functools import partial
from typing import Any

from dlc.backends.onnx.rules import RULES
from dlc.backends.onnx.values import Layout, Value
from dlc.backends.onnx.writer import Writer
from dlc.backends.stored import units_first
from dlc.ir import Node
from dlc.types import Kind

FLOAT, INT64 = 1, 7  # TensorProto's element types


@RULES.rule("dense")
def dense(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Gemm, with the weights (units, inputs)."""
    tensor = x.tensor
    if x.type.kind is Kind.IDS:
        tensor = w.step("Cast", f"{node.name}.numbers", tensor, to=FLOAT)
    kernel = w.weight(node, "kernel", partial(units_first, order=x.order))
    bias = (w.weight(node, "bias"),) if op.bias else ()
    return w.result(node, Layout.LAST, "Gemm", tensor, kernel, *bias, transB=1)


@RULES.rule("embed")
def embed(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Gather."""
    ids = x.tensor
    if x.type.kind is not Kind.IDS:
        ids = w.step("Cast", f"{node.name}.ids", ids, to=INT64)
    return w.result(node, Layout.LAST, "Gather", w.weight(node, "embeddings"), ids, axis=0)


@RULES.rule("dropout")
def dropout(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Dropout, which at inference changes nothing."""
    return w.apply(node, "Dropout", x, w.number(f"{node.name}.ratio", min(float(op.rate), 1 - 2**-24)))


@RULES.rule("spatial_dropout2d", "gaussian_noise", "linear")
def identity(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Identity: ONNX has no such noise, and at inference there is none."""
    return w.apply(node, "Identity", x)
