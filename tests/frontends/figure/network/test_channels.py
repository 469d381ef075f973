"""Sizes with their channels first are turned where the figure shows that they are written so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.drawings import drawing, sketch

from dlc.frontends.figure.network.channels import with_channels_last
from dlc.frontends.figure.read import read_drawing


def turned(*texts: str) -> list[str]:
    drawn = drawing(sketch("\n".join(f"text 0 {5 * i} | {text}" for i, text in enumerate(texts))))
    return [label.text for label in with_channels_last(drawn).labels]


def test_channels_first_become_last() -> None:
    assert turned("3x224x224", "64 × 112 × 112", "512x7x7") == ["224x224x3", "112 × 112 × 64", "7x7x512"]


@pytest.mark.parametrize(
    "texts",
    [
        ["224x224x3", "112x112x64"],
        ["32x100x100", "100x100x3"],
        ["3x1x1 conv", "1x3x3, 64"],
        ["5x5x5", "16x16x16"],
        ["14x128x36x36"],
        ["1x1x1024", "64x32x32"],
        ["3x3 conv, 64"],
    ],
)
def test_other_sizes_stay(texts: list[str]) -> None:
    assert turned(*texts) == texts


def test_windows_and_oblongs_beside_them_stay() -> None:
    assert turned("64x56x56", "3x1x1 conv", "64x56x28") == ["56x56x64", "3x1x1 conv", "64x56x28"]


@given(st.integers(1, 2048), st.integers(12, 512))
def test_a_lone_square_map_keeps_its_channels(channels: int, side: int) -> None:
    (text,) = turned(f"{channels}x{side}x{side}")
    assert text == f"{side}x{side}x{channels}"


def test_filters_are_those_of_the_map() -> None:
    boxes = [
        "box a 0 0 | Input",
        "text 12 0 | 3x64x64",
        "box b 0 6 | 3x3 conv",
        "text 12 6 | 16x64x64",
        "arrow a b",
        "box c 0 12 | fc, 10",
        "arrow b c",
    ]
    (net,) = read_drawing(drawing(sketch("\n".join(boxes)))).nets
    assert str(net.inputs[0].type) == "map[64, 64, 3]"
    assert net.body[0].layer.attributes()["filters"] == 16
