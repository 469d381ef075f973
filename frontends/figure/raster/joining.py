"""Numbers gathered into sets by very many pairs at once: joining them one by one takes longer."""

from __future__ import annotations

import numpy as np

from dlc.frontends.figure.raster.arrays import Array


def gathered(count: int, one: Array, other: Array) -> list[Array]:
    """The numbers from 0 to `count` - 1 in sets, of which `one` and `other` (pairs,) join two each: the sets by their
    first members, each in ascending order."""
    first = np.arange(count)
    while True:
        least = np.minimum(first[one], first[other])
        before = first.copy()
        for side in (one, other):
            np.minimum.at(first, side, least)
            np.minimum.at(first, before[side], least)
        first = first[first]
        if np.array_equal(first, before):
            break
    order = np.argsort(first, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(first[order])) + 1) if count else []
