"""The ink of lines mended: holes and breaks of a pixel or two, as drawing leaves them."""

from __future__ import annotations

import cv2
import numpy as np

from dlc.frontends.figure.raster.arrays import Points
from dlc.frontends.figure.raster.letters import Pieces, pieces_of

#: Holes in lines that are at most so wide and high (pixels, or ems) are no drawing, where a piece has few.
_PINHOLE, _PINHOLE_EMS, _FEW_PINHOLES = 3, 0.35, 3


def mended(lines: Pieces, em: float) -> Pieces:
    """Lines without the holes and breaks of a pixel or two that drawing leaves."""
    return _without_pinholes(_closed(lines, em), em)


def _without_pinholes(lines: Pieces, em: float) -> Pieces:
    """Lines with holes of some pixels filled, as the strokes of an open head leave them at its tip, and a head
    with barbs where it touches a line.

    Where many lines cross at a slant, such holes keep them apart.
    """
    largest = max(_PINHOLE, round(_PINHOLE_EMS * em)) + 2
    small = lines.holes & (lines.hulls[:, 2:].max(axis=1, initial=0) <= largest)
    few = np.bincount(lines.homes[small], minlength=len(lines)) <= _FEW_PINHOLES
    pinholes: dict[int, list[Points]] = {}
    for i in np.flatnonzero(small & few[lines.homes]).tolist():
        pinholes.setdefault(int(lines.homes[i]), []).append(lines.outlines[i])
    if not pinholes:
        return lines
    filled = lines.ink.copy()
    for own in pinholes.values():
        cv2.drawContours(filled, own, -1, 255, cv2.FILLED)
    return pieces_of(filled)


def _closed(lines: Pieces, em: float) -> Pieces:
    """Lines with gaps of a pixel or two closed around small pieces, as between a shaft and its head."""
    small = np.maximum(lines.width, lines.height) <= em
    small[0] = False
    if not small.any():
        return lines
    around = np.ones((3, 3), np.uint8)
    near = cv2.dilate(lines.mask(small), np.ones((5, 5), np.uint8))
    bridges = cv2.bitwise_and(cv2.morphologyEx(lines.ink, cv2.MORPH_CLOSE, around), near)
    closed = cv2.bitwise_or(lines.ink, bridges)
    return lines if cv2.countNonZero(closed) == cv2.countNonZero(lines.ink) else pieces_of(closed)
