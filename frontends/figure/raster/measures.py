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
    points = np.concatenate(outlines)[:, 0, :].astype(np.int64)
    counts = np.array([len(outline) for outline in outlines])
    starts = np.cumsum(counts) - counts
    after = np.roll(points, -1, axis=0)
    after[starts + counts - 1] = points[starts]
    along = after - points
    cross = points[:, 0] * after[:, 1] - after[:, 0] * points[:, 1]
    low, high = (way.reduceat(points, starts, axis=0) for way in (np.minimum, np.maximum))
    return Measures(
        points[starts],
        np.concatenate([low, high - low + 1], axis=1),
        np.abs(np.add.reduceat(cross, starts)) / 2,
        np.add.reduceat(np.sqrt((along**2).sum(axis=1)), starts),
        np.add.reduceat(np.abs(along).max(axis=1), starts),
    )
