"""What a picture shows at places between its pixels: the nearest pixel's value."""

from __future__ import annotations

import numpy as np

from dlc.frontends.figure.raster.arrays import Array, Mask, Pixels


def values_at(grey: Pixels, xs: Array, ys: Array) -> Array:
    """The pixels at places; outside of the picture those of its rim."""
    height, width = grey.shape
    x, y = np.broadcast_arrays(np.rint(xs).astype(np.intp), np.rint(ys).astype(np.intp))
    found: Array = grey[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]
    return found


def marked_at(mask: Mask, xs: Array, ys: Array) -> Array:
    """Whether a mask is set at places; nothing outside of it is."""
    height, width = mask.shape
    x, y = np.rint(xs).astype(np.intp), np.rint(ys).astype(np.intp)
    inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    found: Array = (mask[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)] > 0) & inside
    return found
