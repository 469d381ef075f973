"""Thinning of lines to a width of one pixel, on lists of pixels: white paper costs nothing.

The two alternating steps are those of Z. Guo and R. W. Hall, "Parallel thinning with two-subiteration
algorithms", Comm. ACM 32 (1989), 359-373.
"""

from __future__ import annotations

import functools

import numpy as np

from dlc.frontends.figure.raster.arrays import Array, Mask

#: The eight neighbours, clockwise from the one above: (row, column) steps. Bit i of a code is neighbour i.
NEIGHBOURS = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))


def thinned(mask: Mask) -> Mask:
    """The skeleton of a mask, connected as the mask is; its border of one pixel must be empty."""
    flat = (mask > 0).astype(np.uint8).ravel()
    steps = offsets(mask.shape[1])
    places = np.flatnonzero(flat)
    while True:
        before = len(places)
        for table in _tables():
            gone = table[codes(flat, places, steps)]
            flat[places[gone]] = 0
            places = places[~gone]
        if len(places) == before:
            break
    return (flat * np.uint8(255)).reshape(mask.shape)


def offsets(width: int) -> tuple[int, ...]:
    """How far the eight neighbours of a pixel are from it in a flat array of rows of this width."""
    return tuple(row * width + column for row, column in NEIGHBOURS)


def codes(flat: Array, places: Array, steps: tuple[int, ...]) -> Array:
    """Which of the eight neighbours of each place are set, as bits."""
    made = np.zeros(len(places), np.uint8)
    for bit, step in enumerate(steps):
        made |= (flat[places + step] != 0).astype(np.uint8) << np.uint8(bit)
    return made


@functools.cache
def _tables() -> tuple[Array, Array]:
    """For each code whether the first and the second step remove the pixel."""
    first, second = (np.array([_removes(code, step) for code in range(256)], bool) for step in (False, True))
    return first, second


def _removes(code: int, second: bool) -> bool:
    p = [bool(code >> bit & 1) for bit in range(8)]  # above, then clockwise
    arms = sum(not p[i] and (p[i + 1] or p[(i + 2) % 8]) for i in (0, 2, 4, 6))
    if arms != 1:
        return False
    fewest = min(
        sum(p[(i - 1) % 8] or p[i] for i in (0, 2, 4, 6)), sum(p[i] or p[i + 1] for i in (0, 2, 4, 6))
    )
    if not 2 <= fewest <= 3:
        return False
    if second:
        return not ((p[4] or p[5] or not p[7]) and p[6])
    return not ((p[0] or p[1] or not p[3]) and p[2])
