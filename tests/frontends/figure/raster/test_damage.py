"""What damage makes of words, boxes and specks: letters that touch, ragged outlines, stains that look like letters."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from support.canvases import Board, near

from dlc.frontends.figure.ocr.recogniser import Crop, TextReading
from dlc.frontends.figure.raster.letters import are_words, pieces_of
from dlc.frontends.figure.raster.picture import from_pixels
from dlc.frontends.figure.raster.reader import read_raster

EM = 20.0


def words(ink: np.ndarray) -> list[bool]:  # type: ignore[type-arg]
    """Of each piece whether it is a word whose letters touch."""
    pieces = pieces_of(ink)
    return are_words(pieces, EM)[1:].tolist()  # type: ignore[no-any-return]


def touching(text: str) -> np.ndarray:  # type: ignore[type-arg]
    """A word whose letters are joined by a thin line through them."""
    ink = np.zeros((60, 200), np.uint8)
    cv2.putText(ink, text, (10, 40), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 255, 2)
    (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.7, 2)
    ink[33:35, 14 : 6 + width] = 255
    return ink


@pytest.mark.parametrize("turned", [False, True])
def test_letters_that_touch_are_a_word(turned: bool) -> None:
    ink = touching("convol")
    assert words(np.ascontiguousarray(ink.T) if turned else ink) == [True]


def test_lines_are_no_words() -> None:
    ink = np.zeros((60, 200), np.uint8)
    cv2.polylines(ink, [np.array([[10, 20], [100, 20], [100, 36], [190, 36]], np.int32)], False, 255, 2)
    assert words(ink) == [False]


def test_a_box_with_a_ragged_edge_is_a_box() -> None:
    board = Board()
    area = (100.0, 100.0, 300.0, 180.0)
    board.box(area, "conv 3x3")
    for x in range(104, 296, 9):  # bites into the border, as a copy of a copy has
        board.pixels[99:102, x : x + 2] = 255
        board.pixels[102:106, x + 4 : x + 7] = 0
    boxes = read_raster(from_pixels(board.pixels)).boxes
    assert len(boxes) == 1
    assert near(boxes[0].area, area, 8)


class Reads:
    """An engine that reads the same on every line, as sure as it is told."""

    name = "reads"

    def __init__(self, text: str, confidence: float) -> None:
        self._reading = TextReading(text, confidence)

    def read(self, lines: list[Crop]) -> list[TextReading]:
        """See `Recogniser`."""
        return [self._reading for _ in lines]


@pytest.mark.parametrize(
    ("text", "confidence", "kept"), [("l", 0.2, False), ("7", 0.9, True), ("conv", 0.2, True)]
)
def test_a_letter_that_hardly_looks_like_one_is_a_stain(text: str, confidence: float, kept: bool) -> None:
    board = Board()
    board.box((100, 100, 300, 180), "conv 3x3")
    labels = read_raster(from_pixels(board.pixels), Reads(text, confidence)).labels
    assert bool(labels) is kept


def test_letters_that_melted_are_a_word_and_bars_are_none() -> None:
    ink = touching("convol")
    ink = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((9, 3), np.uint8))
    ink[34:36, 14:90] = 255
    assert words(ink) == [True]
    bars = np.zeros((60, 200), np.uint8)
    cv2.rectangle(bars, (10, 10), (90, 22), 255, -1)
    cv2.ellipse(bars, (140, 20), (40, 8), 0, 0, 360, 255, -1)
    assert words(bars) == [False, False]
