"""A figure's drawing from its pixels."""

from __future__ import annotations

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Colour, Connector, Drawing, Outline, Point
from dlc.frontends.figure.geometry import contains, extent, grown, size
from dlc.frontends.figure.ocr.recogniser import Recogniser
from dlc.frontends.figure.raster.arrays import Array, Mask
from dlc.frontends.figure.raster.behind import joined_behind
from dlc.frontends.figure.raster.boxes import Found, find_boxes, paint, paint_borders
from dlc.frontends.figure.raster.canvas import Canvas, canvas
from dlc.frontends.figure.raster.circled import find_circled, with_circled, without_signs
from dlc.frontends.figure.raster.dashed_lines import mark_dashed
from dlc.frontends.figure.raster.dashes import find_dashed
from dlc.frontends.figure.raster.faces import Faces, find_faces
from dlc.frontends.figure.raster.frames import with_frames
from dlc.frontends.figure.raster.half_heads import drop_stray_heads
from dlc.frontends.figure.raster.ink import find_ink
from dlc.frontends.figure.raster.letters import faces_with_letters, pieces_of
from dlc.frontends.figure.raster.light import levelled
from dlc.frontends.figure.raster.lines import find_lines
from dlc.frontends.figure.raster.meshes import find_meshed
from dlc.frontends.figure.raster.middles import usual_colour
from dlc.frontends.figure.raster.photos import as_boxes, clear, find_photos, without_faces
from dlc.frontends.figure.raster.picture import Picture
from dlc.frontends.figure.raster.rejoined import rejoined
from dlc.frontends.figure.raster.rows import find_rows
from dlc.frontends.figure.raster.scale import scaled
from dlc.frontends.figure.raster.solids import with_solids
from dlc.frontends.figure.raster.stroke import Stroke
from dlc.frontends.figure.raster.strokes import Traced, lines_between, simplified, trace
from dlc.frontends.figure.raster.texts import read_labels
from dlc.frontends.figure.raster.tilt import tilt_of, upright
from dlc.frontends.figure.raster.titled import with_titles

#: What is left of a border is at most this long (ems).
_REMNANT = 1.6
_SOLIDS = (Outline.STACK, Outline.CUBOID)


def read_raster(picture: Picture, recogniser: Recogniser | None = None) -> Drawing:
    """The drawing that a picture shows; lengths are pixels of the picture as given.

    Without a recogniser labels have places and sizes but no text.
    """
    picture = attrs.evolve(picture, pixels=levelled(picture.pixels))
    drawn, faces = _prepared(picture)
    tilt = tilt_of(faces, drawn.lines)
    if not tilt:
        return _read(drawn, faces, recogniser)
    straight = upright(picture, tilt)
    return straight.drawing(_read(*_prepared(straight.picture), recogniser))


def _prepared(picture: Picture) -> tuple[Canvas, Faces]:
    """A picture at working size, and its faces."""
    drawn = canvas(picture)
    return drawn, rejoined(find_faces(drawn), drawn.pixels, drawn.noise, drawn.em)


def _read(drawn: Canvas, faces: Faces, recogniser: Recogniser | None) -> Drawing:
    """The drawing of an upright picture."""
    photos = find_photos(drawn, faces)
    faces = without_faces(faces, photos)
    ink = find_ink(drawn, faces)
    clear(ink.mask, photos)
    pieces = pieces_of(ink.mask)
    dashed = find_dashed(pieces, drawn.em)
    inked = ink.mask if dashed is None else cv2.bitwise_and(ink.mask, cv2.bitwise_not(dashed.ink))
    found = find_boxes(drawn, faces, ink, faces_with_letters(pieces, ink.owner, drawn.em))
    found = with_solids(found, drawn.edges, drawn.grey, drawn.em)
    circles = find_circled(pieces if dashed is None else pieces_of(inked), drawn.em)
    found = with_circled(with_titles(drawn.grey, found, drawn.em), circles)
    found = [*found, *as_boxes(photos)]
    boxes = _box_mask(drawn, found)
    lines = find_lines(drawn, inked, boxes)
    meshed = find_meshed(drawn, faces, found, inked, lines.ink, boxes)
    fans, found = meshed.fans, meshed.found
    boxes = _box_mask(drawn, found)
    plain = meshed.lines if fans is None else cv2.bitwise_and(meshed.lines, cv2.bitwise_not(fans.ink))
    traced = trace(plain, cv2.dilate(boxes, np.ones((9, 9), np.uint8)), drawn.em)
    text = without_signs(_text_mask(meshed.ink, meshed.lines, traced, found), circles)
    homes = [area for one in found for area in (one.box.front, *one.cells)]
    rows = find_rows(text, homes, drawn.em)
    others = cv2.bitwise_and(ink.mask, cv2.bitwise_not(text))  # a line close to letters is not read with them
    contrast = cv2.bitwise_and(ink.contrast, cv2.bitwise_not(others))
    labels = read_labels(drawn, contrast, text, rows, recogniser)
    strokes = [*(fans.strokes if fans else ()), *traced.strokes]
    strokes = [stroke for stroke in strokes if not _is_remnant(stroke, found, drawn.em)]
    strokes = joined_behind(strokes, found, drawn.em)
    drop_stray_heads(strokes, drawn.em)
    mark_dashed(strokes, lines.gaps)
    connectors = [line for stroke in strokes if (line := _connector(drawn, stroke)) is not None]
    solid = (*(f.box for f in found), *(dashed.boxes if dashed else ()))
    seen, joining = with_frames(solid, connectors, drawn.em)
    height, width = drawn.shape
    made = Drawing(
        (0.0, 0.0, float(width), float(height)),
        seen,
        joining,
        (*labels, *(one.label() for one in circles)),
        traced.forks,
        unit="px",
        unread=max(
            0.0, sum(max(size(row.area)) for row in rows) - sum(max(size(each.area)) for each in labels)
        ),
    )
    return scaled(made, 1 / drawn.scale)


def _is_remnant(stroke: Stroke, found: list[Found], em: float) -> bool:
    """Whether a short stroke is what a damaged picture leaves of a box's border: it stays beside the border."""
    if stroke.length > _REMNANT * em:
        return False
    low, high = stroke.points.min(axis=0).tolist(), stroke.points.max(axis=0).tolist()
    hull = (low[0], low[1], high[0], high[1])
    beside = 0.3 * em
    return any(
        contains(grown(one.box.area, beside), hull) and not contains(grown(one.box.area, -beside), hull)
        for one in found
    ) and not any(contains(grown(one.box.area, -1.0), hull) for one in found)


def _text_mask(ink: Mask, lines: Mask, traced: Traced, found: list[Found]) -> Mask:
    """The ink that is neither a box's border nor a connector; letters that touch a line are kept."""
    letters = lines_between(traced.clutter, ink.shape, 1.6)
    own = lines_between(traced.strokes, ink.shape, 0.5)
    taken: Array = cv2.bitwise_and(lines, cv2.bitwise_not(cv2.bitwise_and(letters, cv2.bitwise_not(own))))
    paint_borders(taken, found, 0.8)
    return cv2.bitwise_and(ink, cv2.bitwise_not(taken))


def _box_mask(drawn: Canvas, found: list[Found]) -> Mask:
    """Boxes with all that is in them; of those that hold other boxes only the borders."""
    boxes = np.zeros(drawn.shape, np.uint8)
    holds = _groups(found)
    paint_borders(boxes, [one for one, held in zip(found, holds, strict=True) if held])
    for one, held in zip(found, holds, strict=True):
        if not held:
            paint(boxes, one, 255)
    return boxes


def _groups(found: list[Found]) -> list[bool]:
    """Which boxes have other, smaller boxes in them; what is drawn with a depth frames nothing."""
    areas = np.array([one.box.area for one in found]).reshape(-1, 4)
    extents = np.array([extent(one.box.area) for one in found])
    low, high = areas[:, None, :2] <= areas[None, :, :2], areas[:, None, 2:] >= areas[None, :, 2:]
    holds = np.all(low, axis=2) & np.all(high, axis=2) & (extents[:, None] > extents[None])
    held: list[bool] = holds.any(axis=1).tolist()
    return [is_ and one.box.outline not in _SOLIDS for is_, one in zip(held, found, strict=True)]


def _connector(drawn: Canvas, stroke: Stroke) -> Connector | None:
    points: tuple[Point, ...] = tuple(
        (float(x), float(y)) for x, y in simplified(stroke.points, max(1.0, 0.07 * drawn.em))
    )
    if len(points) < 2:
        return None
    line = Connector(
        points, stroke.heads[1], stroke.heads[0], stroke.dashed, 2 * stroke.half, _colour(drawn, stroke)
    )
    return line.turned() if line.tail and not line.head else line


def _colour(drawn: Canvas, stroke: Stroke) -> Colour:
    few = stroke.points[:: max(1, len(stroke.points) // 15)]
    return usual_colour(drawn.pixels[few[:, 1], few[:, 0]])
