"""Boxes that a scan cuts off: a page laid askew has corners beyond the picture's rim."""

from __future__ import annotations

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Point
from dlc.frontends.figure.raster.arrays import Array, Pixels
from dlc.frontends.figure.raster.canvas import Canvas
from dlc.frontends.figure.raster.faces import Face, Faces
from dlc.frontends.figure.raster.tilt import Upright

#: A box that is cut off is open at the rim over this part of its width, and its border, which ends there within so
#: much (ems) of it, is darker than its inside by so much (0..255).
_OPEN, _NEAR, _DARKER = 0.5, 0.5, 40
#: There is text in it, along its rows or up: letters, and other islands, of so much (square ems).
_TEXT = 0.5
#: It is closed by a line of so many pixels, as dark as its border is within so many.
_LINE, _BESIDE = 2, 3


@attrs.frozen
class Cut:
    """Where the border of a box that is cut off ends at the picture's rim (pixels of the picture)."""

    start: Point
    stop: Point


def cuts_at_rim(drawn: Canvas, faces: Faces) -> list[Cut]:
    """The cuts through bordered boxes, with text in them, that the rim of a picture cuts off on one side."""
    likely = (face for face in faces.faces if face.at_rim and faces.is_bare(face) and _has_text(face, drawn))
    return [cut for face in likely if (cut := _cut(face, faces, drawn)) is not None]


def closed(page: Upright, cuts: list[Cut]) -> Upright:
    """A page put upright with the boxes that were cut off closed by a side that is level or upright as others are,
    so that they hold what is in them where the page goes on beyond the rim."""
    if not cuts:
        return page
    pixels = page.picture.pixels.copy()
    middle = np.array([pixels.shape[1], pixels.shape[0]]) / 2
    forth = cv2.invertAffineTransform(page.back)
    for cut in cuts:
        ends = np.array([(*cut.start, 1.0), (*cut.stop, 1.0)]) @ forth.T
        off = int(np.ptp(ends[:, 1]) < np.ptp(ends[:, 0]))
        side = ends.copy()
        side[:, off] = max(ends[:, off], key=lambda place: abs(place - middle[off]))
        ink = _darkest(pixels, ends)
        corners = np.rint([ends[0], *side, ends[1]]).astype(np.int32)
        cv2.polylines(pixels, [corners], False, ink, _LINE)
    return attrs.evolve(page, picture=attrs.evolve(page.picture, pixels=pixels))


def _darkest(pixels: Pixels, ends: Array) -> list[float]:
    """The darkest colour near the ends of a border, (2, x and y)."""
    lows = np.maximum(np.rint(ends).astype(int) - _BESIDE, 0).tolist()
    windows = [pixels[y : y + 2 * _BESIDE + 1, x : x + 2 * _BESIDE + 1].reshape(-1, 3) for x, y in lows]
    every = np.concatenate(windows)
    darkest: list[float] = every[int(every.sum(axis=1, dtype=np.int64).argmin())].tolist()
    return darkest


def _has_text(face: Face, drawn: Canvas) -> bool:
    x0, y0, x1, y1 = face.area
    letters = cv2.countNonZero(drawn.letters[y0 : y1 + 1, x0 : x1 + 1])
    return letters + face.enclosed - face.pixels >= _TEXT * drawn.em**2


def _cut(face: Face, faces: Faces, drawn: Canvas) -> Cut | None:
    """Where the rim cuts a face off, if it does so on one side."""
    x0, y0, x1, y1 = face.area
    bottom, right = drawn.shape[0] - 1, drawn.shape[1] - 1
    sides = [
        (axis, place)
        for axis, place in ((1, y0), (1, y1), (0, x0), (0, x1))
        if place in (0, (right, bottom)[axis])
    ]
    if len(sides) != 1:
        return None
    axis, place = sides[0]
    line = np.s_[place, :] if axis else np.s_[:, place]
    low, high = (x0, x1) if axis else (y0, y1)
    ends = _ends(drawn.grey[line], faces.numbers[line] == face.number, (low, high), round(_NEAR * drawn.em))
    if ends is None:
        return None
    start, stop = ((end, place) if axis else (place, end) for end in ends)
    return Cut(*((x / drawn.scale, y / drawn.scale) for x, y in (start, stop)))


def _ends(rim: Array, inside: Array, hull: tuple[int, int], near: int) -> tuple[int, int] | None:
    """Where the lines on both sides of a stretch of the rim are, if there are lines on both."""
    own = np.flatnonzero(inside)
    first, last = int(own[0]), int(own[-1])
    if last - first < _OPEN * (hull[1] - hull[0]):
        return None
    dark = np.flatnonzero(rim < float(np.median(rim[own])) - _DARKER)
    before = dark[(dark >= hull[0] - near) & (dark < first)]
    after = dark[(dark > last) & (dark <= hull[1] + near)]
    return (int(before[0]), int(after[-1])) if len(before) and len(after) else None
