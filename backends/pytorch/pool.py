"""Rules for pooling: every padding and rounding form, by PyTorch's own where its windows are the same.

A window that hangs over the border is clipped there: its maximum or average is over the elements that
it has. Explicit padding of an average counts as zeros; explicit padding of a maximum counts as nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import attrs

from dlc.backends.pytorch.conv import is_even, pad, pairs, same_at_run_time, same_sides
from dlc.backends.pytorch.plan import RULES, Ask, Form, Function, Layout, Made, shortest

_LOWEST = -math.inf


@attrs.frozen
class Slide:
    """Windows along one axis of `size` elements: `count` are wanted, the first one starts at -`before`;
    `after` is what is stated for the end."""

    size: int
    kernel: int
    stride: int
    count: int
    before: int
    after: int

    def made(self, padding: int, ceil: bool, size: int | None = None) -> int:
        """How many windows PyTorch makes; one that would start in the padding after the input is dropped."""
        whole = (self.size if size is None else size) + 2 * padding
        room = whole - self.kernel
        if not ceil:
            return room // self.stride + 1
        count = -(-room // self.stride) + 1
        return count - 1 if (count - 1) * self.stride >= whole - padding else count

    def fits(self, ceil: bool) -> bool:
        """Whether PyTorch's windows are these when it pads both sides with `before` elements."""
        return self.before <= self.kernel // 2 and self.made(self.before, ceil) == self.count

    @property
    def needed(self) -> int:
        """How much the axis needs at its end for the last window, less than nothing where some is left."""
        return (self.count - 1) * self.stride - self.before + self.kernel - self.size


@RULES.rule("maxpool1d", "maxpool2d", "maxpool3d")
def _maxpool(ask: Ask) -> None:
    ask.laid(Layout.FIRST)
    ask.layout = Layout.FIRST
    if _put_at_run_time(ask, "nn.MaxPool", _LOWEST):
        return
    axes = _slides(ask)
    for ceil in (False, True):
        if all(a.fits(ceil) for a in axes):
            _put(ask, "nn.MaxPool", _padding(ask, axes), ceil)
            return
    pad(ask, [(a.before, max(a.needed, 0)) for a in axes], _LOWEST)
    _put(ask, "nn.MaxPool", 0, False)


@RULES.rule("avgpool1d", "avgpool2d", "avgpool3d")
def _avgpool(ask: Ask) -> None:
    ask.laid(Layout.FIRST)
    ask.layout = Layout.FIRST
    if ask.exact.padding == "same":
        _average_of_held(ask)
        return
    axes = _slides(ask)
    stated = [(a.before, a.after) for a in axes]
    if is_even(stated):
        for ceil in (False, True):
            if all(a.fits(ceil) for a in axes):
                _put(ask, "nn.AvgPool", _padding(ask, axes), ceil)
                return
    padding = pairs(ask.layer.padding) if isinstance(ask.layer.padding, tuple) else stated
    pad(ask, padding)
    sizes = [a.size + a.before + a.after for a in axes]
    exact = all(a.made(0, False, size) == a.count for a, size in zip(axes, sizes, strict=True))
    _put(ask, "nn.AvgPool", 0, not exact)
    counts = [a.made(0, not exact, size) for a, size in zip(axes, sizes, strict=True)]
    if any(count > a.count for count, a in zip(counts, axes, strict=True)):
        slices = (f":{a.count}" if a.count < c else ":" for a, c in zip(axes, counts, strict=True))
        ask.put((), function=Function(", ".join([":", ":", *slices]), Form.INDEX))


def _average_of_held(ask: Ask) -> None:
    """Windows of `same`, whose averages leave padding out."""
    axes = _slides(ask)
    for ceil in (False, True):
        if not ask.dynamic and all(a.fits(ceil) for a in axes):
            padding = _padding(ask, axes)
            _put(ask, "nn.AvgPool", padding, ceil, count_include_pad=not any(padding))
            return
    layer = ask.layer
    arguments = [layer.kernel, layer.stride]
    ask.put(Made("SameAvgPool", tuple(arguments)))


def _put_at_run_time(ask: Ask, cls: str, value: float) -> bool:
    """Write windows of `same` that are found when the module runs, where that is asked for."""
    if not ask.dynamic or ask.exact.padding != "same":
        return False
    same_at_run_time(ask, value)
    _put(ask, cls, 0, False)
    return True


def _slides(ask: Ask) -> list[Slide]:
    layer, sizes = ask.exact, ask.inputs[0].sizes
    counts: tuple[int, ...] = ask.output.spatial  # type: ignore[assignment]
    if layer.padding == "same":
        sides: Any = same_sides(layer, sizes)
    else:
        sides = pairs(layer.padding) if isinstance(layer.padding, tuple) else [(0, 0)] * len(sizes)
    axes = zip(sizes, layer.kernel, layer.stride, counts, sides, strict=True)
    return [Slide(size, k, s, count, *pair) for size, k, s, count, pair in axes]


def _padding(ask: Ask, axes: Sequence[Slide]) -> Any:
    """What PyTorch is told to pad: as the block states it, where it does so in numbers."""
    stated = ask.layer.padding
    if isinstance(stated, tuple) and ask.exact.padding != "same":
        return tuple(before for before, _ in pairs(stated))
    return tuple(a.before for a in axes)


def _put(ask: Ask, cls: str, padding: Any, ceil: bool, **more: Any) -> None:
    layer = ask.layer
    named = {"stride": layer.stride, "padding": padding, "ceil_mode": ceil}
    ask.put(Made(f"{cls}{ask.rank}d", (layer.kernel,), named | more))


@RULES.rule("global_avgpool1d", "global_avgpool2d", "global_avgpool3d")
def _global_average(ask: Ask) -> None:
    _global(ask, "nn.AdaptiveAvgPool", "mean")


@RULES.rule("global_maxpool1d", "global_maxpool2d", "global_maxpool3d")
def _global_maximum(ask: Ask) -> None:
    _global(ask, "nn.AdaptiveMaxPool", "amax")


def _global(ask: Ask, cls: str, method: str) -> None:
    """Over all axes of space, wherever these are."""
    if ask.inputs[0].layout is Layout.LAST:
        ask.put((), -1, function=Function(method, Form.METHOD, (1,)))
        return
    axes = shortest(tuple(range(2, ask.rank + 2)))
    modules = (Made(f"{cls}{ask.rank}d", (1,)), Made("nn.Flatten"))
    ask.put(modules, -1, function=Function(method, Form.METHOD, (axes,)))
