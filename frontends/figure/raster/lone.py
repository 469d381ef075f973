"""Lone letters that stand close to a box: a single digit under it is no line that leads to it."""

from __future__ import annotations

import cv2
import numpy as np

from dlc.frontends.figure.raster.arrays import Array, Mask
from dlc.frontends.figure.raster.letters import Pieces

#: Heights of digits and capitals, and how wide they are (ems).
_LOWEST, _HIGHEST, _NARROWEST = 0.45, 1.1, 0.1
#: Nothing else is so near to a lone letter (ems).
_ALONE = 0.35
#: Equal letters differ in so few pixels (of those of both), and in size by so many pixels.
_DIFFERENT, _SIZES = 0.2, 1


def lone_letters(pieces: Pieces, among: Array, written: Array, em: float) -> Array:
    """Which of the pieces that `among` marks are letters by their shapes: they have holes, as 8 and 4, or are like
    another that stands in a row. `written` marks those."""
    wide, high = pieces.width, pieces.height
    likely = among & ~written & (high >= _LOWEST * em) & (high <= _HIGHEST * em)
    likely &= (wide >= _NARROWEST * em) & (wide <= high)
    holed = np.bincount(pieces.homes, minlength=len(pieces)) > 1
    found = np.zeros(len(pieces), bool)
    for number in np.flatnonzero(likely).tolist():
        if _stands_alone(pieces, number, em):
            found[number] = holed[number] or _is_like(pieces, number, written)
    return found


def _stands_alone(pieces: Pieces, number: int, em: float) -> bool:
    x0, y0, x1, y1 = pieces.boxes[number].tolist()
    left, top, right, bottom = pieces.boxes.T
    apart = np.maximum(np.maximum(left - x1, x0 - right), np.maximum(top - y1, y0 - bottom))
    return int((apart[1:] < _ALONE * em).sum()) <= 1


def _is_like(pieces: Pieces, number: int, written: Array) -> bool:
    """Whether a letter of a row looks the same."""
    size = np.array([pieces.width[number], pieces.height[number]])
    sizes = np.stack([pieces.width, pieces.height], axis=1)
    near = written & (np.abs(sizes - size).max(axis=1) <= _SIZES)
    own = pieces.window(number)
    return any(_differ(own, pieces.window(other)) <= _DIFFERENT for other in np.flatnonzero(near).tolist())


def _differ(one: Mask, other: Mask) -> float:
    """The part of the pixels of two pieces, laid over each other, that only one has."""
    sized = cv2.resize(other, one.shape[::-1], interpolation=cv2.INTER_NEAREST)
    both = cv2.countNonZero(cv2.bitwise_or(one, sized))
    return cv2.countNonZero(cv2.bitwise_xor(one, sized)) / max(1, both)
