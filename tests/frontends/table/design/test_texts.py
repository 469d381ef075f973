"""Sizes and small values as cells print them."""

import pytest

from dlc.frontends.table.design.sizes import channels_first, read_size, width_first
from dlc.frontends.table.design.texts import blank, frames, quantity, sides, window


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("112×112×64", (112, 112, 64)),
        ("112x112", (112, 112)),
        ("64@28×28", (28, 28, 64)),
        ("(None, 28, 28, 1)", (28, 28, 1)),
        ("[64, 28, 28]", (64, 28, 28)),
        ("(?, 10)", (10,)),
        ("56² × 24", (56, 56, 24)),
        ("220,050", (220050,)),
        ("4096", (4096,)),
        ("½H × ½W × 32", ("H // 2", "W // 2", 32)),
        ("28 × 28 pixels", (28, 28)),
    ],
)
def test_a_reported_size(text: str, size: tuple[object, ...]) -> None:
    assert read_size(text) == size


@pytest.mark.parametrize("text", ["", "-", "conv", "3 layers deep", "95.2%", "same"])
def test_what_is_no_size(text: str) -> None:
    assert read_size(text) is None


def test_all_sizes_together_tell_where_channels_stand() -> None:
    assert channels_first([(3, 32, 32), (64, 16, 16)])
    assert not channels_first([(32, 32, 3), (16, 16, 64)])
    assert channels_first([(8, 8, 8)], [((16, 4, 4), 16)])


def test_symbols_tell_that_widths_come_first() -> None:
    assert width_first([("W", "H", 3)])
    assert not width_first([("H", "W", 3)])


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("3×3", ((3, 3), None, None)),
        ("3×3/2", ((3, 3), (2,), None)),
        ("3×3, 2", ((3, 3), (2,), None)),
        ("7 × 7 / 2, 3", ((7, 7), (2,), 3)),
        ("3×5×5 / 1,2,2 / 1,2,2", ((3, 5, 5), (1, 2, 2), (1, 1, 2, 2, 2, 2))),
        ("5×1 / (2, 1)", ((5, 1), (2, 1), None)),
        ("conv", (None, None, None)),
    ],
)
def test_a_window_with_its_stride_and_padding(text: str, read: tuple[object, ...]) -> None:
    assert window(text) == read


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("{t-2, t, t+2}", (3, 2)),
        ("[t-2, t+2]", (5, 1)),
        ("{t}", (1, 1)),
        ("{-3,0,3}", (3, 3)),
        ("[0, T)", None),
        ("{t, t+1, t+5}", None),
    ],
)
def test_frames_that_a_layer_sees(text: str, seen: tuple[int, int] | None) -> None:
    assert frames(text) == seen


@pytest.mark.parametrize("text", ["", "-", "–", "N/A", "none", "×"])
def test_what_says_nothing(text: str) -> None:
    assert blank(text)


def test_marks_and_values_say_something() -> None:
    assert not any(map(blank, ["✓", "0", "conv", "yes"]))


def test_small_values() -> None:
    assert [quantity(t) for t in ("1,024", "4 k", "C_out / 4", "num classes")] == [
        1024,
        "4 * k",
        "C_out // 4",
        None,
    ]
    assert quantity("a lot of them") is None
    assert sides("(2, 1)") == (2, 1)
