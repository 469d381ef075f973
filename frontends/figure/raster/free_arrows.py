"""Short arrows whose heads stand a little apart from their shafts: told from letters by the two together."""

from __future__ import annotations

import numpy as np

from dlc.frontends.figure.raster.arrays import Array
from dlc.frontends.figure.raster.heads import is_head
from dlc.frontends.figure.raster.letters import Pieces
from dlc.frontends.figure.raster.straight import Bars, straight_bars

#: Lengths of shafts and their thickness, and sizes of heads (ems); how much wider a head is than its shaft.
_SHORTEST, _LONGEST, _THICKEST, _SMALLEST, _LARGEST, _WIDER = 0.35, 12.0, 0.3, 0.2, 1.25, 1.5
#: The strokes of an equals sign are at most so long and so far apart (ems), and differ by less than this (of their
#: length) in length and place.
_EQUALS, _EQUALS_APART, _EQUALS_ALIKE = 1.0, 0.5, 0.2
#: A hyphen is at most so long, and so close to the letters beside it, which are so high and so wide (ems).
_HYPHEN, _CLOSE, _LETTER, _LETTERS = 0.75, 0.35, 0.35, 1.3
#: Digits are at most so high (ems), and stand on a line with the letters beside them, this nearly.
_DIGIT, _LEVEL = 0.95, 0.12
#: The gap between them (ems), and how slender shafts are.
_GAP, _SLENDER = 0.5, 2.0


def free_arrows(pieces: Pieces, em: float) -> Array:
    """Which pieces are shafts and heads of arrows whose heads stand apart."""
    found = np.zeros(len(pieces), bool)
    bars = straight_bars(pieces, _SHORTEST * em, _LONGEST * em, max(3.0, _THICKEST * em))
    slender = (bars.long >= _SLENDER * bars.thick) & ~_in_equals(bars, em) & ~_are_hyphens(bars, pieces, em)
    size = np.maximum(pieces.width, pieces.height)
    small = np.flatnonzero((size >= max(4.0, _SMALLEST * em)) & (size <= _LARGEST * em))
    if len(small) == 0:
        return found
    middle = (pieces.boxes[small, :2] + pieces.boxes[small, 2:]) / 2
    reach = _GAP * em + _LARGEST * em
    for number in np.flatnonzero(slender).tolist():
        for side in (0, len(bars)):
            end, way = bars.ends[number + side], bars.ways[number + side]
            apart = middle - end
            ahead, aside = apart @ way, np.abs(apart @ np.array([-way[1], way[0]]))
            shaft = int(bars.numbers[number])
            for head in small[(ahead > 0) & (ahead < reach) & (aside < 0.2 * em)].tolist():
                joins = head != shaft and _is_head(pieces, head, end, way, bars.thick[number], em)
                if joins and not _are_digit(pieces, [shaft, head], em):
                    found[[head, shaft]] = True
    return found


def _are_digit(pieces: Pieces, parts: list[int], em: float) -> bool:
    """Whether a shaft and its head are as high as a digit and stand on one line with a letter beside them: faint
    ink breaks a 7 between its bar and its stem."""
    x0, y0 = pieces.boxes[parts, :2].min(axis=0).tolist()
    x1, y1 = pieces.boxes[parts, 2:].max(axis=0).tolist()
    if not x1 - x0 < y1 - y0 <= _DIGIT * em:
        return False
    left, _, right, bottom = pieces.boxes.T
    beside = _are_letters(pieces, em) & (np.abs(bottom - y1) <= max(1.0, _LEVEL * em))
    beside &= (np.abs(x0 - right) <= _CLOSE * em) | (np.abs(left - x1) <= _CLOSE * em)
    beside[parts] = False
    return bool(beside.any())


def _are_letters(pieces: Pieces, em: float) -> Array:
    """Which pieces have a letter's size."""
    high, wide = pieces.height, pieces.width
    found: Array = (high >= _LETTER * em) & (high <= _LETTERS * em) & (wide <= _LETTERS * em)
    return found


def _in_equals(bars: Bars, em: float) -> Array:
    """Which bars are strokes of equals signs: a digit after one is no head."""
    found = np.zeros(len(bars), bool)
    short = np.flatnonzero(bars.long <= _EQUALS * em)
    for number in short.tolist():
        slack, way = _EQUALS_ALIKE * bars.long[number], bars.way[number]
        apart = bars.middle[short] - bars.middle[number]
        along, aside = np.abs(apart @ way), np.abs(apart @ np.array([-way[1], way[0]]))
        twin = (aside > bars.thick[number]) & (aside <= _EQUALS_APART * em) & (along <= slack)
        found[number] = bool((twin & (np.abs(bars.long[short] - bars.long[number]) <= slack)).any())
    return found


def _are_hyphens(bars: Bars, pieces: Pieces, em: float) -> Array:
    """Which bars stand between two letters of a word."""
    left, top, right, bottom = pieces.boxes.T
    letter = _are_letters(pieces, em)
    found = np.zeros(len(bars), bool)
    for number in np.flatnonzero(bars.long <= _HYPHEN * em).tolist():
        x0, y0, x1, y1 = pieces.boxes[bars.numbers[number]].tolist()
        beside = letter & (top < y0) & (bottom > y1)
        before = beside & (np.abs(x0 - right) <= _CLOSE * em)
        found[number] = bool(before.any() and (beside & (np.abs(left - x1) <= _CLOSE * em)).any())
    return found


def _is_head(pieces: Pieces, number: int, end: Array, way: Array, thick: float, em: float) -> bool:
    """Whether a piece right ahead of a shaft's end is a head on it."""
    x0, y0 = pieces.boxes[number, :2].tolist()
    rows, columns = np.nonzero(pieces.window(number))
    across, down = columns + x0 - end[0], rows + y0 - end[1]
    along, aside = across * way[0] + down * way[1], down * way[0] - across * way[1]
    near = -0.3 * em <= float(along.min()) <= _GAP * em
    return near and float(np.ptp(aside)) >= _WIDER * thick and is_head(along, aside)
