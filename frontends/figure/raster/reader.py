"""A figure's drawing from its pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Area, Box, Colour, Connector, Drawing, Outline, Point
from dlc.frontends.figure.geometry import contains, extent, grown, size
from dlc.frontends.figure.ocr.recogniser import Recogniser
from dlc.frontends.figure.raster.arrays import Array, Mask
from dlc.frontends.figure.raster.behind import joined_behind
from dlc.frontends.figure.raster.boxes import Found, find_boxes, paint, paint_borders
from dlc.frontends.figure.raster.canvas import Canvas, canvas
from dlc.frontends.figure.raster.circled import (
    Circled,
    find_circled,
    with_circled,
    without_crossings,
    without_signs,
)
from dlc.frontends.figure.raster.cut_off import closed, cuts_at_rim
from dlc.frontends.figure.raster.dashed_lines import mark_dashed
from dlc.frontends.figure.raster.dashes import find_dashed
from dlc.frontends.figure.raster.faces import Faces, find_faces
from dlc.frontends.figure.raster.frames import with_frames
from dlc.frontends.figure.raster.half_heads import drop_stray_heads
from dlc.frontends.figure.raster.ink import Ink, faces_with_letters, find_ink
from dlc.frontends.figure.raster.letters import pieces_of
from dlc.frontends.figure.raster.light import levelled
from dlc.frontends.figure.raster.lines import find_lines
from dlc.frontends.figure.raster.lost_sides import with_lost_sides
from dlc.frontends.figure.raster.masks import without
from dlc.frontends.figure.raster.meshes import Meshed, find_meshed
from dlc.frontends.figure.raster.middles import usual_colour
from dlc.frontends.figure.raster.photos import as_boxes, clear, find_photos, without_faces
from dlc.frontends.figure.raster.picture import Picture
from dlc.frontends.figure.raster.rejoined import rejoined
from dlc.frontends.figure.raster.restore import has_specks, patches_of, without_cuts, without_specks
from dlc.frontends.figure.raster.rings import with_rings
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
    specked = has_specks(patches_of(picture.pixels))
    pixels = without_cuts(without_specks(picture.pixels)) if specked else picture.pixels
    picture = attrs.evolve(picture, pixels=levelled(pixels))
    drawn, faces = _prepared(picture, specked)
    tilt = tilt_of(faces, drawn.lines)
    if not tilt:
        return _read(drawn, faces, recogniser)
    straight = closed(upright(picture, tilt), cuts_at_rim(drawn, faces))
    return straight.drawing(_read(*_prepared(straight.picture, specked, drawn.ringing), recogniser))


def _prepared(picture: Picture, specked: bool, ringing: float = 0.0) -> tuple[Canvas, Faces]:
    """A picture at working size, and its faces; `specked` tells whether it had specks, which are gone, and `ringing`
    how far JPEG's goes, whose blocks no longer lie level."""
    drawn = canvas(picture, specked, ringing)
    whole = with_lost_sides(picture, drawn)
    drawn = drawn if whole is picture else canvas(whole, specked, ringing)
    return drawn, rejoined(find_faces(drawn), drawn.pixels, drawn.noise, drawn.em)


@attrs.frozen
class _Shapes:
    """What is no line and no text: boxes, signs in circles, dashed boxes; `inked` is the ink without dashes."""

    faces: Faces
    ink: Ink
    inked: Mask
    found: list[Found]
    circles: list[Circled]
    dashed: Sequence[Box]


def _read(drawn: Canvas, faces: Faces, recogniser: Recogniser | None) -> Drawing:
    """The drawing of an upright picture."""
    shapes = _shapes(drawn, faces)
    boxes = _box_mask(drawn, shapes.found)
    lines = find_lines(drawn, shapes.inked, boxes)
    meshed = find_meshed(drawn, shapes.faces, shapes.found, shapes.inked, lines.ink, boxes)
    boxes = boxes if meshed.found is shapes.found else _box_mask(drawn, meshed.found)
    traced = _traced(drawn, meshed, boxes)
    text = without_signs(_text_mask(meshed.ink, meshed.lines, traced, meshed.found), shapes.circles)
    homes = [area for one in meshed.found for area in (one.box.front, *one.cells)]
    rows = find_rows(text, homes, drawn.em)
    labels = read_labels(drawn, _contrast(shapes.ink, text), text, rows, recogniser)
    strokes = _strokes(drawn, meshed, traced, lines.gaps)
    connectors = [line for stroke in strokes if (line := _connector(drawn, stroke)) is not None]
    solid = (*(one.box for one in meshed.found), *shapes.dashed)
    seen, joining = with_frames(solid, connectors, drawn.em)
    height, width = drawn.shape
    area = 0.0, 0.0, float(width), float(height)
    words = (*labels, *(one.label() for one in shapes.circles))
    unread = max(0.0, _length(row.area for row in rows) - _length(label.area for label in labels))
    made = Drawing(area, seen, joining, words, traced.forks, unit="px", unread=unread)
    return scaled(made, 1 / drawn.scale)


def _shapes(drawn: Canvas, faces: Faces) -> _Shapes:
    photos = find_photos(drawn, faces)
    faces = without_faces(faces, photos)
    ink = find_ink(drawn, faces)
    clear(ink.mask, photos)
    pieces = pieces_of(ink.mask)
    dashed = find_dashed(pieces, drawn.em)
    inked = ink.mask if dashed is None else without(ink.mask, dashed.ink)
    texted = faces_with_letters(ink, pieces, drawn.em)
    found = with_rings(drawn, find_boxes(drawn, faces, ink, texted), texted, photos, pieces)
    found = with_solids(found, drawn.edges, drawn.grey, drawn.em)
    circles = find_circled(pieces if dashed is None else pieces_of(inked), drawn.em)
    circles = without_crossings(circles, found)
    found = with_circled(with_titles(drawn.grey, found, drawn.em), circles)
    return _Shapes(faces, ink, inked, [*found, *as_boxes(photos)], circles, dashed.boxes if dashed else ())


def _traced(drawn: Canvas, meshed: Meshed, boxes: Mask) -> Traced:
    """The lines between boxes, which `boxes` marks, but those that fans account for."""
    fans = meshed.fans
    plain = meshed.lines if fans is None else without(meshed.lines, fans.ink)
    return trace(plain, cv2.dilate(boxes, np.ones((9, 9), np.uint8)), drawn.em)


def _strokes(drawn: Canvas, meshed: Meshed, traced: Traced, gaps: Mask | None) -> list[Stroke]:
    """All lines that are no remnants of borders, joined where they run on behind boxes."""
    strokes = [*(meshed.fans.strokes if meshed.fans else ()), *traced.strokes]
    strokes = [stroke for stroke in strokes if not _is_remnant(stroke, meshed.found, drawn.em)]
    strokes = joined_behind(strokes, meshed.found, drawn.em)
    drop_stray_heads(strokes, drawn.em)
    mark_dashed(strokes, gaps)
    return strokes


def _contrast(ink: Ink, text: Mask) -> Mask:
    """How dark text is; a line close to letters is not read with them."""
    others = without(ink.mask, text)
    return without(ink.contrast, others)


def _length(areas: Iterable[Area]) -> float:
    """How long lines of text are, level or turned, together."""
    return sum(max(size(area)) for area in areas)


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
    taken: Array = lines.copy()
    if traced.clutter:
        letters = lines_between(traced.clutter, ink.shape, 1.6)
        own = lines_between(traced.strokes, ink.shape, 0.5)
        taken = without(lines, without(letters, own))
    paint_borders(taken, found, 0.8)
    return without(ink, taken)


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
