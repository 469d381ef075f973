"""How a window of the language is run by Caffe, which pads both sides alike and rounds pooling up.

Caffe's own sizes: a convolution gives floor((size + 2 pad - extent) / stride) + 1 outputs; a pooling
gives ceil(...) + 1, less a last window that would start in the padding. A window that needs `before`
elements in front is run with pad = before + lead * stride: its first `lead` outputs, and those past
the wanted ones, are cut off again, and the rest are exactly the wanted windows.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence

import attrs

from dlc.backends.sizes import number, padding
from dlc.layers.window import Window


@attrs.frozen
class Kept:
    """What to keep of an axis: `count` elements from `first` on, out of `total`."""

    first: int
    count: int
    total: int

    @property
    def whole(self) -> bool:
        """Whether nothing is cut off."""
        return self.count == self.total


@attrs.frozen
class Fit:
    """A symmetric padding along an axis, and which outputs to keep."""

    pad: int
    keep: Kept


ALL = Fit(0, Kept(0, 1, 1))  # of an axis that is left as it is


def fit_convolution(window: Window, size: int, count: int) -> Fit:
    """The smallest symmetric padding whose outputs contain the `count` wanted ones."""
    before, _ = padding(window, size)
    extent, stride = number(window.extent), number(window.stride)
    for lead in itertools.count():
        pad = before + lead * stride
        total = (size + 2 * pad - extent) // stride + 1
        if total >= lead + count:
            return Fit(pad, Kept(lead, count, total))
    raise AssertionError("padding grows without end")


def narrowed(windows: Sequence[Window], sizes: Sequence[int], counts: Sequence[int]) -> list[Window]:
    """The windows, one that sees a whole axis made as wide as it: for results that leave padding out."""
    return [
        Window(size) if count == 1 and number(window.kernel) >= size + padding(window, size)[0] else window
        for window, size, count in zip(windows, sizes, counts, strict=True)
    ]


Suits = Callable[[int, int], bool]  # whether a pooling's divisors are right for (axis, pad)


def fit_pooling(windows: Sequence[Window], sizes: Sequence[int], counts: Sequence[int]) -> tuple[Fit, ...]:
    """Paddings along all axes for a pooling of windows that each hold something of the input."""
    fits = fit_average(windows, sizes, counts, lambda axis, pad: True)
    assert fits is not None, "less padding than kernel always does"
    return fits


def fit_average(
    windows: Sequence[Window], sizes: Sequence[int], counts: Sequence[int], suits: Suits
) -> tuple[Fit, ...] | None:
    """The same with divisors that suit; None where Caffe's limit (pad < kernel) leaves no such padding.

    Any padding makes Caffe drop windows that start in the padding, along all axes.
    """
    for clips in (False, True):
        fits = [
            _fit_pool_axis(window, size, count, clips, functools.partial(suits, axis))
            for axis, (window, size, count) in enumerate(zip(windows, sizes, counts, strict=True))
        ]
        found = tuple(fit for fit in fits if fit is not None)
        if len(found) == len(fits) and any(fit.pad for fit in found) == clips:
            return found
    return None


def _fit_pool_axis(
    window: Window, size: int, count: int, clips: bool, suits: Callable[[int], bool]
) -> Fit | None:
    before, _ = padding(window, size)
    kernel, stride = number(window.kernel), number(window.stride)
    for lead in itertools.count():
        pad = before + lead * stride
        if pad and pad >= kernel:
            return None
        total = pooled(size, kernel, stride, pad, clips)
        if total >= lead + count and suits(pad):
            return Fit(pad, Kept(lead, count, total))
    raise AssertionError("padding grows without end")


def pools_apart(windows: Sequence[Window], sizes: Sequence[int], fits: Sequence[Fit]) -> Sequence[Fit] | None:
    """The fits of poolings along one axis each, where one along all axes would be read in two ways.

    Caffe drops windows that start in the padding along all axes as soon as one of them is padded; OpenCV
    does so axis by axis. None where both come to the same.
    """
    alone = [
        attrs.evolve(fit, keep=attrs.evolve(fit.keep, total=_count(window, size, fit)))
        for window, size, fit in zip(windows, sizes, fits, strict=True)
    ]
    return alone if any(one != fit for one, fit in zip(alone, fits, strict=True)) else None


def _count(window: Window, size: int, fit: Fit) -> int:
    return pooled(size, number(window.kernel), number(window.stride), fit.pad, fit.pad > 0)


def pooled(size: int, kernel: int, stride: int, pad: int, clips: bool) -> int:
    """How many windows Caffe's pooling runs along an axis; `clips` when any axis is padded."""
    total = -((kernel - size - 2 * pad) // stride) + 1
    return total - 1 if clips and (total - 1) * stride >= size + pad else total


def counts_padding_alike(window: Window, size: int, count: int, pad: int) -> bool:
    """Whether Caffe's averages divide as the language's do: by the window's part inside the padded axis."""
    before, after = padding(window, size)
    kernel, stride = number(window.kernel), number(window.stride)
    ends = (start + kernel for start in range(-before, -before + count * stride, stride))
    return all(min(end, size + pad) == min(end, size + after) for end in ends)
