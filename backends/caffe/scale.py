"""Stated factors, parts of axes, and what is kept of a data set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlc.backends.caffe.activations import caffe_axis, power, power_fields
from dlc.backends.caffe.rules import RULES
from dlc.backends.caffe.values import Layout, Value
from dlc.backends.caffe.windows import Kept
from dlc.backends.caffe.writer import Writer
from dlc.ir import Node
from dlc.layers.axes import axis_index
from dlc.types import Kind

MOST_CHANNELS = 16  # that are scaled one by one
SMALLEST = 1e-14  # the square of the least deviation that data are divided by


@RULES.rule("rescale", only=f"one number, or one for each of {MOST_CHANNELS} channels at most")
def rescale(w: Writer, node: Node, op: Any, x: Value) -> Value | None:
    """Power; with a number a channel one for each channel, sliced and put together again."""
    x = _with_channels(w, x)
    if not isinstance(op.scale, tuple) and not isinstance(op.offset, tuple):
        return w.over(node, "Power", x, power_fields(scale=op.scale, shift=op.offset))
    count = x.channels
    if count > MOST_CHANNELS:
        w.differences.cannot(node, f"Caffe's Power has one number for all of its {count} channels")
        return None
    axis = caffe_axis(x, -1)
    parts = w.slices(x.blob, node.name, count, axis)
    scaled = [
        power(w, f"{node.name}_channel{i}", part, scale=_of(op.scale, i), shift=_of(op.offset, i))
        for i, part in enumerate(parts)
    ]
    w.add("Concat", node.name, scaled, (node.name,), {"concat_param": {"axis": axis}})
    return w.result(node, "Concat", x.layout, x.order)


@RULES.rule("standardize")
def standardize(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """BatchNorm with its kept numbers in training too; its factor counts what they are taken from."""
    x = w.flat(x) if x.type.kind is Kind.VECTOR else w.channels(x)
    return w.over(node, "BatchNorm", x, {"batch_norm_param": {"use_global_stats": True, "eps": SMALLEST}})


@RULES.rule("slice")
def slice_(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Slice; those that take an axis apart are one layer."""
    x = _with_channels(w, x)
    parts = _siblings(w, node)
    axis = caffe_axis(x, op.axis)
    if parts and node is parts[0]:
        points = [part.layer.start for part in parts[1:]]  # type: ignore[attr-defined]
        tops = [part.name for part in parts]
        w.add("Slice", node.name, (x.blob,), tops, {"slice_param": {"axis": axis, "slice_point": points}})
    elif not parts:
        index = axis_index(op.axis, x.type) or 0
        total = x.shape[index]
        w.cut(x.blob, node.name, {axis: Kept(op.start, op.size, total)}, node.name)
    return w.result(node, "Slice", x.layout)


def _with_channels(w: Writer, x: Value) -> Value:
    """A vector as N, units; anything else as it lies."""
    return w.flat(x) if x.layout is Layout.UNFLATTENED else x


def _siblings(w: Writer, node: Node) -> Sequence[Node]:
    """The slices, this one among them, that together take an axis of their input apart; none where parts
    of it are left, or taken twice."""
    axis = node.layer.attributes()["axis"]
    alike = [
        other
        for other in w.survey.order
        if other.inputs == node.inputs
        and other.layer.op_name == "slice"
        and other.layer.attributes()["axis"] == axis
    ]
    alike.sort(key=lambda other: other.layer.start)  # type: ignore[attr-defined]
    place = 0
    for other in alike:
        op: Any = other.layer
        if op.start != place:
            return ()
        place += op.size
    kind = w.net.types()[node.inputs[0]]
    at = axis_index(axis, kind) if kind is not None else None  # type: ignore[arg-type]
    whole = kind is not None and at is not None and kind.shape[at] == place
    return alike if whole and len(alike) > 1 and alike[0] is _first(w, alike) else ()


def _first(w: Writer, nodes: Sequence[Node]) -> Node:
    """Which of some nodes is written first: it writes the layer."""
    return next(node for node in w.survey.order if node in nodes)


def _of(value: Any, channel: int) -> float:
    return float(value[channel] if isinstance(value, tuple) else value)
