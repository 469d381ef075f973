"""The light on a scanned page, levelled: paper that is darker on one side becomes as light as on the other."""

from __future__ import annotations

import cv2
import numpy as np

from dlc.frontends.figure.raster.arrays import Array, Pixels
from dlc.frontends.figure.raster.middles import counted_quantile

#: Paper is looked for in so many cells across and down, as what this part of a cell's pixels are darker than.
_CELLS, _PAPER = 16, 0.7
#: The light changes by more than this (0..255), and that part of the cells is as light as it says, within so much.
_LEAST_CHANGE, _AGREEING, _SLACK = 7.0, 0.6, 4.0
#: Paper does not become lighter than this, so that its grain is not cut off at white and still can be measured.
_LIGHT = 235.0
#: Rounds of fitting, each of which trusts cells less that differ more; paper is never darker than this.
_ROUNDS, _DARKEST = 12, 60.0


def levelled(pixels: Pixels) -> Pixels:
    """A picture with its paper equally light all over, where a smooth change of light explains most of it."""
    cells = _cells(pixels)
    if float(np.ptp(cells)) < _LEAST_CHANGE:
        return pixels
    terms = _terms(*map(_middles, cells.shape))
    found = _fitted(terms.reshape(-1, terms.shape[2]), cells.ravel())
    light = terms @ found
    agreeing = float((np.abs(light - cells) < _SLACK).mean())
    if np.ptp(light) < _LEAST_CHANGE or light.min() < _DARKEST or agreeing < _AGREEING:
        return pixels
    return _lit(pixels, found, min(_LIGHT, float(light.max())))


def _cells(pixels: Pixels) -> Array:
    """How light the paper of each cell is, (rows, columns)."""
    few = pixels[:: max(1, pixels.shape[0] // 512)]
    few = few if few.ndim == 2 else cv2.cvtColor(few, cv2.COLOR_RGB2GRAY)
    few = np.ascontiguousarray(few[:, :: max(1, few.shape[1] // 512)])
    rows, columns = (min(_CELLS, max(2, side // 8)) for side in few.shape)
    homes = columns * _shared_out(few.shape[0], rows)[:, None] + _shared_out(few.shape[1], columns)
    bins, ranges = [rows * columns, 256], [0, rows * columns, 0, 256]
    counts = cv2.calcHist([homes.astype(np.uint8), few], [0, 1], None, bins, ranges)
    return counted_quantile(counts, _PAPER).reshape(rows, columns)


def _shared_out(places: int, cells: int) -> Array:
    """The cell of each of some places in a row."""
    parts = np.array_split(np.arange(places), cells)
    return np.repeat(np.arange(cells), [len(part) for part in parts])


def _middles(count: int) -> Array:
    """The middles of so many cells between -1 and 1."""
    found: Array = (2 * np.arange(count) + 1) / count - 1
    return found


def _terms(down: Array, across: Array) -> Array:
    """The terms of a smooth surface at each place, (rows, columns, 6)."""
    y, x = np.meshgrid(down, across, indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=2)


def _fitted(terms: Array, values: Array) -> Array:
    """The factors of the terms with which most of the values agree best."""
    trust = np.where(values >= np.quantile(values, 0.3), 1.0, 0.1)
    found: Array = np.zeros(terms.shape[1])
    for _ in range(_ROUNDS):
        root = np.sqrt(trust)
        found = np.linalg.lstsq(terms * root[:, None], values * root, rcond=None)[0]
        trust = 1 / (1 + ((terms @ found - values) / _SLACK) ** 2)
    return found


def _lit(pixels: Pixels, factors: Array, light: float) -> Pixels:
    """The picture with paper as light as `light` all over."""
    height, width = pixels.shape[:2]
    one, x, y, xy, xx, yy = factors.tolist()
    across, down = np.linspace(-1, 1, width), np.linspace(-1, 1, height)[:, None]
    surface = (one + x * across + xx * across**2) + (y * down + yy * down**2) + xy * (down * across)
    gain = (light / surface).astype(np.float32)
    if pixels.ndim == 3:
        gain = cv2.merge([gain] * 3)
    return cv2.multiply(pixels, gain, dtype=cv2.CV_8U)
