"""Which faces may be boxes, where enlarging a small picture made their outlines coarse."""

from __future__ import annotations

import attrs
import pytest
from support.canvases import BLACK, Board

from dlc.frontends.figure.raster.candidates import find_candidates
from dlc.frontends.figure.raster.canvas import canvas
from dlc.frontends.figure.raster.faces import find_faces
from dlc.frontends.figure.raster.ink import find_ink
from dlc.frontends.figure.raster.picture import from_pixels

BLUE = (84, 143, 196)


def found(scale: float, fill: tuple[int, int, int], bump: int = 4) -> int:
    """How many candidates there are: one box without text, its upper and lower side with a bump (pixels)."""
    board = Board()
    for grown, colour in ((2, BLACK), (0, fill)):
        for x0, y0, x1, y1 in ((100, 100, 240, 300), (110, 100 - bump, 122, 300 + bump)):
            board.pixels[y0 - grown : y1 + grown, x0 - grown : x1 + grown] = colour
    picture = from_pixels(board.pixels)
    drawn = attrs.evolve(canvas(picture), em=30.0, scale=scale)
    faces = find_faces(drawn)
    return len(find_candidates(drawn, faces, find_ink(drawn, faces), frozenset()))


def test_a_filled_rectangle_of_an_enlarged_picture_may_have_coarse_sides() -> None:
    assert found(1.0, BLUE) == 0
    assert found(2.0, BLUE) == 1


@pytest.mark.parametrize(("fill", "bump"), [((255, 255, 255), 4), (BLUE, 5)])
def test_what_is_not_filled_or_coarser_is_no_box(fill: tuple[int, int, int], bump: int) -> None:
    assert found(2.0, fill, bump) == 0
