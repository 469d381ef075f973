"""Lines that meet at one place of a box: a V of two lines is parted, and all share the head that is drawn there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import attrs
import numpy as np

from dlc.frontends.figure.raster.arrays import Mask
from dlc.frontends.figure.raster.stroke import Stroke, is_at

#: Ends are at one place where they are nearer than this (ems).
_TOGETHER = 0.9
#: A line that turns by more than some 110 degrees within this (ems) at a box is two lines.
_TURN, _ARM = 0.35, 0.7


def parted(strokes: Iterable[Stroke], near: Mask, em: float) -> list[Stroke]:
    """Strokes, those that turn sharply at a box (`near` marks borders) as two."""
    return [part for stroke in strokes for part in _parted(stroke, near, em)]


def _parted(stroke: Stroke, near: Mask, em: float) -> list[Stroke]:
    points, arm = stroke.points, max(3, round(_ARM * em))
    if len(points) < 2 * arm + 3:
        return [stroke]
    middle = points[arm:-arm].astype(np.float64)
    before, after = points[: -2 * arm] - middle, points[2 * arm :] - middle
    long = np.hypot(*before.T) * np.hypot(*after.T)
    cosine = (before * after).sum(axis=1) / np.maximum(long, 1e-9)
    cosine[near[points[arm:-arm, 1], points[arm:-arm, 0]] == 0] = -1.0
    sharpest = int(cosine.argmax())
    if cosine[sharpest] < _TURN:
        return [stroke]
    at = sharpest + arm
    first = attrs.evolve(
        stroke, points=points[: at + 1], heads=[stroke.heads[0], False], forks=[stroke.forks[0], False]
    )
    second = attrs.evolve(
        stroke, points=points[at:], heads=[False, stroke.heads[1]], forks=[False, stroke.forks[1]]
    )
    return [first, second]


def share_heads(strokes: Sequence[Stroke], near: Mask, em: float) -> None:
    """Put a head on lines without one that end at a box where another line has its head."""
    tips = [stroke.end(which) for stroke in strokes for which in (0, 1) if stroke.heads[which]]
    plain = [stroke for stroke in strokes if not any(stroke.heads)]
    for stroke in plain:
        found = [
            which
            for which in (0, 1)
            if is_at(stroke.end(which), near)
            and not stroke.forks[which]
            and any(math.dist(stroke.end(which), tip) < _TOGETHER * em for tip in tips)
        ]
        if len(found) == 1 and stroke.length > 2 * _TOGETHER * em:
            stroke.heads[found[0]] = True
            stroke.forks[found[0]] = False
