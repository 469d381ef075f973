"""The ink of connectors: what lies outside boxes and is no letter."""

from __future__ import annotations

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.raster.arrays import Array, Mask
from dlc.frontends.figure.raster.beside import without_letters, without_numbers
from dlc.frontends.figure.raster.canvas import Canvas
from dlc.frontends.figure.raster.dashed_lines import join_dashes
from dlc.frontends.figure.raster.free_arrows import free_arrows
from dlc.frontends.figure.raster.letters import Pieces, are_words, may_be_letters, pieces_of
from dlc.frontends.figure.raster.lone import lone_letters
from dlc.frontends.figure.raster.masks import without
from dlc.frontends.figure.raster.small_arrows import small_arrows

#: Letters are so high (ems) at least.
_LOW = 0.35


@attrs.frozen(eq=False)
class Lines:
    """`ink` is the ink of connectors, the gaps of dashed ones drawn over; `gaps` are those (None: no gaps)."""

    ink: Mask
    gaps: Mask | None = None


def find_lines(drawn: Canvas, ink: Mask, boxes: Mask) -> Lines:
    """The connectors among the ink of a picture, of which `boxes` marks what boxes take up."""
    em = drawn.em
    outside = without(ink, boxes)
    pieces = pieces_of(outside)
    touching = pieces.count(cv2.dilate(boxes, np.ones((5, 5), np.uint8))) > 0
    lettered = pieces.count(drawn.letters) > 0.5 * pieces.pixels
    written = lettered & may_be_letters(pieces, em)
    touching &= ~_are_rows(pieces, touching, em)
    touching &= ~lone_letters(pieces, touching, written, em)
    joined = join_dashes(pieces, written, boxes, em)
    lines = _are_lines(pieces, touching, lettered, em) | free_arrows(pieces, em)
    if joined is None:
        return Lines(without_numbers(pieces, lines, boxes, em))
    mask = cv2.bitwise_or(pieces.mask(lines | joined.pieces), joined.gaps)
    return Lines(without_letters(mask, boxes, em), joined.gaps)


def _are_rows(pieces: Pieces, among: Array, em: float) -> Array:
    """Which pieces, of those `among`, have a neighbour like the letters of a row: words right under a box."""
    x0, y0, x1, y1 = pieces.boxes.T
    high, wide = pieces.height, pieces.width
    likely = (high >= _LOW * em) & (high <= 1.2 * em) & (wide <= 1.3 * em)
    found, index = np.zeros(len(pieces), bool), np.flatnonzero(likely)
    for number in np.flatnonzero(among & likely).tolist():
        apart = np.maximum(x0[index] - x1[number], x0[number] - x1[index])
        shared = np.minimum(y1[index], y1[number]) - np.maximum(y0[index], y0[number])
        beside = (
            (apart > -0.2 * em) & (apart < 0.5 * em) & (shared >= 0.8 * np.minimum(high[index], high[number]))
        )
        found[number] = bool((beside & (index != number)).any())
    return found


def _are_lines(pieces: Pieces, touching: Array, written: Array, em: float) -> Array:
    """Which pieces of ink are lines rather than letters; `written` are those that stand in rows."""
    long = np.maximum(pieces.width, pieces.height)
    slender = np.minimum(pieces.width, pieces.height) < 0.25 * em
    lines = touching & ~(written & may_be_letters(pieces, em)) & (long > 0.2 * em)
    lines |= ~written & ((long > 2.0 * em) | (slender & (long > 1.2 * em)))
    lines &= touching | ~are_words(pieces, em)
    lines |= small_arrows(pieces, ~lines, em)
    lines[0] = False
    return lines
