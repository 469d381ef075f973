"""Paper that is darker on one side is made even, and nothing else is."""

from __future__ import annotations

import numpy as np

from dlc.frontends.figure.raster.light import levelled

Pixels = np.ndarray  # (height, width, 3)


def page(light: object) -> Pixels:
    """A page of 300 by 400 pixels with a black frame, in this light (0..255)."""
    grey = np.broadcast_to(np.asarray(light, np.float64), (300, 400)).copy()
    grey[40:260, 60:64] = grey[40:44, 60:340] = 10
    return np.repeat(np.rint(grey).astype(np.uint8)[:, :, None], 3, axis=2)


def test_paper_becomes_equally_light() -> None:
    made = levelled(page(np.linspace(170, 250, 400)))
    paper = made[280, :, 0].astype(int)
    assert np.ptp(paper) <= 4
    assert made[100, 61, 0] < 20


def test_even_paper_stays_as_it_is() -> None:
    even = page(240)
    assert levelled(even) is even


def test_a_dark_half_is_no_change_of_light() -> None:
    halves = page(np.where(np.arange(400) < 200, 120, 250))
    assert levelled(halves) is halves
