"""Pieces of letters that stand under their line: underscores, the lower bowl of a g in two parts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlc.frontends.figure.raster.arrays import Array

#: A row lower than this (ems) is no line of text of its own; it stands this close under its line (ems).
_LOW, _UNDER, _ASIDE = 0.45, 0.35, 0.35


def with_low_pieces(groups: Sequence[Array], boxes: Array, home: Array, em: float) -> list[Array]:
    """Rows (numbers of pieces, with the pieces' boxes and homes) with low ones added to the line above."""
    hulls = np.array([[*boxes[g, :2].min(axis=0), *boxes[g, 2:].max(axis=0)] for g in groups]).reshape(-1, 4)
    low = hulls[:, 3] - hulls[:, 1] < _LOW * em
    own = np.array([home[group[0]] for group in groups])
    added: dict[int, list[Array]] = {}
    for number in np.flatnonzero(low).tolist():
        above = _above(hulls, number, em) & ~low & (own == own[number])
        if above.any():
            nearest = np.flatnonzero(above)[np.abs(hulls[above, 3] - hulls[number, 1]).argmin()]
            added.setdefault(int(nearest), []).append(groups[number])
    gone = {id(group) for parts in added.values() for group in parts}
    return [
        np.concatenate([group, *added.get(number, ())])
        for number, group in enumerate(groups)
        if id(group) not in gone
    ]


def _above(hulls: Array, number: int, em: float) -> Array:
    """Which rows a piece stands right under, within or just beside their width."""
    x0, y0, x1, _ = hulls[number]
    close = (y0 - hulls[:, 3] < _UNDER * em) & (y0 - hulls[:, 3] > -0.5 * em) & (y0 > hulls[:, 1] + 0.3 * em)
    found: Array = close & (x0 > hulls[:, 0] - _ASIDE * em) & (x1 < hulls[:, 2] + _ASIDE * em)
    return found
