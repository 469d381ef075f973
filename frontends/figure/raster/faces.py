"""Faces of a picture: connected areas of one colour, with their outlines.

Lines and letters part a picture into faces as borders part a map into countries: the paper around all,
the inside of every box, the cells of a divided box, and what arrows happen to enclose.
"""

from __future__ import annotations

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Colour
from dlc.frontends.figure.raster.arrays import Array, Mask, Numbers, Points
from dlc.frontends.figure.raster.canvas import Canvas

#: A face's shorter side is at least this (ems); letters enclose smaller ones.
_NARROWEST = 0.5
#: A face whose mean width is below this (ems) is a thick line.
_THICK_LINE = 0.3
#: More faces than this are texture, of which only the largest are looked at.
MOST_FACES = 6000


@attrs.frozen(eq=False)
class Face:
    """A face: its number in `Faces.numbers`, its hull (left, top, right, bottom; whole pixels, inside the
    border line), its outer contour, the pixels in it, the pixels inside the contour, and its colour."""

    number: int
    area: tuple[int, int, int, int]
    contour: Points
    pixels: int
    enclosed: float
    colour: Colour
    at_rim: bool

    @property
    def width(self) -> int:
        """From the left to the right side."""
        return self.area[2] - self.area[0]

    @property
    def height(self) -> int:
        """From the top to the bottom."""
        return self.area[3] - self.area[1]


@attrs.frozen(eq=False)
class Faces:
    """All faces that are large enough, the largest first; `numbers` tells each pixel's, 0 on lines."""

    numbers: Numbers
    faces: tuple[Face, ...]
    paper: Colour

    def by_number(self) -> dict[int, Face]:
        """Faces by their numbers."""
        return {face.number: face for face in self.faces}


def find_faces(drawn: Canvas) -> Faces:
    """The faces of a picture."""
    flat = cv2.bitwise_not(drawn.lines)
    _, numbers, stats, _ = cv2.connectedComponentsWithStats(flat, connectivity=4)
    wanted = _large(stats, drawn)
    faces = [_face(drawn, numbers, int(i), stats[i]) for i in wanted]
    kept = sorted((f for f in faces if f is not None), key=lambda f: -f.enclosed)
    return Faces(numbers, tuple(kept), _paper(kept))


def _large(stats: Array, drawn: Canvas) -> Array:
    least = _NARROWEST * drawn.em
    wide, high, pixels = stats[:, 2], stats[:, 3], stats[:, 4]
    large = (np.minimum(wide, high) >= least) & (pixels >= least * least)
    large[0] = False
    found = np.flatnonzero(large)
    return found[np.argsort(-pixels[found], kind="stable")][:MOST_FACES]


def _face(drawn: Canvas, numbers: Numbers, number: int, stats: Array) -> Face | None:
    x, y, wide, high, pixels = (int(v) for v in stats)
    window = (slice(y, y + high), slice(x, x + wide))
    own: Mask = (numbers[window] == number).astype(np.uint8)
    contours, _ = cv2.findContours(own, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE, offset=(x, y))
    contour = max(contours, key=len) if len(contours) == 1 else max(contours, key=cv2.contourArea)
    enclosed = float(cv2.contourArea(contour)) + cv2.arcLength(contour, True) / 2 + 1
    rim = x == 0 or y == 0 or x + wide == drawn.shape[1] or y + high == drawn.shape[0]
    if not rim and 2 * pixels / max(1.0, _perimeter(own)) < _THICK_LINE * drawn.em:
        return None
    colour = _colour(drawn, window, own)
    area = (x, y, x + wide - 1, y + high - 1)
    return Face(number, area, contour[:, 0, :], pixels, enclosed, colour, rim)


def _perimeter(own: Mask) -> float:
    """How many pixels of a face lie at its border, outer and inner."""
    inner = cv2.erode(own, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return float(cv2.countNonZero(own) - cv2.countNonZero(inner))


def _colour(drawn: Canvas, window: tuple[slice, slice], own: Mask) -> Colour:
    plain = cv2.bitwise_and(own, cv2.bitwise_not(drawn.edges[window]))
    mean = cv2.mean(drawn.pixels[window], plain if cv2.countNonZero(plain) > 8 else own)
    if drawn.pixels.ndim == 2:
        return (round(mean[0]),) * 3
    return round(mean[0]), round(mean[1]), round(mean[2])


def _paper(faces: list[Face]) -> Colour:
    """The colour of the largest face at the rim, else of the largest."""
    at_rim = [f for f in faces if f.at_rim] or faces
    return max(at_rim, key=lambda f: f.pixels).colour if at_rim else (255, 255, 255)


def differ(one: Colour, other: Colour) -> int:
    """The largest difference between two colours in a channel, 0..255."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True))
