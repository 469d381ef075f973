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
    across, down = (_cast(one, axis, grey, em) for axis in (0, 1))
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
    widths = [wide for profile in seen.astype(np.int16) if (wide := _width(profile))]
    return float(begin) + median(np.array(widths)) if len(widths) >= _MOST * _PLACES else 0.0


def _longer(one: Found, axis: int) -> float:
    """By how much the sides across an axis are longer than the others."""
    long = one.box.height - one.box.width
    return long if axis == 0 else -long


def _width(profile: Array) -> int:
    """How many pixels of one shade a profile begins with, where some of lighter paper follow; else 0.

    The first few may still be the border's rim.
    """
    return next((rim + wide for rim in range(_RIM) if (wide := _even_width(profile[rim:]))), 0)


def _even_width(profile: Array) -> int:
    is_shade = np.abs(profile - profile[0]) <= _EVEN
    wide = len(profile) if is_shade.all() else int(is_shade.argmin())
    beyond = (profile[wide + edge : wide + edge + _MORE] for edge in range(1, _EDGE + 1))
    return wide if wide >= _LEAST and any(_is_paper(part, int(profile[0])) for part in beyond) else 0


def _is_paper(part: Array, shade: int) -> bool:
    """Whether enough of one shade follows that is lighter than a shadow's."""
    return len(part) == _MORE and int(np.ptp(part)) <= _EVEN and int(part.min()) > shade + _EVEN
