"""Layers that make one value of several."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import attrs

from dlc.backends.caffe.activations import caffe_axis, power
from dlc.backends.caffe.message import MAX, PROD, SUM, Word, shape, sides, weighted_sum
from dlc.backends.caffe.rules import RULES
from dlc.backends.caffe.values import Layout, Value
from dlc.backends.caffe.weights import constant
from dlc.backends.caffe.writer import Writer, type_of
from dlc.backends.orders import Order
from dlc.ir import Node
from dlc.types import Kind


@RULES.rule("add", "multiply")
def spreading(w: Writer, node: Node, op: Any, *values: Value) -> Value:
    """Eltwise; of a map and a number a channel a Scale or a Bias, other spreads are written out first."""
    whole = type_of(node)
    if len(values) == 2 and any(_is_per_channel(v) for v in values) and values[0].type != values[1].type:
        return _per_channel(w, node, *values)
    same = [spread(w, value, whole.shape, f"{node.name}_spread") for value in values]  # type: ignore[arg-type]
    return _eltwise(w, node, PROD if op.op_name == "multiply" else SUM, same)


@RULES.rule("subtract")
def subtract(w: Writer, node: Node, op: Any, *values: Value) -> Value:
    """A sum with factors 1 and -1."""
    return _sum(w, node, values, (1.0, -1.0))


@RULES.rule("average")
def average(w: Writer, node: Node, op: Any, *values: Value) -> Value:
    """A sum with factors 1 / n."""
    return _sum(w, node, values, (1.0 / len(values),) * len(values))


@RULES.rule("maximum")
def maximum(w: Writer, node: Node, op: Any, *values: Value) -> Value:
    """Eltwise MAX."""
    return _eltwise(w, node, MAX, values)


@RULES.rule("minimum")
def minimum(w: Writer, node: Node, op: Any, *values: Value) -> Value:
    """The largest of the negatives, negative."""
    alike = _alike(w, values)
    negatives = [power(w, f"{node.name}_negative", v.blob, scale=-1.0) for v in alike]
    top = w.step("Eltwise", f"{node.name}_max", negatives, {"eltwise_param": {"operation": MAX}})
    w.add("Power", node.name, (top,), (node.name,), {"power_param": {"scale": -1.0}})
    return w.result(node, "Power", alike[0].layout)


@RULES.rule("concat")
def concat(w: Writer, node: Node, op: Any, *values: Value) -> Value:
    """Concat along the axis where the language's axis lies."""
    alike = _alike(w, values)
    axis = caffe_axis(alike[0], op.axis)
    fields = {} if axis == 1 else {"concat_param": {"axis": axis}}
    w.add("Concat", node.name, [v.blob for v in alike], (node.name,), fields)
    order: Order = ()
    if any(v.order for v in alike):
        order = tuple(part for v in alike for part in v.order or (v.shape,))
    return w.result(node, "Concat", alike[0].layout, order)


@RULES.rule("dot")
def dot(w: Writer, node: Node, op: Any, a: Value, b: Value) -> Value:
    """Products of all pairs, added up by a constant convolution."""
    if a.type.kind is b.type.kind is Kind.VECTOR:
        pair = _alike(w, (a, b))
        products = w.step("Eltwise", f"{node.name}_products", [v.blob for v in pair], _operation(PROD))
        ones = constant("inner_product_param", {"num_output": 1, "bias_term": False}, 1.0)
        w.add("InnerProduct", node.name, (products,), (node.name,), ones)
        return w.result(node, "InnerProduct", Layout.FLAT)
    sides_first = [_summed_first(w, v, axis) for v, axis in zip((a, b), op.axis, strict=True)]
    rows, columns = (sizes[1] for _, sizes in sides_first)
    features = sides_first[0][1][0]
    blob = pairs_summed(w, node.name, sides_first[0][0], sides_first[1][0], features, rows, columns, 1)
    dims = (rows, columns) if type_of(node).kind is Kind.SEQUENCE else (rows * columns,)
    w.add("Reshape", node.name, (blob,), (node.name,), {"reshape_param": shape(0, *dims)})
    return w.result(node, "Reshape", Layout.ROWS if len(dims) == 2 else Layout.FLAT)


def pairs_summed(
    w: Writer, name: str, a: str, b: str, features: int, rows: int, columns: int, groups: int
) -> str:
    """N, groups, rows, columns: for each pair of a row of `a` and one of `b` (both N, features, rows, 1) the
    products of their features, added up in groups."""
    down = tile(w, f"{name}_down", a, features, 1, columns)
    across = tile(
        w, f"{name}_across", w.reshape(b, f"{name}_lying", (0, features, 1, columns)), features, rows, 1
    )
    products = w.step("Eltwise", f"{name}_products", (down, across), _operation(PROD))
    return summed(w, f"{name}_sums", products, groups, groups)


def summed(w: Writer, name: str, blob: str, filters: int, groups: int) -> str:
    """Sums over the channels of each group by a Convolution of ones."""
    fields: dict[str, Any] = {"num_output": filters, "bias_term": False, "kernel_size": 1}
    if groups > 1:
        fields["group"] = groups
    return w.step("Convolution", name, (blob,), constant("convolution_param", fields, 1.0))


def tile(w: Writer, name: str, blob: str, channels: int, down: int, across: int) -> str:
    """Every pixel repeated, by a Deconvolution of ones."""
    if down == across == 1:
        return blob
    return w.step("Deconvolution", name, (blob,), repeated(channels, (down, across)))


def repeated(channels: int, times: Sequence[int]) -> dict[str, Any]:
    """The fields of a Deconvolution that repeats every element along the spatial axes."""
    fields: dict[str, Any] = {"num_output": channels, "bias_term": False}
    if len(times) == 2:
        fields |= sides("kernel", times) | sides("stride", times)
    else:
        fields |= {"kernel_size": list(times), "stride": list(times)}
    return constant("convolution_param", fields | {"group": channels}, 1.0)


def spread(w: Writer, value: Value, whole: Sequence[int], name: str) -> Value:
    """The value with its axes of size 1 repeated as `whole` (channels last) asks."""
    if value.shape == tuple(whole):
        return value
    value = w.channels(value)
    vector = len(whole) == 1
    blob, space = value.blob, tuple(whole[:-1]) + ((1,) if len(whole) == 2 else ())
    own = value.spatial + ((1,) if len(whole) == 2 else ())
    if vector:
        blob = w.reshape(blob, f"{name}_view", (0, 0, 1, 1))
    if value.channels != whole[-1]:
        blob = summed(w, f"{name}_channels", blob, whole[-1], 1)
    times = tuple(n // m for n, m in zip(space, own, strict=True))
    if math.prod(times) > 1:
        blob = w.step("Deconvolution", f"{name}_pixels", (blob,), repeated(whole[-1], times))
    if vector:
        blob = w.step("Flatten", f"{name}_flat", (blob,))
    grown = attrs.evolve(value.type, shape=tuple(whole))
    return attrs.evolve(value, blob=blob, type=grown, free=True)


def _is_per_channel(value: Value) -> bool:
    """Whether a map has one pixel: a number a channel."""
    return value.type.kind in (Kind.MAP, Kind.VOLUME) and math.prod(value.spatial) == 1


def _per_channel(w: Writer, node: Node, a: Value, b: Value) -> Value:
    """A map and a number a channel: Scale multiplies, Bias adds."""
    big, small = (b, a) if _is_per_channel(a) else (a, b)
    if big.channels != small.channels:
        whole = type_of(node).shape
        same = [spread(w, v, whole, f"{node.name}_spread") for v in (a, b)]  # type: ignore[arg-type]
        return _eltwise(w, node, PROD if node.layer.op_name == "multiply" else SUM, same)
    flat = w.step("Flatten", f"{node.name}_factors", (small.blob,))
    kind = "Scale" if node.layer.op_name == "multiply" else "Bias"
    w.add(kind, node.name, (big.blob, flat), (node.name,), {f"{kind.lower()}_param": {"axis": 0}})
    return w.result(node, kind, big.layout)


def _sum(w: Writer, node: Node, values: Sequence[Value], factors: Sequence[float]) -> Value:
    alike = _alike(w, values)
    w.add("Eltwise", node.name, [v.blob for v in alike], (node.name,), weighted_sum(*factors))
    return w.result(node, "Eltwise", alike[0].layout)


def _eltwise(w: Writer, node: Node, operation: Word, values: Sequence[Value]) -> Value:
    alike = _alike(w, values)
    w.add("Eltwise", node.name, [v.blob for v in alike], (node.name,), _operation(operation))
    return w.result(node, "Eltwise", alike[0].layout)


def _operation(operation: Word) -> dict[str, Any]:
    return {"eltwise_param": {"operation": operation}}


def _alike(w: Writer, values: Sequence[Value]) -> list[Value]:
    """The values in one layout: vectors flat, sequences as the first one lies."""
    if values[0].type.kind is Kind.VECTOR:
        return [w.flat(value) for value in values]
    return [w.like(value, values[0].layout) for value in values]


def _summed_first(w: Writer, value: Value, axis: Any) -> tuple[str, tuple[int, int]]:
    """A blob N, (the axis that is summed along), (the other), 1, with both sizes; a vector is one row."""
    if value.type.kind is Kind.VECTOR:
        flat = w.flat(value)
        return w.reshape(flat.blob, f"{flat.blob}_column", (0, value.channels, 1, 1)), (value.channels, 1)
    if caffe_axis(attrs.evolve(value, layout=Layout.ROWS), axis) == 2:
        return w.channels(value).blob, (value.shape[1], value.shape[0])
    rows = w.rows(value)
    return w.reshape(rows.blob, f"{rows.blob}_view", (0, 0, 0, 1)), value.shape  # type: ignore[return-value]
