"""Convolutions, transposed ones too; padding and cutting."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import attrs

from dlc.backends.onnx.rules import RULES
from dlc.backends.onnx.values import Layout, Value, numbers
from dlc.backends.onnx.windows import Pair, pads, pairs_of
from dlc.backends.onnx.writer import Writer, type_of
from dlc.backends.sizes import number, padding
from dlc.backends.stored import channelwise, filters_first
from dlc.ir import Node


@RULES.rule("conv1d", "conv2d", "conv3d")
def convolution(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Conv."""
    x = w.first(x)
    kernel = w.weight(node, "kernel", filters_first)
    fields = _fields(op, x.spatial, op.groups)
    return w.result(node, Layout.FIRST, "Conv", x.tensor, kernel, *_bias(w, node, op), **fields)


@RULES.rule("depthwise_conv2d")
def depthwise(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Conv with a group a channel."""
    x = w.first(x)
    kernel = w.weight(node, "kernel", channelwise)
    fields = _fields(op, x.spatial, x.channels)
    return w.result(node, Layout.FIRST, "Conv", x.tensor, kernel, *_bias(w, node, op), **fields)


@RULES.rule("separable_conv2d")
def separable(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Two Convs: a group a channel, then 1 x 1."""
    x = w.first(x)
    kernel = w.weight(node, "depthwise_kernel", channelwise)
    fields = _fields(op, x.spatial, x.channels)
    between = w.step("Conv", f"{node.name}.depthwise", x.tensor, kernel, **fields)
    kernel = w.weight(node, "pointwise_kernel", filters_first)
    return w.result(node, Layout.FIRST, "Conv", between, kernel, *_bias(w, node, op), kernel_shape=(1, 1))


@RULES.rule("conv1d_transpose", "conv2d_transpose", "conv3d_transpose")
def transposed(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """ConvTranspose; where more than a stride is added at the end, zeros are added to the input first."""
    x = w.first(x)
    wanted = numbers(type_of(node))[:-1]
    cuts = [_cut(*each) for each in zip(op.windows(), x.spatial, wanted, strict=True)]
    source = pad(w, x, f"{node.name}.zeros", [(0, cut.zeros) for cut in cuts])
    fields = {
        "kernel_shape": op.kernel,
        "strides": op.stride,
        "dilations": op.dilation,
        "group": op.groups,
        "pads": pads([(cut.before, cut.after) for cut in cuts]),
    }
    if any(cut.extra for cut in cuts):
        fields["output_padding"] = tuple(cut.extra for cut in cuts)
    kernel = w.weight(node, "kernel", filters_first)
    bias = _bias(w, node, op)
    return w.result(node, Layout.FIRST, "ConvTranspose", source.tensor, kernel, *bias, **fields)


@RULES.rule("zeropad1d", "zeropad2d", "zeropad3d")
def zeropad(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Pad."""
    x = w.first(x)
    sides = _pad_constant(w, node.name, pairs_of(op.padding))
    return w.result(node, Layout.FIRST, "Pad", x.tensor, sides, mode="constant")


@RULES.rule("crop1d", "crop2d", "crop3d")
def crop(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Slice."""
    x = w.first(x)
    pairs, sizes = pairs_of(op.cropping), x.spatial
    starts = w.whole(f"{node.name}.starts", [before for before, _ in pairs])
    ends = [size - after for size, (_, after) in zip(sizes, pairs, strict=True)]
    stops = w.whole(f"{node.name}.ends", ends)
    axes = w.whole(f"{node.name}.axes", range(2, 2 + len(pairs)))
    return w.result(node, Layout.FIRST, "Slice", x.tensor, starts, stops, axes)


def pad(w: Writer, x: Value, name: str, pairs: Sequence[Pair]) -> Value:
    """A value in the first layout with zeros around its spatial axes, where there are any to add."""
    if not any(map(any, pairs)):
        return x
    grown = w.step("Pad", name, x.tensor, _pad_constant(w, name, pairs), mode="constant")
    spatial = tuple(size + sum(pair) for size, pair in zip(x.spatial, pairs, strict=True))
    return attrs.evolve(x, tensor=grown, type=attrs.evolve(x.type, shape=(*spatial, x.channels)))


def _pad_constant(w: Writer, name: str, pairs: Sequence[Pair]) -> str:
    return w.whole(f"{name}.pads", pads([(0, 0), (0, 0), *pairs]))


def _bias(w: Writer, node: Node, op: Any) -> tuple[str, ...]:
    return (w.weight(node, "bias"),) if op.bias else ()


def _fields(op: Any, sizes: Sequence[int], groups: int) -> dict[str, Any]:
    pairs = [padding(*each) for each in zip(op.windows(), sizes, strict=True)]
    return {
        "kernel_shape": op.kernel,
        "strides": op.stride,
        "dilations": op.dilation,
        "group": groups,
        "pads": pads(pairs),
    }


@attrs.frozen
class _Cut:
    """What is cut off both ends of a full transposed convolution, what it has more at its end, and how many
    zeros are added after its input."""

    before: int
    after: int
    extra: int = 0
    zeros: int = 0


def _cut(window: Any, size: int, wanted: int) -> _Cut:
    stride = number(window.stride)
    before = max(number(window.extent) - stride, 0) // 2 if window.padding == "same" else window.pads[0]
    reach = (size - 1) * stride + number(window.extent)
    lacking = before + wanted - reach
    if lacking <= 0:
        return _Cut(before, -lacking)
    if lacking < stride:
        return _Cut(before, 0, lacking)
    zeros = math.ceil(lacking / stride)
    return _Cut(before, zeros * stride - lacking, 0, zeros)
