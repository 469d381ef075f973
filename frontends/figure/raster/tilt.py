"""Scans laid askew: by how much, the picture put upright, and its drawing turned back."""

from __future__ import annotations

import math

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Area, Box, Connector, Drawing, Label, Point
from dlc.frontends.figure.geometry import bounds
from dlc.frontends.figure.raster.arrays import Array, Mask, Points
from dlc.frontends.figure.raster.faces import Faces
from dlc.frontends.figure.raster.picture import Picture

#: A scan is turned by more than this and less than that (degrees); less does no harm, more is meant. Sides that
#: tell so much are a hint of it: where they are short they tell too little.
_LEAST, _MOST, _HINT = 0.25, 4.0, 0.15
#: So many faces are looked at; their outlines are followed by straight sides within so much (pixels).
_MANY, _SLACK = 60, 1.3
#: So many sides, and this part of all (longer ones count more), agree on the angle to so many degrees, or to what
#: a pixel makes of a side's length.
_FEWEST, _PART, _AGREE = 6, 0.6, 0.35
#: Sides have at least so many pixels, since shorter ones say nothing of small angles, and are turned by no more than
#: so many degrees: others are slanted on purpose.
_LONG, _SLANTED = 40.0, 6.0
#: Angles are tried so far around (degrees) and in such steps, with so many pixels of lines; they must gather in rows
#: and columns by this factor better than before.
_AROUND, _STEP, _PLACES, _BETTER = 0.8, 0.05, 40_000, 1.1


def tilt_of(faces: Faces, lines: Mask) -> float:
    """By how many degrees a picture is turned clockwise, as the sides of faces tell, and its `lines` bear out, which
    then lie in fewer rows and columns; 0 where upright."""
    found = [_sides(face.contour) for face in faces.faces[:_MANY] if not face.at_rim]
    angles, lengths = np.concatenate([np.zeros((0, 2)), *found]).T
    if len(angles) < _FEWEST:
        return 0.0
    usual, weights = _middle(angles, lengths**2), lengths**2
    near = np.abs(angles - usual) <= np.maximum(_AGREE, np.degrees(1 / lengths))
    agreed = near.sum() >= _FEWEST and weights[near].sum() >= _PART * weights.sum()
    if not agreed or not _HINT <= abs(usual) <= _MOST:
        return 0.0
    return _borne_out(lines, usual)


def _sides(contour: Points) -> Array:
    """The angles (degrees from level or upright) and lengths of a face's long sides, (count, 2)."""
    corners = cv2.approxPolyDP(contour.reshape(-1, 1, 2), _SLACK, True)[:, 0, :].astype(np.float64)
    across, down = (np.roll(corners, -1, axis=0) - corners).T
    lengths = np.hypot(across, down)
    angles = (np.degrees(np.arctan2(down, across)) + 45) % 90 - 45
    chosen = (lengths >= _LONG) & (np.abs(angles) <= _SLANTED)
    found: Array = np.stack([angles, lengths], axis=1)[chosen]
    return found


def _borne_out(lines: Mask, usual: float) -> float:
    """The angle near `usual` at which lines stand most upright; 0 where that is hardly better than as they are."""
    where = np.flatnonzero(lines)
    places = np.stack(np.divmod(where[:: 1 + len(where) // _PLACES], lines.shape[1]), axis=1)
    angles = np.concatenate([[0.0], np.arange(usual - _AROUND, usual + _AROUND, _STEP)])
    gathered = [_gathered(places, angle) for angle in angles]
    best = int(np.argmax(gathered))
    found = float(angles[best])
    return found if abs(found) >= _LEAST and gathered[best] > _BETTER * gathered[0] else 0.0


def _gathered(places: Array, angle: float) -> float:
    """How sharply places (y, x) gather in some rows and columns once they are turned back by an angle."""
    s, c = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    y, x = places.T
    ways = (c * y - s * x, c * x + s * y)
    counts = [np.bincount(np.rint(way - way.min()).astype(np.int64)) for way in ways]
    return float(sum((np.diff(count) ** 2).sum() for count in counts))


def _middle(values: Array, weights: Array) -> float:
    """The weighted median."""
    order = np.argsort(values)
    upto = np.cumsum(weights[order])
    return float(values[order][int(np.searchsorted(upto, upto[-1] / 2))])


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
    paper = np.median(picture.pixels[::4, ::4].reshape(-1, 3), axis=0).tolist()
    pixels = cv2.warpAffine(picture.pixels, way, (wide, high), flags=cv2.INTER_CUBIC, borderValue=paper)
    return Upright(attrs.evolve(picture, pixels=pixels), cv2.invertAffineTransform(way), (width, height))
