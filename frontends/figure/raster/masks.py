"""Masks: one without another, and where a mask is set."""

from __future__ import annotations

import cv2
import numpy as np

from dlc.frontends.figure.raster.arrays import Array, Mask

#: So many pixels of a mask are looked at together.
_WORD = 8


def without(mask: Mask, other: Mask) -> Mask:
    """What a mask (or a picture in grey) shows outside another mask: one step instead of two."""
    left: Mask = cv2.subtract(mask, other)
    return left


def places_of(mask: Mask) -> Array:
    """Where a mask is set, as indices into its pixels in a row, in their order; of empty paper eight pixels at a
    time are looked at."""
    flat = mask.ravel()
    whole = len(flat) // _WORD * _WORD
    words = np.flatnonzero(flat[:whole].view(np.uint64) != 0)
    inside = np.flatnonzero(flat[:whole].reshape(-1, _WORD)[words] != 0)
    rest = whole + np.flatnonzero(flat[whole:] != 0)
    found: Array = np.concatenate([words[inside // _WORD] * _WORD + inside % _WORD, rest])
    return found
