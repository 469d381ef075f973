"""Scans laid askew: by how much, the picture put upright, and its drawing turned back."""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Area, Box, Connector, Drawing, Label, Point
from dlc.frontends.figure.geometry import bounds
from dlc.frontends.figure.raster.arrays import Array
from dlc.frontends.figure.raster.faces import Face, Faces
from dlc.frontends.figure.raster.picture import Picture

#: A scan is turned by more than this and less than that (degrees); less does no harm, more is meant.
_LEAST, _MOST = 0.3, 4.0
#: Faces look upright that fill this part of the smallest rectangle around them, and not of the upright one.
_SQUARE, _MANY = 0.96, 60
#: So many faces, and this part of all (longer ones count more), agree on the angle to so many degrees.
_FEWEST, _PART, _AGREE = 3, 0.6, 0.35
#: A face's longer side has at least so many pixels: shorter ones say nothing of small angles.
_LONG = 40


def tilt_of(faces: Faces) -> float:
    """By how many degrees a picture is turned clockwise, as its larger rectangles tell; 0 where upright."""
    angles, weights = [], []
    for face in faces.faces[:_MANY]:
        found = None if face.at_rim else _angle(face)
        if found is not None:
            angles.append(found)
            weights.append(float(max(face.width, face.height)) ** 2)
    if len(angles) < _FEWEST:
        return 0.0
    usual = _middle(angles, weights)
    near, weight = np.abs(np.array(angles) - usual) <= _AGREE, np.array(weights)
    agreed = near.sum() >= _FEWEST and weight[near].sum() >= _PART * weight.sum()
    if not agreed or not _LEAST <= abs(usual) <= _MOST:
        return 0.0
    return float(np.average(np.array(angles)[near], weights=weight[near]))


def _angle(face: Face) -> float | None:
    """By how much a rectangular face is turned, -45 to 45 degrees; None for what is no rectangle, or short."""
    if max(face.width, face.height) < _LONG:
        return None
    _, (wide, high), angle = cv2.minAreaRect(face.contour)
    if cv2.contourArea(face.contour) < _SQUARE * wide * high:
        return None
    turned = angle % 90
    return turned - 90 if turned > 45 else turned


def _middle(values: Sequence[float], weights: Sequence[float]) -> float:
    """The weighted median."""
    order = np.argsort(values)
    upto = np.cumsum(np.array(weights)[order])
    return float(np.array(values)[order][int(np.searchsorted(upto, upto[-1] / 2))])


@attrs.frozen(eq=False)
class Upright:
    """A picture put upright, the matrix that leads from its places to those of the one that was askew, and that
    one's width and height."""

    picture: Picture
    back: Array
    size: tuple[int, int]

    def drawing(self, made: Drawing) -> Drawing:
        """The drawing of the upright picture where the other one has it."""
        return attrs.evolve(
            made,
            area=(0.0, 0.0, float(self.size[0]), float(self.size[1])),
            boxes=tuple(map(self._box, made.boxes)),
            connectors=tuple(map(self._connector, made.connectors)),
            labels=tuple(map(self._label, made.labels)),
            junctions=tuple(map(self._point, made.junctions)),
        )

    def _point(self, point: Point) -> Point:
        (a, b, c), (d, e, f) = self.back.tolist()
        return a * point[0] + b * point[1] + c, d * point[0] + e * point[1] + f

    def _area(self, area: Area) -> Area:
        left, top, right, bottom = area
        return bounds([self._point((x, y)) for x in (left, right) for y in (top, bottom)])

    def _box(self, box: Box) -> Box:
        corners = tuple(map(self._point, box.corners))
        return attrs.evolve(box, area=self._area(box.area), front=self._area(box.front), corners=corners)

    def _connector(self, line: Connector) -> Connector:
        return attrs.evolve(line, points=tuple(map(self._point, line.points)))

    def _label(self, label: Label) -> Label:
        return attrs.evolve(label, area=self._area(label.area))


def upright(picture: Picture, tilt: float) -> Upright:
    """The picture turned back by `tilt` degrees, on paper that is large enough for all of it."""
    height, width = picture.pixels.shape[:2]
    s, c = abs(math.sin(math.radians(tilt))), math.cos(math.radians(tilt))
    wide, high = math.ceil(width * c + height * s), math.ceil(height * c + width * s)
    way = cv2.getRotationMatrix2D((width / 2, height / 2), tilt, 1.0)
    way[:, 2] += (wide - width) / 2, (high - height) / 2
    pixels = cv2.warpAffine(
        picture.pixels, way, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return Upright(attrs.evolve(picture, pixels=pixels), cv2.invertAffineTransform(way), (width, height))
