"""Faces of a picture: connected areas of one colour, with their outlines.

Lines and letters part a picture into faces as borders part a map into countries: the paper around all,
the inside of every box, the cells of a divided box, and what arrows happen to enclose.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Colour, Outline
from dlc.frontends.figure.raster.arrays import Array, Mask, Numbers, Points
from dlc.frontends.figure.raster.canvas import Canvas
from dlc.frontends.figure.raster.letters import labelled
from dlc.frontends.figure.raster.measures import measured
from dlc.frontends.figure.raster.outlines import shape_of

#: A face's shorter side is at least this (ems); letters enclose smaller ones.
_NARROWEST = 0.5
#: Of a face that is as long as this, the shorter side may be less (both ems).
_SLIT_LENGTH, _SLIT = 1.75, 0.32
#: So much (pixels) of a face's width belongs to the edges of its border.
_RIM = 2
#: A face whose mean width is below this (ems) is a thick line.
_THICK_LINE = 0.3
#: Where less than this part of what a face encloses is its own, it may be a thick line that runs in a ring.
_HOLLOW = 0.25
#: Lines and heads that run into a face are narrower than this (ems); without them it fills its hull.
_TAIL, _SOLID = 0.85, 0.97
#: About so many pixels of a large face tell its colour, and so many where there is noise.
_SAMPLES, _GRAINY = 3000, 10_000
#: A face whose colour differs from what is around it by no more (0..255) is not filled.
UNFILLED = 7
#: So many areas with their holes are numbered more quickly by painting them.
_PAINTED = 4000
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

    def is_bare(self, face: Face) -> bool:
        """Whether a face is nothing but paper."""
        return differ(face.colour, self.paper) <= UNFILLED


def find_faces(drawn: Canvas) -> Faces:
    """The faces of a picture."""
    flat = cv2.bitwise_not(drawn.lines)
    contours, tree = cv2.findContours(flat, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    numbers = _numbered(flat, contours, tree)
    faces = [_face(drawn, numbers, contours, tree[0], i) for i in _large(contours, tree, drawn.em)]
    kept = sorted((f for f in faces if f is not None), key=lambda f: -f.enclosed)
    paper = _paper(kept)
    parted = [part for face in kept for part in _without_tails(face, numbers, paper, drawn.em)]
    return Faces(numbers, tuple(sorted(parted, key=lambda f: -f.enclosed)), paper)


def _numbered(flat: Mask, contours: Sequence[Points], tree: Array) -> Numbers:
    """A number for each connected area of a mask, with these outlines; 0 elsewhere. A few areas are painted over the
    one that goes furthest, since OpenCV looks at all of its pixels once more."""
    if not 0 < len(contours) <= _PAINTED:
        return labelled(flat, 8, len(contours))
    first, parents = tree[0, :, 2], tree[0, :, 3]
    outer = np.flatnonzero(parents < 0)
    hulls = measured(contours).hulls[outer]
    widest = int(outer[np.argmax(hulls[:, 2] * hulls[:, 3])])
    numbers: Numbers = (flat & 1).astype(np.uint16)
    for number, index in enumerate(outer[outer != widest].tolist(), 2):
        own, hole = [contours[index]], int(first[index])
        while hole >= 0:
            own.append(contours[hole])
            hole = int(tree[0, hole, 0])
        cv2.drawContours(numbers, own, -1, number, cv2.FILLED)
    return numbers


def _large(contours: Sequence[Points], tree: Array, em: float) -> list[int]:
    """The outer contours that are large enough, the largest first."""
    if not contours:
        return []
    least = _NARROWEST * em
    hulls = measured(contours).hulls
    narrow, long = hulls[:, 2:].min(axis=1), hulls[:, 2:].max(axis=1)
    enough = (narrow >= least) | ((narrow >= _SLIT * em) & (long >= _SLIT_LENGTH * em))
    large = np.flatnonzero(enough & (tree[0, :, 3] < 0))
    order = np.argsort(-hulls[large, 2] * hulls[large, 3], kind="stable")
    return [int(i) for i in large[order][:MOST_FACES]]


def _face(
    drawn: Canvas, numbers: Numbers, contours: Sequence[Points], tree: Array, index: int
) -> Face | None:
    contour = contours[index]
    x, y, wide, high = cv2.boundingRect(contour)
    around = cv2.arcLength(contour, True)
    enclosed = float(cv2.contourArea(contour)) + around / 2 + 1
    pixels, rim_length = enclosed, around
    hole = int(tree[index, 2])
    while hole >= 0:
        inner = cv2.arcLength(contours[hole], True)
        pixels -= float(cv2.contourArea(contours[hole])) - inner / 2 + 1
        rim_length += inner
        hole = int(tree[hole, 0])
    least = _NARROWEST * drawn.em
    rim = x == 0 or y == 0 or x + wide == drawn.shape[1] or y + high == drawn.shape[0]
    thin = 2 * pixels / max(1.0, rim_length) < _THICK_LINE * drawn.em and pixels < _HOLLOW * enclosed
    thin |= 2 * enclosed / max(1.0, around) < _THICK_LINE * drawn.em
    if enclosed < least * least or (thin and not rim):
        return None
    number = int(numbers[contour[0, 0, 1], contour[0, 0, 0]])
    colour = _colour(drawn, numbers, number, (x, y, wide, high))
    return Face(
        number, (x, y, x + wide - 1, y + high - 1), contour[:, 0, :], round(pixels), enclosed, colour, rim
    )


def _without_tails(face: Face, numbers: Numbers, paper: Colour, em: float) -> list[Face]:
    """A filled face without the lines and arrow heads of its own colour that run into it: the parts that lines
    join are faces of one number."""
    if face.at_rim or differ(face.colour, paper) < 40 or _solidity(face.contour) > _SOLID:
        return [face]
    shape = shape_of(face.contour, max(1.6, 0.09 * em))
    if shape is not None and shape.outline is Outline.CIRCLE:
        return [face]
    side = max(3, round(_TAIL * em))
    core = cv2.morphologyEx(_body(face, numbers, em), cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    corner = face.area[0] - 1, face.area[1] - 1
    contours = cv2.findContours(core, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE, offset=corner)[0]
    parts = [_part(face, contour) for contour in contours if _solidity(contour) >= _SOLID]
    whole = sum(cv2.contourArea(contour) for contour in contours)
    return parts if parts and sum(p.enclosed for p in parts) >= 0.8 * whole else [face]


def _body(face: Face, numbers: Numbers, em: float) -> Mask:
    """A mask of a face, with a rim of one pixel; holes as large as letters are filled."""
    x0, y0, x1, y1 = face.area
    inside = (numbers[y0 : y1 + 1, x0 : x1 + 1] == face.number).astype(np.uint8) * np.uint8(255)
    own: Mask = cv2.copyMakeBorder(inside, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    contours, tree = cv2.findContours(own, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    inner = [c for c, parent in zip(contours, tree[0, :, 3].tolist(), strict=True) if parent >= 0]
    letters = [hole for hole in inner if cv2.boundingRect(hole)[3] <= 1.7 * em]
    cv2.drawContours(own, letters, -1, 255, cv2.FILLED)
    return own


def _part(face: Face, contour: Points) -> Face:
    x, y, wide, high = cv2.boundingRect(contour)
    enclosed = float(cv2.contourArea(contour)) + cv2.arcLength(contour, True) / 2 + 1
    area = (x, y, x + wide - 1, y + high - 1)
    return attrs.evolve(face, contour=contour[:, 0, :], area=area, enclosed=enclosed)


def _solidity(contour: Points) -> float:
    """The part of its convex hull that an outline fills."""
    around = float(cv2.contourArea(cv2.convexHull(contour)))
    return float(cv2.contourArea(contour)) / around if around else 0.0


def _colour(drawn: Canvas, numbers: Numbers, number: int, hull: tuple[int, int, int, int]) -> Colour:
    """A face's mean colour; of a large one few pixels are looked at."""
    x, y, wide, high = hull
    step = max(1, int((wide * high / (_GRAINY if drawn.noise else _SAMPLES)) ** 0.5))
    window = slice(y, y + high, step), slice(x, x + wide, step)
    own = numbers[window] == number
    plain = own & (drawn.edges[window] == 0)
    chosen = plain if np.count_nonzero(plain) > 8 else own
    if not chosen.any():
        chosen = np.ones_like(own)
    values = [round(float(plane[window][chosen].mean())) for plane in drawn.planes]
    return values[0], values[len(values) // 2], values[-1]


def _paper(faces: list[Face]) -> Colour:
    """The colour of the largest face at the rim, else of the largest."""
    at_rim = [f for f in faces if f.at_rim] or faces
    return max(at_rim, key=lambda f: f.pixels).colour if at_rim else (255, 255, 255)


def is_narrow(face: Face, em: float, hidden: bool = False) -> bool:
    """Whether a face is too narrow to be a box; `hidden` counts what its border's edges may hide of its sides."""
    short, long = sorted((face.width, face.height))
    least = 0.55 * em - _RIM * hidden
    return short < least and (short + _RIM < _SLIT * em or long + _RIM * hidden < _SLIT_LENGTH * em)


def differ(one: Colour, other: Colour) -> int:
    """The largest difference between two colours in a channel, 0..255."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True))
