"""Faces that may be boxes, by their outlines and borders; what lines happen to enclose is none."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from dlc.frontends.figure.drawing import Outline
from dlc.frontends.figure.raster.arrays import Array, Mask, Points
from dlc.frontends.figure.raster.borders import borders_of, continues, on_ground, outer_area
from dlc.frontends.figure.raster.candidate import Candidate
from dlc.frontends.figure.raster.canvas import Canvas
from dlc.frontends.figure.raster.circles import alike, without_meshes
from dlc.frontends.figure.raster.faces import UNFILLED, Face, Faces, is_narrow
from dlc.frontends.figure.raster.ink import Ink
from dlc.frontends.figure.raster.outlines import Shape, shape_of
from dlc.frontends.figure.raster.sampling import values_at

#: What lines enclose is wider than this (ems), and less even than a box.
_THIN = 1.0
#: Dents and bumps of a damaged picture's faces are no larger than this (ems).
_RAGGED = 0.35
#: A gap between boxes is no further from them (ems) than their borders are thick; their sides are longer by so much
#: (ems); it is looked at along so many rays.
_WALL, _BEYOND, _RAYS = 0.4, 0.25, 9
#: Where there was grain, outlines are off by so much more.
_ROUGH = 2.0
#: Of an enlarged picture's faces those of filled rectangles are off by so much more; they agree at least so well.
_STEPS, _WHOLE = 1.5, 0.97


def find_candidates(drawn: Canvas, faces: Faces, ink: Ink, texted: frozenset[int]) -> list[Candidate]:
    """The faces of a picture that may be boxes; `texted` are those with letters on them."""
    known = faces.by_number()
    candidates = _candidates(drawn, faces, known, ink, texted)
    circles = alike(candidates)
    own = {circle.face.number for circle in circles}
    kept = [
        c
        for c in candidates
        if c.face.number in own
        or not (_is_loop(c, faces, ink.mask, drawn.em) or _is_gap(c, faces, known, drawn.em))
    ]
    return without_meshes(kept, circles)


def _candidates(
    drawn: Canvas, faces: Faces, known: dict[int, Face], ink: Ink, texted: frozenset[int]
) -> list[Candidate]:
    slack = max(1.6, 0.09 * drawn.em)
    wide = [face for face in faces.faces if not face.at_rim and not is_narrow(face, drawn.em, hidden=True)]
    rough = _ROUGH * slack if drawn.noise else slack
    shapes = [_shape(face, face.number in texted, slack, rough, drawn.em) for face in wide]
    if drawn.scale > 1:
        shapes = [
            shape or (None if faces.is_bare(face) else _enlarged(face, slack))
            for face, shape in zip(wide, shapes, strict=True)
        ]
    shaped = [(face, shape) for face, shape in zip(wide, shapes, strict=True) if shape is not None]
    borders = borders_of(drawn, faces, ink.mask, [face for face, _ in shaped])
    made = []
    for (face, shape), border in zip(shaped, borders, strict=True):
        filled = not on_ground(face, border, faces, known, UNFILLED)
        area = outer_area(face, border.middle)
        made.append(Candidate(face, shape, border, filled, face.number in texted, area))
    return made


def _shape(face: Face, texted: bool, slack: float, rough: float, em: float) -> Shape | None:
    """The shape of a face; with letters in it, which make a box of it, its outline may be ragged, and off by as much
    as `rough` once it is smooth."""
    found = shape_of(face.contour, slack)
    if found is not None or not texted:
        return found
    smooth = _smooth(face.contour, em)
    return shape_of(smooth, slack) or (shape_of(smooth, rough) if rough > slack else None)


def _enlarged(face: Face, slack: float) -> Shape | None:
    """The shape of a filled face of an enlarged picture, whose steps are larger, where it is a whole rectangle."""
    found = shape_of(face.contour, _STEPS * slack)
    whole = found is not None and found.outline is Outline.RECTANGLE and found.agreement >= _WHOLE
    return found if whole else None


def _smooth(contour: Points, em: float) -> Points:
    """The outline of a face without the dents and bumps that damage leaves."""
    side = max(3, 2 * round(_RAGGED * em / 2) + 1)
    corner = contour.min(axis=0) - side
    wide, high = contour.max(axis=0) - corner + side + 1
    face: Mask = np.zeros((int(high), int(wide)), np.uint8)
    cv2.drawContours(face, [(contour - corner).reshape(-1, 1, 2)], -1, 255, cv2.FILLED)
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    for way in (cv2.MORPH_CLOSE, cv2.MORPH_OPEN):
        face = cv2.morphologyEx(face, way, around)
    parts = cv2.findContours(face, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    if not parts:
        return contour
    smooth: Points = max(parts, key=cv2.contourArea)[:, 0, :] + corner
    return smooth.astype(contour.dtype)


def _is_gap(one: Candidate, faces: Faces, known: Mapping[int, Face], em: float) -> bool:
    """Whether an empty face of the paper's colour lies between two filled ones that reach beyond it: these enclose
    it with the lines that join them."""
    if one.texted or not faces.is_bare(one.face):
        return False
    x0, y0, x1, y1 = one.face.area
    along, reach = np.linspace(0.1, 0.9, _RAYS), np.arange(1, max(4, round(_WALL * em)))
    across, down = np.rint(x0 + along * (x1 - x0)), np.rint(y0 + along * (y1 - y0))
    above = _next(faces, across[:, None], (y0 - reach)[None, :])
    below = _next(faces, across[:, None], (y1 + reach)[None, :])
    left = _next(faces, (x0 - reach)[None, :], down[:, None])
    right = _next(faces, (x1 + reach)[None, :], down[:, None])
    for first, second, axis in ((above, below, 0), (left, right, 1)):
        if first != second and all(
            _reaches(one.face, known.get(n), faces, axis, em) for n in (first, second)
        ):
            return True
    return False


def _next(faces: Faces, columns: Array, rows: Array) -> int:
    """The face that rays from a side meet, if all meet one and the same; else 0."""
    met = values_at(faces.numbers, columns, rows)
    first = np.take_along_axis(met, (met != 0).argmax(axis=1)[:, None], axis=1)
    return int(first[0, 0]) if (first == first[0]).all() else 0


def _reaches(gap: Face, face: Face | None, faces: Faces, axis: int, em: float) -> bool:
    """Whether a face is filled, and its side longer than that of a gap at it."""
    if face is None or faces.is_bare(face):
        return False
    least = _BEYOND * em
    return face.area[axis] < gap.area[axis] - least or face.area[axis + 2] > gap.area[axis + 2] + least


def _is_loop(one: Candidate, faces: Faces, ink: Mask, em: float) -> bool:
    """Whether a face is only what lines happen to enclose, coloured boxes among them."""
    if one.filled:
        odd = one.shape.outline is Outline.POLYGON and not one.texted
        return odd and (faces.is_bare(one.face) or _is_small(one, 1.2 * em))
    if one.border.colour is None:
        return not one.texted
    if one.shape.outline is Outline.POLYGON:
        return True
    if one.shape.outline is Outline.RECTANGLE:
        if one.texted:
            return False
        dented = one.shape.agreement < (0.9 if _is_small(one, _THIN * em) else 0.97)
        return dented or continues(ink, one.area, em) >= 2
    signed = 0.2 * one.face.enclosed < one.face.pixels < 0.85 * one.face.enclosed
    return _is_small(one, (0.65 if signed else 0.9) * em)


def _is_small(one: Candidate, least: float) -> bool:
    return min(one.face.width, one.face.height) < least
