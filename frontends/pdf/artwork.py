"""What is drawn on a page besides its text: paths with their colours, and the places of pictures.

Coordinates are points from the top left corner of the page as shown, y down (as in `dlc.frontends.pdf.page`).
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from typing import Any

import attrs
import pypdfium2.raw as raw

from dlc.frontends.pdf.page import Box
from dlc.frontends.pdf.space import IDENTITY, Frame, Matrix, apply, matrix_of, product

Point = tuple[float, float]
Colour = tuple[int, int, int]

#: A page with more objects than this holds a plot or a map, of which the rest is not looked at.
MOST_OBJECTS = 20_000
#: A path with more corners than this is a curve of a plot or an outlined picture: only its box is kept.
MOST_CORNERS = 3_000
#: Forms are nested in forms at most this deep.
_DEEPEST = 8
#: Ink fainter than the first (of 255) is not seen; ink from the second on hides what is behind it.
_FAINT, _SOLID = 16, 240
#: A curve is cut into straight pieces: how many, at least and at most.
_LEAST_PIECES, _MOST_PIECES = 4, 16


@attrs.frozen(slots=True)
class Stretch:
    """A subpath: `points` with curves cut into straight pieces.

    `nodes` are the ends of its segments as written, and `curved` says of each whether a curve leads to it
    (never to the first). `closed` tells that it ends where it began; the first point is then not repeated.
    """

    points: tuple[Point, ...]
    nodes: tuple[Point, ...]
    curved: tuple[bool, ...]
    closed: bool

    @property
    def box(self) -> Box:
        """The hull of its points."""
        xs, ys = [x for x, _ in self.points], [y for _, y in self.points]
        return min(xs), min(ys), max(xs), max(ys)


@attrs.frozen(slots=True)
class Path:
    """A painted path: `fill` and `stroke` are colours, None where not painted; `width` is the stroke's.

    `box` is the hull of its points, cut where a clip cuts it. `dashed` tells of a broken stroke. `form` is
    the number of the form (a file placed on the page) that holds it, 0 for the page itself. A path with
    very many corners has no stretches. `clear` tells that its fill lets what is behind it shine through.
    """

    stretches: tuple[Stretch, ...]
    fill: Colour | None
    stroke: Colour | None
    width: float
    dashed: bool
    box: Box
    form: int = 0
    clear: bool = False


@attrs.frozen
class Picture:
    """The place of a bitmap, or of a shading, that is seen on the page; `width` is a bitmap's in pixels."""

    box: Box
    shading: bool = False
    form: int = 0
    width: int = 0


@attrs.frozen
class Artwork:
    """All that is drawn on a page, in the order of painting; `complete` is false where there was too much.

    `forms` are the boxes of the files placed on the page, numbered from 1.
    """

    paths: tuple[Path, ...] = ()
    pictures: tuple[Picture, ...] = ()
    forms: tuple[Box, ...] = ()
    complete: bool = True


def artwork(page: Any, frame: Frame) -> Artwork:
    """The paths and pictures of a pypdfium2 page."""
    walker = _Walker(frame)
    handle = page.raw
    found = (raw.FPDFPage_GetObject(handle, index) for index in range(raw.FPDFPage_CountObjects(handle)))
    width, height = frame.size
    walker.walk(found, frame.matrix(IDENTITY), (0.0, 0.0, width, height), 0)
    return Artwork(tuple(walker.paths), tuple(walker.pictures), tuple(walker.forms), walker.complete)


class _Walker:
    """Goes through a page's objects and the forms in it."""

    def __init__(self, frame: Frame) -> None:
        self.paths: list[Path] = []
        self.pictures: list[Picture] = []
        self.forms: list[Box] = []
        self._form = 0
        self._objects = MOST_OBJECTS
        self._pen = _Pen()

    @property
    def complete(self) -> bool:
        return self._objects > 0

    def walk(self, found: Iterator[Any], outer: Matrix, seen: Box, depth: int) -> None:
        """Add what is seen of these objects inside the box `seen`; `outer` leads to the page as shown."""
        for item in found:
            if not self.complete:
                return
            kind = raw.FPDFPageObj_GetType(item)
            if kind == raw.FPDF_PAGEOBJ_TEXT:
                continue
            self._objects -= 1
            window = _common(seen, _clip(item, outer))
            if window is None:
                continue
            if kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
                self._walk_form(item, outer, window, depth)
            elif kind == raw.FPDF_PAGEOBJ_PATH:
                self._add_path(item, outer, window)
            elif kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
                self._add_picture(item, outer, window, kind == raw.FPDF_PAGEOBJ_SHADING)

    def _walk_form(self, item: Any, outer: Matrix, window: Box, depth: int) -> None:
        place = _common(window, _hull(_corners(_bounds(item), outer)))
        if depth == 0 and place is not None:
            self.forms.append(place)
            self._form = len(self.forms)
        count = raw.FPDFFormObj_CountObjects(item)
        inner = (raw.FPDFFormObj_GetObject(item, index) for index in range(count))
        self.walk(inner, product(matrix_of(item), outer), window, depth + 1)
        self._form = self._form if depth else 0

    def _add_picture(self, item: Any, outer: Matrix, window: Box, shading: bool) -> None:
        own = window if shading else _common(window, _hull(_corners(_bounds(item), outer)))
        if own is not None:
            self.pictures.append(Picture(own, shading, self._form, 0 if shading else _pixels_across(item)))

    def _add_path(self, item: Any, outer: Matrix, window: Box) -> None:
        fill, stroke = self._pen.colours(item)
        if fill is None and stroke is None:
            return
        rough = _common(window, _hull(_corners(_bounds(item), outer)))
        if rough is None:
            return
        matrix = product(matrix_of(item), outer)
        simple = raw.FPDFPath_CountSegments(item) <= MOST_CORNERS
        stretches = tuple(self._pen.stretches(item, matrix)) if simple else ()
        seen = (
            _common(window, _hull([p for stretch in stretches for p in stretch.points])) if simple else rough
        )
        if seen is None:
            return
        width = self._pen.width(item) * math.sqrt(abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]))
        dashed = stroke is not None and raw.FPDFPageObj_GetDashCount(item) > 0
        self.paths.append(Path(stretches, fill, stroke, width, dashed, seen, self._form, self._pen.clear))


class _Pen:
    """Reads a path's looks and course; holds the buffers that PDFium writes to."""

    def __init__(self) -> None:
        self._mode, self._stroked = ctypes.c_int(), ctypes.c_int()
        self._parts = [ctypes.c_uint() for _ in range(4)]
        self._x, self._y, self._width = ctypes.c_float(), ctypes.c_float(), ctypes.c_float()
        self.clear = False

    def colours(self, item: Any) -> tuple[Colour | None, Colour | None]:
        raw.FPDFPath_GetDrawMode(item, self._mode, self._stroked)
        fill = self._colour(item, raw.FPDFPageObj_GetFillColor) if self._mode.value else None
        self.clear = fill is not None and self._parts[3].value < _SOLID
        stroke = self._colour(item, raw.FPDFPageObj_GetStrokeColor) if self._stroked.value else None
        return fill, stroke

    def _colour(self, item: Any, ask: Any) -> Colour | None:
        """A colour as it looks on white paper; None where it is too faint."""
        if not ask(item, *self._parts):
            return 0, 0, 0
        red, green, blue, opacity = (part.value for part in self._parts)
        if opacity < _FAINT:
            return None
        share = opacity / 255
        faded = [round(255 - share * (255 - part)) for part in (red, green, blue)]
        return faded[0], faded[1], faded[2]

    def width(self, item: Any) -> float:
        return self._width.value if raw.FPDFPageObj_GetStrokeWidth(item, self._width) else 0.0

    def stretches(self, item: Any, matrix: Matrix) -> Iterator[Stretch]:
        trace = Trace()
        bends: list[Point] = []
        for index in range(raw.FPDFPath_CountSegments(item)):
            segment = raw.FPDFPath_GetPathSegment(item, index)
            raw.FPDFPathSegment_GetPoint(segment, self._x, self._y)
            point = apply(matrix, self._x.value, self._y.value)
            kind = raw.FPDFPathSegment_GetType(segment)
            if kind == raw.FPDF_SEGMENT_MOVETO:
                yield from trace.finish(False)
                trace = Trace()
                trace.line(point)
            elif kind == raw.FPDF_SEGMENT_LINETO:
                trace.line(point)
            else:
                bends.append(point)
                if len(bends) == 3:
                    trace.curve(bends)
                    bends = []
            if raw.FPDFPathSegment_GetClose(segment):
                yield from trace.finish(True)
                trace = Trace()
        yield from trace.finish(False)


class Trace:
    """A subpath while it is being read."""

    def __init__(self) -> None:
        self._points: list[Point] = []
        self._nodes: list[Point] = []
        self._curved: list[bool] = []

    def line(self, point: Point) -> None:
        if self._nodes and _same(self._nodes[-1], point):
            return
        self._points.append(point)
        self._nodes.append(point)
        self._curved.append(False)

    def curve(self, bends: list[Point]) -> None:
        if not self._points:
            self.line(bends[0])
        first, (second, third, last) = self._points[-1], bends
        long = math.dist(first, second) + math.dist(second, third) + math.dist(third, last)
        count = max(_LEAST_PIECES, min(_MOST_PIECES, int(long / 2)))
        self._points += [_bezier(first, second, third, last, k / count) for k in range(1, count + 1)]
        self._nodes.append(last)
        self._curved.append(True)

    def finish(self, closed: bool) -> Iterator[Stretch]:
        """The subpath, closed also where it returns to its beginning; nothing where it is a dot."""
        points, nodes, curved = self._points, self._nodes, self._curved
        if len(points) > 2 and _same(points[0], points[-1]):
            closed, curved = True, [curved[-1], *curved[1:-1]]
            points, nodes = points[:-1], nodes[:-1]
        if len(points) > 1:
            yield Stretch(tuple(points), tuple(nodes), tuple(curved), closed)


def _bezier(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    s = 1 - t
    p, q, r, u = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
    return p * a[0] + q * b[0] + r * c[0] + u * d[0], p * a[1] + q * b[1] + r * c[1] + u * d[1]


def _same(a: Point, b: Point) -> bool:
    return abs(a[0] - b[0]) < 1e-3 and abs(a[1] - b[1]) < 1e-3


def _pixels_across(item: Any) -> int:
    wide, high = ctypes.c_uint(), ctypes.c_uint()
    return wide.value if raw.FPDFImageObj_GetImagePixelSize(item, wide, high) else 0


def _bounds(item: Any) -> Box:
    sides = [ctypes.c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(item, *sides)
    x0, y0, x1, y1 = (side.value for side in sides)
    return x0, y0, x1, y1


def _corners(box: Box, matrix: Matrix) -> list[Point]:
    x0, y0, x1, y1 = box
    return [apply(matrix, x, y) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]


def _hull(points: list[Point]) -> Box | None:
    if not points:
        return None
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _common(one: Box, other: Box | None) -> Box | None:
    """What two boxes share (a line or a point counts); None where they are apart or there is no other."""
    if other is None:
        return None
    shared = max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])
    return shared if shared[0] <= shared[2] and shared[1] <= shared[3] else None


def _clip(item: Any, outer: Matrix) -> Box:
    """The box that an object's clip leaves open; everything where it has none."""
    seen: Box = (-math.inf, -math.inf, math.inf, math.inf)
    clip = raw.FPDFPageObj_GetClipPath(item)
    count = raw.FPDFClipPath_CountPaths(clip) if clip else 0
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(max(count, 0)):
        points = []
        for place in range(min(raw.FPDFClipPath_CountPathSegments(clip, index), 64)):
            segment = raw.FPDFClipPath_GetPathSegment(clip, index, place)
            raw.FPDFPathSegment_GetPoint(segment, x, y)
            points.append(apply(outer, x.value, y.value))
        seen = _common(seen, _hull(points)) or seen
    return seen
