"""A phrase while it is being put together: which pieces it can still take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from dlc.frontends.phrases import items as it
from dlc.frontends.phrases.normal import compact
from dlc.frontends.phrases.numbers import product
from dlc.frontends.phrases.values import Number

CONVS = frozenset({"conv", "pwconv", "dwconv", "sepconv", "deconv"})
POOLS = frozenset({"pool", "maxpool", "avgpool", "gpool", "gavgpool", "gmaxpool"})
DENSE = frozenset({"fc", "linear"})
RECURRENT = frozenset({"rnn", "lstm", "gru", "birnn", "bilstm", "bigru"})
WIDE = CONVS | DENSE | RECURRENT | {"embed", "block", "attention", "concat", None}
WINDOWED = CONVS | POOLS | {"block", "lrn", "upsample", "concat", None}
CLASSED = DENSE | {"softmax", "output", "sigmoid", None}
PLAIN = frozenset({"relu", "relu6", "gelu", "silu", "sigmoid", "tanh", "softplus", "softsign"}) | {
    "batchnorm",
    "layernorm",
    "instancenorm",
    "flatten",
}
WITH_WINDOWS = WIDE | WINDOWED | {"dropout", "spatial_dropout2d", "zeropad", "crop", "input"}
#: Attributes that only they have.
_OF_WINDOWS = frozenset(
    ["kernel", "window", "stride", "stride_h", "stride_w", "padding", "padding_h", "padding_w", "dilation"]
)
SMALL = 11  # numbers up to this are windows rather than widths
_LARGEST_KERNEL = 31  # a window larger than this is a map's size


@attrs.define
class Draft:
    """Pieces of one phrase; `family` is None until an operation is named."""

    family: str | None = None
    word: str = ""
    name: str | None = None
    qualifiers: set[str] = attrs.field(factory=set)
    window: it.Size | None = None
    kernel: Any = None
    shape: it.Size | None = None
    settings: dict[str, Any] = attrs.field(factory=dict)
    repeat: Number = 1
    start: int | None = None
    end: int = 0
    confidence: float = 1.0
    unknown: list[str] = attrs.field(factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing that means anything was taken yet."""
        return (
            self.family is None
            and self.window is None
            and self.shape is None
            and not (self.settings or self.qualifiers or self.name)
        )

    @property
    def empty_window(self) -> bool:
        """Whether neither a window nor a width was taken yet."""
        return self.window is None and self.kernel is None and "width" not in self.settings

    def call(self, numbers: Sequence[Number], keyed: bool = False) -> None:
        """Take numbers in brackets behind a convolution's name.

        `Conv2d(3, 64, 3, 1, 1)`: in, out, kernel, stride, padding; `Conv(64, 3, 2)`: out, kernel, stride.
        `keyed` tells that the kernel is named behind them: `Conv2d(3, 64, kernel_size=3)`.
        """
        order = ["width", "kernel", "stride"]
        if keyed:
            order = ["in", "width"] if len(numbers) > 1 else ["width"]
        elif len(numbers) >= 4 or (len(numbers) == 3 and _largest(numbers[1:2]) > SMALL):
            order = ["in", "width", "kernel", "stride", "padding"]
        for key, value in zip(order, numbers, strict=False):
            if key == "kernel":
                self.kernel = value
            else:
                self.settings.setdefault(key, value)

    def can_be(self, family: str) -> bool:
        """Whether an operation of `family` may own what was taken so far."""
        wide = {"width", "groups", "kernel", "stride", "padding", "dilation"} & self.settings.keys()
        if family == "input" and wide == {"width"} and not self.window:
            return True
        if wide and family not in WIDE | WINDOWED:
            return False
        return not (self.window or self.kernel) or family in WINDOWED | DENSE | {"input", "reshape"}

    def give_to(self, other: Draft) -> bool:
        """Hand everything to an earlier phrase; False, and nothing handed, where it has no room."""
        if self.window is not None and other.window is not None:
            return False
        if other.settings.keys() & self.settings.keys() or other.family not in CONVS | DENSE | RECURRENT:
            return False
        other.settings |= self.settings
        if other.family in DENSE:
            other.shape = other.shape or self.window
        else:
            other.window = other.window or self.window
        other.end = max(other.end, self.end)
        return True

    def become_conv(self, word: str) -> None:
        """ "linear 1×1 conv": what seemed a dense layer is a convolution without activation."""
        self.family, self.word = "conv", word
        self.window, self.shape = self.shape or self.window, None

    def mark(self, place: it.Place) -> None:
        """Widen the span over a piece and keep the least confidence."""
        self.start = place.start if self.start is None else min(self.start, place.start)
        self.end = max(self.end, place.end)
        self.confidence = min(self.confidence, place.confidence)

    def become(self, family: str, word: str) -> None:
        """Take an operation's name; called once a draft."""
        self.family, self.word = family, word

    def take(self, item: it.Item) -> bool:
        """Take a piece where it fits; False where it does not or its slot is filled."""
        taken = self._take(item)
        if taken:
            self.mark(item.place)
        return taken

    def _take(self, item: it.Item) -> bool:
        match item:
            case it.Qualifier(value=value):
                self.qualifiers.add(value)
                return True
            case it.Setting(key=key, value=value):
                return self._setting(key, value)
            case it.Amount(counted=counted, value=value):
                return value is None or self._amount(counted, value)
            case it.Window():
                return self._window(item)
            case it.Area(maps=maps, size=size):
                return self._area(maps, size)
            case it.Cardinal(groups=groups, width=width):
                return self._fill("groups", groups) and self._fill("group_width", width)
            case it.Bare(value=value, share=share):
                return self._bare(value, share)
            case it.Slashed(value=value):
                return self._slashed(value)
            case it.Times(count=count):
                return self._times(count)
        return False

    def _fill(self, key: str, value: Any) -> bool:
        if key in self.settings:
            return False
        self.settings[key] = value
        return True

    def _setting(self, key: str, value: it.Quantity | None) -> bool:
        if value is None:
            if key == "dilation":
                self.qualifiers.add("dilated")
            return True
        if key in _OF_WINDOWS and self.family not in WITH_WINDOWS:
            return False
        if key in ("kernel", "window"):
            return self._keyed_kernel(key, value)
        if key == "dilation" and self.family == "attention":
            key = "width"
        if key == "dilation" and isinstance(value, tuple) and self.window is None:
            self.qualifiers.add("depthwise")  # "d7×7" is a depthwise window
            self.window = value
            return True
        if key == "padding" and self.family in ("dropout", "spatial_dropout2d"):
            key = "rate"
        if key == "rate" and self.family in CONVS:
            key = "dilation"
        if key == "repeat":
            self.repeat = value if not isinstance(value, tuple) else value[0]
            return True
        if key in ("filters", "width"):
            return self._fill("width", value) or self._fill("groups", value)
        return self._fill(key, value)

    def _keyed_kernel(self, key: str, value: it.Quantity) -> bool:
        if self.family == "attention":
            return self._fill("window", value)
        if self.window is not None or self.kernel is not None:
            return False
        self.window = value if isinstance(value, tuple) else None
        self.kernel = None if isinstance(value, tuple) else value
        return True

    def _amount(self, counted: str, value: Number) -> bool:
        if counted == "times":
            self.repeat = value
            return True
        if counted == "classes":
            return self.family in CLASSED and self._fill(
                "width" if self.family in DENSE else "classes", value
            )
        if counted == "width" and self.family == "input":
            return self._size(it.Window((value,)))
        if counted == "width":
            return self.family in WIDE and self._fill("width", value)
        return self._fill(counted, value)

    def _window(self, item: it.Window) -> bool:
        if self.family in DENSE or self.family in ("reshape", "input", "output"):
            return self._size(item)
        if item.listed and self.family in CONVS and _is_call(item.size):
            self.call(item.size)
            return True
        if self.family not in WINDOWED and self.family != "attention":
            return False
        if self.family == "attention":
            return self._fill("window", item.size)
        if self.window is None and self.kernel is None and not _is_area(item.size):
            self.window = item.size
        elif not self._second_window(item.size):
            return False
        return item.over is None or self._fill("stride", item.over) or True

    def _size(self, item: it.Window) -> bool:
        if self.shape is not None:
            return False
        self.shape = item.size
        return True

    def _second_window(self, size: it.Size) -> bool:
        """A size beside the kernel: a width such as `16×k` or `96×3`, else a reported size."""
        symbolic = any(isinstance(v, str) for v in size)
        uneven = len(size) == 2 and size[0] != size[1]
        if uneven and "width" not in self.settings and self.window is not None and (symbolic or _wide(size)):
            return self._fill("width", product(size))
        if _is_area(size) and self.shape is None:
            self.shape = size
            return True
        return False

    def _area(self, maps: Number, size: it.Size) -> bool:
        if self.family in CONVS and not _is_area(size) and _largest(size) <= 11 and self.window is None:
            self.window = size
        elif self.shape is None:
            self.shape = (*size, maps)
        return self.family not in CONVS or self._fill("width", maps) or True

    def _bare(self, value: Number, share: bool) -> bool:
        if self.family in ("dropout", "spatial_dropout2d"):
            return self._fill("rate", value)
        if self.family in ("leaky_relu", "elu", "prelu"):
            return self._fill("slope", value)
        if share or isinstance(value, float):
            return False
        if self.family in ("softmax", "output"):
            return self._fill("classes", value)
        if self.family == "upsample":
            return self._fill("size", value)
        if self.family in POOLS:
            return self._bare_pool(value)
        if self.family == "input":
            return isinstance(value, int) and value > 2 and self._size(it.Window((value,)))
        if self.family == "groupnorm":
            return self._fill("groups", value)
        if self.window is not None and len(self.window) == 3 and value in range(1, 5):
            return self._fill("stride", value)  # "7×7×3, 2": with its input's depth, then the stride
        return self.family in WIDE and self._fill("width", value)

    def _bare_pool(self, value: Number) -> bool:
        if self.window is None and self.kernel is None:
            self.kernel = value
            return True
        return self._fill("stride", value)

    def _slashed(self, value: Number) -> bool:
        if self.family == "upsample":
            return self._fill("size", value)
        return self.family in WINDOWED and self._fill("stride", value)

    def _times(self, count: Number) -> bool:
        if self.family == "upsample" or (self.family == "block" and _scales(self.word)):
            return self._fill("size", count)
        self.repeat = count
        return True


def _scales(word: str) -> bool:
    """Whether "×2" behind a block's name is how much larger it makes a map."""
    return compact(word) in (
        "pixelshuffle",
        "subpixel",
        "subpixelconv",
        "depthtospace",
        "upsampler",
        "upsampleblock",
    )


def _is_call(size: it.Size) -> bool:
    return len(size) > 2 or _largest(size) > SMALL


def _largest(size: Sequence[Number]) -> int:
    return max((v for v in size if isinstance(v, int)), default=0)


def _is_area(size: it.Size) -> bool:
    """Whether a size is a map's rather than a window's: both sides large, or named."""
    sides = size[:2]
    if len(sides) == 2 and all(isinstance(v, str) for v in sides):
        return not all(str(v) in ("k", "n", "f") for v in sides)
    return all(isinstance(v, int) and v > _LARGEST_KERNEL for v in sides)


def _wide(size: it.Size) -> bool:
    return _largest(size) > _LARGEST_KERNEL
