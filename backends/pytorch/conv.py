"""Rules for convolutions, padding and cropping."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlc.backends.pytorch.plan import RULES, Ask, Form, Function, Layout, Made, Refused, is_symbolic, shortest
from dlc.backends.pytorch.weights import Weight, one
from dlc.backends.stored import channelwise, filters_first
from dlc.layers.window import windows

Sides = Sequence[tuple[Any, Any]]  # what is added, or cut, before and after each axis

KERNEL, BIAS = one("weight", "kernel", filters_first), one("bias", "bias")


def pairs(sides: Sequence[Any]) -> Sides:
    """(top, bottom, left, right) as ((top, bottom), (left, right))."""
    return [(sides[i], sides[i + 1]) for i in range(0, len(sides), 2)]


def pad(ask: Ask, sides: Sides, value: float = 0.0, always: bool = False) -> None:
    """Put zeros, or another number, around what was put last, where there is anything to add or cut."""
    if not always and all(side == 0 for pair in sides for side in pair):
        return
    flat = tuple(side for pair in reversed(sides) for side in pair)
    if value == 0.0:
        made = Made(f"nn.ZeroPad{len(sides)}d", (flat,))
    else:
        made = Made(f"nn.ConstantPad{len(sides)}d", (flat, value))
    ask.put(made, function=Function("F.pad", positional=(flat,), named={"value": value}))


def is_even(sides: Sides) -> bool:
    """Whether each axis gets as much before it as after it."""
    return all(before == after for before, after in sides)


def same_sides(layer: Any, sizes: Sequence[int]) -> Sides:
    """What `same` adds around sizes, by a layer whose attributes are numbers."""
    dilation = getattr(layer, "dilation", 1)
    axes = windows(len(sizes), layer.kernel, layer.stride, "same", dilation)
    return [window.same_pads(size) for window, size in zip(axes, sizes, strict=True)]


def same_at_run_time(ask: Ask, value: float = 0.0) -> None:
    """Put the padding of `same` by a module that finds it out when it runs."""
    layer = ask.layer
    one_each = [shortest(getattr(layer, name, 1)) for name in ("kernel", "stride", "dilation")]
    if any(isinstance(size, tuple) for size in one_each):
        raise Refused("its padding depends on parameters")
    size, stride, dilation = one_each
    extent = dilation * (size - 1) + 1
    ask.put(Made("SamePad", (extent, stride), {"value": value}), role="pad")


@RULES.rule("conv1d", "conv2d", "conv3d")
def _conv(ask: Ask) -> None:
    layer = ask.layer
    _convolve(ask, layer.filters, layer.groups, layer.bias, KERNEL)


@RULES.rule("depthwise_conv2d")
def _depthwise(ask: Ask) -> None:
    channels = ask.inputs[0].channels
    weight = one("weight", "kernel", channelwise)
    _convolve(ask, channels * ask.layer.multiplier, channels, ask.layer.bias, weight)


@RULES.rule("separable_conv2d")
def _separable(ask: Ask) -> None:
    channels = ask.inputs[0].channels
    between = channels * ask.layer.multiplier
    weight = one("weight", "depthwise_kernel", channelwise)
    _convolve(ask, between, channels, False, weight, role="depthwise")
    weights = biased(ask.layer.bias, one("weight", "pointwise_kernel", filters_first))
    named = {"bias": ask.layer.bias}
    ask.put(Made("nn.Conv2d", (between, ask.layer.filters, 1), named, weights), role="pointwise")


def biased(bias: Any, weight: Weight) -> tuple[Weight, ...]:
    """A weight, and a bias where there is one."""
    return (weight, BIAS) if bias else (weight,)


def _convolve(ask: Ask, filters: Any, groups: Any, bias: Any, weight: Weight, role: str = "") -> None:
    layer = ask.layer
    ask.laid(Layout.FIRST)
    named = {
        "stride": layer.stride,
        "padding": _padding(ask),
        "dilation": layer.dilation,
        "groups": groups,
        "bias": bias,
    }
    positional = (ask.inputs[0].channels, filters, layer.kernel)
    ask.put(Made(f"nn.Conv{ask.rank}d", positional, named, biased(bias, weight)), role=role)
    ask.layout = Layout.FIRST


def _padding(ask: Ask) -> Any:
    """What the convolution pads by itself; what it cannot is put before it."""
    layer, exact, stated = ask.layer, ask.exact, ask.stated
    none = (0,) * ask.rank
    if exact.padding == "same" and not isinstance(stated.padding, tuple):
        return _same(ask, all(s == 1 for s in exact.stride))
    sides = pairs(layer.padding) if isinstance(layer.padding, tuple) else [(0, 0)] * ask.rank
    if isinstance(stated.padding, tuple) and not is_even(pairs(stated.padding)):
        pad(ask, sides, always=is_symbolic(stated.padding))
        return none
    return _before(sides)


def _before(sides: Sides) -> tuple[Any, ...]:
    return tuple(before for before, _ in sides)


def _same(ask: Ask, unmoved: bool) -> Any:
    none = (0,) * ask.rank
    if ask.dynamic:
        if unmoved and not is_symbolic(ask.stated.stride):
            return "same"
        same_at_run_time(ask)
        return none
    sides = same_sides(ask.exact, ask.inputs[0].sizes)
    if is_even(sides):
        return _before(sides)
    if unmoved:
        return "same"
    pad(ask, sides)
    return none


@RULES.rule("zeropad1d", "zeropad2d", "zeropad3d")
def _zeropad(ask: Ask) -> None:
    ask.laid(Layout.FIRST)
    pad(ask, pairs(ask.layer.padding))
    ask.layout = Layout.FIRST


@RULES.rule("crop1d", "crop2d", "crop3d")
def _cropping(ask: Ask) -> None:
    ask.laid(Layout.FIRST)
    crop(ask, pairs(ask.layer.cropping), is_symbolic(ask.stated.cropping))
    ask.layout = Layout.FIRST


def crop(ask: Ask, sides: Sides, is_module: bool = False) -> None:
    """Cut margins off what was put last, where there are any; by a module where parameters say how much."""
    if all(side == 0 for pair in sides for side in pair):
        return
    cuts = tuple(-side for pair in reversed(sides) for side in pair)
    # A module that pads by less than nothing cuts.
    made = Made(f"nn.ZeroPad{len(sides)}d", (cuts,))
    if is_module:
        ask.put(made)
        return
    slices = ", ".join([":", ":", *(_slice(before, after) for before, after in sides)])
    ask.put(made, function=Function(slices, Form.INDEX))


def _slice(before: int, after: int) -> str:
    return f"{before or ''}:{-after if after else ''}"
