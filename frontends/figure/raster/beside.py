"""Letters that touch a line: a number beside an upright arrow, or one that is nearly so, often does."""

from __future__ import annotations

import cv2
import numpy as np

from dlc.frontends.figure.raster.arrays import Array, Mask
from dlc.frontends.figure.raster.letters import Pieces, may_be_letters, pieces_of
from dlc.frontends.figure.raster.masks import without

#: Heights and widths of letters and digits (ems), and how long a line runs straight on beside them.
_LOWEST, _HIGHEST, _NARROWEST, _WIDEST, _STRAIGHT = 0.4, 1.3, 0.12, 1.1, 1.6
_CLOSE, _ON = 3, 3  # pixels: from a letter to its line, and how far that is followed above and below
#: Arrows with a number beside them are at most so long and wide (ems); its other digits are so close (ems).
_LONGEST, _ASIDE, _NEXT = 8.0, 3.0, 0.5


def without_numbers(pieces: Pieces, lines: Array, boxes: Mask, em: float) -> Mask:
    """The ink of the pieces that are lines, without the letters that touch them on one side.

    What reaches from a line to one of the `boxes` beside it is a head. Of lines that are not quite upright those
    count that have other letters beside them, of which one touches.
    """
    mask = pieces.mask(lines)
    for number in _beside_letters(pieces, lines, em):
        x0, y0, x1, y1 = (int(v) for v in pieces.boxes[number])
        window = pieces.window(number)
        touching = without(window, _without_aslant(window, em))
        mask[y0:y1, x0:x1] = without(mask[y0:y1, x0:x1], touching)
    return without_letters(mask, boxes, em)


def _beside_letters(pieces: Pieces, lines: Array, em: float) -> list[int]:
    """The lines, from above to below and short, that have letters right beside them."""
    x0, y0, x1, y1 = pieces.boxes.T
    high, wide = pieces.height, pieces.width
    short = lines & (high >= _STRAIGHT * em) & (high <= _LONGEST * em) & (wide <= _ASIDE * em)
    letter = ~lines & (high >= _LOWEST * em) & (high <= _HIGHEST * em) & (wide <= _WIDEST * em)
    own = np.flatnonzero(letter & may_be_letters(pieces, em))
    return [
        number
        for number in np.flatnonzero(short & (wide < high)).tolist()
        if (
            (y0[own] > y0[number])
            & (y1[own] < y1[number])
            & (x0[own] < x1[number] + _NEXT * em)
            & (x1[own] > x0[number] - _NEXT * em)
        ).any()
    ]


def _without_aslant(window: Mask, em: float) -> Mask:
    """A line from the top to the bottom of a window, without letters that touch it: its ends tell its slant."""
    high, wide = window.shape
    top, bottom = (float(np.flatnonzero(window[row]).mean()) for row in (0, high - 1))
    shift = np.rint((bottom - top) * np.arange(high) / (high - 1)).astype(np.intp)
    rim = int(np.abs(shift).max()) + _CLOSE
    rows = np.arange(high)[:, None]
    columns = rim + np.arange(wide)[None, :]
    stood = np.zeros((high, wide + 2 * rim), np.uint8)
    stood[rows, columns - shift[:, None]] = window
    made: Mask = without_letters(stood, np.zeros_like(stood), em, 1)[rows, columns - shift[:, None]]
    return made


def without_letters(lines: Mask, boxes: Mask, em: float, slack: int = 0) -> Mask:
    """The ink of lines without the letters that touch upright ones on one side.

    A line runs on straight above and below a letter, up to `slack` pixels aside. An arrow's head lies on both
    sides or leads to one of the `boxes`, and a fork leads further away.
    """
    long = np.ones((max(3, round(_STRAIGHT * em)), 1), np.uint8)
    if slack:
        thick = cv2.dilate(lines, np.ones((1, 2 * slack + 1), np.uint8))
        straight = cv2.bitwise_and(cv2.morphologyEx(thick, cv2.MORPH_OPEN, long), lines)
    else:
        straight = _upright(lines, len(long))
    rest = without(lines, straight)
    pieces = pieces_of(rest)
    fits = may_be_letters(pieces, em) & (pieces.height >= _LOWEST * em) & (pieces.height <= _HIGHEST * em)
    fits &= (pieces.width >= _NARROWEST * em) & (pieces.width <= _WIDEST * em)
    for number in np.flatnonzero(fits):
        x0, y0, x1, y1 = (int(v) for v in pieces.boxes[number])
        fits[number] = _touches(straight, rest, boxes, (x0, y0, x1, y1))
    if not fits.any():
        return lines
    return without(lines, pieces.mask(fits))


def _upright(lines: Mask, long: int) -> Mask:
    """The ink of lines that runs upright for so many pixels; other columns than those with so much ink have none."""
    full = np.flatnonzero(cv2.reduce(lines, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0] >= 255 * long)
    straight: Mask = np.zeros_like(lines)
    if len(full):
        straight[:, full] = cv2.morphologyEx(lines[:, full], cv2.MORPH_OPEN, np.ones((long, 1), np.uint8))
    return straight


def _touches(straight: Mask, rest: Mask, boxes: Mask, area: tuple[int, int, int, int]) -> bool:
    """Whether a line passes a piece close on one side, with nothing like it on the line's other side, nor a box on
    the piece's."""
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
        beyond = slice(x1, x1 + _CLOSE) if away < 0 else slice(max(0, x0 - _CLOSE), x0)
        return not rest[y0:y1, across].any() and not boxes[y0:y1, beyond].any()
    return False
