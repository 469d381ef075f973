"""Rules for convolutions and for padding and cropping, which other rules use too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlc.backends.keras.plan import RULES, Ask, Refused, is_symbolic
from dlc.layers.window import windows

Sides = Sequence[tuple[Any, Any]]  # what is added, or cut, before and after each axis


def pairs(sides: Sequence[Any]) -> Sides:
    """(top, bottom, left, right) as ((top, bottom), (left, right))."""
    return [(sides[i], sides[i + 1]) for i in range(0, len(sides), 2)]


def pad(ask: Ask, value: int, sides: Sides, role: str = "pad") -> int:
    """Zeros around a value, where there are any to add."""
    return _surround(ask, "ZeroPadding", value, sides, role, "padding")


def crop(ask: Ask, value: int, sides: Sides, role: str = "crop") -> int:
    """A value without its margins, where there are any to cut."""
    return _surround(ask, "Cropping", value, sides, role, "cropping")


def thin(ask: Ask, value: int, stride: Sequence[int], role: str = "") -> int:
    """Every `stride`-th element along each axis, from the first one on."""
    if all(s == 1 for s in stride):
        return value
    rank = len(stride)
    return ask.put(f"MaxPooling{rank}D", value, role=role, pool_size=(1,) * rank, strides=tuple(stride))


def _surround(ask: Ask, cls: str, value: int, sides: Sides, role: str, argument: str) -> int:
    if all(side == 0 for pair in sides for side in pair):
        return value
    margins = tuple(map(tuple, sides))
    form: Any = margins[0] if len(margins) == 1 else margins
    return ask.put(f"{cls}{len(margins)}D", value, role=role, **{argument: form})


@RULES.rule("conv1d", "conv2d", "conv3d")
def _conv(ask: Ask) -> None:
    rank = len(ask.output.spatial)
    layer = ask.layer
    _convolve(ask, f"Conv{rank}D", is_dilated_and_strided(layer), filters=layer.filters, groups=layer.groups)


@RULES.rule("depthwise_conv2d")
def _depthwise(ask: Ask) -> None:
    layer = ask.layer
    _convolve(ask, "DepthwiseConv2D", _uneven(layer), depth_multiplier=layer.multiplier)


@RULES.rule("separable_conv2d")
def _separable(ask: Ask) -> None:
    layer = ask.layer
    sizes = {"filters": layer.filters, "depth_multiplier": layer.multiplier}
    _convolve(ask, "SeparableConv2D", _uneven(layer), **sizes)


def _convolve(ask: Ask, cls: str, thinned: bool, **arguments: Any) -> None:
    """A convolution; `thinned` where Keras cannot stride it, so that its result is thinned out instead."""
    layer = ask.layer
    padding = layer.padding
    if thinned and padding == "same":
        padding = _same_sides(ask)
    elif not thinned and not ask.literal and _is_same(ask):
        padding = "same"
    numbers = isinstance(padding, tuple)
    source = pad(ask, -1, pairs(padding)) if numbers else -1
    whole = ask.put(
        cls,
        source,
        role="conv",
        **{k: v for k, v in arguments.items() if k == "filters"},
        kernel_size=layer.kernel,
        strides=(1,) * len(layer.stride) if thinned else layer.stride,
        padding="valid" if numbers else padding,
        dilation_rate=layer.dilation,
        **{k: v for k, v in arguments.items() if k != "filters"},
        use_bias=layer.bias,
    )
    if thinned:
        thin(ask, whole, layer.stride)


def _is_same(ask: Ask) -> bool:
    """Whether padding that is stated in numbers is just what `same` adds."""
    layer = ask.layer
    if not isinstance(layer.padding, tuple) or not any(layer.padding) or is_symbolic(_sizes(layer)):
        return False
    return _same_sides(ask) == layer.padding


def _sizes(layer: Any) -> tuple[Any, ...]:
    return layer.kernel, layer.stride, layer.dilation


def is_dilated_and_strided(layer: Any) -> bool:
    """Whether both are above 1, which Keras does not take."""
    return _above_one(layer.stride) and _above_one(layer.dilation)


def _uneven(layer: Any) -> bool:
    """Whether TensorFlow's depthwise convolution lacks these strides."""
    return is_dilated_and_strided(layer) or any(s != layer.stride[0] for s in layer.stride)


def _above_one(sizes: Sequence[Any]) -> bool:
    return any(isinstance(s, int) and s > 1 for s in sizes)


def _same_sides(ask: Ask) -> tuple[int, ...]:
    layer = ask.layer
    if is_symbolic(_sizes(layer)):
        raise Refused("its padding depends on parameters")
    axes = windows(len(layer.stride), layer.kernel, layer.stride, "same", layer.dilation)
    return tuple(
        side
        for window, size in zip(axes, ask.inputs[0].spatial, strict=True)
        for side in window.same_pads(size)  # type: ignore[arg-type]
    )


@RULES.rule("zeropad1d", "zeropad2d", "zeropad3d")
def _zeropad(ask: Ask) -> None:
    rank = len(ask.output.spatial)
    _always(ask, f"ZeroPadding{rank}D", "padding")


@RULES.rule("crop1d", "crop2d", "crop3d")
def _cropping(ask: Ask) -> None:
    rank = len(ask.output.spatial)
    _always(ask, f"Cropping{rank}D", "cropping")


def _always(ask: Ask, cls: str, word: str) -> None:
    margins = tuple(pairs(getattr(ask.layer, word)))
    form: Any = margins[0] if len(margins) == 1 else margins
    ask.put(cls, **{word: form})
