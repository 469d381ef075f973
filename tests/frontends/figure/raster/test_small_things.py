"""Small things beside and on boxes: lone digits, hollow squares, narrow boxes, numbers at a cuboid's edges."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from support.canvases import BLACK, Board, near

from dlc.frontends.figure.drawing import Outline
from dlc.frontends.figure.ocr.recogniser import Crop, TextReading
from dlc.frontends.figure.raster.free_arrows import free_arrows
from dlc.frontends.figure.raster.hollow import hollow_rectangles
from dlc.frontends.figure.raster.letters import pieces_of
from dlc.frontends.figure.raster.lone import lone_letters
from dlc.frontends.figure.raster.picture import from_pixels
from dlc.frontends.figure.raster.reader import read_raster

EM = 18.0


class Fixed:
    """An engine that reads the same on every line."""

    name = "fixed"

    def __init__(self, text: str) -> None:
        self.text = text

    def read(self, lines: list[Crop]) -> list[TextReading]:
        """See `Recogniser`."""
        return [TextReading(self.text, 1.0) for _ in lines]


def cuboid(board: Board) -> None:
    """A front at (200, 160) to (260, 260) with a top and a side, all with black edges."""
    front = [(200, 160), (260, 160), (260, 260), (200, 260)]
    for shape in (
        front,
        [(200, 160), (240, 120), (300, 120), (260, 160)],
        [(260, 160), (300, 120), (300, 220), (260, 260)],
    ):
        cv2.fillPoly(board.pixels, [np.array(shape, np.int32)], (230, 230, 230))
        cv2.polylines(board.pixels, [np.array(shape, np.int32)], True, BLACK, 2, cv2.LINE_AA)


def words(board: Board) -> None:
    """Some text, which tells the size of letters."""
    for row, text in enumerate(("convolution 3x3", "Max pooling", "Input: 28 x 28", "fully connected")):
        board.text((480, 60 + 30 * row), text)


def test_a_number_at_a_cuboids_corner_is_one_label() -> None:
    board = Board()
    words(board)
    cuboid(board)
    board.text((200, 136), "224")  # in the hull of all faces, and beyond it
    (label,) = [label for label in board.read().labels if label.area[0] < 350]
    assert near(label.area, (184, 131, 216, 142), 5)


def test_the_edges_of_a_cuboid_are_no_letters() -> None:
    board = Board()
    words(board)
    cuboid(board)
    drawing = board.read()
    assert Outline.CUBOID in {box.outline for box in drawing.boxes}
    assert all(label.area[0] > 350 for label in drawing.labels)


@pytest.mark.parametrize("digit", ["8", "4", "6"])
def test_a_digit_right_under_a_box_is_a_label(digit: str) -> None:
    board = Board()
    words(board)
    board.box((40.0, 60.0, 140.0, 160.0), "", fill=(217, 234, 211))
    board.text((90, 170), digit)
    drawing = board.read()
    (label,) = [label for label in drawing.labels if label.area[0] < 350]
    assert near(label.area, (85, 164, 95, 175), 4)
    assert not [line for line in drawing.connectors if line.start[0] < 350]


def test_a_digit_without_a_hole_is_known_by_its_like_in_a_row() -> None:
    ink = np.zeros((60, 80), np.uint8)
    for x, text in ((5, "3"), (30, "3"), (42, "2")):
        cv2.putText(ink, text, (x, 40), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 255, 1)
    pieces = pieces_of(ink)
    among, written = pieces.boxes[:, 2] < 25, pieces.boxes[:, 0] > 25
    among[0] = written[0] = False
    assert lone_letters(pieces, among, written, EM).sum() == 1
    assert not lone_letters(pieces, among, np.zeros_like(written), EM).any()


def test_a_short_line_to_a_box_is_no_letter() -> None:
    ink = np.zeros((60, 60), np.uint8)
    cv2.line(ink, (20, 10), (20, 24), 255, 2)
    pieces = pieces_of(ink)
    among = np.arange(len(pieces)) > 0
    assert not lone_letters(pieces, among, np.zeros_like(among), EM).any()


def test_hollow_squares_are_told_from_letters() -> None:
    ink = np.zeros((40, 160), np.uint8)
    cv2.rectangle(ink, (5, 10), (16, 21), 255, 1)
    cv2.rectangle(ink, (25, 10), (36, 21), 255, cv2.FILLED)
    cv2.circle(ink, (50, 15), 6, 255, 1)
    for x, letter in ((65, "D"), (85, "O"), (105, "0"), (125, "8")):
        cv2.putText(ink, letter, (x, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 255, 1)
    pieces = pieces_of(ink)
    assert pieces.boxes[hollow_rectangles(pieces), 0].tolist() == [5]


def test_nothing_is_hollow_where_nothing_is() -> None:
    assert not hollow_rectangles(pieces_of(np.zeros((9, 9), np.uint8))).any()


def test_a_narrow_box_of_two_ems_is_a_box() -> None:
    board = Board()
    words(board)
    board.box((200.0, 150.0, 215.0, 190.0), "", fill=(217, 234, 211))
    (box,) = board.read().boxes
    assert near(box.area, (200, 150, 215, 190), 2)


def test_a_line_of_low_letters_begins_where_capitals_would() -> None:
    board = Board()
    words(board)
    for y, text in ((200, "7x7"), (222, "conv")):
        cv2.putText(board.pixels, text, (60, y), cv2.FONT_HERSHEY_SIMPLEX, 0.5, BLACK, 1, cv2.LINE_AA)
    labels = [
        one for one in read_raster(from_pixels(board.pixels), Fixed("conv")).labels if one.area[0] < 350
    ]
    low = max(labels, key=lambda one: one.area[1])
    assert near(low.area, (61, 211, 97, 223), 3)


@pytest.mark.parametrize("lines", [1, 2])
def test_a_digit_after_an_equals_sign_is_no_head(lines: int) -> None:
    """A single stroke with a triangle after it is an arrow."""
    ink = np.zeros((60, 120), np.uint8)
    for row in range(lines):
        cv2.line(ink, (20, 28 + 6 * row), (34, 28 + 6 * row), 255, 2)
    middle = 28 if lines == 1 else 31
    cv2.fillPoly(ink, [np.array([[38, middle - 7], [38, middle + 7], [50, middle]], np.int32)], 255)
    assert free_arrows(pieces_of(ink), EM).any() == (lines == 1)


@pytest.mark.parametrize("beside", [True, False])
def test_a_seven_broken_beside_a_letter_is_no_arrow(beside: bool) -> None:
    """By itself, a stem with a bar over it is an arrow."""
    ink = np.zeros((60, 60), np.uint8)
    ink[20:23, 30:38] = 255
    ink[24:28, 34:36] = ink[28:33, 33:35] = 255
    if beside:
        ink[24:33, 19:27] = 255
    assert free_arrows(pieces_of(ink), EM).any() == (not beside)
