"""Labels that stand beside each other in one line: told apart by gaps that are wider than spaces between words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlc.frontends.figure.raster.arrays import Array
from dlc.frontends.figure.raster.middles import median, quantile, share_of

#: Letters stand evenly, of so many, where this part of their distances is, to so much, once or more the usual one: then
#: a space is as wide as a letter.
_ENOUGH, _EVENLY, _OFF = 12, 0.8, 0.13
#: A space between words is no wider than this (ems); from middle to middle of a typewriter's letters (steps).
_SPACE, _STEPS = 0.68, 2.25
#: Of a step a letter takes up so much.
_LETTER = 0.85
#: How high the tall letters of a line are (ems), and the least em of a line (of the picture's).
_TALL, _LEAST = 0.72, 0.8


def step_of(boxes: Array, lines: Sequence[Array]) -> float | None:
    """How far letters stand from each other where they do so evenly, as a typewriter's do, else None.

    `boxes` (count, 4) are the letters' hulls, `lines` which of them stand in each line.
    """
    middles = [np.sort(boxes[line, 0] + boxes[line, 2]) / 2 for line in lines]
    steps = np.concatenate([np.zeros(0), *(np.diff(line) for line in middles)])
    if len(steps) < _ENOUGH:
        return None
    usual = median(steps)
    times = np.maximum(1, np.rint(steps / max(1.0, usual)))
    return usual if share_of(np.abs(steps / usual - times) <= _OFF) >= _EVENLY else None


def parted(boxes: Array, line: Array, em: float, step: float | None) -> list[Array]:
    """A line of letters (their numbers), parted where a gap is no space; `step` is that of even letters."""
    ranked = line[np.argsort(boxes[line, 0], kind="stable")]
    left, right = boxes[ranked, 0], np.maximum.accumulate(boxes[ranked, 2])
    gaps = left[1:] - right[:-1]
    if step is None:
        high = quantile(boxes[line, 3] - boxes[line, 1], 0.8)
        wide = gaps > _SPACE * max(high / _TALL, _LEAST * em)
    else:
        halves = np.minimum(boxes[ranked, 2] - left, _LETTER * step) / 2
        wide = gaps + halves[1:] + halves[:-1] > _STEPS * step
    return np.split(ranked, np.flatnonzero(wide) + 1)
