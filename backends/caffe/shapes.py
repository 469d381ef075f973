"""Layers that arrange values anew, and enlargements."""

from __future__ import annotations

import math
from typing import Any

from dlc.backends.caffe.conv import plane
from dlc.backends.caffe.merge import repeated
from dlc.backends.caffe.message import PRODUCT
from dlc.backends.caffe.rules import RULES
from dlc.backends.caffe.values import Layout, Value, numbers
from dlc.backends.caffe.weights import FROZEN
from dlc.backends.caffe.windows import Kept
from dlc.backends.caffe.writer import Writer, type_of
from dlc.backends.orders import channels_first
from dlc.ir import Node
from dlc.types import Kind


@RULES.rule("flatten")
def flatten(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Nothing where InnerProducts follow, which flatten by themselves; elsewhere the language's order."""
    if x.layout is Layout.STEPS:
        x = w.rows(x)
    order = channels_first(x.shape) if x.layout is Layout.CHANNELS else ()
    if not w.survey.takes_any_order(node.name):
        w.add("Flatten", node.name, (w.natural(x),), (node.name,))
        return w.result(node, "Flatten", Layout.FLAT)
    return w.same(node, x, layout=Layout.UNFLATTENED, order=order)


@RULES.rule("reshape")
def reshape(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Reshape; where channels come first they are moved to the end and back, unless they stay as they are."""
    wanted = numbers(type_of(node))
    kept = x.layout is Layout.CHANNELS and wanted[-1] == x.channels and len(wanted) > 1
    blob = x.blob if kept else w.natural(x)
    vectors = len(wanted) == 1 or (len(wanted) == 2 and not kept)
    if vectors or kept or not channels_first(wanted):
        dims = wanted if vectors else (wanted[-1], *plane(wanted[:-1]))
        return _reshaped(w, node, blob, dims, Layout.CHANNELS if not vectors else None)
    pixels = math.prod(wanted[:-1])
    blob = w.transpose(blob, f"{node.name}_channels", (pixels, wanted[-1]), (1, 0), (wanted[-1], pixels))
    return _reshaped(w, node, blob, (wanted[-1], *wanted[:-1]), Layout.CHANNELS)


@RULES.rule("permute")
def permute(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Slices and concatenations that move axes, exactly."""
    order = [int(axis) - 1 for axis in op.order]
    rank = len(order)
    if x.type.kind is Kind.SEQUENCE:
        x = w.rows(x)
        blob = w.transpose(x.blob, f"{node.name}_turned", x.shape, order, numbers(type_of(node)))
        return _reshaped(w, node, blob, numbers(type_of(node)), None)
    first = [rank - 1, *range(rank - 1)]  # the language's axes in the order of the blob's
    moved = [first.index(order[axis]) for axis in first]
    dims = [x.shape[axis] for axis in first]
    result = [dims[axis] for axis in moved]
    blob = w.transpose(x.blob, f"{node.name}_turned", dims, moved, result)
    return _reshaped(w, node, blob, result, Layout.CHANNELS)


@RULES.rule("repeat_vector")
def repeat_vector(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Tile; before layers that take channels first, a Deconvolution, which OpenCV knows as well."""
    x = w.flat(x)
    if w.survey.layouts.get(node.name) is Layout.CHANNELS:
        column = w.reshape(x.blob, f"{node.name}_column", (0, x.channels, 1, 1))
        fields = repeated(x.channels, (op.times, 1))
        w.add("Deconvolution", node.name, (column,), (node.name,), fields)
        return w.result(node, "Deconvolution", Layout.CHANNELS)
    row = w.reshape(x.blob, f"{node.name}_row", (0, 1, x.channels))
    w.add("Tile", node.name, (row,), (node.name,), {"tile_param": {"axis": 1, "tiles": op.times}})
    return w.result(node, "Tile", Layout.ROWS)


@RULES.rule(
    "upsample1d", "upsample2d", "upsample3d", only="nearest; linear where two axes at most grow, and alike"
)
def upsample(w: Writer, node: Node, op: Any, x: Value) -> Value | None:
    """A Deconvolution with constant weights."""
    if set(op.size) == {1}:
        return w.same(node, x)
    x = w.channels(x)
    times = plane(op.size)
    if op.mode != "nearest":
        return _linear(w, node, x, op.size)
    w.add("Deconvolution", node.name, (x.blob,), (node.name,), repeated(x.channels, times))
    return w.result(node, "Deconvolution", Layout.CHANNELS)


def _linear(w: Writer, node: Node, x: Value, times: tuple[int, ...]) -> Value | None:
    """Bilinear weights, divided by what they sum to: at the border that repeats the outermost pixels."""
    if len(set(times)) > 1 or len(times) > 2:
        w.differences.cannot(node, "Caffe's bilinear filler enlarges height and width alike, and only these")
        return None
    factor, name = times[0], node.name
    ones = w.step("Power", f"{name}_ones", (x.blob,), {"power_param": {"scale": 0.0, "shift": 1.0}})
    sums, weights = (
        w.step("Deconvolution", f"{name}_{word}", (blob,), _bilinear(x.channels, factor))
        for word, blob in (("sums", x.blob), ("weights", ones))
    )
    inverse = w.step("Power", f"{name}_factor", (weights,), {"power_param": {"power": -1.0}})
    full = w.fresh(f"{name}_full") if len(times) == 1 else name
    w.add("Eltwise", full, (sums, inverse), (full,), PRODUCT)
    if full != name:  # a sequence has become as wide as it was made longer
        w.cut(full, name, {3: Kept(0, 1, factor)}, name)
    return w.result(node, "Eltwise", Layout.CHANNELS)


def _bilinear(channels: int, factor: int) -> dict[str, Any]:
    """The fields of a Deconvolution that interpolates; how much an input counts falls with its distance."""
    fields = {
        "num_output": channels,
        "bias_term": False,
        "pad": factor // 2,
        "kernel_size": 2 * factor - factor % 2,
        "stride": factor,
        "group": channels,
        "weight_filler": {"type": "bilinear"},
    }
    return {"param": FROZEN, "convolution_param": fields}


def _reshaped(w: Writer, node: Node, blob: str, dims: Any, layout: Layout | None) -> Value:
    """The node's own Reshape; without a layout, that of a vector or of a sequence in rows."""
    w.add("Reshape", node.name, (blob,), (node.name,), {"reshape_param": {"shape": {"dim": [0, *dims]}}})
    if layout is None:
        layout = Layout.FLAT if len(dims) == 1 else Layout.ROWS
    return w.result(node, "Reshape", layout)
