"""Letters that touch a line: a number on an upright arrow often does."""

from __future__ import annotations

import cv2
import numpy as np

from dlc.frontends.figure.raster.arrays import Mask
from dlc.frontends.figure.raster.letters import may_be_letters, pieces_of

#: Heights and widths of letters and digits (ems), and how long a line runs straight on beside them.
_LOWEST, _HIGHEST, _NARROWEST, _WIDEST, _STRAIGHT = 0.4, 1.3, 0.12, 1.1, 1.6
_CLOSE, _ON = 3, 3  # pixels: from a letter to its line, and how far that is followed above and below


def without_letters(lines: Mask, em: float) -> Mask:
    """The ink of lines without the letters that touch upright ones on one side.

    A line runs on straight above and below a letter. An arrow's head lies on both sides, and a fork leads
    further away.
    """
    straight = cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones((max(3, round(_STRAIGHT * em)), 1), np.uint8))
    rest = cv2.bitwise_and(lines, cv2.bitwise_not(straight))
    pieces = pieces_of(rest)
    fits = may_be_letters(pieces, em) & (pieces.height >= _LOWEST * em) & (pieces.height <= _HIGHEST * em)
    fits &= (pieces.width >= _NARROWEST * em) & (pieces.width <= _WIDEST * em)
    for number in np.flatnonzero(fits):
        x0, y0, x1, y1 = (int(v) for v in pieces.boxes[number])
        fits[number] = _touches(straight, rest, (x0, y0, x1, y1))
    if not fits.any():
        return lines
    return cv2.bitwise_and(lines, cv2.bitwise_not(pieces.mask(fits)))


def _touches(straight: Mask, rest: Mask, area: tuple[int, int, int, int]) -> bool:
    """Whether a line passes a piece close on one side, and nothing like it is on the line's other side."""
    x0, y0, x1, y1 = area
    high, wide = straight.shape
    if y0 < _ON or y1 + _ON > high:
        return False
    for near, away in ((slice(max(0, x0 - _CLOSE), x0 + 1), -1), (slice(x1 - 1, min(wide, x1 + _CLOSE)), 1)):
        if not (straight[y0 - _ON, near].any() and straight[y1 + _ON - 1, near].any()):
            continue
        if not straight[y0:y1, near].any(axis=1).all():
            continue
        edge = near.start if away < 0 else near.stop
        across = slice(max(0, edge - (x1 - x0)), edge) if away < 0 else slice(edge, edge + x1 - x0)
        return not rest[y0:y1, across].any()
    return False
