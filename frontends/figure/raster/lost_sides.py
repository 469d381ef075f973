"""Boxes of which a black and white picture lost a side or two, since thin lines fell below its threshold."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.raster.arrays import Mask, Pixels
from dlc.frontends.figure.raster.canvas import Canvas
from dlc.frontends.figure.raster.letters import pieces_of
from dlc.frontends.figure.raster.picture import Picture

#: A picture is black and white where, of all ink, this part at most has neither the one nor the other grey (but for
#: this part of their difference, on both sides).
_BETWEEN, _NEAR = 0.25, 0.3
#: A side is at least so long (ems) and at most so thick (pixels); a box's shorter side has at most so many ems, and
#: one of which two sides are lost is no higher.
_LONG, _THICK, _HIGHEST = 1.0, 5, 4.0
#: Corners are this near (pixels). Of a lost side this part is left at most; so far (pixels) around an end of one of
#: the others there is nothing: no box that both lead to, and no arcs of a rounded box.
_CORNER, _LEFT, _BEYOND = 2, 0.3, 4
#: More lines than this are a texture.
_MOST = 1500
#: Letters in a box stand in its middle but for this part of its height and width (of half of them).
_MIDDLE = 0.25


@attrs.frozen
class _Line:
    """A straight line: from where to where, and between which places across it (pixels, inclusive)."""

    start: int
    end: int
    low: int
    high: int


@attrs.frozen(eq=False)
class _Sheet:
    """The ink of a picture; `turned` where rows and columns changed places. `em` is in pixels."""

    ink: Mask
    em: float
    turned: bool


def with_lost_sides(picture: Picture, drawn: Canvas) -> Picture:
    """A black and white picture with the lost sides of boxes drawn that have letters in them, and of whose sides
    two, of one length, are left, and perhaps a third; others are returned as they are. `drawn` is its canvas."""
    found = _black_and_white(cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2GRAY))
    if found is None:
        return picture
    ink, dark = found
    em = drawn.em / drawn.scale
    sheets = _Sheet(ink, em, False), _Sheet(ink.T.copy(), em, True)
    lost = [side for sheet in sheets for side in _lost(sheet)]
    if not lost:
        return picture
    pixels: Pixels = picture.pixels.copy()
    for x0, y0, x1, y1 in lost:
        pixels[y0 : y1 + 1, x0 : x1 + 1] = dark
    return attrs.evolve(picture, pixels=pixels)


def _black_and_white(grey: Pixels) -> tuple[Mask, int] | None:
    """The ink of a picture that has hardly any greys between its ink and its paper, and the grey of its ink."""
    ink = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)[1]
    inked = cv2.countNonZero(ink)
    if not 0 < inked < ink.size:
        return None
    dark, light = cv2.mean(grey, ink)[0], cv2.mean(grey, cv2.bitwise_not(ink))[0]
    near = _NEAR * (light - dark)
    between = cv2.countNonZero(cv2.inRange(grey, dark + near, light - near))
    return (ink, round(dark)) if between <= _BETWEEN * inked else None


def _lost(sheet: _Sheet) -> Iterator[tuple[int, int, int, int]]:
    """The lost sides that joined the free ends of two lines of one length: left, top, right, bottom (inclusive)."""
    for upper, lower in _pairs(_lines(sheet.ink, sheet.em), sheet):
        top, bottom = upper.low, lower.high
        near = bottom - top <= _HIGHEST * sheet.em
        thick = min(upper.high - upper.low, lower.high - lower.low)
        start, end = min(upper.start, lower.start), max(upper.end, lower.end)
        sides = (start, start + thick), (end - thick, end)
        lacks = [_share(sheet.ink, low, high, top, bottom) for low, high in sides]
        beyond = start - _BEYOND - 1, end + 2
        for (low, high), share, other, after in zip(sides, lacks, reversed(lacks), beyond, strict=True):
            free = not all(_goes_on(sheet.ink, line, after) for line in (upper, lower))
            if free and share <= _LEFT and (other > 1 - _LEFT or (near and other <= _LEFT)):
                yield (top, low, bottom, high) if sheet.turned else (low, top, high, bottom)


def _pairs(lines: Sequence[_Line], sheet: _Sheet) -> Iterator[tuple[_Line, _Line]]:
    """Two lines of one length, one above the next, with letters in the middle between them."""
    ordered = sorted(lines, key=lambda line: line.low) if len(lines) <= _MOST else []
    for at, upper in enumerate(ordered):
        alike = (
            line
            for line in itertools.islice(ordered, at + 1, None)
            if abs(line.start - upper.start) <= _CORNER and abs(line.end - upper.end) <= _CORNER
        )
        lower = next(alike, None)
        if lower is not None and _holds_letters(upper, lower, sheet):
            yield upper, lower


def _holds_letters(upper: _Line, lower: _Line, sheet: _Sheet) -> bool:
    """Whether there is something like letters in the middle of what two lines may be sides of, away from them."""
    high, wide = lower.low - upper.high, upper.end - upper.start
    if high < _LONG * sheet.em or min(high, wide) > _HIGHEST * sheet.em:
        return False
    inside = sheet.ink[upper.high + 2 : lower.low - 1, upper.start + _THICK : upper.end - _THICK + 1]
    rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
    if not len(rows) or rows[0] == 0 or rows[-1] == len(inside) - 1:
        return False
    middles = (rows[0] + rows[-1] + 1) / len(inside), (columns[0] + columns[-1] + 1) / inside.shape[1]
    long = max(rows[-1] - rows[0], columns[-1] - columns[0])
    return bool(long >= _LONG * sheet.em and max(abs(middle - 1) for middle in middles) <= _MIDDLE)


def _lines(ink: Mask, em: float) -> list[_Line]:
    """Level lines."""
    kernel = np.ones((1, max(3, round(_LONG * em))), np.uint8)
    boxes = pieces_of(cv2.morphologyEx(ink, cv2.MORPH_OPEN, kernel)).boxes[1:]
    return [_Line(x0, x1 - 1, y0, y1 - 1) for x0, y0, x1, y1 in boxes.tolist() if y1 - y0 <= _THICK]


def _goes_on(ink: Mask, line: _Line, after: int) -> bool:
    """Whether there is ink from a place after a line's end, or before its start: it goes on, or turns in an arc."""
    rows = slice(max(0, line.low - _BEYOND), line.high + _BEYOND + 1)
    return bool(ink[rows, max(0, after) : max(0, after + _BEYOND)].any())


def _share(ink: Mask, low: int, high: int, top: int, bottom: int) -> float:
    """How much of a side there is, between the lines at its ends."""
    side = ink[top:bottom, max(0, low - 1) : high + 2]
    inner = side[_THICK:-_THICK]
    return float(inner.any(axis=1).mean()) if len(inner) else 1.0
