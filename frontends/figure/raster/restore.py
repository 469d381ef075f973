"""Pictures as they were before noise, specks and JPEG: edges stay, grain and what rings beside edges go."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.raster.arrays import Array, Mask, Pixels
from dlc.frontends.figure.raster.masks import without
from dlc.frontends.figure.raster.middles import byte_quantiles

#: The contrast (0..255) of a faint picture; one with less shows nothing. So many of all pixels are at most as
#: dark as ink, and as light as paper.
_LEAST_CONTRAST, _FAINT, _INK_SHARE, _PAPER_SHARE = 50.0, 190.0, 0.001, 0.9
#: A picture with more grain than this (its standard deviation, 0..255) is smoothed.
_NOISY = 1.9
#: Noise is measured in so large patches, away from pixels so near to black and white, whose noise is cut off there:
#: it is at least this part of the real one. In a picture that is full of lines this part of all squares of so many
#: pixels across is flat.
_PATCH, _CUT_OFF, _CLIPPED, _CELL, _FLAT = 128, 12, 0.45, 8, 0.35
#: Where this part of all pixels are black or white (but for so much, 0..255) and differ from all of their neighbours
#: by so much, they are specks.
_SPECKS, _SPECK, _PURE = 3e-4, 48, 20
#: JPEG works on blocks of 8 pixels: small steps (0..255) between them are more frequent than elsewhere by this
#: factor (across times down), and all of them at least so frequent (of edges, which are higher than so much).
_BLOCK, _STEP, _FACTOR, _STEPS, _EDGE = 8, 14, 1.27, 0.8, 40
#: Edges of which the middle one rises by less than this part in a pixel are blurred; fewer edges say nothing. They are
#: sharpened by what a blur of so many pixels takes from them, so many times.
_SOFT, _FEW_EDGES, _SIGMA, _AMOUNT = 0.93, 60, 1.2, 1.5
#: How far beside edges (0..255) JPEG's ringing goes, at most: what differs more is a line.
_RINGING = 30.0


@attrs.frozen(eq=False)
class Restored:
    """A picture as it was before its damage; `noise` is the standard deviation (0..255) of the grain that is left in
    it, `grain` that of the grain which there was, and `ringing` how far (0..255) JPEG's went beside edges."""

    pixels: Pixels
    noise: float
    grain: float
    ringing: float


def restored(pixels: Pixels, specked: bool = False, ringing: float = 0.0) -> Restored:
    """A picture without its grain, blur and ringing, and without the specks of a faint one: those of others are gone
    before, and also of this one where it was `specked`; `ringing` is what is known of this one where its blocks no
    longer lie level."""
    clear = stretched(pixels)
    patches = patches_of(clear)
    if not specked and clear is not pixels and has_specks(patches):
        clear = without_specks(clear)
        patches = patches_of(clear)
    pixels = clear
    noise, ringing = grain(patches), ringing or (_RINGING if has_blocks(pixels) else 0.0)
    if noise <= _NOISY and not ringing:
        return Restored(sharpened(pixels) if is_soft(patches) else pixels, noise, noise, ringing)
    pixels = cv2.bilateralFilter(pixels, 7, max(4 * noise, ringing), 2.0)
    if is_soft(patches_of(pixels)):
        pixels = sharpened(pixels)
    pixels = cv2.bilateralFilter(pixels, 9, max(2 * noise, ringing / 2), 3.0)
    return Restored(pixels, max(grain(patches_of(pixels)), ringing / 10), noise, ringing)


def stretched(pixels: Pixels) -> Pixels:
    """A faint picture with its darkest ink made black and its paper made white; others stay as they are."""
    few = pixels[::2]
    grey = np.ascontiguousarray((few if few.ndim == 2 else cv2.cvtColor(few, cv2.COLOR_RGB2GRAY))[:, ::2])
    dark, light = byte_quantiles(grey, (_INK_SHARE, _PAPER_SHARE))
    if not _LEAST_CONTRAST < light - dark < _FAINT:
        return pixels
    table = np.clip((np.arange(256) - dark) * (255 / (light - dark)), 0, 255).astype(np.uint8)
    return cv2.LUT(pixels, table)


def has_specks(patches: Sequence[Pixels]) -> bool:
    """Whether there are many single black or white pixels that differ from all around them."""
    found = sum(cv2.countNonZero(_specks(patch)) for patch in _varied(patches, _SPECK))
    return found >= _SPECKS * sum(patch.size for patch in patches)


def without_specks(pixels: Pixels) -> Pixels:
    """A picture without its specks."""
    grey = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    made = pixels.copy()
    cv2.copyTo(cv2.medianBlur(pixels, 3), _specks(grey), made)
    return made


def _varied(patches: Sequence[Pixels], least: int) -> list[Pixels]:
    """The patches in which brightness differs by more than this; others are blank paper, or faint."""
    ranges = [(patch, cv2.minMaxLoc(patch)) for patch in patches]
    return [patch for patch, (low, high, *_) in ranges if high - low > least]


def without_cuts(pixels: Pixels) -> Pixels:
    """A picture with specks on lines of one pixel, which cut these, drawn over: lines go on level or upright."""
    grey = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    dark = grey < 255 - _SPECK
    made = pixels.copy()
    for ink, old, new in (
        (dark, pixels, made),
        (dark.T, pixels.swapaxes(0, 1), made.swapaxes(0, 1)),
    ):
        y, x = np.nonzero(_cuts(ink))
        new[y, x] = np.maximum(old[y, x - 1], old[y, x + 1])
    return made


def _cuts(dark: Array) -> Array:
    """Where a level line of one pixel lacks one: two are dark on either side, and none above and below these."""
    found = np.zeros_like(dark)
    line = dark[1:-1] & ~dark[:-2] & ~dark[2:]
    sides = line[:, :-4] & line[:, 1:-3] & line[:, 3:-1] & line[:, 4:]
    found[1:-1, 2:-2] = sides & ~dark[1:-1, 2:-2]
    return found


def _specks(grey: Pixels) -> Mask:
    around = np.ones((3, 3), np.uint8)
    around[1, 1] = 0
    deep, peak = cv2.subtract(cv2.erode(grey, around), grey), cv2.subtract(grey, cv2.dilate(grey, around))
    off = cv2.threshold(cv2.max(deep, peak), _SPECK, 255, cv2.THRESH_BINARY)[1]
    return without(off, cv2.inRange(grey, _PURE, 255 - _PURE))


def is_soft(patches: Sequence[Pixels]) -> bool:
    """Whether edges are blurred: they take several pixels to rise."""
    rises = np.concatenate([np.zeros(0), *map(_rises, _varied(patches, 2 * _EDGE))])
    return len(rises) > _FEW_EDGES and float(np.median(rises)) < _SOFT


def _rises(patch: Pixels) -> Array:
    """Of the edges in a patch, the part of each that is in its steepest pixel."""
    whole, step = (cv2.morphologyEx(patch, cv2.MORPH_GRADIENT, np.ones((n, n), np.uint8)) for n in (7, 3))
    steepest = (cv2.dilate(step, np.ones((5, 5), np.uint8)) == step) & (whole > 2 * _EDGE)
    found: Array = step[steepest] / whole[steepest].astype(np.float64)
    return found


def sharpened(pixels: Pixels) -> Pixels:
    """A picture with steeper edges; paper beside them does not become lighter."""
    smooth = cv2.GaussianBlur(pixels, (0, 0), _SIGMA)
    sharp = cv2.addWeighted(pixels, 1 + _AMOUNT, smooth, -_AMOUNT, 0)
    return cv2.min(sharp, cv2.dilate(pixels, np.ones((5, 5), np.uint8)))


def has_blocks(pixels: Pixels) -> bool:
    """Whether there are the steps between blocks that JPEG leaves, both across and down."""
    grey = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    across = _stepped(grey[:, 1:], grey[:, :-1], 0)
    return across > 0 and across * _stepped(grey[1:], grey[:-1], 1) > _FACTOR


def _stepped(one: Pixels, other: Pixels, axis: int) -> float:
    """How much more frequent small steps are between blocks than within them; 0 where there are few."""
    apart = cv2.absdiff(one, other)
    steps = cv2.inRange(apart, 1, _STEP)
    edges = cv2.countNonZero(cv2.threshold(apart, _EDGE, 255, cv2.THRESH_BINARY)[1])
    counts = cv2.reduce(steps, axis, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel() / 255
    if counts.sum() < _STEPS * edges or len(counts) < 4 * _BLOCK:
        return 0.0
    phases = [float(counts[phase::_BLOCK].mean()) for phase in range(_BLOCK)]
    return phases[-1] / max(1e-9, sum(phases[:-1]) / (_BLOCK - 1))


def grain(patches: Sequence[Pixels]) -> float:
    """The standard deviation of noise in a channel, from what the flattest parts differ from their neighbours."""
    rough = [cv2.Laplacian(one, cv2.CV_16S, ksize=1) for one in patches]
    if 2 * sum(map(cv2.countNonZero, rough)) < sum(one.size for one in rough):
        return 0.0
    usual = np.concatenate([np.median(_cells(np.abs(one)), axis=1) for one in rough]) / (0.6745 * 20**0.5)
    ground = np.concatenate([_cells(one).mean(axis=1) for one in patches])
    whole = usual[(ground > _CUT_OFF) & (ground < 255 - _CUT_OFF)]
    if 20 * len(whole) <= len(usual) or not len(usual):
        return float(np.quantile(usual, _FLAT)) if len(usual) else 0.0
    every, uncut = float(np.quantile(usual, _FLAT)), float(np.quantile(whole, _FLAT))
    return max(every, min(uncut, every / _CLIPPED))


def _cells(patch: Array) -> Array:
    """A patch in squares of `_CELL` pixels across and down, (squares, pixels)."""
    down, across = (side // _CELL for side in patch.shape)
    squares = patch[: down * _CELL, : across * _CELL].reshape(down, _CELL, across, _CELL)
    found: Array = squares.swapaxes(1, 2).reshape(-1, _CELL * _CELL)
    return found


def patches_of(pixels: Pixels) -> list[Pixels]:
    """Parts of a picture, all over it, in grey (of a coloured one its green)."""
    height, width = pixels.shape[:2]
    tops = np.linspace(0, max(0, height - _PATCH), 6).astype(int)
    lefts = np.linspace(0, max(0, width - _PATCH), 6).astype(int)
    parts = [pixels[y : y + _PATCH, x : x + _PATCH] for y in np.unique(tops) for x in np.unique(lefts)]
    return [part.copy() if part.ndim == 2 else cv2.extractChannel(part, 1) for part in parts]
