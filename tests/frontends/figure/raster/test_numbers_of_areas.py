"""Areas that are numbered by painting are those which OpenCV finds."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from dlc.frontends.figure.raster.faces import _numbered


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.95])
def test_painted_areas_are_the_connected_ones(share: float) -> None:
    made = np.random.default_rng(int(100 * share)).random((60, 90)) < share
    flat = made.astype(np.uint8) * np.uint8(255)
    contours, tree = cv2.findContours(flat, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    painted = _numbered(flat, contours, tree)
    found = cv2.connectedComponents(flat, connectivity=8)[1]
    pairs = {(a, b) for a, b in zip(painted.ravel().tolist(), found.ravel().tolist(), strict=True)}
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs}) == found.max() + 1
    assert (0, 0) in pairs
