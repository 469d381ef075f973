"""A picture at working size: its noise, its edges, and the size of its letters."""

from __future__ import annotations

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.raster.arrays import Array, Mask, Pixels
from dlc.frontends.figure.raster.picture import Picture

#: Letters are read at this size (pixels); much larger ones are scaled down, which makes all else quicker.
_USUAL, _LARGEST, _SMALLEST = 18.0, 27.0, 14.0
#: Pixels at working size, at most.
MOST_WORKING = 12_000_000
#: What may be a letter: heights in pixels, and how slender.
_DARK_GROUND = 110
_LEAST_LETTER, _MOST_LETTER = 4, 120


@attrs.frozen(eq=False)
class Canvas:
    """A picture at working size.

    `pixels` is grey (height, width) where the picture has no colours, else RGB; `grey` is its brightness.
    `scale` is working pixels per pixel of the picture, `em` the font size in working pixels (a guess where
    there is no text), `noise` the standard deviation of its grain. `edges` marks all changes of colour,
    `letters` what stands in rows like letters, and `lines` the edges of all else.
    """

    pixels: Pixels
    grey: Pixels
    scale: float
    em: float
    noise: float
    edges: Mask
    lines: Mask
    letters: Mask

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.grey.shape[0], self.grey.shape[1]


def canvas(picture: Picture) -> Canvas:
    """Prepare a picture for reading."""
    pixels = picture.pixels
    scale = min(1.0, (MOST_WORKING / (pixels.shape[0] * pixels.shape[1])) ** 0.5)
    if scale < 1:
        pixels = _scaled(pixels, scale)
    pixels = _without_colours(pixels)
    em = letter_size(_grey(pixels))
    if em is not None and (em > _LARGEST or em < _SMALLEST):
        factor = _USUAL / em if em > _LARGEST else 2.0
        room = MOST_WORKING / (pixels.shape[0] * pixels.shape[1])
        factor = min(factor, room**0.5) if factor > 1 else factor
        pixels, scale, em = _scaled(pixels, factor), scale * factor, em * factor
    noise = grain(_grey(pixels))
    if noise > 3:
        pixels = cv2.bilateralFilter(pixels, 5, 6 * noise, 1.5)
    grey = _grey(pixels)
    em = em or max(8.0, min(grey.shape) / 30)
    letters, rest = letter_masks(grey, em)
    edges = _edges(pixels, noise)
    near = cv2.dilate(letters, np.ones((7, 7), np.uint8))
    near = cv2.bitwise_and(near, cv2.bitwise_not(cv2.dilate(rest, np.ones((3, 3), np.uint8))))
    lines = cv2.bitwise_and(edges, cv2.bitwise_not(near))
    return Canvas(pixels, grey, scale, em, noise, edges, lines, letters)


def _scaled(pixels: Pixels, factor: float) -> Pixels:
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=way)


def _without_colours(pixels: Pixels) -> Pixels:
    """One channel where the three hardly differ."""
    few = pixels[::3, ::3].astype(np.int16)
    spread = few.max(axis=2) - few.min(axis=2)
    if float((spread > 24).mean()) > 1e-4:
        return pixels
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)


def _grey(pixels: Pixels) -> Pixels:
    if pixels.ndim == 2:
        return pixels
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)


def grain(grey: Pixels) -> float:
    """The standard deviation of noise, from what the flattest parts differ from their neighbours."""
    part = grey[: 1 << 11, : 1 << 11]
    rough = cv2.Laplacian(part, cv2.CV_16S, ksize=1)
    return float(np.median(np.abs(rough))) / (0.6745 * 20**0.5)


def letter_masks(grey: Pixels, em: float) -> tuple[Mask, Mask]:
    """The ink that stands in rows like letters, and all other ink; both dark and light ink."""
    window = int(1.5 * em) | 1
    ink = _darker(grey, window)
    letters = _rows_of(ink, em)
    rest = cv2.bitwise_and(ink, cv2.bitwise_not(letters))
    ground = cv2.boxFilter(grey, -1, (window, window))
    dark = cv2.threshold(ground, _DARK_GROUND, 255, cv2.THRESH_BINARY_INV)[1]
    if cv2.countNonZero(dark) > 4 * window * window:
        light = cv2.bitwise_and(_darker(cv2.bitwise_not(grey), window), dark)
        letters = cv2.bitwise_or(letters, _rows_of(light, em))
        rest = cv2.bitwise_and(rest, cv2.bitwise_not(letters))
    return letters, rest


def _darker(grey: Pixels, window: int) -> Mask:
    """What is darker than its surroundings."""
    mean, below = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV
    return cv2.adaptiveThreshold(grey, 255, mean, below, window, 22)


def _rows_of(ink: Mask, em: float) -> Mask:
    """The pieces of a mask that stand in rows like letters."""
    numbers, stats = cv2.connectedComponentsWithStats(ink, connectivity=8)[1:3]
    chosen = np.where(_in_rows(stats, em), 255, 0).astype(np.uint8)
    rows: Mask = chosen[numbers]
    return rows


def _in_rows(stats: Array, em: float) -> Array:
    """Which pieces have a letter's size and a neighbour of letter's size beside them."""
    x, y, wide, high = (stats[:, i] for i in range(4))
    likely = (high <= 1.15 * em) & (wide <= 1.3 * em) & (high >= 0.12 * em)
    likely[0] = False
    index = np.flatnonzero(likely)
    index = index[np.lexsort((x[index], (y[index] + high[index] // 2) // max(1, int(0.5 * em))))]
    beside = np.zeros(len(stats), bool)
    for step in (1, 2, 3):
        one, other = index[:-step], index[step:]
        apart = x[other] - (x[one] + wide[one])
        shared = np.minimum(y[one] + high[one], y[other] + high[other]) - np.maximum(y[one], y[other])
        near = (apart > -0.3 * em) & (apart < 0.6 * em) & (shared > 0.3 * np.minimum(high[one], high[other]))
        beside[one[near]] = beside[other[near]] = True
    return beside


def letter_size(grey: Pixels) -> float | None:
    """The font size in pixels, from the heights of what looks like letters; None where few do."""
    ink = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 18)
    stats = cv2.connectedComponentsWithStats(ink, connectivity=8)[2][1:]
    width, height, area = stats[:, 2], stats[:, 3], stats[:, 4]
    fill = area / np.maximum(1, width * height)
    likely = (height >= _LEAST_LETTER) & (height <= _MOST_LETTER) & (width <= 1.6 * height)
    likely &= (width >= 0.25 * height) & (fill > 0.18) & (fill < 0.85)
    heights = height[likely]
    if len(heights) < 8:
        return None
    # Small letters and capitals are two heaps; the larger letters of the usual text say its size.
    middle = float(np.median(heights))
    usual = heights[(heights > 0.6 * middle) & (heights < 1.9 * middle)]
    return 1.3 * float(np.percentile(usual, 80))


def strongest(pixels: Array) -> Pixels:
    """The largest of each pixel's channels."""
    if pixels.ndim == 2:
        return pixels
    first, second, third = cv2.split(pixels)
    return cv2.max(cv2.max(first, second), third)


def _edges(pixels: Pixels, noise: float) -> Mask:
    """Where the colour changes within a pixel's neighbourhood."""
    change = strongest(cv2.morphologyEx(pixels, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)))
    least = min(60.0, 9.0 + 5.0 * noise)
    return cv2.threshold(change, least, 255, cv2.THRESH_BINARY)[1]
