"""Shadows of boxes: a strip of one shade at two sides that meet, told where these are straight."""

from __future__ import annotations

import numpy as np

from dlc.frontends.figure.drawing import Point
from dlc.frontends.figure.raster.arrays import Array, Pixels
from dlc.frontends.figure.raster.boxes import Found
from dlc.frontends.figure.raster.middles import median
from dlc.frontends.figure.raster.sampling import values_at

#: A shadow is at most this far (ems) from its box, and at least so wide (pixels); paper is at least so wide (pixels).
_FARTHEST, _LEAST, _MORE = 0.7, 2, 3
#: So many pixels of a border's rim may be seen before its shadow.
_RIM = 3
#: What is one shade differs by less than this (0..255); a shadow is darker than the paper by more.
_EVEN = 12
#: The part of a side in its middle that is looked at, at least, in so many places, of which so many must agree.
_PART, _PLACES, _MOST = 0.3, 17, 0.4
#: The part that is looked at of what corners as round as can be leave straight.
_STRAIGHT = 0.9
#: A shadow's edge takes up so many pixels at most.
_EDGE = 2


def shadow_of(one: Found, grey: Pixels, em: float) -> Point | None:
    """How far behind a box its shadow is seen, to the right and down (pixels); None where it has none."""
    across = _cast(one, 0, grey, em)
    down = _cast(one, 1, grey, em) if across else 0.0
    return (across, down) if across and down else None


def _cast(one: Found, axis: int, grey: Pixels, em: float) -> float:
    """How far to the right or down of a box (minus: left or up) its shadow reaches; 0 for none, or on both sides."""
    ahead, back = (_strip(one, axis, end, grey, em) for end in (1, -1))
    return ahead - back if not ahead or not back else 0.0


def _strip(one: Found, axis: int, end: int, grey: Pixels, em: float) -> float:
    """How wide a shadow is beside one side of a box; 0 for none."""
    low, high = one.box.area[1 - axis], one.box.area[3 - axis]
    middle, half = (low + high) / 2, max(_PART * (high - low), _STRAIGHT * _longer(one, axis)) / 2
    side = one.box.area[axis + 2] if end > 0 else one.box.area[axis]
    along = np.linspace(middle - half, middle + half, _PLACES)[:, None]
    begin = np.ceil(one.half) + 1
    out = side + end * np.arange(begin, begin + _FARTHEST * em + _MORE)[None, :]
    seen = values_at(grey, out, along) if axis == 0 else values_at(grey, along, out)
    seen = seen.astype(np.int16)
    rises = seen.max(axis=1) - seen[:, :_RIM].min(axis=1) > _EVEN
    if np.count_nonzero(rises) < _MOST * _PLACES:
        return 0.0
    widths = _widths(seen[rises])
    widths = widths[widths > 0]
    return float(begin) + median(widths) if len(widths) >= _MOST * _PLACES else 0.0


def _longer(one: Found, axis: int) -> float:
    """By how much the sides across an axis are longer than the others."""
    long = one.box.height - one.box.width
    return long if axis == 0 else -long


def _widths(profiles: Array) -> Array:
    """How many pixels of one shade each profile (a row) begins with, where some of lighter paper follow; else 0.

    The first few may still be the border's rim.
    """
    found = np.zeros(len(profiles), np.intp)
    for rim in range(_RIM):
        wide = _even_widths(profiles[:, rim:])
        found = np.where((found == 0) & (wide > 0), rim + wide, found)
    return found


def _even_widths(profiles: Array) -> Array:
    shade, length = profiles[:, :1], profiles.shape[1]
    other = np.abs(profiles - shade) > _EVEN
    wide = np.where(other.any(axis=1), other.argmax(axis=1), length)
    edges = wide[:, None] + np.arange(1, _EDGE + 1)
    parts = profiles[
        np.arange(len(profiles))[:, None, None],
        np.minimum(edges[:, :, None] + np.arange(_MORE), length - 1),
    ]
    low, high = parts.min(axis=2), parts.max(axis=2)
    paper = (edges + _MORE <= length) & (high - low <= _EVEN) & (low > shade + _EVEN)
    found: Array = np.where((wide >= _LEAST) & paper.any(axis=1), wide, 0)
    return found
