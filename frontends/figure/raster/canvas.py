"""A picture at working size: its noise, its edges, and the size of its letters."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Colour
from dlc.frontends.figure.raster.arrays import Array, Mask, Pixels
from dlc.frontends.figure.raster.letter_sizes import Ink, letter_size, outlined, stand_together
from dlc.frontends.figure.raster.masks import without
from dlc.frontends.figure.raster.picture import Picture
from dlc.frontends.figure.raster.restore import restored

#: Letters are read at this size (pixels); much larger ones are scaled down, which makes all else quicker.
_USUAL, _LARGEST, _SMALLEST = 24.0, 30.0, 15.0
#: Of damaged pictures smaller ones than this are scaled up.
_SMALLEST_DAMAGED = 18.0
#: Pixels at working size, at most.
MOST_WORKING = 20_000_000
#: Ground darker than this (0..255) may bear light letters.
_DARK_GROUND = 110
#: A picture with more grain than this (its standard deviation, 0..255) is smoothed.
_NOISY = 3.0
#: JPEG leaves weak edges (0..255) beside strong ones; where there are so many (of the strong), and hints of
#: edges besides, they are left out.
_RINGING, _WEAK, _HINTED = 30.0, 0.3, 0.17
#: They lie in the block of a strong one, not in a window of this size (pixels) without any: where this part of all
#: weak ones do, faint boxes are drawn, unless there are so many hints for each that the ground is uneven.
_BESIDE, _ALONE, _UNEVEN = 25, 0.2, 1.0
#: The window (pixels) in which ink is told from what is around it, by how much (0..255) it differs, and the
#: patches in which noise is measured.
_WINDOW, _DIFFERS, _PATCH = 31, 20, 128
#: Smoothed grain leaves flecks: they are smaller than this (ems), and change by less than so much (0..255), and this
#: much more for the grain that there was.
_FLECK_SIZE, _FLECK, _GRAINS = 1.2, 12.0, 1.5


@attrs.frozen(eq=False)
class Canvas:
    """A picture at working size.

    `pixels` is grey (height, width) where the picture has no colours, else RGB; `planes` are its channels, one or
    three, each (height, width); `grey` is its brightness.
    `scale` is working pixels per pixel of the picture, `em` the font size in working pixels (a guess where
    there is no text), `noise` the standard deviation of its grain, `ringing` how far JPEG's went.
    `edges` marks all changes of colour, `letters` what stands in rows like letters, and `lines` the edges of all else.
    """

    pixels: Pixels
    planes: Sequence[Pixels]
    grey: Pixels
    scale: float
    em: float
    noise: float
    ringing: float
    edges: Mask
    lines: Mask
    letters: Mask

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.grey.shape[0], self.grey.shape[1]


def canvas(picture: Picture, specked: bool = False, ringing: float = 0.0) -> Canvas:
    """Prepare a picture for reading; `specked` tells whether it had specks, which are gone, and `ringing` of JPEG's
    ringing where that is known."""
    pixels = picture.pixels
    scale = min(1.0, (MOST_WORKING / (pixels.shape[0] * pixels.shape[1])) ** 0.5)
    if scale < 1:
        pixels = _scaled(pixels, scale)
    given = _without_colours(pixels)
    clear = restored(given, specked, ringing)
    pixels, noise, damaged = clear.pixels, clear.noise, specked or clear.pixels is not given
    grey = _grey(pixels)
    inks = _inks(grey)
    em, smallest = letter_size(inks), _SMALLEST_DAMAGED if damaged else _SMALLEST
    if em is not None and (em > _LARGEST or em < smallest):
        factor = _USUAL / em if em > _LARGEST else 2.0
        room = MOST_WORKING / (pixels.shape[0] * pixels.shape[1])
        factor = min(factor, room**0.5) if factor > 1 else factor
        pixels, scale, em = _scaled(pixels, factor, damaged), scale * factor, em * factor
        grey = _grey(pixels)
        inks = _inks(grey)
    em = em or max(8.0, min(grey.shape) / 30)
    letters, rest = letter_masks(inks, em)
    planes = [pixels] if pixels.ndim == 2 else cv2.split(pixels)
    edges = _edges(planes, noise)
    if clear.grain > _NOISY:
        edges = _without_flecks(edges, planes, clear.grain, em)
    near = cv2.dilate(letters, np.ones((7, 7), np.uint8))
    near = without(near, cv2.dilate(rest, np.ones((3, 3), np.uint8)))
    lines = without(edges, near)
    return Canvas(pixels, planes, grey, scale, em, noise, clear.ringing, edges, lines, letters)


def _scaled(pixels: Pixels, factor: float, damaged: bool = False) -> Pixels:
    """A picture at another size; strokes of a damaged one, which has no even ground that could ring, stay steep."""
    larger = cv2.INTER_CUBIC if damaged else cv2.INTER_LINEAR
    return cv2.resize(
        pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA if factor < 1 else larger
    )


def _without_colours(pixels: Pixels) -> Pixels:
    """One channel where the three hardly differ."""
    red, green, blue = cv2.split(pixels[::4].copy())
    spread = cv2.max(cv2.absdiff(red, green), cv2.max(cv2.absdiff(green, blue), cv2.absdiff(red, blue)))
    if cv2.countNonZero(cv2.threshold(spread, 24, 255, cv2.THRESH_BINARY)[1]) > 1e-4 * spread.size:
        return pixels
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)


def _grey(pixels: Pixels) -> Pixels:
    if pixels.ndim == 2:
        return pixels
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)


def _inks(grey: Pixels) -> list[Ink]:
    """The dark ink, and the light ink on dark ground where more than hardly any ground is dark."""
    ground = cv2.boxFilter(grey, -1, (_WINDOW, _WINDOW), borderType=cv2.BORDER_REPLICATE)
    dark = cv2.threshold(cv2.subtract(ground, grey), _DIFFERS - 1, 255, cv2.THRESH_BINARY)[1]
    night = cv2.threshold(ground, _DARK_GROUND, 255, cv2.THRESH_BINARY_INV)[1]
    if cv2.countNonZero(night) <= 4 * _WINDOW * _WINDOW:
        return [outlined(dark)]
    light = cv2.threshold(cv2.subtract(grey, ground), _DIFFERS - 1, 255, cv2.THRESH_BINARY)[1]
    return [
        outlined(dark),
        outlined(cv2.bitwise_and(light, cv2.dilate(night, np.ones((15, 15), np.uint8)))),
    ]


def letter_masks(inks: Sequence[Ink], em: float) -> tuple[Mask, Mask]:
    """The ink that stands in rows like letters, and all other dark ink."""
    rows = [_rows_of(ink, em) for ink in inks]
    letters = rows[0] if len(rows) == 1 else cv2.bitwise_or(*rows)
    return letters, without(inks[0].mask, letters)


def _rows_of(ink: Ink, em: float) -> Mask:
    """The pieces of ink that stand in rows like letters (without the holes of letters)."""
    chosen = [ink.contours[i] for i in np.flatnonzero(_in_rows(ink.hulls, em)).tolist()]
    rows: Mask = np.zeros_like(ink.mask)
    cv2.drawContours(rows, chosen, -1, 255, cv2.FILLED)
    return rows


def _in_rows(stats: Array, em: float) -> Array:
    """Which pieces have a letter's size and a neighbour of letter's size beside them."""
    x, y, wide, high = (stats[:, i] for i in range(4))
    likely = (high <= 1.15 * em) & (wide <= 1.3 * em) & (high >= 0.12 * em)
    index = np.flatnonzero(likely)
    index = index[np.lexsort((x[index], (y[index] + high[index] // 2) // max(1, int(0.5 * em))))]
    beside = np.zeros(len(stats), bool)
    for step in (1, 2, 3):
        one, other = index[:-step], index[step:]
        near = stand_together(stats[one], stats[other], em)
        beside[one[near]] = beside[other[near]] = True
    return beside


def apart(planes: Sequence[Pixels], colour: Colour) -> Pixels:
    """How much each pixel of some channels differs from a colour, in the channel in which it does most."""
    differences = [cv2.absdiff(plane, _even(value)) for plane, value in zip(planes, colour, strict=False)]
    return functools.reduce(cv2.max, differences)


def _even(value: int) -> Array:
    """A value as OpenCV takes one in place of a picture."""
    return np.array([value, 0, 0, 0], np.float64)


def _edges(planes: Sequence[Pixels], noise: float) -> Mask:
    """Where the colour changes within a pixel's neighbourhood."""
    change = _change(planes)
    least = min(60.0, 9.0 + 5.0 * noise)
    every = cv2.threshold(change, least, 255, cv2.THRESH_BINARY)[1]
    strong = cv2.threshold(change, max(least, _RINGING), 255, cv2.THRESH_BINARY)[1]
    if noise > _NOISY:
        return every
    edged, marked = cv2.countNonZero(strong), cv2.countNonZero(every)
    if marked - edged <= _WEAK * edged:
        return every
    hint = cv2.threshold(change, 2, 255, cv2.THRESH_BINARY)[1]
    hinted = cv2.countNonZero(hint) - marked
    if hinted <= _HINTED * edged:
        return every
    if hinted > _UNEVEN * (marked - edged):
        return strong  # an uneven ground
    near = cv2.dilate(strong, np.ones((_BESIDE, _BESIDE), np.uint8))
    return every if cv2.countNonZero(without(every, near)) > _ALONE * (marked - edged) else strong


def _change(planes: Sequence[Pixels]) -> Pixels:
    """How much the colour changes around each pixel, in the channel in which it changes most."""
    around = np.ones((3, 3), np.uint8)
    changes = (cv2.subtract(cv2.dilate(plane, around), cv2.erode(plane, around)) for plane in planes)
    return functools.reduce(cv2.max, changes)


def _without_flecks(edges: Mask, planes: Sequence[Pixels], grain: float, em: float) -> Mask:
    """Edges without the weak and small ones that are left of so much grain, by themselves or on others' sides."""
    strong = cv2.threshold(_change(planes), _FLECK + _GRAINS * grain, 255, cv2.THRESH_BINARY)[1]
    weak = without(edges, strong)
    outlines = cv2.findContours(weak, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    small = [outline for outline in outlines if max(cv2.boundingRect(outline)[2:]) < _FLECK_SIZE * em]
    flecks = np.zeros_like(weak)
    cv2.drawContours(flecks, small, -1, 255, cv2.FILLED)
    return without(edges, cv2.bitwise_and(flecks, weak))
