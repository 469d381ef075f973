"""Rules for pooling: every padding and rounding form, made of Keras's `valid` and `same`.

A window that hangs over the border is clipped there: its maximum or average is over the elements that
it has. Explicit padding of an average counts as zeros; explicit padding of a maximum counts as nothing.

Not every backend of Keras averages so: PyTorch's repeats the border where `same` pads one side more than
the other. Such averages are made of windows that are padded alike on both sides, or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dlc.backends.keras.conv import crop, pad, pairs, thin
from dlc.backends.keras.plan import RULES, Ask, Refused, is_symbolic
from dlc.layers.window import Window, windows


@attrs.frozen
class Slide:
    """Windows along one axis of `size` elements: `count` of them, the first one starting at -`before`."""

    size: int
    kernel: int
    stride: int
    count: int
    before: int = 0

    @property
    def start(self) -> int:
        """Where the last window starts."""
        return (self.count - 1) * self.stride - self.before

    @property
    def over(self) -> int:
        """How far the last window hangs over the end."""
        return max(0, self.start + self.kernel - self.size)

    @property
    def is_valid(self) -> bool:
        """Whether these are the windows of `valid`."""
        return not self.before and (self.size - self.kernel) // self.stride + 1 == self.count

    @property
    def is_same(self) -> bool:
        """Whether these are the windows of `same`."""
        needs, _ = Window(self.kernel, self.stride, "same").same_pads(self.size)
        return needs == self.before and -(-self.size // self.stride) == self.count

    @property
    def lead(self) -> int:
        """How much of the result of `same` with stride 1 comes before the first of these windows."""
        return (self.kernel - 1) // 2 - self.before

    @property
    def is_even(self) -> bool:
        """Whether the windows hang over both ends alike."""
        return self.before == self.over

    @property
    def is_thinned_same(self) -> bool:
        """Whether these windows are among those of `same` with stride 1."""
        return self.lead >= 0 and self.lead + (self.count - 1) * self.stride < self.size

    @property
    def tail(self) -> int:
        """How much comes after the last of these windows, where thinning does not drop it."""
        rest = self.size - self.lead - 1
        return 0 if rest // self.stride + 1 == self.count else rest - (self.count - 1) * self.stride

    def parts(self) -> list[tuple[int, int, int]]:
        """Runs of windows of equal length: (first element, end, length); each clipped window is a run."""
        starts = [i * self.stride - self.before for i in range(self.count)]
        found: list[tuple[int, int, int]] = []
        for start in starts:
            low, high = max(start, 0), min(start + self.kernel, self.size)
            if found and high - low == self.kernel == found[-1][2]:
                low = found.pop()[0]
            found.append((low, high, min(self.kernel, high - max(start, 0))))
        return found


@RULES.rule("maxpool1d", "maxpool2d", "maxpool3d")
def _maxpool(ask: Ask) -> None:
    if _put_plain(ask, "MaxPooling"):
        return
    axes = _slides(ask)
    fits = all(a.is_valid for a in axes) or all(a.is_same for a in axes)
    if fits or not ask.non_negative[0]:
        _put_slides(ask, "MaxPooling", -1, axes)
        return
    # Zeros never exceed a maximum of values that are 0 or more.
    margins = [_margins(a, stated) for a, stated in zip(axes, _stated(ask), strict=True)]
    _put(ask, "MaxPooling", pad(ask, -1, margins), axes, "valid")


@RULES.rule("avgpool1d", "avgpool2d", "avgpool3d")
def _avgpool(ask: Ask) -> None:
    if not _is_uneven(ask) and _put_plain(ask, "AveragePooling"):
        return
    stated = _stated(ask)
    axes = [
        attrs.evolve(a, size=a.size + before + after, before=a.before - before)
        for a, (before, after) in zip(_slides(ask), stated, strict=True)
    ]
    _put_slides(ask, "AveragePooling", pad(ask, -1, stated), axes)


def _is_uneven(ask: Ask) -> bool:
    """Whether `same` adds more to one side of an axis than to the other."""
    layer = ask.layer
    known = not is_symbolic((layer.kernel, layer.stride))
    return known and layer.padding == "same" and not all(a.is_even for a in _slides(ask))


@RULES.rule("global_avgpool1d", "global_avgpool2d", "global_avgpool3d")
def _global_average(ask: Ask) -> None:
    ask.put(f"GlobalAveragePooling{len(ask.inputs[0].spatial)}D")


@RULES.rule("global_maxpool1d", "global_maxpool2d", "global_maxpool3d")
def _global_maximum(ask: Ask) -> None:
    ask.put(f"GlobalMaxPooling{len(ask.inputs[0].spatial)}D")


def _put_plain(ask: Ask, what: str) -> bool:
    """Write what Keras has a word for; tells whether that was so."""
    layer = ask.layer
    if layer.padding != "same" and (layer.padding != "valid" or layer.round != "floor"):
        if is_symbolic((layer.kernel, layer.stride, layer.padding, layer.round)):
            raise Refused("its padding depends on parameters")
        return False
    rank = len(layer.kernel)
    sizes = {"pool_size": layer.kernel, "strides": layer.stride}
    ask.put(f"{what}{rank}D", **sizes, padding=layer.padding)
    return True


def _stated(ask: Ask) -> Sequence[tuple[int, int]]:
    layer = ask.layer
    return pairs(layer.padding) if isinstance(layer.padding, tuple) else [(0, 0)] * len(layer.kernel)


def _slides(ask: Ask) -> list[Slide]:
    layer = ask.layer
    axes = windows(len(layer.kernel), layer.kernel, layer.stride, layer.padding, 1, layer.round)
    sizes = zip(axes, ask.inputs[0].spatial, ask.output.spatial, strict=True)
    return [_slide(window, size, count) for window, size, count in sizes]  # type: ignore[arg-type]


def _slide(window: Window, size: int, count: int) -> Slide:
    before = window.same_pads(size)[0] if window.padding == "same" else window.pads[0]
    return Slide(size, window.kernel, window.stride, count, before)  # type: ignore[arg-type]


def _margins(axis: Slide, stated: tuple[int, int]) -> tuple[int, int]:
    """Padding for `valid`: as it was stated where that gives these windows, else what they need."""
    padded = attrs.evolve(axis, size=axis.size + sum(stated), before=0)
    return stated if padded.is_valid else (axis.before, axis.over)


def _put_slides(ask: Ask, what: str, value: int, axes: Sequence[Slide]) -> None:
    is_mean = what == "AveragePooling"
    if all(a.is_valid for a in axes):
        _put(ask, what, value, axes, "valid")
    elif all(a.is_same and (a.is_even or not is_mean) for a in axes):
        _put(ask, what, value, axes, "same")
    elif all(a.is_thinned_same and (a.kernel % 2 or not is_mean) for a in axes):
        _put_thinned(ask, what, value, axes)
    else:
        _put_pieces(ask, what, value, axes)


def _put(ask: Ask, what: str, value: int, axes: Sequence[Slide], word: str) -> None:
    kernel, strides = tuple(a.kernel for a in axes), tuple(a.stride for a in axes)
    ask.put(f"{what}{len(axes)}D", value, pool_size=kernel, strides=strides, padding=word)


def _put_thinned(ask: Ask, what: str, value: int, axes: Sequence[Slide]) -> None:
    """Windows at every position, of which the wanted ones are kept."""
    sizes = {"pool_size": tuple(a.kernel for a in axes), "strides": (1,) * len(axes)}
    everywhere = ask.put(f"{what}{len(axes)}D", value, role="windows", **sizes, padding="same")
    kept = crop(ask, everywhere, [(a.lead, a.tail) for a in axes])
    thin(ask, kept, [a.stride for a in axes])


def _put_pieces(ask: Ask, what: str, value: int, axes: Sequence[Slide]) -> None:
    """One axis after the other, the clipped windows apart from the whole ones."""
    for index, axis in enumerate(axes):
        parts = [
            _piece(ask, what, value, axis, part, (index, len(axes), f"{index}_{number}"))
            for number, part in enumerate(axis.parts())
        ]
        value = ask.put("Concatenate", *parts, role=f"axis{index}", axis=index + 1) if parts[1:] else parts[0]


def _piece(
    ask: Ask, what: str, value: int, axis: Slide, part: tuple[int, int, int], place: tuple[int, int, str]
) -> int:
    """The windows of one part: those within elements `low` to `high`, each of `kernel` elements."""
    low, high, kernel = part
    index, rank, number = place
    margins = [(low, axis.size - high) if i == index else (0, 0) for i in range(rank)]
    source = crop(ask, value, margins, f"crop{number}")
    pool = tuple(kernel if i == index else 1 for i in range(rank))
    strides = tuple(axis.stride if i == index else 1 for i in range(rank))
    return ask.put(f"{what}{rank}D", source, role=f"part{number}", pool_size=pool, strides=strides)
