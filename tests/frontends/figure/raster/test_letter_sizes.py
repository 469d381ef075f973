"""How large letters are: of turned text too, and without the dots that stand for neurons left out."""

from __future__ import annotations

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
