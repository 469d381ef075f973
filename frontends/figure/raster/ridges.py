"""Thin lines around a box, upright and level ones apart: what sheets and faces behind it are outlined with."""

from __future__ import annotations

import math

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Area, Colour
from dlc.frontends.figure.raster.arrays import Mask, Pixels
from dlc.frontends.figure.raster.boxes import Found

#: A line differs from what is beside it by this part of what the box's border differs from its face, and by
#: so much at least (0..255).
_PART, _LEAST = 0.3, 8
#: Gaps of this length (ems) in a line are closed: another line runs into it there.
_GAP = 0.3
#: A slanted line is by this wider across than it is thick.
_SLANT = 1.5


@attrs.frozen(eq=False)
class Ridges:
    """Masks of what is marked: lines that run upright, level ones, and lines of any direction. In corners up to
    `thick` pixels of a line are not marked, for the other one is in the way."""

    upright: Mask
    level: Mask
    every: Mask
    thick: float = 0.0


def ridges_of(one: Found, grey: Pixels, em: float) -> Ridges:
    """The lines in a window's brightness that are as thick as a box's border, and as different from a face."""
    ground, stroke = _tones(one)
    side = round(_SLANT * 2 * one.half) + 2
    way = cv2.MORPH_BLACKHAT if stroke <= ground else cv2.MORPH_TOPHAT
    least = max(_LEAST, _PART * abs(ground - stroke))
    gap = max(3, round(_GAP * em))
    upright, level = (_thin(grey, way, side, least, gap, turned) for turned in (False, True))
    return Ridges(upright, level, cv2.bitwise_or(upright, level), 2 * one.half)


def snapped(area: Area, one: Found, grey: Pixels) -> Area:
    """A box's area with each side moved to the middle of the line that is drawn there, to parts of a pixel."""
    ground, stroke = _tones(one)
    reach = math.ceil(one.half) + 1
    x0, y0, x1, y1 = (round(v) for v in area)
    inset = min(8, (x1 - x0) // 4), min(8, (y1 - y0) // 4)
    rows, columns = slice(y0 + inset[1], y1 - inset[1]), slice(x0 + inset[0], x1 - inset[0])
    upright = [_middle(grey[rows, max(0, x - reach) : x + reach + 1], ground, stroke) for x in (x0, x1)]
    level = [_middle(grey[max(0, y - reach) : y + reach + 1, columns].T, ground, stroke) for y in (y0, y1)]
    return x0 + upright[0], y0 + level[0], x1 + upright[1], y1 + level[1]


def _middle(strip: Pixels, ground: int, stroke: int) -> float:
    """How far from a strip's middle column its line is: what is more like the stroke than like the ground."""
    if strip.size == 0 or ground == stroke:
        return 0.0
    weight = np.clip(1 - np.abs(np.median(strip, axis=0) - stroke) / abs(ground - stroke), 0, None)
    whole = float(weight.sum())
    return float(weight @ np.arange(len(weight))) / whole - (len(weight) - 1) / 2 if whole else 0.0


def _tones(one: Found) -> tuple[int, int]:
    """The brightness of a box's face and of its border."""
    return _grey(one.box.fill or (255, 255, 255)), _grey(one.box.stroke or (0, 0, 0))


def _thin(grey: Pixels, way: int, side: int, least: float, gap: int, level: bool) -> Mask:
    """Where lines thinner than `side` run, upright or level, with gaps closed."""
    across, along = np.ones((1, side), np.uint8), np.ones((gap, 1), np.uint8)
    strength = cv2.morphologyEx(grey, way, across.T if level else across)
    marked = cv2.threshold(strength, least, 255, cv2.THRESH_BINARY)[1]
    return cv2.morphologyEx(marked, cv2.MORPH_CLOSE, along.T if level else along)


def _grey(colour: Colour) -> int:
    return round(0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2])
