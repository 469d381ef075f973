"""Captions that say that a bare factor enlarges, and captions that do not."""

import pytest

from dlc.frontends.figure.drawing import Drawing, Label
from dlc.frontends.figure.network.enlarging import with_enlargements

CAPTION = "An overview. Here, ”C” means concatenation, ”xN” is N× up-sampling operation."


def texts(caption: str, *given: str) -> list[str]:
    labels = tuple(
        Label(text=text, area=(0, 20 * i, 50, 20 * i + 10), size=10) for i, text in enumerate(given)
    )
    return [label.text for label in with_enlargements(Drawing((0, 0, 90, 90), labels=labels), caption).labels]


@pytest.mark.parametrize("caption", [CAPTION, "×2 denotes bilinear upsampling.", "4x: upsample by four"])
def test_factors_are_layers_where_the_caption_says_so(caption: str) -> None:
    assert texts(caption, "x4", "conv ×16", "2x") == ["upsample ×4", "conv, upsample ×16", "upsample ×2"]


@pytest.mark.parametrize("words", ["1x1 conv", "512 x 512 x 8", "64 x64", "3×3, 64", "conv2", "upsample x2"])
def test_sizes_and_windows_are_no_factors(words: str) -> None:
    assert texts(CAPTION, words) == [words]


@pytest.mark.parametrize(
    "caption", ["", "xN is N blocks in a row.", "A network for 2x up-sampling.", "xN: repeated"]
)
def test_other_captions_leave_counts(caption: str) -> None:
    assert texts(caption, "conv x4") == ["conv x4"]
