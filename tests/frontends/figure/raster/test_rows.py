"""Lines of text: which letters stand on one, and where the labels of neighbours part."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from dlc.frontends.figure.drawing import Area
from dlc.frontends.figure.raster.rows import find_rows

EM = 20.0
HOME: Area = (5.0, 5.0, 595.0, 55.0)
# Widths of letters (pixels), as those of a word in a font that is no typewriter's.
WORD = (12, 6, 10, 14, 4, 10)


def words(gap: int, count: int, pitch: int | None = None) -> NDArray[np.uint8]:
    """Words in a row so far apart; letters 3 pixels apart, or their middles `pitch`."""
    mask = np.zeros((60, 600), np.uint8)
    left = 12
    for _ in range(count):
        for wide in WORD:
            start = left + (pitch - wide) // 2 if pitch else left
            mask[20:36, start : start + wide] = 255
            left += pitch or wide + 3
        left += gap if pitch else gap - 3
    return mask


@pytest.mark.parametrize(
    ("gap", "homes", "lines"),
    [
        (9, [], 1),  # a space
        (16, [], 4),  # labels that stand close
        (16, [HOME], 1),  # the same in a box: words are set wide
        (20, [HOME], 4),
    ],
)
def test_labels_of_neighbours_part_where_spaces_are_wide(gap: int, homes: list[Area], lines: int) -> None:
    assert len(find_rows(words(gap, 4), homes, EM)) == lines


def test_typewritten_words_are_one_line_over_spaces_as_wide_as_letters() -> None:
    assert len(find_rows(words(14, 4, pitch=14), [], EM)) == 1


def test_digits_that_stand_evenly_are_no_typewriters() -> None:
    mask = np.zeros((60, 600), np.uint8)
    for number in range(6):  # digits of one width, and between them wider and narrower letters
        for place, wide in ((0, 10), (13, 10), (26, 16), (45, 4), (52, 10), (65, 10)):
            left = 12 + 94 * number + place
            mask[20:36, left : left + wide] = 255
    assert len(find_rows(mask, [], EM)) == 6


def turned_words() -> NDArray[np.uint8]:
    """Two lines of text read upwards, the letters of one of which touch, in a box 1.3 times as high as wide."""
    mask = np.zeros((140, 110), np.uint8)
    mask[30:104, 30:44] = 255  # touching letters: a high piece with holes
    mask[34:100:8, 34:40] = 0
    for letter in range(7):
        mask[22 + 13 * letter : 32 + 13 * letter, 56:70] = 255
    return mask


def test_turned_text_is_read_in_boxes_that_are_hardly_higher_than_wide() -> None:
    rows = find_rows(turned_words(), [(5.0, 5.0, 105.0, 135.0)], EM)
    assert [(row.area, row.angle) for row in rows] == [((56, 22, 70, 110), 90.0), ((30, 30, 44, 104), 90.0)]


def test_level_text_in_a_high_box_stays_level() -> None:
    mask = np.zeros((140, 110), np.uint8)
    for line in (20, 60, 100):
        for letter in range(5):
            mask[line : line + 16, 20 + 14 * letter : 30 + 14 * letter] = 255
    rows = find_rows(mask, [(5.0, 5.0, 105.0, 135.0)], EM)
    assert [(row.count, row.angle) for row in rows] == [(5, 0.0)] * 3


def test_a_long_word_whose_letters_all_touch_is_a_line() -> None:
    mask = np.zeros((60, 200), np.uint8)
    mask[20:36, 20:130] = 255  # 5.5 ems
    mask[24:32, 24:126:8] = 0
    assert [row.area for row in find_rows(mask, [], EM)] == [(20, 20, 130, 36)]


def test_turned_words_outside_of_boxes_are_one_line_over_their_spaces() -> None:
    mask = np.zeros((200, 60), np.uint8)
    for top in (20, 33, 46, 71, 84):  # the last two a space below
        mask[top : top + 10, 20:34] = 255
    mask[109:180, 20:34] = 255  # a word whose letters touch
    mask[113:176:8, 20:30] = 0
    assert [(row.area, row.angle) for row in find_rows(mask, [], EM)] == [((20, 20, 34, 180), 90.0)]


def test_turned_words_set_wide_in_a_box_are_one_line() -> None:
    mask = np.zeros((200, 60), np.uint8)
    for top in (20, 33, 46, 80, 93, 106, 140, 153, 166):
        mask[top : top + 10, 20:34] = 255
    rows = find_rows(mask, [(5.0, 5.0, 50.0, 190.0)], EM)
    assert [(row.area, row.angle) for row in rows] == [((20, 20, 34, 176), 90.0)]
