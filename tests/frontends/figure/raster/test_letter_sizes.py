"""How large letters are: of turned text too, and without the dots that stand for neurons left out."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from dlc.frontends.figure.raster.arrays import Mask
from dlc.frontends.figure.raster.letter_sizes import letter_size, outlined, run_upwards

WORDS = ("scenes", "sense", "session")


def written() -> Mask:
    """Three words under each other."""
    ink = np.zeros((300, 300), np.uint8)
    for row, word in enumerate(WORDS):
        cv2.putText(ink, word, (20, 60 + 90 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 2)
    return ink


def size(ink: Mask) -> float:
    found = letter_size([outlined(ink)])
    assert found is not None
    return found


def test_turned_text_is_as_large_as_level_text() -> None:
    level = written()
    assert size(np.ascontiguousarray(np.rot90(level))) == pytest.approx(size(level), rel=0.05)


@pytest.mark.parametrize("turned", [False, True])
def test_dots_in_a_row_are_no_letters(turned: bool) -> None:
    ink = written()
    for place in range(12):
        at = (20 + 14 * place, 280) if turned else (285, 20 + 14 * place)
        cv2.circle(ink, at, 3, 255, -1)
    assert size(ink) == pytest.approx(size(written()), rel=0.02)


def test_letters_of_turned_text_run_upwards() -> None:
    level = np.array([[0, 0, 10, 14], [12, 0, 9, 14], [23, 0, 10, 14]])
    assert not run_upwards(level, 18.0).any()
    assert run_upwards(level[:, [1, 0, 3, 2]], 18.0).all()


def test_grains_do_not_say_the_size() -> None:
    ink = np.zeros((900, 900), np.uint8)
    random = np.random.default_rng(3)
    for x, y in random.integers(0, 890, (150, 2)).tolist():
        cv2.rectangle(ink, (x, y), (x + 3, y + 4), 255, 1)
    assert size(ink) < 10
    for row in range(3):  # letters, as it were
        for place in range(8):
            x, y = 30 + 16 * place, 60 + 90 * row
            cv2.rectangle(ink, (x, y), (x + 10, y + 15), 255, 3)
    assert 18 < size(ink) < 28


def melted(words: Sequence[str]) -> Mask:
    """Words of which the letters run into each other, between some shapes that are no letters."""
    ink = np.zeros((40 + 60 * len(words), 300), np.uint8)
    for row, word in enumerate(words):
        cv2.putText(ink, word, (20, 50 + 60 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 2)
        ink[50 + 60 * row - 5 : 50 + 60 * row - 3, 22 : 15 + 11 * len(word)] = 255
    return ink


def test_letters_that_touch_say_the_size() -> None:
    ink = melted(("connected", "conv", "connected", "conv"))
    assert len(outlined(ink).hulls) == 4
    assert 15 < size(ink) < 25


def test_bars_and_frames_are_no_melted_words() -> None:
    ink = np.zeros((300, 300), np.uint8)
    for row in range(4):
        cv2.rectangle(ink, (20, 20 + 60 * row), (120, 44 + 60 * row), 255, 2)
        cv2.rectangle(ink, (160, 20 + 60 * row), (260, 28 + 60 * row), 255, -1)
        cv2.ellipse(ink, (60, 58 + 60 * row), (30, 5), 0, 0, 360, 255, -1)
    assert letter_size([outlined(ink)]) is None
