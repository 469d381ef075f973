"""Lengths, areas and hulls of very many outlines at once: most are letters, and a call each takes longer."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from dlc.frontends.figure.raster.arrays import Array, Points


@attrs.frozen(eq=False)
class Measures:
    """What OpenCV's boundingRect, contourArea and arcLength give for closed outlines.

    `starts` is (count, 2), each outline's first point; `hulls` is (count, 4) with left, top, width and height;
    `areas` and `around` are (count,), in pixels, and so are `steps`: around, where a slanted step counts as one.
    """

    starts: Array
    hulls: Array
    areas: Array
    around: Array
    steps: Array


def measured(outlines: Sequence[Points]) -> Measures:
    """Measure outlines, each (points, 1, 2) as OpenCV finds them."""
    if not outlines:
        return Measures(*(np.zeros(shape, np.int64) for shape in ((0, 2), (0, 4), 0, 0, 0)))
    x, y = np.ascontiguousarray(np.concatenate(outlines)[:, 0, :].T, np.int64)
    counts = np.array(list(map(len, outlines)))
    starts = np.cumsum(counts) - counts
    after = np.arange(1, len(x) + 1)
    after[starts + counts - 1] = starts
    to_x, to_y = x[after], y[after]
    across, down = to_x - x, to_y - y
    left, top = np.minimum.reduceat(x, starts), np.minimum.reduceat(y, starts)
    right, bottom = np.maximum.reduceat(x, starts), np.maximum.reduceat(y, starts)
    return Measures(
        np.stack([x[starts], y[starts]], axis=1),
        np.stack([left, top, right - left + 1, bottom - top + 1], axis=1),
        np.abs(np.add.reduceat(x * to_y - to_x * y, starts)) / 2,
        np.add.reduceat(np.sqrt(across * across + down * down), starts),
        np.add.reduceat(np.maximum(np.abs(across), np.abs(down)), starts),
    )
