"""Circles of one size, as drawings of neurons have them: many alike are circles where a lone one would be chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlc.frontends.figure.drawing import Outline
from dlc.frontends.figure.geometry import contains, hull
from dlc.frontends.figure.raster.candidate import Candidate

#: So many circles that differ in width by at most this share are no chance.
_FEWEST, _ALIKE = 4, 0.2
#: What lines enclose between circles has sides of less than this (of a circle's).
_LARGER = 2.5


def alike(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The circles of the commonest size, where there are enough of them."""
    circles = [c for c in candidates if c.shape.outline is Outline.CIRCLE and _is_round(c)]
    widths = np.array([c.face.width for c in circles], float)
    if len(circles) < _FEWEST:
        return []
    near = np.abs(widths[:, None] - widths[None, :]) <= _ALIKE * widths[:, None]
    best = near[int(near.sum(axis=1).argmax())]
    return [circles[i] for i in np.flatnonzero(best)] if int(best.sum()) >= _FEWEST else []


def _is_round(one: Candidate) -> bool:
    return 0.8 * one.face.height <= one.face.width <= 1.25 * one.face.height


def without_meshes(candidates: Sequence[Candidate], circles: Sequence[Candidate]) -> list[Candidate]:
    """The candidates without what the lines between circles enclose: it is neither filled nor has it words."""
    if not circles:
        return list(candidates)
    whole = hull(c.area for c in circles)
    most = _LARGER * max(c.face.width for c in circles)
    own = {c.face.number for c in circles}
    return [
        c
        for c in candidates
        if c.face.number in own
        or c.filled
        or c.texted
        or max(c.face.width, c.face.height) > most
        or not contains(whole, c.area)
    ]
