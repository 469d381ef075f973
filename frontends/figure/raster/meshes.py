"""Lines between circles that are so thick, or so many, that faces are seen in them: these are ink, and no boxes."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Box
from dlc.frontends.figure.geometry import contains, hull
from dlc.frontends.figure.raster.arrays import Mask, Points
from dlc.frontends.figure.raster.boxes import Found, paint
from dlc.frontends.figure.raster.canvas import Canvas
from dlc.frontends.figure.raster.faces import Faces, differ
from dlc.frontends.figure.raster.fans import Fans, find_fans, round_ones
from dlc.frontends.figure.raster.ink import find_ink
from dlc.frontends.figure.raster.masks import without

#: Fewer circles are joined by no mesh.
_FEWEST = 4
#: A face whose colour differs from the paper's by no more is a gap between lines.
_BARE = 30


#: So far (pixels) the blurred rim of a line may lie beside its ink.
_RIM = 5


@attrs.frozen(eq=False)
class Meshed:
    """Fans, all ink without the gaps in their mesh, the ink of all lines, and the boxes without those gaps."""

    fans: Fans | None
    ink: Mask
    lines: Mask
    found: list[Found]


def find_meshed(
    drawn: Canvas, faces: Faces, found: list[Found], ink: Mask, lines: Mask, boxes: Mask
) -> Meshed:
    """The fans of a picture with these boxes, which take up `boxes`; `lines` is what of its ink are lines."""
    circles = round_ones([one.box for one in found])
    mesh = _mesh(drawn, faces, found, circles) if len(circles) >= _FEWEST else None
    if mesh is None:
        return Meshed(find_fans(circles, lines, boxes, drawn.em), ink, lines, found)
    taken = np.zeros(drawn.shape, np.uint8)
    for one in found:
        if one.box in circles:
            paint(taken, one, 255)
    letters = without(ink, cv2.bitwise_or(lines, boxes))
    drawn_there = without(mesh, cv2.bitwise_or(letters, taken))
    fans = find_fans(circles, drawn_there, taken, drawn.em)
    if fans is None:
        return Meshed(find_fans(circles, lines, boxes, drawn.em), ink, lines, found)
    own = cv2.dilate(fans.ink, np.ones((_RIM, _RIM), np.uint8))
    kept = [one for one in found if one.box in circles or not _lies_between(one, fans.zones)]
    ink = cv2.bitwise_and(ink, mesh)
    lines = cv2.bitwise_or(cv2.bitwise_and(lines, mesh), own)
    return Meshed(attrs.evolve(fans, ink=own), ink, lines, kept)


def _mesh(drawn: Canvas, faces: Faces, found: Sequence[Found], circles: Sequence[Box]) -> Mask | None:
    """The ink of a picture with all that is drawn between its circles; None where no faces are seen there."""
    whole = hull(circle.area for circle in circles)
    own = {number for one in found if one.box in circles for number in one.faces}
    lines = {
        face.number
        for face in faces.faces
        if face.number not in own and contains(whole, face.area) and differ(face.colour, faces.paper) > _BARE
    }
    return find_ink(drawn, faces, lines).mask if lines else None


def _lies_between(one: Found, zones: Sequence[Points]) -> bool:
    """Whether a box lies between two columns of circles which a fan joins."""
    x0, y0, x1, y1 = one.box.area
    slack = 2 * one.margin + min(x1 - x0, y1 - y0) / 2
    corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return any(
        all(cv2.pointPolygonTest(zone.reshape(-1, 1, 2), corner, True) >= -slack for corner in corners)
        for zone in zones
    )
