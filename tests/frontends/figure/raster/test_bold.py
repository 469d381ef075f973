"""Bold letters are told from others of the same picture, not from a pixel more or less."""

import pytest

from dlc.frontends.figure.raster.texts import _is_bold


@pytest.mark.parametrize(
    ("pixels", "usual", "size", "bold"),
    [
        (3.8, 0.19, 14.3, False),  # a multiplication sign's crossing in small print
        (5.5, 0.14, 28.0, False),
        (7.0, 0.14, 28.0, True),
        (4.0, 0.10, 28.0, False),  # thicker than others, but thin for its size
    ],
)
def test_bold_strokes_are_thick_beside_the_usual_ones(
    pixels: float, usual: float, size: float, bold: bool
) -> None:
    assert _is_bold(pixels / size, usual, size) == bold
