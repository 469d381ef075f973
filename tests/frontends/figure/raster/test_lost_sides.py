"""Copies in black and white, whose threshold took thin sides of boxes away."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from support.canvases import Board, near

from dlc.frontends.figure.drawing import Area, Box
from dlc.frontends.figure.raster.canvas import canvas
from dlc.frontends.figure.raster.lost_sides import with_lost_sides
from dlc.frontends.figure.raster.picture import from_pixels
from dlc.frontends.figure.raster.reader import read_raster

AREAS: list[Area] = [(100.0, 60.0 + 110 * i, 300.0, 100.0 + 110 * i) for i in range(3)]
#: The sides that a box may lose: left, top, right, bottom.
LEFT, TOP, RIGHT, BOTTOM = range(4)


def copied(board: Board) -> list[Box]:
    """The boxes that are read of a copy, from the top to the bottom."""
    board.pixels = np.where(board.pixels > 150, 255, 0).astype(np.uint8)
    return sorted(read_raster(from_pixels(board.pixels)).boxes, key=lambda box: box.area[1])


def column(lost: tuple[int, ...]) -> Board:
    """A column of boxes with arrows from each to the next; the middle one has lost some sides."""
    board = Board()
    for number, area in enumerate(AREAS):
        board.box(area, "conv 3x3, 64", width=1)
        if number == 1:
            without(board, area, lost)
    for one, other in itertools.pairwise(AREAS):
        board.arrow((200, round(one[3]) + 1), (200, round(other[1]) - 1))
    return board


def without(board: Board, area: Area, lost: tuple[int, ...]) -> None:
    x0, y0, x1, y1 = (round(v) for v in area)
    for side in lost:
        across, down = [
            (slice(x0 - 1, x0 + 2), slice(y0 + 1, y1)),
            (slice(x0 + 1, x1), slice(y0 - 1, y0 + 2)),
            (slice(x1 - 1, x1 + 2), slice(y0 + 1, y1)),
            (slice(x0 + 1, x1), slice(y1 - 1, y1 + 2)),
        ][side]
        board.pixels[down, across] = 255


@pytest.mark.parametrize("lost", [(), (LEFT,), (TOP,), (RIGHT,), (BOTTOM,), (LEFT, RIGHT)])
def test_a_box_that_lost_sides_is_a_box(lost: tuple[int, ...]) -> None:
    boxes = copied(column(lost))
    assert len(boxes) == len(AREAS)
    assert all(near(box.area, area, 3) for box, area in zip(boxes, AREAS, strict=True))


def test_two_lines_around_nothing_are_no_box() -> None:
    board = column((LEFT, RIGHT))
    board.pixels[175:205, 110:290] = 255
    assert len(copied(board)) == 2


def stays(board: Board) -> bool:
    """Whether nothing is drawn onto a copy."""
    board.pixels = np.where(board.pixels > 150, 255, 0).astype(np.uint8)
    picture = from_pixels(board.pixels)
    return with_lost_sides(picture, canvas(picture)) is picture


def test_lines_from_box_to_box_are_no_sides() -> None:
    board = Board()
    for area in ((60.0, 60.0, 360.0, 100.0), (60.0, 160.0, 360.0, 200.0)):
        board.box(area, "conv 3x3, 64", width=1)
    for x in (170, 250):
        board.line((x, 100), (x, 160), width=1)
    board.text((210, 130), "skip")
    assert stays(board)


def test_whole_boxes_stay_as_they_are() -> None:
    board = column(())
    board.rounded((400.0, 60.0, 600.0, 110.0), 12, "conv 3x3, 64")
    assert stays(board)
    assert not stays(column((TOP,)))


def test_a_picture_with_greys_stays_as_it_is() -> None:
    board = column((TOP,))
    board.pixels[300:, 400:] = np.linspace(0, 255, 240, dtype=np.uint8)[None, :, None]
    picture = from_pixels(board.pixels)
    assert with_lost_sides(picture, canvas(picture)) is picture


@pytest.mark.parametrize("shade", [0, 90, 255])
def test_a_picture_of_one_grey_has_no_sides(shade: int) -> None:
    assert not read_raster(from_pixels(np.full((90, 120, 3), shade, np.uint8))).boxes
