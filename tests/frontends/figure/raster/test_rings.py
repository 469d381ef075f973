"""What is a neuron's ring by its edges: all around, not the round corner of a box."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from dlc.frontends.figure.raster.canvas import canvas
from dlc.frontends.figure.raster.letters import pieces_of
from dlc.frontends.figure.raster.picture import from_pixels
from dlc.frontends.figure.raster.rings import _is_closed, _is_open


@pytest.mark.parametrize(("degrees", "closed"), [(360, True), (300, True), (90, False), (200, False)])
def test_a_ring_is_seen_most_of_the_way_around(degrees: int, closed: bool) -> None:
    pixels = np.full((200, 200, 3), 255, np.uint8)
    cv2.ellipse(pixels, (100, 100), (30, 30), 0, 0, degrees, (0, 0, 0), 2, cv2.LINE_AA)
    assert _is_closed(canvas(from_pixels(pixels)), (100.0, 100.0, 30.0)) == closed


@pytest.mark.parametrize(
    ("degrees", "line", "is_open"), [(300, False, True), (360, False, False), (300, True, False)]
)
def test_a_piece_of_ink_by_itself_that_encloses_nothing_is_a_letter(
    degrees: int, line: bool, is_open: bool
) -> None:
    ink = np.zeros((100, 100), np.uint8)
    cv2.ellipse(ink, (40, 50), (10, 10), 0, 40, 40 + degrees, 255, 2)
    if line:
        cv2.line(ink, (30, 50), (5, 50), 255, 2)
    assert _is_open(pieces_of(ink), (40.0, 50.0, 10.0)) == is_open
