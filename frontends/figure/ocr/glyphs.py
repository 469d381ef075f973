"""The glyphs of lines of text: where a program drew them, equal letters are equal nearly to the pixel."""

from __future__ import annotations

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.ocr.recogniser import Crop

#: Pixels darker than this (0..255) belong to a glyph.
_INK = 160
#: Pieces of ink that share more than this part of the narrower one's columns are one glyph: i, =, :.
_ABOVE = 0.5
#: Glyphs are equal where no pixel differs by more than this (0..255).
_SAME = 32
#: Rows of a plain bar differ by at most this; it is at least so many times as high as wide.
_EVEN, _SLENDER = 48, 2.5
#: A line of more pieces is a texture; of more glyphs of one size, as noise makes them, the first are remembered.
_MOST_PIECES, _MOST_ALIKE = 500, 32


@attrs.frozen
class Glyph:
    """A letter, or some that touch: its columns (`right` exclusive), and its height in pixels.

    `look` is one number for glyphs that are equal and stand as high above the line. `is_bar` tells a plain
    upright bar, which may be an l, an I or a |.
    """

    look: int
    left: int
    right: int
    height: int
    is_bar: bool

    @property
    def middle(self) -> float:
        """Its middle column."""
        return (self.left + self.right) / 2


class Looks:
    """The glyphs seen so far, by their size; `number` is the same for equal ones."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int, int], list[tuple[int, Crop]]] = {}
        self._exact: dict[tuple[int, int, int, bytes], int] = {}
        self._count = 0

    def number(self, pixels: Crop, above: int) -> int:
        """The number of a glyph that stands `above` pixels above the line."""
        size = (*pixels.shape, above)
        exact = (*size, pixels.tobytes())
        if exact not in self._exact:
            self._exact[exact] = self._nearly(size, pixels)
        return self._exact[exact]

    def _nearly(self, size: tuple[int, int, int], pixels: Crop) -> int:
        alike = self._known.setdefault(size, [])
        for number, other in alike:
            if cv2.norm(pixels, other, cv2.NORM_INF) <= _SAME:
                return number
        self._count += 1
        if len(alike) < _MOST_ALIKE:
            alike.append((self._count, pixels))
        return self._count


def glyphs_of(line: Crop, looks: Looks) -> list[Glyph]:
    """The glyphs of a line, from the left; none where there are too many."""
    _, numbers, found, _ = cv2.connectedComponentsWithStats((line < _INK).astype(np.uint8), ltype=cv2.CV_16U)
    if len(found) > _MOST_PIECES:
        return []
    order = sorted(range(1, len(found)), key=lambda n: (found[n][0], n))
    groups: list[list[int]] = []
    hulls: list[tuple[int, int, int, int]] = []
    for n in order:
        x, y, wide, high, _ = found[n].tolist()
        hull = x, y, x + wide, y + high
        if hulls and _are_one(hulls[-1], hull):
            groups[-1].append(n)
            hulls[-1] = _joined(hulls[-1], hull)
        else:
            groups.append([n])
            hulls.append(hull)
    base = _commonest([hull[3] for hull in hulls])
    return [_glyph(line, numbers, own, hull, base, looks) for own, hull in zip(groups, hulls, strict=True)]


_Hull = tuple[int, int, int, int]


def _are_one(one: _Hull, other: _Hull) -> bool:
    """Whether pieces stand above each other."""
    shared = min(one[2], other[2]) - max(one[0], other[0])
    return shared > _ABOVE * min(one[2] - one[0], other[2] - other[0])


def _joined(one: _Hull, other: _Hull) -> _Hull:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _glyph(line: Crop, numbers: Crop, own: list[int], hull: _Hull, base: int, looks: Looks) -> Glyph:
    left, top, right, bottom = hull
    pixels = line[top:bottom, left:right]
    inside = numbers[top:bottom, left:right]
    foreign = inside != 0
    for number in own:
        foreign &= inside != number
    if foreign.any():
        pixels = np.where(foreign, np.uint8(255), pixels)
    look = looks.number(np.ascontiguousarray(pixels), base - bottom)
    return Glyph(look, left, right, bottom - top, _is_bar(pixels))


def _is_bar(pixels: Crop) -> bool:
    height, width = pixels.shape
    if height < max(5, _SLENDER * width):
        return False
    return int(np.ptp(pixels[1:-1].astype(np.int16), axis=0).max()) <= _EVEN


def _commonest(values: list[int]) -> int:
    """The commonest of some values, the least of several; 0 of none."""
    return min(values, key=lambda value: (-values.count(value), value), default=0)
