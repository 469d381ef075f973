"""The ink of lines mended: holes and breaks of a pixel or two, as drawing leaves them."""

from __future__ import annotations

import cv2
import numpy as np

from dlc.frontends.figure.raster.arrays import Mask, Points
from dlc.frontends.figure.raster.letters import pieces_of

#: Holes in lines that are at most so wide and high (pixels, or ems) are no drawing, where a piece has few.
_PINHOLE, _PINHOLE_EMS, _FEW_PINHOLES = 3, 0.35, 3


def mended(lines: Mask, em: float) -> Mask:
    """Lines without the holes and breaks of a pixel or two that drawing leaves."""
    return _without_pinholes(_closed(lines, em), em)


def _without_pinholes(lines: Mask, em: float) -> Mask:
    """Lines with holes of some pixels filled, as the strokes of an open head leave them at its tip, and a head
    with barbs where it touches a line.

    Where many lines cross at a slant, such holes keep them apart.
    """
    contours, tree = cv2.findContours(lines, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    filled = lines.copy()
    small: dict[int, list[Points]] = {}
    largest = max(_PINHOLE, round(_PINHOLE_EMS * em)) + 2
    for contour, parent in zip(contours, tree[0, :, 3].tolist() if contours else (), strict=True):
        if parent >= 0 and max(cv2.boundingRect(contour)[2:]) <= largest:
            small.setdefault(parent, []).append(contour)
    for pinholes in small.values():
        if len(pinholes) <= _FEW_PINHOLES:
            cv2.drawContours(filled, pinholes, -1, 255, cv2.FILLED)
    return filled


def _closed(lines: Mask, em: float) -> Mask:
    """Lines with gaps of a pixel or two closed around small pieces, as between a shaft and its head."""
    pieces = pieces_of(lines)
    small = np.maximum(pieces.width, pieces.height) <= em
    small[0] = False
    if not small.any():
        return lines
    around = np.ones((3, 3), np.uint8)
    near = cv2.dilate(pieces.mask(small), np.ones((5, 5), np.uint8))
    bridges = cv2.bitwise_and(cv2.morphologyEx(lines, cv2.MORPH_CLOSE, around), near)
    return cv2.bitwise_or(lines, bridges)
