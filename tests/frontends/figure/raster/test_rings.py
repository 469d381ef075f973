"""What is a neuron's ring by its edges: all around, not the round corner of a box."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from dlc.frontends.figure.raster.canvas import canvas
from dlc.frontends.figure.raster.picture import from_pixels
from dlc.frontends.figure.raster.rings import _is_closed


@pytest.mark.parametrize(("degrees", "closed"), [(360, True), (300, True), (90, False), (200, False)])
def test_a_ring_is_seen_most_of_the_way_around(degrees: int, closed: bool) -> None:
    pixels = np.full((200, 200, 3), 255, np.uint8)
    cv2.ellipse(pixels, (100, 100), (30, 30), 0, 0, degrees, (0, 0, 0), 2, cv2.LINE_AA)
    assert _is_closed(canvas(from_pixels(pixels)), (100.0, 100.0, 30.0)) == closed
