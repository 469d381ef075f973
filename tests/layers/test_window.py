"""Sizes of windows against an oracle that lays the windows out one by one.

Symbols and holes are held to the numbers that may stand in their place.
"""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dlc.diagnostics import codes
from dlc.fuzz.strategies import layers_named
from dlc.ir import Op, RuleBroken
from dlc.layers import REGISTRY, build
from dlc.layers.window import Window
from dlc.types import HOLE, Dim, Expr, Hole, Kind, Type, signatures, symbol

SIZES = st.integers(1, 40)
KERNELS = st.integers(1, 9)
STRIDES = st.integers(1, 6)
DILATIONS = st.integers(1, 4)
PADS = st.integers(0, 6)
PADDINGS = st.sampled_from(("same", "valid")) | st.tuples(PADS, PADS)

windows = st.builds(Window, KERNELS, STRIDES, PADDINGS, DILATIONS, st.booleans())
# Pooling windows, whose padding is below the kernel and which are not dilated.
pools = st.builds(Window, KERNELS, STRIDES, PADDINGS, st.just(1), st.booleans())


def taps(window: Window, start: int) -> list[int]:
    """The places that a window at `start` looks at."""
    return [start + i * number(window.dilation) for i in range(number(window.kernel))]


def starts(window: Window, size: int) -> list[int]:
    """Where windows begin, counted from the first added element, laid out one by one."""
    stride = number(window.stride)
    if window.padding == "same":
        return [i for i in range(size) if i % stride == 0]
    before, after = (0, 0) if window.padding == "valid" else window.padding
    padded = before + size + after
    found: list[int] = []
    at = 0
    while True:
        ends = taps(window, at)[-1] + 1
        covered = taps(window, at - stride)[-1] + 1 >= padded  # the window before reached the end
        if not (ends <= padded or (window.ceil and not covered)):
            break
        found.append(at)
        at += stride
    in_padding = window.ceil and before + after > 0 and found and found[-1] >= before + size
    return found[:-1] if in_padding else found


def number(value: Dim) -> int:
    assert isinstance(value, int)
    return value


def attempt(window: Window, size: Dim, filled: bool = False) -> Dim | None:
    """The inferred count, None where it is refused."""
    try:
        return window.filled(size, "height") if filled else window.output(size, "height")
    except RuleBroken:
        return None


@given(windows, SIZES)
@settings(max_examples=1000, deadline=None)
def test_counts_are_those_of_windows_laid_out(window: Window, size: int) -> None:
    laid = starts(window, size)
    assert (attempt(window, size) or 0) == len(laid)


@given(windows, st.data())
@settings(max_examples=300, deadline=None)
def test_what_is_refused_says_the_arithmetic(window: Window, data: st.DataObject) -> None:
    short = number(window.extent) - sum(d for d in window.pads if isinstance(d, int)) - 1
    assume(window.padding != "same" and short > 0)
    size = data.draw(st.integers(1, short))
    assume(not starts(window, size))
    with pytest.raises(RuleBroken) as raised:
        window.output(size, "height")
    assert raised.value.code is codes.SIZE_VANISHES
    assert f"height {size} is too small for a window of {window.extent}" in raised.value.message
    before, after = window.pads
    written = f"(({size} + {before} + {after} - {window.extent}) / {window.stride}) + 1 = "
    (note,) = [n.message for n in raised.value.notes if written in n.message]
    assert int(note.split("= ")[-1]) < 1


@given(pools, SIZES)
@settings(max_examples=1000, deadline=None)
def test_pooling_windows_hold_something_of_the_input(window: Window, size: int) -> None:
    laid = starts(window, size)
    before = window.same_pads(size)[0] if window.padding == "same" else number(window.pads[0])
    places = range(before, before + size)
    count = attempt(window, size, filled=True)
    if count is not None:
        assert count == len(laid)
        assert all(any(tap in places for tap in taps(window, start)) for start in laid)
    elif all(side < number(window.kernel) for side in window.pads if isinstance(side, int)):
        assert not laid or not any(tap in places for tap in taps(window, laid[-1]))


@given(SIZES, KERNELS, STRIDES, DILATIONS)
@settings(max_examples=500, deadline=None)
def test_same_is_padding_that_the_windows_just_fill(
    size: int, kernel: int, stride: int, dilation: int
) -> None:
    same = Window(kernel, stride, "same", dilation)
    before, after = same.same_pads(size)
    assert after - before in (0, 1)
    assert attempt(attrs.evolve(same, padding=(before, after)), size) == same.output(size, "height")
    if before + after:
        less = attrs.evolve(same, padding=(before, after - 1))
        assert (attempt(less, size) or 0) < number(same.output(size, "height"))


@given(SIZES, windows, st.integers(0, 3))
@settings(max_examples=500, deadline=None)
def test_transposed_sizes_are_what_is_written_to(size: int, window: Window, extra: int) -> None:
    stride = number(window.stride)
    if window.padding == "same":
        assert window.spread(size, 0, "height") == size * stride
        return
    written = {tap for i in range(size) for tap in taps(window, i * stride)}
    before, after = window.pads
    left = max(written) + 1 + extra - number(before) - number(after)
    if left > 0:
        assert window.spread(size, extra, "height") == left
        return
    with pytest.raises(RuleBroken) as raised:
        window.spread(size, extra, "height")
    assert raised.value.code is codes.SIZE_VANISHES


@given(SIZES, windows)
@settings(max_examples=300, deadline=None)
def test_a_transposed_convolution_undoes_the_sizes_of_a_convolution(size: int, window: Window) -> None:
    """With output padding for what rounding down lost."""
    window = attrs.evolve(window, ceil=False)
    assume(window.padding != "same")
    count = attempt(window, size)
    assume(count is not None)
    lost = (size + sum(map(number, window.pads)) - number(window.extent)) % number(window.stride)
    assert window.spread(number(count), lost, "height") == size  # type: ignore[arg-type]


@given(windows, SIZES)
@settings(max_examples=600, deadline=None)
def test_a_symbolic_size_gives_what_its_number_gives(window: Window, size: int) -> None:
    symbolic = window.output(symbol("H"), "height")
    expected = attempt(window, size)
    if isinstance(symbolic, Hole) or expected is None:
        assert window.ceil or expected is None  # only Caffe's clipping is not an expression
        return
    assert at(symbolic, H=size) == expected


@given(windows, SIZES, st.sampled_from(("kernel", "stride", "dilation")))
@settings(max_examples=600, deadline=None)
def test_symbolic_windows_give_what_their_numbers_give(window: Window, size: int, name: str) -> None:
    value = getattr(window, name)
    made = attempt(attrs.evolve(window, **{name: symbol("k")}), size)
    expected = attempt(window, size)
    if made is not None and not isinstance(made, Hole) and expected is not None:
        assert at(made, k=value) == expected


def at(dim: Dim, **values: int) -> Dim:
    return dim.substitute(values) if isinstance(dim, Expr) else dim


@given(
    windows,
    SIZES,
    st.sets(st.sampled_from(("kernel", "stride", "padding", "dilation", "ceil", "size")), min_size=1),
)
@settings(max_examples=1000, deadline=None)
def test_what_is_inferred_in_spite_of_holes_holds_for_every_filling(
    window: Window, size: int, unknown: set[str]
) -> None:
    holes: dict[str, Any] = dict.fromkeys(unknown - {"size"}, HOLE)
    made = attempt(attrs.evolve(window, **holes), HOLE if "size" in unknown else size)
    expected = attempt(window, size)
    if made is None:
        assert expected is None
    elif not isinstance(made, Hole):
        assert expected in (made, None)


# Whole layers: any attribute, any dimension, unknown or symbolic.

SHAPES = {
    Kind.MAP: (9, 8, 4), Kind.VECTOR: (12,), Kind.SEQUENCE: (9, 4), Kind.IDS: (9,), Kind.VOLUME: (5, 6, 7, 4),
}  # fmt: skip
NAMES = [n for n in REGISTRY if n != "opaque"]


@st.composite
def cases(draw: st.DrawFn) -> tuple[Op, tuple[Type, ...]]:
    """A layer with any attributes, and inputs of one kind that it takes."""
    name = draw(st.sampled_from(NAMES))
    kind = draw(st.sampled_from(sorted(signatures()[name].takes, key=str)))
    count = max(REGISTRY[name].least, 1)
    return draw(layers_named(name)), (Type(kind, SHAPES[kind]),) * count


REFUSED = "refused"
Result = Type | str | None


def result(op: Op, inputs: tuple[Type, ...]) -> Result:
    try:
        return op.infer(inputs)
    except RuleBroken:
        return REFUSED


@given(cases(), st.data())
@settings(max_examples=800, deadline=None)
def test_unknown_attributes_give_nothing_that_a_filling_contradicts(
    case: tuple[Op, tuple[Type, ...]], data: st.DataObject
) -> None:
    op, inputs = case
    values = op.attributes()
    assume(values)
    names = data.draw(st.sets(st.sampled_from(sorted(values)), min_size=1))
    general = result(build(op.op_name, values | dict.fromkeys(names, HOLE)), inputs)
    assert agrees(general, result(op, inputs))


@given(cases(), st.data())
@settings(max_examples=800, deadline=None)
def test_unknown_sizes_give_nothing_that_a_number_contradicts(
    case: tuple[Op, tuple[Type, ...]], data: st.DataObject
) -> None:
    op, inputs = case
    axes = data.draw(st.sets(st.integers(0, len(inputs[0].shape) - 1), min_size=1))
    shape = tuple(HOLE if i in axes else d for i, d in enumerate(inputs[0].shape))
    general = result(op, (Type(inputs[0].kind, shape), *inputs[1:]))
    assert agrees(general, result(op, inputs))


@given(cases())
@settings(max_examples=800, deadline=None)
def test_symbolic_sizes_give_what_their_numbers_give(case: tuple[Op, tuple[Type, ...]]) -> None:
    op, inputs = case
    names = tuple(symbol(f"d{i}") for i in range(len(inputs[0].shape)))
    numbers = {f"d{i}": d for i, d in enumerate(inputs[0].shape) if isinstance(d, int)}
    general = result(op, tuple(Type(i.kind, names) for i in inputs))
    if isinstance(general, Type):
        general = Type(general.kind, tuple(at(d, **numbers) for d in general.shape))
    assert agrees(general, result(op, inputs))


def agrees(general: Result, special: Result) -> bool:
    """Whether what is inferred from less says nothing else than what is inferred from all."""
    if not isinstance(general, Type) or not isinstance(special, Type):
        return general != REFUSED or special == REFUSED
    return general.kind is special.kind and all(
        isinstance(g, Hole) or g == s for g, s in zip(general.shape, special.shape, strict=True)
    )
