"""Middle values of few numbers: NumPy's own take longer to begin than these to end."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from dlc.frontends.figure.drawing import Colour
from dlc.frontends.figure.raster.arrays import Array


def median(values: Array) -> float:
    """The median of numbers (count,), at least one."""
    ranked = np.sort(values)
    middle = len(ranked) // 2
    if len(ranked) % 2:
        return float(ranked[middle])
    return (float(ranked[middle - 1]) + float(ranked[middle])) / 2


def quantile(values: Array, share: float) -> float:
    """The number below which a share (0..1) of some numbers (count,) lies; between two of them by their
    distances."""
    ranked = np.sort(values)
    at = (len(ranked) - 1) * share
    low = min(int(at), len(ranked) - 1)
    high = min(low + 1, len(ranked) - 1)
    below, above = float(ranked[low]), float(ranked[high])
    return below + (above - below) * (at - low)


def byte_quantiles(values: Array, shares: Sequence[float]) -> list[float]:
    """The quantiles of a picture of bytes, any number of rows, by counting, which takes less time than sorting."""
    counts = cv2.calcHist([values], [0], None, [256], [0, 256]).ravel()
    return [float(counted_quantile(counts, share)) for share in shares]


def counted_quantile(counts: Array, share: float) -> Array:
    """The quantiles of bytes of which `counts` (..., 256) tells how many have each value."""
    below = np.cumsum(counts.astype(np.int64), axis=-1)
    at = share * (below[..., -1] - 1)
    low, high = ((below <= place[..., None]).sum(axis=-1) for place in (np.floor(at), np.ceil(at)))
    found: Array = low + (high - low) * (at - np.floor(at))
    return found


def usual_colour(seen: Array) -> Colour:
    """The median colour of pixels, grey (count,) or RGB (count, 3), at least one."""
    if seen.ndim == 1:
        return (int(median(seen)),) * 3
    red, green, blue = (int(median(seen[:, channel])) for channel in range(3))
    return red, green, blue


def share_of(marked: Array) -> float:
    """The part of some truth values, any shape, that are true."""
    return float(np.count_nonzero(marked)) / marked.size if marked.size else 0.0
