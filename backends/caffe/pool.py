"""Pooling: Caffe rounds up, pads both sides alike, and counts padding in averages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import attrs

from dlc.backends.caffe.conv import ALONE, planar, plane, zero_padded
from dlc.backends.caffe.message import AVERAGE, MAX, PRODUCT, Word, shape, sides
from dlc.backends.caffe.rules import RULES
from dlc.backends.caffe.values import Layout, Value, numbers
from dlc.backends.caffe.windows import (
    ALL,
    Fit,
    counts_padding_alike,
    fit_average,
    fit_pooling,
    narrowed,
    pools_apart,
)
from dlc.backends.caffe.writer import Writer, type_of
from dlc.backends.sizes import number, padding
from dlc.ir import Node
from dlc.layers.window import Window
from dlc.types import Kind


@RULES.rule("maxpool1d", "maxpool2d")
def maxpool(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """A Pooling whose surplus windows are cut off."""
    x = w.channels(x)
    windows, sizes, counts = _planes(node, op, x)
    windows = narrowed(windows, sizes, counts)
    fits = fit_pooling(windows, sizes, counts)
    _pool(w, node.name, node.name, x.blob, MAX, windows, sizes, fits)
    return w.result(node, "Pooling", Layout.CHANNELS)


@RULES.rule("avgpool1d", "avgpool2d")
def avgpool(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """A Pooling where it divides as the language does; else zeros are added first, or counted out."""
    x = w.channels(x)
    windows, sizes, counts = _planes(node, op, x)
    if op.padding == "same":
        windows = narrowed(windows, sizes, counts)
    padded = any(padding(win, size) != (0, 0) for win, size in zip(windows, sizes, strict=True))
    if op.padding == "same" and padded:
        return _average_of_inside(w, node, x, windows, sizes, counts)

    def suits(axis: int, pad: int) -> bool:
        return counts_padding_alike(windows[axis], sizes[axis], counts[axis], pad)

    fits = fit_average(windows, sizes, counts, suits)
    if fits is None:
        return _average_of_padded(w, node, x, windows, sizes, counts)
    _pool(w, node.name, node.name, x.blob, AVERAGE, windows, sizes, fits)
    return w.result(node, "Pooling", Layout.CHANNELS)


@RULES.rule("maxpool3d", "avgpool3d")
def pool3d(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Two Poolings, over height and width and then over depth: Caffe pools two axes."""
    windows, sizes, counts = list(op.windows()), list(x.spatial), numbers(type_of(node))[:-1]
    if op.op_name == "maxpool3d":
        return _pool_volume(w, node, x, narrowed(windows, sizes, counts), MAX)
    if op.padding == "same":
        windows = narrowed(windows, sizes, counts)
    pairs = [padding(win, size) for win, size in zip(windows, sizes, strict=True)]
    if all(pair == (0, 0) for pair in pairs):
        return _pool_volume(w, node, x, windows, AVERAGE)
    if op.padding == "same":
        return _volume_average_of_inside(w, node, x, windows)
    bare = [attrs.evolve(win, padding="valid") for win in windows]
    return _pool_volume(w, node, zero_padded(w, x, f"{node.name}_padded", pairs), bare, AVERAGE)


def _pool_volume(
    w: Writer, node: Node, x: Value, windows: Sequence[Window], method: Word, name: str = ""
) -> Value:
    """Both Poolings; the result is the node's own, or a helping blob `name`."""
    sizes, counts = x.spatial, numbers(type_of(node))[:-1]
    flat = fit_pooling(windows[1:], sizes[1:], counts[1:])
    deep = fit_pooling([windows[0], ALONE], [sizes[0], 1], [counts[0], 1])
    top = name or node.name
    blob = w.reshape(x.blob, f"{top}_slices", (0, -1, *sizes[1:]))
    over = w.fresh(f"{top}_planes")
    _pool(w, over, over, blob, method, windows[1:], sizes[1:], flat)
    blob = w.reshape(over, f"{top}_columns", (0, x.channels, sizes[0], -1))
    over = w.fresh(f"{top}_depth")
    _pool(w, over, over, blob, method, [windows[0], ALONE], [sizes[0], 1], deep)
    w.add("Reshape", top, (over,), (top,), {"reshape_param": shape(0, x.channels, *counts)})
    return attrs.evolve(w.result(node, "Reshape", Layout.CHANNELS), blob=top)


def _volume_average_of_inside(w: Writer, node: Node, x: Value, windows: Sequence[Window]) -> Value:
    """As `_average_of_inside`."""
    name = node.name
    ones = attrs.evolve(x, blob=_ones(w, name, x.blob))
    parts = [
        _pool_volume(w, node, source, windows, AVERAGE, w.fresh(f"{name}_{word}"))
        for word, source in (("sum", x), ("inside", ones))
    ]
    return _divided(w, node, *(part.blob for part in parts))


@RULES.rule(*(f"global_{pool}{rank}d" for pool in ("maxpool", "avgpool") for rank in (1, 2, 3)))
def global_pool(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """A global Pooling; of volumes, over two of their axes at once."""
    x = w.channels(x)
    blob = x.blob
    if x.type.kind is Kind.VOLUME:
        blob = w.reshape(blob, f"{node.name}_plane", (0, 0, math.prod(x.spatial[:-1]), -1))
    method = MAX if "maxpool" in op.op_name else AVERAGE
    fields = {"pooling_param": {"pool": method, "global_pooling": True}}
    if not w.survey.takes_any_order(node.name):
        blob = w.step("Pooling", f"{node.name}_pool", (blob,), fields)
        w.add("Flatten", node.name, (blob,), (node.name,))
        return w.result(node, "Flatten", Layout.FLAT)
    w.add("Pooling", node.name, (blob,), (node.name,), fields)
    return w.result(node, "Pooling", Layout.UNFLATTENED)


def _planes(node: Node, op: Any, x: Value) -> tuple[list[Window], list[int], list[int]]:
    return planar(op.windows()), plane(x.spatial), plane(type_of(node).spatial)


def _pool(
    w: Writer,
    name: str,
    top: str,
    blob: str,
    method: Word,
    windows: Sequence[Window],
    sizes: Sequence[int],
    fits: Sequence[Fit],
) -> None:
    """Append a Pooling called `name` and the cuts after it; the result is the blob `top`.

    Where an axis must be pooled on its own, there are two.
    """
    apart = pools_apart(windows, sizes, fits)
    if apart is not None:
        rows = w.fresh(f"{name}_rows")
        _pool_planes(w, rows, rows, blob, method, (windows[0], ALONE), (apart[0], ALL))
        _pool_planes(w, name, top, rows, method, (ALONE, windows[1]), (ALL, apart[1]))
    else:
        _pool_planes(w, name, top, blob, method, windows, fits)


def _pool_planes(
    w: Writer, name: str, top: str, blob: str, method: Word, windows: Sequence[Window], fits: Sequence[Fit]
) -> None:
    whole = all(fit.keep.whole for fit in fits)
    full = top if whole else w.fresh(f"{top}_full")
    fields: dict[str, Any] = {"pool": method}
    fields |= sides("kernel", [number(win.kernel) for win in windows])
    fields |= sides("stride", [number(win.stride) for win in windows], 1)
    fields |= sides("pad", [fit.pad for fit in fits], 0)
    w.add("Pooling", name, (blob,), (full,), {"pooling_param": fields})
    if not whole:
        w.cut(full, name, {2 + axis: fit.keep for axis, fit in enumerate(fits)}, top)


def _average_of_inside(
    w: Writer, node: Node, x: Value, windows: list[Window], sizes: list[int], counts: list[int]
) -> Value:
    """Averages that leave padding out: Caffe's average, divided by its average of ones."""
    fits = fit_pooling(windows, sizes, counts)
    name = node.name
    both = []
    for source, base in ((x.blob, f"{name}_sum"), (_ones(w, name, x.blob), f"{name}_inside")):
        top = w.fresh(base)
        _pool(w, top, top, source, AVERAGE, windows, sizes, fits)
        both.append(top)
    return _divided(w, node, *both)


def _ones(w: Writer, name: str, blob: str) -> str:
    """Ones in the shape of a blob."""
    return w.step("Power", f"{name}_ones", (blob,), {"power_param": {"scale": 0.0, "shift": 1.0}})


def _divided(w: Writer, node: Node, blob: str, divisor: str) -> Value:
    """The node's own layer: a quotient of two blobs."""
    factor = w.step("Power", f"{node.name}_factor", (divisor,), {"power_param": {"power": -1.0}})
    w.add("Eltwise", node.name, (blob, factor), (node.name,), PRODUCT)
    return w.result(node, "Eltwise", Layout.CHANNELS)


def _average_of_padded(
    w: Writer, node: Node, x: Value, windows: list[Window], sizes: list[int], counts: list[int]
) -> Value:
    """Averages over padding that Caffe's Pooling cannot add: zeros are added first."""
    pairs = [padding(win, size) for win, size in zip(windows, sizes, strict=True)]
    x = zero_padded(w, x, f"{node.name}_padded", pairs[: len(x.spatial)])
    sizes = plane(x.spatial)
    bare = [attrs.evolve(win, padding="valid") for win in windows]
    fits = fit_pooling(bare, sizes, counts)
    _pool(w, node.name, node.name, x.blob, AVERAGE, bare, sizes, fits)
    return w.result(node, "Pooling", Layout.CHANNELS)
