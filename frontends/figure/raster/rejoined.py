"""Faces that something small cuts into pieces: letters as high as a narrow box, a kernel's square in a thin map."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Colour
from dlc.frontends.figure.geometry import contains, hull
from dlc.frontends.figure.raster.arrays import Array, Numbers, Pixels
from dlc.frontends.figure.raster.faces import Face, Faces, differ

#: Pieces of a face end at the same place to so many pixels, are at most so far apart, and so wide (ems).
_LEVEL, _FURTHEST, _WIDEST = 2, 6.0, 4.0
#: Pieces of one face differ by less than this (0..255); what joins them by less than this, and so much for noise.
_ALIKE, _PLAIN, _GRAINS = 10, 12, 4.0


@attrs.frozen(eq=False)
class _Sheet:
    """What faces lie on: each pixel's face and colour. Pieces are sought down (axis 0) or across (1)."""

    numbers: Numbers
    pixels: Pixels
    plain: float
    em: float
    axis: int


def rejoined(faces: Faces, pixels: Pixels, noise: float, em: float) -> Faces:
    """The faces, with those that are pieces of one made one; the numbers of their pixels are changed in place.

    Pieces lie one above the other, or side by side, between the same two lines, and a straight way of their
    colour leads from one to the other.
    """
    found = list(faces.faces)
    for axis in (0, 1):
        found = _along(found, _Sheet(faces.numbers, pixels, _PLAIN + _GRAINS * noise, em, axis))
    if len(found) == len(faces.faces):
        return faces
    return attrs.evolve(faces, faces=tuple(sorted(found, key=lambda f: -f.enclosed)))


def _along(faces: Sequence[Face], sheet: _Sheet) -> list[Face]:
    """Join faces between the same two upright lines, or level ones."""
    places: dict[tuple[int, int], list[Face]] = {}
    whole: list[Face] = []
    for face in sorted((f for f in faces if not f.at_rim), key=lambda f: f.area[1 - sheet.axis]):
        low, high = face.area[sheet.axis], face.area[sheet.axis + 2]
        keys = [(low + a, high + b) for a in range(-_LEVEL, _LEVEL + 1) for b in range(-_LEVEL, _LEVEL + 1)]
        home = next(
            (places[key] for key in keys if key in places and _goes_on(places[key][-1], face, sheet)), None
        )
        if home is None:
            places.setdefault((low, high), []).append(face)
        else:
            whole = [f for f in whole if f is not home[-1]]
            home[-1] = _joined(home[-1], face, sheet.numbers)
            whole.append(home[-1])
    if not whole:
        return list(faces)
    made = [*(f for f in faces if f.at_rim), *(face for group in places.values() for face in group)]
    return [face for face in made if not any(_is_within(face, other) for other in whole)]


def _goes_on(one: Face, other: Face, sheet: _Sheet) -> bool:
    """Whether a straight way of one colour leads from a face to another after it."""
    axis, em = sheet.axis, sheet.em
    end, start = one.area[3 - axis], other.area[1 - axis]
    if not 0 < start - end <= _FURTHEST * em or differ(one.colour, other.colour) > _ALIKE:
        return False
    low, high = max(one.area[axis], other.area[axis]), min(one.area[axis + 2], other.area[axis + 2])
    if high - low > _WIDEST * em:
        return False
    top, bottom = max(one.area[1 - axis], end - round(em)), min(other.area[3 - axis], start + round(em))
    window = slice(top, bottom + 1), slice(low, high + 1)
    numbers, pixels = (
        (sheet.numbers[window], sheet.pixels[window])
        if axis == 0
        else (sheet.numbers[window[::-1]].T, sheet.pixels[window[::-1]].swapaxes(0, 1))
    )
    return _is_plain_way(
        numbers == one.number, numbers == other.number, _off(pixels, one.colour) > sheet.plain
    )


def _off(pixels: Pixels, colour: Colour) -> Array:
    """How much pixels differ from a colour, by the channel that differs most."""
    if pixels.ndim == 2:
        return np.abs(pixels.astype(np.int16) - colour[0])
    found: Array = np.abs(pixels.astype(np.int16) - np.array(colour, np.int16)).max(axis=2)
    return found


def _is_plain_way(one: Array, other: Array, stained: Array) -> bool:
    """Whether in a column nothing is stained from the last pixel of one face to the first of the other."""
    both = one.any(axis=0) & other.any(axis=0)
    last = len(one) - 1 - one[::-1].argmax(axis=0)
    first = other.argmax(axis=0)
    before = np.cumsum(stained, axis=0)
    columns = np.arange(one.shape[1])
    clean = before[first, columns] - before[last, columns] == 0
    return bool((both & clean).any())


def _joined(one: Face, other: Face, numbers: Numbers) -> Face:
    x0, y0, x1, y1 = other.area
    window = numbers[y0 : y1 + 1, x0 : x1 + 1]
    window[window == other.number] = one.number
    contour = cv2.convexHull(np.concatenate([one.contour, other.contour]))
    enclosed = float(cv2.contourArea(contour)) + cv2.arcLength(contour, True) / 2 + 1
    a, b, c, d = (int(v) for v in hull((one.area, other.area)))
    pixels = one.pixels + other.pixels
    return attrs.evolve(one, area=(a, b, c, d), contour=contour[:, 0, :], pixels=pixels, enclosed=enclosed)


def _is_within(face: Face, whole: Face) -> bool:
    """Whether a face is a piece of another that was made of pieces."""
    return (
        face is not whole and contains(whole.area, face.area) and differ(face.colour, whole.colour) <= _ALIKE
    )
