"""Blots and lines without any sense are traced without a defect."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from dlc.frontends.figure.raster.strokes import trace


@pytest.mark.parametrize("seed", [0, 1, 65, 178])
def test_blotted_lines_are_traced(seed: int) -> None:
    chance = np.random.default_rng(seed)
    mask = np.zeros((160, 200), np.uint8)
    for _ in range(12):
        x, y, u, v = (int(chance.integers(5, most)) for most in (195, 155, 195, 155))
        cv2.line(mask, (x, y), (u, v), 255, int(chance.integers(1, 4)))
    for _ in range(10):
        middle = int(chance.integers(12, 188)), int(chance.integers(12, 148))
        cv2.circle(mask, middle, int(chance.integers(2, 9)), 255, cv2.FILLED)
    mask[[0, -1]] = mask[:, [0, -1]] = 0
    traced = trace(mask, np.zeros_like(mask), 14.0)
    height, width = mask.shape
    ends = [stroke.end(which) for stroke in traced.strokes for which in (0, 1)]
    assert ends
    assert all(0 <= x < width and 0 <= y < height for x, y in ends)
