"""Shapes of what the steps of a plan give, batch left out; JSON records them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlc.backends.keras.plan import KerasLayer, Plan
from dlc.layers.window import Window

Shape = tuple[int, ...]


def step_shapes(plan: Plan, inputs: Sequence[Shape], output: Shape) -> list[Shape]:
    """The shape that each step gives; the last one's is the node's own."""
    found: list[Shape] = []
    for step in plan.steps[:-1]:
        given = [found[v] if v >= 0 else inputs[-1 - v] for v in step.values]
        found.append(_result(step.layer, given))
    return [*found, output]


def _result(layer: KerasLayer, given: Sequence[Shape]) -> Shape:
    """What a helper layer gives."""
    arguments, (first, *rest) = layer.arguments, given
    if "target_shape" in arguments:
        return tuple(arguments["target_shape"])
    if layer.cls == "Concatenate":
        axis = arguments["axis"] - 1
        return (*first[:axis], sum(g[axis] for g in given), *first[axis + 1 :])
    if layer.cls.startswith(("ZeroPadding", "Cropping")):
        return _surrounded(layer, first)
    if "strides" in arguments and layer.cls.endswith("Transpose"):
        return (*_grown(arguments, first), arguments["filters"])
    if "strides" in arguments:
        return (*_slid(arguments, first), _channels(arguments, first[-1]))
    return tuple(max(sizes) for sizes in zip(first, *rest, strict=True))


def _surrounded(layer: KerasLayer, shape: Shape) -> Shape:
    cut = layer.cls.startswith("Cropping")
    margins = layer.arguments["cropping" if cut else "padding"]
    pairs = margins if isinstance(margins[0], tuple) else (margins,)
    changes = [sum(pair) * (-1 if cut else 1) for pair in pairs]
    return (*(s + c for s, c in zip(shape, changes, strict=False)), shape[-1])


def _slid(arguments: Any, shape: Shape) -> Shape:
    kernel = arguments.get("kernel_size") or arguments["pool_size"]
    dilation = arguments.get("dilation_rate", (1,) * len(kernel))
    axes = zip(kernel, arguments["strides"], dilation, shape, strict=False)
    word = arguments.get("padding", "valid")
    return tuple(Window(k, s, word, d).output(size, "size") for k, s, d, size in axes)  # type: ignore[misc]


def _grown(arguments: Any, shape: Shape) -> Shape:
    """What a transposed convolution gives."""
    if arguments["padding"] == "same":
        return tuple(n * s for n, s in zip(shape, arguments["strides"], strict=False))
    kernel, stride, dilation = (arguments[n] for n in ("kernel_size", "strides", "dilation_rate"))
    extra = arguments["output_padding"] or tuple(
        max(s - d * (k - 1) - 1, 0) for k, s, d in zip(kernel, stride, dilation, strict=True)
    )
    axes = zip(shape, kernel, stride, dilation, extra, strict=False)
    return tuple((n - 1) * s + d * (k - 1) + 1 + e for n, k, s, d, e in axes)


def _channels(arguments: Any, before: int) -> int:
    filters: int = arguments.get("filters", before * arguments.get("depth_multiplier", 1))
    return filters
