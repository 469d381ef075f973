"""The line around a face: where it runs, how thick it is, and its colour."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Area, Colour
from dlc.frontends.figure.raster.arrays import Array, Mask, Numbers, Points
from dlc.frontends.figure.raster.canvas import Canvas
from dlc.frontends.figure.raster.faces import Face, Faces, differ

#: How far outside a face its border line is looked for (ems).
_REACH = 0.55
_SAMPLES = 40
_EVENLY = np.arange(_SAMPLES) + 0.5
#: A line that begins further out (pixels) is none of the face's own.
_FURTHEST = 5
#: So many faces are looked at together.
_TOGETHER = 256
#: Of the places where a line ends this one (a share) tells where nothing is drawn right behind it.
_FREE = 0.3
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


def borders_of(drawn: Canvas, faces: Faces, ink: Mask, chosen: Sequence[Face]) -> list[Border]:
    """Look outwards from the contours of some faces; many at once, which takes a part of the time."""
    made: list[Border] = []
    for at in range(0, len(chosen), _TOGETHER):
        made += _borders(drawn, faces, ink, chosen[at : at + _TOGETHER])
    return made


def _borders(drawn: Canvas, faces: Faces, ink: Mask, chosen: Sequence[Face]) -> list[Border]:
    rays = [_rays(face.contour) for face in chosen]
    start, normal = (np.stack([ray[i] for ray in rays]) for i in (0, 1))
    steps = np.arange(1, max(4, round(_REACH * drawn.em)) + 1)
    x, y = (
        np.rint(start[:, :, None, axis] + steps * normal[:, :, None, axis]).astype(np.intp) for axis in (0, 1)
    )
    x = np.minimum(np.maximum(x, 0), drawn.shape[1] - 1)
    y = np.minimum(np.maximum(y, 0), drawn.shape[0] - 1)
    beyond = _beyond(faces.numbers[y, x], [face.number for face in chosen])
    inked = ink[y, x] > 0
    inner, outer, free = _span(inked)
    begin = np.maximum(inner, np.minimum(_begin(inked & _unlike(drawn.pixels[y, x], chosen)), free - 1.0))
    colours = _line_colours(drawn, x, y, (begin + free) / 2)
    ends = np.stack([inner, outer, begin, free], axis=1).tolist()
    return [_border(*each) for each in zip(ends, colours, beyond, strict=True)]


def _border(ends: Sequence[float], colour: Colour, beyond: int) -> Border:
    inner, outer, begin, free = ends
    if outer <= inner:
        return Border(1.0, 1.5, 1.0, 1.5, None, beyond)
    return Border(inner, outer, begin, free, colour, beyond)


def _rays(contour: Points) -> tuple[Array, Array]:
    """Places around a contour, and the directions that lead straight out of it."""
    along = (np.concatenate([contour[1:], contour[:1]]) - contour).astype(np.float64)
    long = np.hypot(along[:, 0], along[:, 1])
    whole = long.sum()
    if whole <= 0:
        return np.repeat(contour[:1].astype(np.float64), _SAMPLES, axis=0), np.array([[0.0, -1.0]] * _SAMPLES)
    at = _EVENLY * whole / _SAMPLES
    ends = np.cumsum(long)
    index = np.minimum(np.searchsorted(ends, at), len(long) - 1)
    rest = (at - (ends[index] - long[index])) / np.maximum(long[index], 1e-9)
    start = contour[index] + rest[:, None] * along[index]
    unit = along[index] / np.maximum(long[index], 1e-9)[:, None]
    clockwise = cv2.contourArea(contour.reshape(-1, 1, 2), oriented=True) >= 0  # as seen, y down
    return start, unit[:, ::-1] * ((1, -1) if clockwise else (-1, 1))


def _span(hit: Array) -> tuple[Array, Array, Array]:
    """Where ink begins and ends along each face's rays, by the middle one of all and by a thinner one; equal
    where most meet none. `hit` is (faces, rays, steps)."""
    some: Array = np.any(hit, axis=2)
    first = hit.argmax(axis=2)
    gone = (np.arange(hit.shape[2]) > first[..., None]) & ~hit
    last = np.where(gone.any(axis=2), gone.argmax(axis=2), hit.shape[2])
    count = np.count_nonzero(some, axis=1)
    inner, outer = _medians(first, some) + 1, _medians(last, some) + 1
    ranked = np.sort(np.where(some, last, hit.shape[2] + 1), axis=1)
    thin = np.rint(_FREE * np.maximum(0, count - 1)).astype(np.intp)
    free = np.maximum(inner + 0.5, ranked[np.arange(len(hit)), thin] + 1.0)
    none = (2 * count < hit.shape[1]) | (inner > _FURTHEST)
    return np.where(none, 1.0, inner), np.where(none, 1.0, outer), np.where(none, 1.0, free)


def _medians(values: Array, among: Array) -> Array:
    """The median of those of each row's whole numbers that are among some; 0 where there are none."""
    ranked = np.sort(np.where(among, values, np.iinfo(np.int32).max), axis=1)
    count, rows = np.count_nonzero(among, axis=1), np.arange(len(values))
    middle = (ranked[rows, np.maximum(0, count - 1) // 2] + ranked[rows, count // 2]) / 2
    found: Array = np.where(count > 0, middle, 0.0)
    return found


def _unlike(seen: Array, chosen: Sequence[Face]) -> Array:
    """Which pixels have not their face's own colour, that reaches up to its line."""
    colours = np.array([face.colour for face in chosen], np.int16)[:, None, None]
    if seen.ndim == 3:
        grey: Array = np.abs(seen.astype(np.int16) - colours[..., 0]) > _OWN
        return grey
    found: Array = np.abs(seen.astype(np.int16) - colours).max(axis=3) > _OWN
    return found


def _begin(hit: Array) -> Array:
    """Where each face's line begins along the rays, by the middle one of all; 1 where most meet none."""
    some: Array = np.any(hit, axis=2)
    most = 2 * np.count_nonzero(some, axis=1) >= hit.shape[1]
    found: Array = np.where(most, _medians(hit.argmax(axis=2), some) + 1, 1.0)
    return found


def _beyond(numbers: Array, own: Sequence[int]) -> list[int]:
    """The face that most of each face's rays meet; 0 where they meet none."""
    foreign = (numbers != 0) & (numbers != np.array(own)[:, None, None])
    first = foreign.argmax(axis=2)[..., None]
    met = np.where(foreign.any(axis=2), np.take_along_axis(numbers, first, axis=2)[..., 0], 0)
    return [_commonest(row) for row in met]


def _commonest(met: Array) -> int:
    """The number that is met most often, the least of equals; 0 stands for none."""
    some = met[met != 0]
    if len(some) == 0:
        return 0
    if (some == some[0]).all():
        return int(some[0])
    values, counts = np.unique(some, return_counts=True)
    return int(values[counts.argmax()])


def _line_colours(drawn: Canvas, x: Array, y: Array, middle: Array) -> list[Colour]:
    """The usual colour of each face's line, so far out."""
    step = np.clip(np.rint(middle).astype(np.intp) - 1, 0, x.shape[2] - 1)[:, None, None]
    column, row = (np.take_along_axis(places, step, axis=2)[..., 0] for places in (x, y))
    usual = np.median(drawn.pixels[row, column], axis=1).astype(np.intp)
    if usual.ndim == 1:
        return [(grey,) * 3 for grey in usual.tolist()]
    return [(red, green, blue) for red, green, blue in usual.tolist()]


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
