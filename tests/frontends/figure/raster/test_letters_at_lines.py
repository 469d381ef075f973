"""Letters beside and under lines: numbers that touch an arrow, underscores, tables with dark bars."""

import cv2
import numpy as np
import pytest

from dlc.frontends.figure.raster.beside import without_letters, without_numbers
from dlc.frontends.figure.raster.letters import pieces_of
from dlc.frontends.figure.raster.low import with_low_pieces

EM = 18.0
#: No boxes.
NONE = np.zeros((120, 90), np.uint8)


def upright() -> np.ndarray:  # type: ignore[type-arg]
    """An upright line, two pixels wide."""
    made = np.zeros((120, 80), np.uint8)
    made[5:115, 30:32] = 255
    return made


def test_a_digit_that_touches_a_line_is_taken_off() -> None:
    lines = upright()
    lines[50:63, 32:40] = 255
    left = without_letters(lines, NONE, EM)
    assert (left == upright()).all()


@pytest.mark.parametrize("slant", [-9, -4, 0, 3, 7])
def test_a_digit_that_touches_a_slanted_arrow_is_taken_off(slant: int) -> None:
    """Another digit stands beside it."""
    lines = np.zeros((120, 90), np.uint8)
    cv2.line(lines, (30, 10), (30 + slant, 100), 255, 1)
    cv2.fillPoly(
        lines, [np.array([[25, 90], [36, 90], [30, 104]], np.int32) + np.array([slant, 0], np.int32)], 255
    )
    alone = lines.copy()
    left = 30 + round(slant * 45 / 90) + 1
    lines[48:62, left : left + 9] = 255
    lines[50:60, left + 2 : left + 7] = 0
    beside = lines.copy()
    beside[48:62, left + 12 : left + 21] = 255
    pieces = pieces_of(beside)
    chosen = pieces.height > 3 * EM
    assert (
        cv2.countNonZero(cv2.absdiff(without_numbers(pieces, chosen, NONE, EM), alone)) <= 14
    )  # a column of some 75 pixels
    pieces = pieces_of(alone)
    assert (without_numbers(pieces, pieces.height > 3 * EM, NONE, EM) == alone).all()


def test_the_head_of_an_arrow_stays() -> None:
    lines = upright()
    cv2.fillPoly(lines, [np.array([[25, 101], [36, 101], [31, 115]], np.int32)], 255)
    assert (without_letters(lines, NONE, EM) == lines).all()


def test_a_head_that_leads_from_a_line_to_a_box_stays() -> None:
    lines, boxes = upright(), np.zeros((120, 80), np.uint8)
    cv2.fillPoly(lines, [np.array([[31, 51], [31, 63], [42, 57]], np.int32)], 255)
    boxes[20:100, 44:] = 255
    assert (without_letters(lines, boxes, EM) == lines).all()
    assert (without_letters(lines, np.zeros_like(boxes), EM) == upright()).all()


def test_a_line_that_leaves_another_stays() -> None:
    lines = upright()
    cv2.line(lines, (32, 60), (75, 20), 255, 2)
    assert (without_letters(lines, NONE, EM) == lines).all()


def test_an_underscore_belongs_to_the_line_above() -> None:
    boxes = np.array([[0, 0, 10, 13], [12, 0, 22, 13], [24, 16, 33, 18], [35, 0, 45, 13]])
    groups = [np.array([0, 1, 3]), np.array([2])]
    (row,) = with_low_pieces(groups, boxes, np.zeros(4, int), EM)
    assert sorted(row) == [0, 1, 2, 3]


def test_a_low_piece_far_below_stays_alone() -> None:
    boxes = np.array([[0, 0, 10, 13], [12, 0, 22, 13], [4, 40, 13, 42]])
    groups = [np.array([0, 1]), np.array([2])]
    assert len(with_low_pieces(groups, boxes, np.zeros(3, int), EM)) == 2


def test_rows_of_other_boxes_are_not_joined() -> None:
    boxes = np.array([[0, 0, 10, 13], [2, 15, 11, 17]])
    groups = [np.array([0]), np.array([1])]
    assert len(with_low_pieces(groups, boxes, np.array([0, 1]), EM)) == 2
