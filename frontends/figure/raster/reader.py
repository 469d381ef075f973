"""A figure's drawing from its pixels."""

from __future__ import annotations

import cv2
import numpy as np

from dlc.frontends.figure.drawing import Colour, Connector, Drawing, Point
from dlc.frontends.figure.geometry import contains, extent, grown
from dlc.frontends.figure.ocr.recogniser import Recogniser
from dlc.frontends.figure.raster.arrays import Array, Mask, Points
from dlc.frontends.figure.raster.beside import without_letters
from dlc.frontends.figure.raster.boxes import Found, find_boxes, paint, paint_borders
from dlc.frontends.figure.raster.canvas import Canvas, canvas
from dlc.frontends.figure.raster.dashes import find_dashed
from dlc.frontends.figure.raster.faces import find_faces
from dlc.frontends.figure.raster.ink import find_ink
from dlc.frontends.figure.raster.letters import Pieces, faces_with_letters, may_be_letters, pieces_of
from dlc.frontends.figure.raster.middles import usual_colour
from dlc.frontends.figure.raster.picture import Picture
from dlc.frontends.figure.raster.rows import find_rows
from dlc.frontends.figure.raster.scale import scaled
from dlc.frontends.figure.raster.small_arrows import small_arrows
from dlc.frontends.figure.raster.solids import with_solids
from dlc.frontends.figure.raster.stroke import Stroke
from dlc.frontends.figure.raster.strokes import Traced, lines_between, simplified, trace
from dlc.frontends.figure.raster.texts import read_labels
from dlc.frontends.figure.raster.titled import with_titles

#: What is left of a border is at most this long (ems).
_REMNANT = 1.6
#: Holes in lines that are at most so wide and high (pixels) are no drawing, where a piece has few.
_PINHOLE, _FEW_PINHOLES = 3, 3


def read_raster(picture: Picture, recogniser: Recogniser | None = None) -> Drawing:
    """The drawing that a picture shows; lengths are pixels of the picture as given.

    Without a recogniser labels have places and sizes but no text.
    """
    drawn = canvas(picture)
    faces = find_faces(drawn)
    ink = find_ink(drawn, faces)
    pieces = pieces_of(ink.mask)
    dashed = find_dashed(pieces, drawn.em)
    inked = ink.mask if dashed is None else cv2.bitwise_and(ink.mask, cv2.bitwise_not(dashed.ink))
    found = find_boxes(drawn, faces, ink, faces_with_letters(pieces, ink.owner, drawn.em))
    found = with_solids(found, drawn.edges, drawn.grey, drawn.em)
    found = with_titles(drawn.grey, found, drawn.em)
    boxes = _box_mask(drawn, found)
    lines = without_letters(_line_mask(drawn, inked, boxes), drawn.em)
    traced = trace(
        _without_pinholes(_closed(lines, drawn.em)), cv2.dilate(boxes, np.ones((9, 9), np.uint8)), drawn.em
    )
    text = _text_mask(inked, lines, traced, found)
    homes = [area for one in found for area in (one.box.area, *one.cells)]
    rows = find_rows(text, homes, drawn.em)
    others = cv2.bitwise_and(ink.mask, cv2.bitwise_not(text))  # a line close to letters is not read with them
    contrast = cv2.bitwise_and(ink.contrast, cv2.bitwise_not(others))
    labels = read_labels(drawn, contrast, text, rows, recogniser)
    strokes = [stroke for stroke in traced.strokes if not _is_remnant(stroke, found, drawn.em)]
    connectors = [_connector(drawn, stroke) for stroke in strokes]
    height, width = drawn.shape
    made = Drawing(
        (0.0, 0.0, float(width), float(height)),
        (*(f.box for f in found), *(dashed.boxes if dashed else ())),
        tuple(c for c in connectors if c is not None),
        tuple(labels),
        traced.forks,
        unit="px",
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
    paint_borders(taken, found, 255, 0.8)
    return cv2.bitwise_and(ink, cv2.bitwise_not(taken))


def _box_mask(drawn: Canvas, found: list[Found]) -> Mask:
    """Boxes with all that is in them; of those that hold other boxes only the borders."""
    boxes = np.zeros(drawn.shape, np.uint8)
    holds = _groups(found)
    paint_borders(boxes, [one for one, held in zip(found, holds, strict=True) if held], 255)
    for one, held in zip(found, holds, strict=True):
        if not held:
            paint(boxes, one, 255)
    return boxes


def _line_mask(drawn: Canvas, ink: Mask, boxes: Mask) -> Mask:
    """The ink of connectors: outside boxes, and no letters."""
    outside = cv2.bitwise_and(ink, cv2.bitwise_not(boxes))
    pieces = pieces_of(outside)
    touching = pieces.count(cv2.dilate(boxes, np.ones((5, 5), np.uint8))) > 0
    return pieces.mask(_are_lines(pieces, touching, drawn))


def _groups(found: list[Found]) -> list[bool]:
    """Which boxes have other, smaller boxes in them."""
    areas = np.array([one.box.area for one in found]).reshape(-1, 4)
    extents = np.array([extent(one.box.area) for one in found])
    low, high = areas[:, None, :2] <= areas[None, :, :2], areas[:, None, 2:] >= areas[None, :, 2:]
    holds = np.all(low, axis=2) & np.all(high, axis=2) & (extents[:, None] > extents[None])
    held: list[bool] = holds.any(axis=1).tolist()
    return held


def _are_lines(pieces: Pieces, touching: Array, drawn: Canvas) -> Array:
    """Which pieces of ink are lines rather than letters."""
    em = drawn.em
    lettered = pieces.count(drawn.letters)
    written = lettered > 0.5 * pieces.pixels
    long = np.maximum(pieces.width, pieces.height)
    slender = np.minimum(pieces.width, pieces.height) < 0.25 * em
    lines = touching & ~(written & may_be_letters(pieces, em)) & (long > 0.2 * em)
    lines |= ~written & ((long > 2.0 * em) | (slender & (long > 1.2 * em)))
    lines |= small_arrows(pieces, ~lines, em)
    lines[0] = False
    return lines


def _without_pinholes(lines: Mask) -> Mask:
    """Lines with holes of some pixels filled, as the strokes of an open head leave them at its tip.

    Where many lines cross at a slant, such holes keep them apart.
    """
    contours, tree = cv2.findContours(lines, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    filled = lines.copy()
    small: dict[int, list[Points]] = {}
    for contour, parent in zip(contours, tree[0, :, 3].tolist() if contours else (), strict=True):
        if parent >= 0 and max(cv2.boundingRect(contour)[2:]) <= _PINHOLE + 2:
            small.setdefault(parent, []).append(contour)
    for pinholes in small.values():
        if len(pinholes) <= _FEW_PINHOLES:
            cv2.drawContours(filled, pinholes, -1, 255, cv2.FILLED)
    return filled


def _closed(lines: Mask, em: float) -> Mask:
    """Lines with gaps of a pixel or two closed around small pieces, as between a shaft and its head."""
    pieces = pieces_of(lines)
    small = np.maximum(pieces.width, pieces.height) <= em
    small[0] = False
    if not small.any():
        return lines
    around = np.ones((3, 3), np.uint8)
    near = cv2.dilate(pieces.mask(small), np.ones((5, 5), np.uint8))
    bridges = cv2.bitwise_and(cv2.morphologyEx(lines, cv2.MORPH_CLOSE, around), near)
    return cv2.bitwise_or(lines, bridges)


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
