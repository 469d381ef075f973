"""Short arrows that stand free: told from letters by a thin shaft that ends in a wide head."""

from __future__ import annotations

import numpy as np

from dlc.frontends.figure.raster.arrays import Array
from dlc.frontends.figure.raster.letters import Pieces
from dlc.frontends.figure.raster.middles import median, quantile

#: How long (ems) such arrows are, how much longer than wide, and how thick their shafts are (of the head).
_SHORTEST, _LONGEST, _SLENDER, _SHAFT = 0.95, 8.0, 1.4, 0.45
#: A shaft is at least this part of its arrow; of one that is longer than letters are.
_SHAFT_PART, _SHORT_SHAFT = 0.3, 0.2
#: Letters and digits are at most so high (ems).
_LETTER = 1.3
#: The last part of an arrow is so much narrower than its head: a 7 is not.
_TIP, _POINTED = 0.06, 0.75


def small_arrows(pieces: Pieces, among: Array, em: float) -> Array:
    """Which of the pieces that `among` marks are level or upright arrows."""
    wide, high = pieces.width, pieces.height
    long, short = np.maximum(wide, high), np.minimum(wide, high)
    likely = (
        among & (long >= _SHORTEST * em) & (long <= _LONGEST * em) & (long >= _SLENDER * short) & (short >= 5)
    )
    # A small 6 has a thin end, too: its bowl is hollow.
    likely &= (long > _LETTER * em) | (np.bincount(pieces.homes, minlength=len(pieces)) == 1)
    found = np.zeros(len(pieces), bool)
    for number in np.flatnonzero(likely).tolist():
        own = pieces.window(number) > 0
        least = _SHORT_SHAFT if long[number] > _LETTER * em else _SHAFT_PART
        found[number] = _is_arrow(own if wide[number] >= high[number] else own.T, least)
    return found


def _is_arrow(own: Array, least: float) -> bool:
    """Whether a piece that lies along its rows is thin for at least that part, and at one end wide about the shaft."""
    columns = np.flatnonzero(own.any(axis=0))
    first, last = own.argmax(axis=0), own.shape[0] - own[::-1].argmax(axis=0)
    reach = (last - first)[columns]
    if len(columns) < own.shape[1]:
        return False
    middle = own.shape[0] / 2
    for extent, top in ((reach, first), (reach[::-1], first[::-1])):
        head = int(extent.argmax())
        tip = extent[len(extent) - max(1, round(_TIP * len(extent))) :]
        if head < (least + 0.1) * len(extent) or tip.max() > _POINTED * extent.max():
            continue
        shaft = extent[: max(2, head - max(2, round(0.1 * len(extent))))]
        thin = quantile(shaft, 0.8) <= max(2.0, _SHAFT * float(extent.max()))
        level = abs(median(top[: len(shaft)]) + median(shaft) / 2 - middle) <= 0.2 * own.shape[0]
        if thin and level and len(shaft) >= least * len(extent):
            return True
    return False
