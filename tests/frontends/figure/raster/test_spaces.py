"""Labels beside each other in one line, and words with spaces; hyphens; faint boxes on dark ground."""

import cv2
import numpy as np
import pytest
from support.canvases import Board

from dlc.frontends.figure.raster.canvas import _edges
from dlc.frontends.figure.raster.free_arrows import free_arrows
from dlc.frontends.figure.raster.letters import pieces_of
from dlc.frontends.figure.raster.spaces import parted, step_of

EM = 20.0


def letters(*words: tuple[float, str], step: float = 12.0, wide: float = 8.0) -> np.ndarray:  # type: ignore[type-arg]
    """The hulls of letters of words, each word with its left end."""
    lefts = [left + i * step for left, word in words for i, letter in enumerate(word)]
    return np.array([[x, 0.0, x + wide, 14.0] for x in lefts])


@pytest.mark.parametrize(("gap", "parts"), [(4.0, 1), (9.0, 1), (14.0, 2), (18.0, 2)])
def test_a_gap_that_is_wider_than_a_space_parts_a_line(gap: float, parts: int) -> None:
    one = letters((0.0, "pooling"), step=9.0)
    boxes = np.concatenate([one, letters((one[-1, 2] + gap, "conv"), step=9.0)])
    assert len(parted(boxes, np.arange(len(boxes)), EM, None)) == parts


@pytest.mark.parametrize(("blanks", "parts"), [(1, 1), (1.6, 2), (2, 2)])
def test_a_space_between_even_letters_is_as_wide_as_one(blanks: float, parts: int) -> None:
    boxes = letters((0.0, "112x112x3"), ((9 + blanks) * 12.0, "56x56x64"))
    line = np.arange(len(boxes))
    step = step_of(boxes, [line])
    assert step == 12.0
    assert len(parted(boxes, line, EM, step)) == parts


def test_few_or_uneven_letters_have_no_step() -> None:
    assert step_of(letters((0.0, "conv")), [np.arange(4)]) is None
    widths = np.array([4.0, 9.0, 12.0, 6.0, 15.0, 5.0, 10.0] * 3)
    left = np.cumsum(widths + 2.0) - widths
    uneven = np.stack([left, 0 * left, left + widths, 0 * left + 14.0], axis=1)
    assert step_of(uneven, [np.arange(len(uneven))]) is None


def test_labels_close_beside_each_other_stay_apart() -> None:
    board = Board(900, 200)
    for x in (150, 254, 358, 462, 566):
        board.text((x, 100), "Max pooling")
    assert len(board.read().labels) == 5


@pytest.mark.parametrize("before", [True, False])
def test_a_bar_between_letters_is_a_hyphen_and_no_shaft(before: bool) -> None:
    """The piece after it is shaped like a head."""
    ink = np.zeros((60, 120), np.uint8)
    ink[24:38, 20:29] = 255 * before
    ink[30:32, 32:42] = 255
    cv2.fillPoly(ink, [np.array([[45, 24], [45, 38], [55, 31]], np.int32)], 255)
    assert free_arrows(pieces_of(ink), EM).any() == (not before)


@pytest.mark.parametrize("uneven", [False, True])
def test_faint_boxes_have_edges_unless_the_ground_is_uneven(uneven: bool) -> None:
    plane = np.full((200, 300), 20, np.uint8)
    plane[20:60, 20:24] = 220
    plane[80:180, 100:280] += 15
    plane[5:15, 200:220:4] += 4
    plane[100:160, 110:270:4] += 4 * uneven
    edges = _edges([plane], 0.0)
    assert edges[20:60, 20:24].any()
    assert edges[80, 110:270].any() != uneven
