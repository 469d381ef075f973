"""A drawing as shapes and texts, before it becomes PDF, SVG or pixels. Points, y down from the top."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from dlc.frontends.figure.drawing import Area, Colour, Point
from dlc.simulate.face import Face

# A segment of an outline: the end of a straight line, or two control points and the end of a cubic curve.
Segment = tuple[Point, ...]
_ROUND = 0.5523  # control points of a quarter circle, in parts of its radius


@attrs.frozen
class Pen:
    """How a path is painted: filled, stroked or both; a dash is the lengths of ink and gap."""

    fill: Colour | None = None
    stroke: Colour | None = None
    width: float = 1.0
    dash: tuple[float, ...] = ()


@attrs.frozen
class Path:
    """A line or outline from `start` along its segments."""

    start: Point
    segments: tuple[Segment, ...]
    pen: Pen
    closed: bool = False


@attrs.frozen
class Text:
    """A line of text whose baseline begins at `at` and runs at `angle` degrees counter-clockwise."""

    text: str
    at: Point
    face: Face
    size: float
    colour: Colour = (0, 0, 0)
    angle: float = 0.0

    @property
    def width(self) -> float:
        """Its length along the baseline."""
        return self.face.width(self.text, self.size)


@attrs.frozen
class Bitmap:
    """A picture inside the drawing: rows of RGB pixels, stretched over an area."""

    area: Area
    columns: int
    rows: int
    pixels: bytes = attrs.field(repr=False)


Shape = Path | Text | Bitmap


@attrs.frozen
class Scene:
    """Shapes in the order in which they are painted, on a page of this size."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


def line(points: Sequence[Point], pen: Pen, closed: bool = False) -> Path:
    """A polyline, or a polygon."""
    return Path(points[0], tuple((p,) for p in points[1:]), pen, closed)


def curve(points: Sequence[Point], pen: Pen) -> Path:
    """A chain of cubic curves (3n + 1 points)."""
    triples = zip(points[1::3], points[2::3], points[3::3], strict=True)
    return Path(points[0], tuple(triples), pen)


def rectangle(area: Area, pen: Pen) -> Path:
    """An upright rectangle."""
    left, top, right, bottom = area
    return line([(left, top), (right, top), (right, bottom), (left, bottom)], pen, closed=True)


def rounded(area: Area, radius: float, pen: Pen) -> Path:
    """A rectangle with round corners."""
    left, top, right, bottom = area
    r = min(radius, (right - left) / 2, (bottom - top) / 2)
    k = r * (1 - _ROUND)
    segments: list[Segment] = [
        ((right - r, top),),
        ((right - k, top), (right, top + k), (right, top + r)),
        ((right, bottom - r),),
        ((right, bottom - k), (right - k, bottom), (right - r, bottom)),
        ((left + r, bottom),),
        ((left + k, bottom), (left, bottom - k), (left, bottom - r)),
        ((left, top + r),),
        ((left, top + k), (left + k, top), (left + r, top)),
    ]
    return Path((left + r, top), tuple(segments), pen, closed=True)


def ellipse(area: Area, pen: Pen) -> Path:
    """The ellipse in a rectangle."""
    left, top, right, bottom = area
    x, y = (left + right) / 2, (top + bottom) / 2
    kx, ky = (right - left) / 2 * _ROUND, (bottom - top) / 2 * _ROUND
    segments: list[Segment] = [
        ((right, y + ky), (x + kx, bottom), (x, bottom)),
        ((x - kx, bottom), (left, y + ky), (left, y)),
        ((left, y - ky), (x - kx, top), (x, top)),
        ((x + kx, top), (right, y - ky), (right, y)),
    ]
    return Path((right, y), tuple(segments), pen, closed=True)


def moved(shapes: Iterable[Shape], dx: float, dy: float) -> tuple[Shape, ...]:
    """The shapes at another place."""
    return tuple(_moved(shape, dx, dy) for shape in shapes)


def _moved(shape: Shape, dx: float, dy: float) -> Shape:
    if isinstance(shape, Text):
        return attrs.evolve(shape, at=(shape.at[0] + dx, shape.at[1] + dy))
    if isinstance(shape, Bitmap):
        left, top, right, bottom = shape.area
        return attrs.evolve(shape, area=(left + dx, top + dy, right + dx, bottom + dy))
    segments = tuple(tuple((x + dx, y + dy) for x, y in segment) for segment in shape.segments)
    start = (shape.start[0] + dx, shape.start[1] + dy)
    return attrs.evolve(shape, start=start, segments=segments)
