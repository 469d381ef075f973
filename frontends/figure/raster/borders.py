"""The line around a face: where it runs, how thick it is, and its colour."""

from __future__ import annotations

import attrs
import numpy as np

from dlc.frontends.figure.drawing import Area, Colour
from dlc.frontends.figure.raster.arrays import Array, Mask, Numbers, Points
from dlc.frontends.figure.raster.canvas import Canvas
from dlc.frontends.figure.raster.faces import Face, Faces, differ

#: How far outside a face its border line is looked for (ems).
_REACH = 0.55
_SAMPLES = 40
#: Of the places where a line ends this one (percent) tells where nothing is drawn right behind it.
_FREE = 30
#: What differs from a face's colour by less than this (0..255) is still the face.
_OWN = 30


@attrs.frozen
class Border:
    """A face's border: its line begins `inner` pixels outside the contour and ends at `outer` (both 1 where
    nothing is drawn and colours just meet). Where nothing is drawn right behind it, and without the rim of the
    face's own colour, it runs from `begin` to `free`. `colour` is the line's, None without one; `beyond` is
    the number of the face that lies most around it (0: none)."""

    inner: float
    outer: float
    begin: float
    free: float
    colour: Colour | None
    beyond: int

    @property
    def half(self) -> float:
        """Half the line's thickness where nothing is drawn right behind it."""
        return (self.free - self.begin) / 2

    @property
    def behind(self) -> float:
        """How much further out the line's centre seems to be by what is drawn right behind it."""
        return self.middle - (self.begin + self.free) / 2

    @property
    def middle(self) -> float:
        """How far outside the contour the line's centre is."""
        return (self.inner + self.outer) / 2


def border_of(drawn: Canvas, faces: Faces, ink: Mask, face: Face) -> Border:
    """Look outwards from a face's contour."""
    start, normal = _rays(face.contour)
    reach = max(4, round(_REACH * drawn.em))
    steps = np.arange(1, reach + 1)
    places = np.rint(start[:, None, :] + steps[None, :, None] * normal[:, None, :]).astype(np.intp)
    x = np.minimum(np.maximum(places[..., 0], 0), drawn.shape[1] - 1)
    y = np.minimum(np.maximum(places[..., 1], 0), drawn.shape[0] - 1)
    numbers = faces.numbers[y, x]
    beyond = _beyond(numbers, face.number, faces)
    inked = ink[y, x] > 0
    inner, outer, free = _span(inked)
    if outer <= inner:
        return Border(1.0, 1.5, 1.0, 1.5, None, beyond)
    begin = max(inner, min(_begin(inked & _unlike(drawn.pixels[y, x], face)), free - 1.0))
    colour = _line_colour(drawn, x, y, begin, free)
    return Border(inner, outer, begin, free, colour, beyond)


def _rays(contour: Points) -> tuple[Array, Array]:
    """Places around a contour, and the directions that lead straight out of it."""
    along = (np.concatenate([contour[1:], contour[:1]]) - contour).astype(np.float64)
    long = np.hypot(along[:, 0], along[:, 1])
    whole = long.sum()
    if whole <= 0:
        return contour[:1].astype(np.float64), np.array([[0.0, -1.0]])
    at = (np.arange(_SAMPLES) + 0.5) * whole / _SAMPLES
    ends = np.cumsum(long)
    index = np.minimum(np.searchsorted(ends, at), len(long) - 1)
    rest = (at - (ends[index] - long[index])) / np.maximum(long[index], 1e-9)
    start = contour[index] + rest[:, None] * along[index]
    unit = along[index] / np.maximum(long[index], 1e-9)[:, None]
    normal = np.stack([unit[:, 1], -unit[:, 0]], axis=1)
    if _turn(contour) < 0:
        normal = -normal
    return start, normal


def _turn(contour: Points) -> float:
    """Twice the area inside, positive where the contour runs clockwise as seen (y down)."""
    x, y = contour[:, 0].astype(np.float64), contour[:, 1].astype(np.float64)
    around = float(x[-1] * y[0] - x[0] * y[-1])
    return float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) + around


def _span(hit: Array) -> tuple[float, float, float]:
    """Where ink begins and ends along the rays, by the middle one of all and by a thinner one; equal where most
    meet none."""
    some = hit.any(axis=1)
    if float(some.mean()) < 0.5:
        return 1.0, 1.0, 1.0
    rays = hit[some]
    first = rays.argmax(axis=1)
    after = np.arange(rays.shape[1])[None, :] > first[:, None]
    gone = after & ~rays
    last = np.where(gone.any(axis=1), gone.argmax(axis=1), rays.shape[1])
    inner = float(np.median(first)) + 1
    if inner > 5:
        return 1.0, 1.0, 1.0
    free = float(np.percentile(last, _FREE, method="nearest")) + 1
    return inner, float(np.median(last)) + 1, max(inner + 0.5, free)


def _unlike(seen: Array, face: Face) -> Array:
    """Which pixels have not the face's own colour, that reaches up to its line."""
    apart = np.abs(seen.astype(np.int16) - (face.colour[0] if seen.ndim == 2 else np.array(face.colour)))
    found: Array = (apart if seen.ndim == 2 else apart.max(axis=2)) > _OWN
    return found


def _begin(hit: Array) -> float:
    """Where a line begins along the rays, by the middle one of all; 1 where most meet none."""
    some = hit.any(axis=1)
    return float(np.median(hit[some].argmax(axis=1))) + 1 if float(some.mean()) >= 0.5 else 1.0


def _beyond(numbers: Array, own: int, faces: Faces) -> int:
    """The face that most rays meet."""
    foreign = (numbers != 0) & (numbers != own)
    some = foreign.any(axis=1)
    if not some.any():
        return 0
    met = numbers[some, foreign[some].argmax(axis=1)]
    values, counts = np.unique(met, return_counts=True)
    return int(values[counts.argmax()])


def _line_colour(drawn: Canvas, x: Array, y: Array, inner: float, outer: float) -> Colour | None:
    middle = max(0, min(x.shape[1] - 1, round((inner + outer) / 2) - 1))
    seen = drawn.pixels[y[:, middle], x[:, middle]]
    if seen.ndim == 1:
        return (int(np.median(seen)),) * 3
    red, green, blue = np.median(seen, axis=0)
    return int(red), int(green), int(blue)


def outer_area(face: Face, by: float) -> Area:
    """A face's hull, moved outwards to its line's centre."""
    x0, y0, x1, y1 = face.area
    return x0 - by, y0 - by, x1 + 1 + by - 1, y1 + 1 + by - 1


def on_ground(face: Face, border: Border, faces: Faces, known: dict[int, Face], slack: int) -> bool:
    """Whether a face has the colour of what lies around it: it is outlined at most, not filled."""
    around = known.get(border.beyond)
    return differ(face.colour, around.colour if around else faces.paper) <= slack


def continues(ink: Mask, area: Area, em: float) -> int:
    """At how many of a rectangle's four corners one of its lines runs on beyond the corner."""
    x0, y0, x1, y1 = area
    reach = np.arange(0.25 * em, 0.6 * em, 1.0)
    found = 0
    for x, out_x in ((x0, -1), (x1, 1)):
        for y, out_y in ((y0, -1), (y1, 1)):
            level = _inked(ink, x + out_x * reach, np.full(len(reach), y))
            upright = _inked(ink, np.full(len(reach), x), y + out_y * reach)
            found += level or upright
    return found


def _inked(ink: Numbers | Mask, xs: Array, ys: Array) -> bool:
    """Whether there is ink (up to a pixel aside) at nearly all places."""
    height, width = ink.shape
    hit = np.zeros(len(xs), bool)
    for dx, dy in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)):
        x = np.clip(np.rint(xs + dx).astype(np.intp), 0, width - 1)
        y = np.clip(np.rint(ys + dy).astype(np.intp), 0, height - 1)
        hit |= ink[y, x] > 0
    return bool(hit.mean() > 0.85)
