"""Thinning of lines to a width of one pixel, on lists of pixels: white paper costs nothing.

The two alternating steps are those of Z. Guo and R. W. Hall, "Parallel thinning with two-subiteration
algorithms", Comm. ACM 32 (1989), 359-373.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from dlc.frontends.figure.raster.arrays import Array, Mask

#: The eight neighbours, clockwise from the one above: (row, column) steps. Bit i of a code is neighbour i.
NEIGHBOURS = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))


def thinned(mask: Mask) -> Mask:
    """The skeleton of a mask, connected as the mask is; its border of one pixel must be empty.

    A pixel is looked at again only where one beside it has gone.
    """
    flat = (mask > 0).astype(np.uint8).ravel()
    steps = np.array(offsets(mask.shape[1]))
    turn = np.zeros(flat.size, np.int32)
    every = np.flatnonzero(flat != 0)
    waiting = [every, every]
    while len(waiting[0]) or len(waiting[1]):
        for step, table in enumerate(_tables()):
            places = waiting[step]
            gone = places[table[codes(flat, places, steps)]]
            flat[gone] = 0
            around = (gone[:, None] + steps).ravel()
            waiting[step] = _once(around[flat[around] > 0], turn)
            waiting[1 - step] = _once(np.concatenate([waiting[1 - step], waiting[step]]), turn)
    return (flat * np.uint8(255)).reshape(mask.shape)


def _once(places: Array, turn: Array) -> Array:
    """Each place once; `turn` is a picture to count in."""
    count = np.arange(len(places), dtype=np.int32)
    turn[places] = count
    once: Array = places[turn[places] == count]
    return once


def offsets(width: int) -> tuple[int, ...]:
    """How far the eight neighbours of a pixel are from it in a flat array of rows of this width."""
    return tuple(row * width + column for row, column in NEIGHBOURS)


def codes(flat: Array, places: Array, steps: Sequence[int] | Array) -> Array:
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
