"""Photographs, heat maps and the like inside a drawing: rectangles of many colours, of which none is the ground's."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Area, Box, Colour, Outline
from dlc.frontends.figure.geometry import contains
from dlc.frontends.figure.raster.arrays import Array, Mask, Pixels
from dlc.frontends.figure.raster.boxes import Found
from dlc.frontends.figure.raster.canvas import Canvas, apart
from dlc.frontends.figure.raster.faces import Face, Faces

#: Every so many pixels are looked at where photographs are sought.
_STEP = 3
#: A photograph's shorter side is at least so long (ems), and lines are thinner than this.
_SMALLEST, _LINE = 2.0, 0.7
#: What takes up more of the picture than this is the picture itself, or its paper unevenly lit.
_LARGEST = 0.6
#: What differs from the paper by more than this (0..255) is none.
_PAPER = 12
#: So much of its hull a photograph fills, and so little of it has (within so much) its commonest brightness.
_FILLED, _COMMON, _NEARLY = 0.95, 0.42, 6
#: Of the 64 steps of brightness so many have at least this part of its pixels.
_STEPS, _SOME = 14, 0.004
#: A ground takes up so much of what lies between edges, where at least such a part of all does, and in each quarter of
#: the area is at least this part of it: the sky of a photograph is on one side.
_GROUND, _BETWEEN, _QUARTER = 0.55, 0.1, 0.05


def find_photos(drawn: Canvas, faces: Faces) -> list[Area]:
    """Where photographs are, in working pixels."""
    other = _unlike([np.ascontiguousarray(plane[::_STEP, ::_STEP]) for plane in drawn.planes], faces.paper)
    side = max(2, round(_LINE * drawn.em / _STEP))
    areas = cv2.morphologyEx(other, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    contours = cv2.findContours(areas, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    grey = drawn.grey[::_STEP, ::_STEP]
    edges = cv2.dilate(np.ascontiguousarray(drawn.edges[::_STEP, ::_STEP]), np.ones((2, 2), np.uint8))
    least = _SMALLEST * drawn.em / _STEP
    found = []
    for contour in contours:
        x, y, wide, high = cv2.boundingRect(contour)
        if (
            min(wide, high) < least
            or wide * high > _LARGEST * grey.size
            or cv2.contourArea(contour) < _FILLED * (wide - 1) * (high - 1)
        ):
            continue
        own = np.s_[y : y + high, x : x + wide]
        if _is_varied(grey[own]) and not _has_ground(grey[own], edges[own] == 0):
            found.append(_exact(drawn, faces.paper, (x, y, x + wide, y + high)))
    return found


def _unlike(planes: Sequence[Pixels], paper: Colour) -> Mask:
    """What of some channels differs from the paper."""
    return cv2.threshold(apart(planes, paper), _PAPER, 255, cv2.THRESH_BINARY)[1]


def _is_varied(grey: Pixels) -> bool:
    """Whether an area has no ground on which things are drawn, but has many shades."""
    counts = np.bincount(grey.ravel(), minlength=256)
    if _commonest(counts)[1] > _COMMON * grey.size:
        return False
    steps = counts.reshape(64, 4).sum(axis=1)
    return int((steps > _SOME * grey.size).sum()) >= _STEPS


def _commonest(counts: Array) -> tuple[int, int]:
    """The commonest brightness, and how many pixels have it, or nearly so, of so many of each."""
    near = np.convolve(counts, np.ones(2 * _NEARLY + 1, np.int64), "same")
    shade = int(near.argmax())
    return shade, int(near[shade])


def _has_ground(grey: Pixels, even: Mask) -> bool:
    """Whether what lies between the edges in an area has one brightness, all over it: blur and grain spread the
    letters of a small box over many shades."""
    between = np.count_nonzero(even)
    shade, common = _commonest(np.bincount(grey[even], minlength=256))
    if between < _BETWEEN * even.size or common <= _GROUND * between:
        return False
    ground = even & (np.abs(grey.astype(np.int16) - shade) <= _NEARLY)
    y, x = (side // 2 for side in grey.shape)
    quarters = (ground[:y, :x], ground[:y, x:], ground[y:, :x], ground[y:, x:])
    return all(np.count_nonzero(quarter) >= _QUARTER * common for quarter in quarters)


def _exact(drawn: Canvas, paper: Colour, coarse: tuple[int, int, int, int]) -> Area:
    """An area's sides to the pixel: of the rows and columns about there those that are mostly no paper."""
    height, width = drawn.shape
    x0, y0 = (max(0, v * _STEP - _STEP) for v in coarse[:2])
    x1, y1 = min(width, coarse[2] * _STEP + _STEP), min(height, coarse[3] * _STEP + _STEP)
    marked = _unlike([plane[y0:y1, x0:x1] for plane in drawn.planes], paper) > 0
    columns, rows = _mostly(marked, 0), _mostly(marked, 1)
    return float(x0 + columns[0]), float(y0 + rows[0]), float(x0 + columns[1]), float(y0 + rows[1])


def _mostly(marked: Array, axis: int) -> tuple[int, int]:
    """The first and last lines across an axis of which more than half is marked."""
    lines = np.flatnonzero(marked.mean(axis=axis) > 0.5)
    return (int(lines[0]), int(lines[-1])) if len(lines) else (0, marked.shape[1 - axis] - 1)


def without_faces(faces: Faces, photos: Sequence[Area]) -> Faces:
    """The faces that are in no photograph."""
    if not photos:
        return faces
    kept = tuple(face for face in faces.faces if not any(_is_in(face, area) for area in photos))
    return attrs.evolve(faces, faces=kept)


def _is_in(face: Face, photo: Area) -> bool:
    return not face.at_rim and contains(photo, face.area, 2)


def as_boxes(photos: Sequence[Area]) -> list[Found]:
    """Photographs as boxes."""
    made = []
    for area in photos:
        x0, y0, x1, y1 = (round(v) for v in area)
        contour = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.int32)
        made.append(Found(Box(area, Outline.IMAGE), contour, 1.5, frozenset()))
    return made


def clear(ink: Mask, photos: Sequence[Area]) -> None:
    """Take what is in photographs off a mask, in place."""
    for x0, y0, x1, y1 in photos:
        ink[max(0, round(y0) - 1) : round(y1) + 2, max(0, round(x0) - 1) : round(x1) + 2] = 0
