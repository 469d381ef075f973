"""Tables with a dark title bar, as Keras 3 draws its layers: the bar and the cells under it are one box."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from dlc.frontends.figure.drawing import Area, Outline
from dlc.frontends.figure.geometry import contains, hull
from dlc.frontends.figure.raster.arrays import Pixels
from dlc.frontends.figure.raster.boxes import Found

_DARK = 90  # grey below this is a bar's
#: Heights of bars (ems), and how wide the strips at its ends are that hold no letters.
_LOWEST, _HIGHEST, _STRIP = 0.9, 8.0, 0.25
_LETTER = 1.0  # ems: the largest hole of a letter
_TILED = 0.85  # of a bar's width must have cells under it
_WHOLE = 0.85  # of a strip's pixels must be dark


def with_titles(grey: Pixels, found: Sequence[Found], em: float) -> list[Found]:
    """The boxes, with those under one dark bar joined to it; what else lies in the bar is letters."""
    bars: dict[Area, list[Found]] = {}
    found = _without_letters(found, em)
    for one in found:
        bar = _bar_over(grey, one, em) if one.box.outline is Outline.RECTANGLE else None
        if bar is not None:
            known = next((b for b in bars if all(abs(p - q) < 4 for p, q in zip(b, bar, strict=True))), bar)
            bars.setdefault(known, []).append(one)
    bars = {
        bar: own for bar, own in bars.items() if sum(f.box.width for f in own) > _TILED * (bar[2] - bar[0])
    }
    under = {id(one) for own in bars.values() for one in own}
    left = [
        one for one in found if id(one) not in under and not any(contains(b, one.box.area, 3) for b in bars)
    ]
    return [*left, *(_joined(bar, own) for bar, own in bars.items())]


def _without_letters(found: Sequence[Found], em: float) -> list[Found]:
    """The boxes without what is small and lies in a dark one: the insides of light letters."""
    dark = [one.box.area for one in found if one.box.fill is not None and max(one.box.fill) < _DARK]
    small = [one for one in found if max(one.box.width, one.box.height) < _LETTER * em]
    letters = {id(one) for one in small if any(contains(area, one.box.area) for area in dark)}
    return [one for one in found if id(one) not in letters]


def _bar_over(grey: Pixels, one: Found, em: float) -> Area | None:
    """The dark bar whose lower side is a box's upper side; at least as wide as the box."""
    x0, y0, x1, _ = (round(v) for v in one.box.area)
    strip, foot = max(2, round(_STRIP * em)), y0 - max(2, round(0.3 * em))
    if foot <= 0 or x1 - x0 < 2 * strip:
        return None
    top = max(0, foot - round(_HIGHEST * em) - 2)  # what is dark up to there is too high
    high = min(_reach(grey[top:foot, a:b]) for a, b in ((x0, x0 + strip), (x1 - strip, x1)))
    if high == 0 or not _LOWEST * em <= high + y0 - foot <= _HIGHEST * em:
        return None
    middle = grey[foot - high : foot]
    left = _width(middle, x0, -1)
    right = _width(middle, x1 - 1, 1)
    return float(left), float(foot - high), float(right), float(y0)


def _reach(strip: Pixels) -> int:
    """How many rows from the lowest one up are dark; none of a strip without width."""
    if strip.size == 0:
        return 0
    rows = (strip < _DARK).mean(axis=1)[::-1] >= _WHOLE
    return int(len(rows) if rows.all() else rows.argmin())


def _width(band: Pixels, start: int, way: int) -> int:
    """How far from a column the band is dark all over, to the left (-1) or right."""
    columns = (band[:, start::way] if way > 0 else band[:, start::-1]) < _DARK
    whole = columns.mean(axis=0) >= _WHOLE
    return start + way * int(len(whole) if whole.all() else whole.argmin())


def _joined(bar: Area, own: Sequence[Found]) -> Found:
    """One divided box of a bar and the boxes under it."""
    first = max(own, key=lambda f: f.box.width)
    cells = [cell for one in own for cell in (one.cells or (one.box.area,))]
    area = hull((bar, *cells))
    x0, y0, x1, y1 = (round(v) for v in area)
    contour = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.int32)
    box = attrs.evolve(first.box, area=area, front=area)
    faces = frozenset().union(*(one.faces for one in own))
    return Found(box, contour, first.margin, faces, (bar, *cells))
