"""Masks without others, and where they are set."""

from __future__ import annotations

import numpy as np
import pytest

from dlc.frontends.figure.raster.masks import places_of, without


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (7, 8), (64, 64), (31, 101)])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.6, 1.0])
def test_places_are_those_of_the_mask_in_their_order(shape: tuple[int, int], share: float) -> None:
    mask = (np.random.default_rng(3).random(shape) < share).astype(np.uint8) * np.uint8(255)
    assert places_of(mask).tolist() == np.flatnonzero(mask).tolist()


def test_a_mask_without_another_keeps_what_only_it_has() -> None:
    mask, other = np.array([[0, 255, 255, 0]], np.uint8), np.array([[0, 0, 255, 255]], np.uint8)
    assert without(mask, other).tolist() == [[0, 255, 0, 0]]
