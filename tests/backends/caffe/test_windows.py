"""How Caffe is told to run a window: what it computes, less what is cut off, are the windows asked for."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from dlc.backends.caffe.windows import (
    Fit,
    counts_padding_alike,
    fit_average,
    fit_convolution,
    fit_pooling,
    narrowed,
    padding,
    pooled,
    pools_apart,
)
from dlc.ir import RuleBroken
from dlc.layers.window import Window

SIZES = st.integers(1, 14)
SMALL = st.integers(1, 6)


@st.composite
def axes(draw: st.DrawFn, ceil: bool, pads: bool = True) -> tuple[Window, int, int]:
    """A pooling's window along an axis, the axis's size, and how many windows there are."""
    kernel, size = draw(SMALL), draw(SIZES)
    numbers = st.integers(0, kernel - 1)
    sides = st.one_of(st.just("same"), st.tuples(numbers, numbers)) if pads else st.just("valid")
    window = Window(kernel, draw(SMALL), draw(sides), ceil=ceil)
    try:
        count = window.filled(size, "height")
    except RuleBroken:
        assume(False)
    assert isinstance(count, int)
    return window, size, count


planes = st.booleans().flatmap(lambda ceil: st.tuples(axes(ceil), axes(ceil)))


def spans(start: int, window: Window, count: int, size: int) -> list[tuple[int, int]]:
    """What each of the windows from `start` on sees of an axis."""
    starts = [start + i * int(str(window.stride)) for i in range(count)]
    return [(max(at, 0), min(at + int(str(window.kernel)), size)) for at in starts]


@given(planes)
def test_poolings_see_what_was_asked_for(both: list[tuple[Window, int, int]]) -> None:
    windows, sizes, counts = (list(part) for part in zip(*both, strict=True))
    made = narrowed(windows, sizes, counts)
    fits = fit_pooling(made, sizes, counts)
    clips = any(fit.pad for fit in fits)
    for asked, window, size, count, fit in zip(windows, made, sizes, counts, fits, strict=True):
        assert fit.pad < int(str(window.kernel))
        assert fit.keep.total == pooled(size, *numbers(window), fit.pad, clips)
        assert fit.keep.first + fit.keep.count <= fit.keep.total
        first = fit.keep.first * int(str(window.stride)) - fit.pad
        before, _ = padding(asked, size)
        assert spans(first, window, count, size) == spans(-before, asked, count, size)


@given(planes)
def test_other_readers_count_alike_once_axes_are_apart(both: list[tuple[Window, int, int]]) -> None:
    """OpenCV drops windows in the padding of their own axis only."""
    windows, sizes, counts = (list(part) for part in zip(*both, strict=True))
    fits: tuple[Fit, ...] = fit_pooling(windows, sizes, counts)
    for window, size, fit in zip(windows, sizes, pools_apart(windows, sizes, fits) or fits, strict=True):
        assert fit.keep.total == pooled(size, *numbers(window), fit.pad, fit.pad > 0)


def numbers(window: Window) -> tuple[int, int]:
    return int(str(window.kernel)), int(str(window.stride))


@given(planes)
def test_averages_divide_by_what_was_asked_for(both: list[tuple[Window, int, int]]) -> None:
    windows, sizes, counts = (list(part) for part in zip(*both, strict=True))
    fits = fit_average(
        windows,
        sizes,
        counts,
        lambda axis, pad: counts_padding_alike(windows[axis], sizes[axis], counts[axis], pad),
    )
    assume(fits is not None)
    assert fits is not None
    for window, size, fit in zip(windows, sizes, fits, strict=True):
        kernel, stride = numbers(window)
        before, after = padding(window, size)
        for i in range(fit.keep.count):
            start = i * stride - before
            assert min(start + kernel, size + fit.pad) == min(start + kernel, size + after)


@given(SMALL, SMALL, SMALL, SIZES, st.data())
def test_convolutions_start_where_they_were_asked_to(
    kernel: int, stride: int, dilation: int, size: int, data: st.DataObject
) -> None:
    sides = data.draw(st.one_of(st.just("same"), st.just("valid"), st.tuples(SIZES, SIZES)))
    window = Window(kernel, stride, sides, dilation)
    try:
        count = window.output(size, "height")
    except RuleBroken:
        assume(False)
    assert isinstance(count, int)
    fit = fit_convolution(window, size, count)
    assert fit.keep.first * stride - fit.pad == -padding(window, size)[0]
    reach = (size + 2 * fit.pad - int(str(window.extent))) // stride + 1
    assert fit.keep.first + count <= fit.keep.total == reach
