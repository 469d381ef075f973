"""Thick places of lines: those that touch become one, however many there are."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from dlc.frontends.figure.raster.arrays import Mask
from dlc.frontends.figure.raster.strokes import trace


def tangle(seed: int) -> Mask:
    """Lines and discs over each other."""
    random = np.random.default_rng(seed)
    side = int(random.integers(40, 140))
    mask = np.zeros((side, side), np.uint8)
    for _ in range(int(random.integers(5, 60))):
        one, other = random.integers(4, side - 4, (2, 2)).tolist()
        if random.random() < 0.5:
            cv2.line(mask, one, other, 255, int(random.integers(1, 4)))
        else:
            radius = int(random.integers(2, 9))
            cv2.circle(mask, one, radius, 255, -1 if random.random() < 0.6 else 1)
    mask[0] = mask[-1] = 0
    mask[:, 0] = mask[:, -1] = 0
    return mask


@pytest.mark.parametrize("seed", [151, 179, 192, 194])
def test_thick_places_that_touch_others_twice_become_one_with_them(seed: int) -> None:
    mask = tangle(seed)
    traced = trace(mask, np.zeros_like(mask), 16.0)
    for stroke in traced.strokes:
        assert 0 <= stroke.points.min() <= stroke.points.max() < len(mask)
