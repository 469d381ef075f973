"""Convolutions, and the paddings that BVLC Caffe has no layer for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from dlc.backends.caffe.message import sides
from dlc.backends.caffe.rules import RULES
from dlc.backends.caffe.values import Layout, Value
from dlc.backends.caffe.weights import constant, trained
from dlc.backends.caffe.windows import ALL, Fit, Kept, fit_convolution
from dlc.backends.caffe.writer import Writer, type_of
from dlc.backends.sizes import number, padding
from dlc.ir import Node
from dlc.layers.window import Window

ALONE = Window(1)  # the window along the axis that a sequence lacks


@RULES.rule("conv1d", "conv2d", "conv3d")
def convolution(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """A Convolution; what Caffe cannot pad on one side alone is cut off afterwards."""
    windows = with_zeros(op.windows(), x)
    if x.layout in (Layout.ROWS, Layout.STEPS) and op.groups == 1 and _is_alone(windows[0]):
        return _step_by_step(w, node, op, x)
    if x.layout is Layout.ROWS and op.groups == 1:
        return _over_rows(w, node, op, x, windows[0])
    x = w.channels(x)
    _convolve(w, node, node.name, node.name, x, windows, op.filters, op.groups, op.bias)
    return w.result(node, "Convolution", Layout.CHANNELS)


@RULES.rule("depthwise_conv2d")
def depthwise(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """A Convolution with one group a channel."""
    filters = x.channels * op.multiplier
    windows = with_zeros(op.windows(), x)
    _convolve(w, node, node.name, node.name, x, windows, filters, x.channels, op.bias)
    return w.result(node, "Convolution", Layout.CHANNELS)


@RULES.rule("separable_conv2d")
def separable(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """A depthwise Convolution without bias, then a pointwise one."""
    between = w.fresh(f"{node.name}_depthwise")
    filters = x.channels * op.multiplier
    _convolve(w, node, between, between, x, op.windows(), filters, x.channels, bias=False)
    fields = {"num_output": op.filters} | ({} if op.bias else {"bias_term": False}) | {"kernel_size": 1}
    w.add(
        "Convolution",
        node.name,
        (between,),
        (node.name,),
        trained(w, node, "convolution_param", fields, op.bias),
    )
    return w.result(node, "Convolution", Layout.CHANNELS)


@RULES.rule("conv1d_transpose", "conv2d_transpose", "conv3d_transpose")
def transposed(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """A Deconvolution, less what the padding takes away from its outputs."""
    x = w.channels(x)
    wanted = plane(type_of(node).spatial)
    windows = planar(op.windows())
    starts = [_first_output(win, size) for win, size in zip(windows, wanted, strict=True)]
    lacking = [
        max(0, -(-(first + count - _reach(win, size)) // number(win.stride)))
        for win, size, first, count in zip(windows, plane(x.spatial), starts, wanted, strict=True)
    ]
    if any(lacking):
        x = zero_padded(w, x, f"{node.name}_padded", [(0, count) for count in lacking])
    fits = [
        _fit_output(_reach(win, size), first, count)
        for win, size, first, count in zip(windows, plane(x.spatial), starts, wanted, strict=True)
    ]
    top = node.name if all(fit.keep.whole for fit in fits) else w.fresh(f"{node.name}_full")
    fields = _window_fields(windows, fits, op.filters, op.groups, op.bias)
    w.add(
        "Deconvolution", node.name, (x.blob,), (top,), trained(w, node, "convolution_param", fields, op.bias)
    )
    if top != node.name:
        w.cut(top, node.name, {2 + axis: fit.keep for axis, fit in enumerate(fits)}, node.name)
    return w.result(node, "Deconvolution", Layout.CHANNELS)


@RULES.rule("zeropad1d", "zeropad2d", "zeropad3d")
def zeropad(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Left to the convolutions that follow, else a depthwise Convolution by 1 that pads."""
    x = w.channels(x)
    pairs = [tuple(op.padding[2 * i : 2 * i + 2]) for i in range(len(x.spatial))]
    if w.survey.padded_by_readers(node.name):
        before = x.zeros or ((0, 0),) * len(pairs)
        zeros = tuple((a + c, b + d) for (a, b), (c, d) in zip(before, pairs, strict=True))
        return attrs.evolve(x, zeros=zeros)
    padded = zero_padded(w, x, node.name, pairs, named=True)
    return attrs.evolve(padded, type=type_of(node))


@RULES.rule("crop1d", "crop2d", "crop3d")
def crop(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """Slices, of which one is kept."""
    x = w.channels(x)
    kept = {
        2 + axis: Kept(op.cropping[2 * axis], count, size)
        for axis, (size, count) in enumerate(zip(x.spatial, type_of(node).spatial, strict=True))
        if isinstance(count, int)
    }
    if all(part.whole for part in kept.values()):
        return w.same(node, x)
    w.cut(x.blob, node.name, kept, node.name)
    return w.result(node, "Slice", Layout.CHANNELS)


def zero_padded(
    w: Writer, x: Value, name: str, pairs: Sequence[tuple[int, ...]], named: bool = False
) -> Value:
    """A value with zeros around its spatial axes; `named` says that the result's name has been reserved."""
    pairs = [*pairs, (0, 0)] if len(pairs) == 1 else pairs
    sizes = plane(x.spatial)
    top = name if named else w.fresh(name)
    pads = [max(pair) for pair in pairs]
    kept = {
        2 + axis: Kept(pad - before, before + size + after, size + 2 * pad)
        for axis, (pad, size, (before, after)) in enumerate(zip(pads, sizes, pairs, strict=True))
    }
    whole = all(part.whole for part in kept.values())
    full = top if whole else w.fresh(f"{top}_full")
    fields = {
        "num_output": x.channels,
        "bias_term": False,
        "pad": pads,
        "kernel_size": [1] * len(pads) if len(pads) > 2 else 1,
        "group": x.channels,
    }
    w.add("Convolution", top, (x.blob,), (full,), constant("convolution_param", fields, 1.0))
    if not whole:
        w.cut(full, top, kept, top)
    spatial = tuple(size + sum(pair) for size, pair in zip(x.spatial, pairs, strict=False))
    grown = attrs.evolve(x.type, shape=(*spatial, x.channels))
    return attrs.evolve(x, blob=top, type=grown, maker="Convolution", free=True)


def with_zeros(windows: Sequence[Window], x: Value) -> list[Window]:
    """The windows with the zeros that a padding layer left to them added to their own padding."""
    if not x.zeros:
        return list(windows)
    return [
        attrs.evolve(win, padding=tuple(a + b for a, b in zip(padding(win, size), pair, strict=True)))
        for win, size, pair in zip(windows, x.spatial, x.zeros, strict=True)
    ]


def planar(windows: Sequence[Window]) -> list[Window]:
    """At least two windows: sequences are maps of width 1."""
    return [*windows, ALONE] if len(windows) == 1 else list(windows)


def plane(sizes: Sequence[Any]) -> list[int]:
    """At least two sizes, as `planar`."""
    return [*sizes, 1] if len(sizes) == 1 else list(sizes)


def _convolve(
    w: Writer,
    node: Node,
    name: str,
    top: str,
    x: Value,
    windows: Sequence[Window],
    filters: int,
    groups: int,
    bias: bool,
) -> None:
    """Append a Convolution called `name` over channels first, cut to the node's spatial sizes, as `top`."""
    windows = planar(windows)
    wanted = plane(type_of(node).spatial)
    fits = [fit_convolution(*one) for one in zip(windows, plane(x.spatial), wanted, strict=True)]
    whole = all(fit.keep.whole for fit in fits)
    full = top if whole else w.fresh(f"{top}_full")
    fields = _window_fields(windows, fits, filters, groups, bias)
    w.add("Convolution", name, (x.blob,), (full,), trained(w, node, "convolution_param", fields, bias))
    if not whole:
        w.cut(full, name, {2 + axis: fit.keep for axis, fit in enumerate(fits)}, top)


def _is_alone(window: Window) -> bool:
    """Whether each window is one element, and each element has one."""
    pads = window.padding in ("valid", "same", (0, 0))
    return (window.kernel, window.stride) == (1, 1) and pads


def _step_by_step(w: Writer, node: Node, op: Any, x: Value) -> Value:
    """An InnerProduct of the last axis: windows of one step."""
    fields = {"num_output": op.filters} | ({} if op.bias else {"bias_term": False}) | {"axis": 2}
    stated = trained(w, node, "inner_product_param", fields, op.bias)
    w.add("InnerProduct", node.name, (x.blob,), (node.name,), stated)
    return w.result(node, "InnerProduct", x.layout)


def _over_rows(w: Writer, node: Node, op: Any, x: Value, window: Window) -> Value:
    """A convolution over N, T, F seen as an image of one channel: the kernel spans all features."""
    length, features = x.shape
    view = w.reshape(x.blob, f"{x.blob}_image", (0, 1, length, features))
    fit = fit_convolution(window, length, type_of(node).shape[0])  # type: ignore[arg-type]
    full = node.name if fit.keep.whole else w.fresh(f"{node.name}_full")
    fields = _window_fields([window, Window(features)], [fit, ALL], op.filters, 1, op.bias)
    w.add("Convolution", node.name, (view,), (full,), trained(w, node, "convolution_param", fields, op.bias))
    if full != node.name:
        w.cut(full, node.name, {2: fit.keep}, node.name)
    return w.result(node, "Convolution", Layout.CHANNELS)


def _window_fields(
    windows: Sequence[Window], fits: Sequence[Fit], filters: int, groups: int, bias: bool
) -> dict[str, Any]:
    fields: dict[str, Any] = {"num_output": filters}
    if not bias:
        fields["bias_term"] = False
    fields |= _sizes("pad", [fit.pad for fit in fits], 0)
    fields |= _sizes("kernel", [win.kernel for win in windows], None)
    fields |= _sizes("stride", [win.stride for win in windows], 1)
    dilations = [win.dilation for win in windows]
    if any(dilation != 1 for dilation in dilations):
        planar_alike = len(dilations) == 2 and len(set(dilations)) == 1
        fields["dilation"] = dilations[0] if planar_alike else dilations
    if groups != 1:
        fields["group"] = groups
    return fields


def _sizes(name: str, values: Sequence[Any], default: int | None) -> dict[str, Any]:
    """A size along each axis; of volumes all three are written, for OpenCV takes a single one for two."""
    if len(values) == 2 or all(value == default for value in values):
        return sides(name, values, default)
    return {"kernel_size" if name == "kernel" else name: list(values)}


def _first_output(window: Window, wanted: int) -> int:
    """How many outputs of a full transposed convolution lie before the wanted ones."""
    return padding(window, wanted)[0]


def _reach(window: Window, size: int) -> int:
    """How many outputs a transposed convolution has without padding."""
    return number(window.stride) * (size - 1) + number(window.extent)


def _fit_output(reach: int, first: int, count: int) -> Fit:
    pad = min(first, reach - first - count)
    return Fit(pad, Kept(first - pad, count, reach - 2 * pad))
