"""Lines with heads at both ends that another line crosses: it is a trunk that forks there, not a crossing."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from dlc.frontends.figure.drawing import Point
from dlc.frontends.figure.raster.arrays import Array
from dlc.frontends.figure.raster.stroke import Stroke

#: A crossing lies on a line that is nearer than this, and so far from both of its ends (ems).
_ON, _INNER = 0.6, 0.8


def with_bars_parted(
    strokes: Sequence[Stroke], crossings: Sequence[Point], em: float
) -> tuple[list[Stroke], list[Point]]:
    """Strokes, those that lead from a crossing to heads at both ends as two; and where they were parted."""
    parted: list[Stroke] = []
    forks: list[Point] = []
    for stroke in strokes:
        place = _crossing(stroke, strokes, crossings, em) if all(stroke.heads) else None
        if place is None:
            parted.append(stroke)
            continue
        at = int(_apart(stroke, place).argmin())
        fork = np.rint(np.array([place])).astype(stroke.points.dtype)
        for points in (stroke.points[: at + 1][::-1], stroke.points[at:]):
            way = np.concatenate([fork, points])
            parted.append(attrs.evolve(stroke, points=way, heads=[False, True], forks=[True, False]))
        forks.append(place)
    return parted, forks


def _crossing(
    stroke: Stroke, strokes: Sequence[Stroke], crossings: Sequence[Point], em: float
) -> Point | None:
    """Where a line crosses a stroke that does not itself begin with a head."""
    for place in crossings:
        apart = _apart(stroke, place)
        at = int(apart.argmin())
        if apart[at] > _ON * em or min(at, len(apart) - 1 - at) < _INNER * em:
            continue
        if any(not all(s.heads) and _apart(s, place).min() <= _ON * em for s in strokes if s is not stroke):
            return place
    return None


def _apart(stroke: Stroke, place: Point) -> Array:
    apart: Array = np.hypot(*(stroke.points - np.array(place)).T)
    return apart
