"""Painting signs over a page or picture: the ground is faded, tags are put where they cover least."""

from __future__ import annotations

import io
import itertools
import math
from collections.abc import Sequence

import attrs
from PIL import Image, ImageDraw, ImageFont

from dlc.frontends.figure.drawing import Area, Colour, Point
from dlc.frontends.figure.geometry import bounds, centre, common, extent, grown, inside
from dlc.frontends.look.marks import Mark, Sign, Tag, Trace

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
#: How much of the ground is seen through the white laid over it.
_FADED = 0.55
#: Everything is drawn this much larger and then made smaller, for smooth lines.
_FINER = 2
_LETTERS = 5.2  # size of a tag's letters, in points
_MARGIN = 8.0


@attrs.frozen
class Ground:
    """What is painted on: a picture, of which `scale` pixels are one unit of length (of the signs).

    `point` is how long a printer's point is in that unit, by which lines and letters are measured.
    `obstacles` are areas that tags had better not cover.
    """

    picture: Image.Image
    scale: float
    point: float = 1.0
    obstacles: tuple[Area, ...] = ()


def paint(ground: Ground, signs: Sequence[Sign], area: Area | None = None) -> bytes:
    """A PNG of the ground, or of an area of it, with the signs that are there over it."""
    seen = [sign for sign in signs if area is None or inside(area, _middle(sign), 2 * ground.point)]
    painter = _Painter(ground, area, _room(seen, area))
    for sign in sorted(seen, key=_depth):
        painter.add(sign)
    return painter.finish()


def _middle(sign: Sign) -> Point:
    return centre(bounds(sign.points) if isinstance(sign, Trace) else sign.area)


def _room(signs: Sequence[Sign], area: Area | None) -> float:
    """How many points more are needed on the right for tags beside a table that is looked at alone."""
    beside = [len(sign.text) for sign in signs if isinstance(sign, Tag) and sign.beside is not None]
    return 8 + 0.58 * _LETTERS * max(beside) if beside and area is not None else 0.0


def _depth(sign: Sign) -> int:
    """What is drawn first: tints and frames, then arrows, then tags."""
    if isinstance(sign, Mark):
        return 0 if sign.fill else 1
    return 2 if isinstance(sign, Trace) else 3 + (not sign.title)


class _Painter:
    """Draws on a faded and enlarged copy of the ground."""

    def __init__(self, ground: Ground, area: Area | None, room: float) -> None:
        self._scale = ground.scale * _FINER
        self._unit = ground.point * self._scale  # pixels a point, as drawn
        high, wide = ground.picture.height, ground.picture.width
        whole = (0.0, 0.0, wide / ground.scale, high / ground.scale)
        self._area = common(grown(area, _MARGIN * ground.point), whole) if area is not None else whole
        left, top, right, bottom = (round(side * ground.scale) for side in self._area)
        box = left, top, right, bottom
        cut = ground.picture.convert("RGB").crop(box)
        cut = _faded(cut, round(room * ground.point * ground.scale))
        x0, y0, x1, y1 = self._area
        self._area = x0, y0, x1 + room * ground.point, y1
        size = (cut.width * _FINER, cut.height * _FINER)
        self._sheet = cut.resize(size, Image.Resampling.BICUBIC)
        self._pen = ImageDraw.Draw(self._sheet)
        self._font = ImageFont.load_default(size=max(8.0 * _FINER, _LETTERS * self._unit))
        self._taken = [*ground.obstacles]

    def add(self, sign: Sign) -> None:
        if isinstance(sign, Mark):
            self._frame(sign)
        elif isinstance(sign, Trace):
            self._line(sign)
        else:
            self._tag(sign)

    def finish(self) -> bytes:
        made = self._sheet.resize(
            (self._sheet.width // _FINER, self._sheet.height // _FINER), Image.Resampling.LANCZOS
        )
        stream = io.BytesIO()
        made.save(stream, "PNG", optimize=True)
        return stream.getvalue()

    def _at(self, point: Point) -> Point:
        return (point[0] - self._area[0]) * self._scale, (point[1] - self._area[1]) * self._scale

    def _thick(self, width: float) -> int:
        return max(_FINER, round(width * 0.6 * self._unit))

    def _frame(self, mark: Mark) -> None:
        (x0, y0), (x1, y1) = self._at(mark.area[:2]), self._at(mark.area[2:])
        if mark.fill:
            tint = Image.new("RGBA", self._sheet.size, (0, 0, 0, 0))
            ImageDraw.Draw(tint).rectangle((x0, y0, x1, y1), fill=(*mark.colour, 38))
            self._sheet.paste(tint, (0, 0), tint)
        # Pillow cannot draw a side that is nothing but its two rounded corners.
        corner = max(0.0, min(1.5 * self._unit, (x1 - x0) / 2 - 1, (y1 - y0) / 2 - 1))
        if mark.dashed:
            sides = ((x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0))
            self._dashes(sides, mark.colour, self._thick(mark.width))
        else:
            self._pen.rounded_rectangle(
                (x0, y0, max(x1, x0), max(y1, y0)),
                corner,
                outline=mark.colour,
                width=self._thick(mark.width),
            )

    def _dashes(self, points: Sequence[Point], colour: Colour, width: int) -> None:
        step = 2.5 * self._unit
        for (ax, ay), (bx, by) in itertools.pairwise(points):
            count = max(1, round(math.dist((ax, ay), (bx, by)) / (2 * step)))
            for k in range(count):
                start, end = k / count, (k + 0.55) / count
                ends = [(ax + t * (bx - ax), ay + t * (by - ay)) for t in (start, end)]
                self._pen.line(ends, fill=colour, width=width)

    def _line(self, trace: Trace) -> None:
        points = [self._at(point) for point in trace.points]
        self._pen.line(points, fill=trace.colour, width=self._thick(1.3), joint="curve")
        if trace.head:
            self._head(points[-2], points[-1], trace.colour)
        if trace.tail:
            self._head(points[1], points[0], trace.colour)
        for place, drawn in ((points[0], not trace.tail), (points[-1], not trace.head)):
            if drawn:
                self._dot(place, trace.colour)

    def _dot(self, place: Point, colour: Colour) -> None:
        reach = 1.1 * self._unit
        x, y = place
        self._pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)

    def _head(self, behind: Point, tip: Point, colour: Colour) -> None:
        long = math.dist(behind, tip) or 1.0
        dx, dy = (tip[0] - behind[0]) / long, (tip[1] - behind[1]) / long
        size = 4.0 * self._unit
        neck = (tip[0] - size * dx, tip[1] - size * dy)
        wing = 0.45 * size
        ends = [tip, (neck[0] - wing * dy, neck[1] + wing * dx), (neck[0] + wing * dy, neck[1] - wing * dx)]
        self._pen.polygon(ends, fill=colour)

    def _tag(self, tag: Tag) -> None:
        left, top, right, bottom = self._pen.textbbox((0, 0), tag.text, font=self._font)
        pad = 1.0 * self._unit
        wide, high = right - left + 2 * pad, bottom - top + 2 * pad
        places = _places(tag)
        size = wide / self._scale, high / self._scale
        place = min((_put(p, size, self._area) for p in places), key=self._covered)
        self._taken.append(place)
        (x, y), colour = self._at(place[:2]), tag.colour
        self._pen.rounded_rectangle((x, y, x + wide, y + high), pad, fill=colour)
        self._pen.text((x + pad - left, y + pad - top), tag.text, fill="white", font=self._font)

    def _covered(self, area: Area) -> float:
        """How much a tag at a place would cover of what should be seen."""
        return sum(_shared(area, other) for other in self._taken)


def _faded(picture: Image.Image, room: int) -> Image.Image:
    """A picture under a veil of white, with some white more on its right."""
    white = Image.new("RGB", picture.size, "white")
    sheet = Image.new("RGB", (picture.width + room, picture.height), "white")
    sheet.paste(Image.blend(white, picture, _FADED), (0, 0))
    return sheet


_Anchor = tuple[float, float, float, float]  # a point, and which share of the tag lies left of and above it


def _places(tag: Tag) -> list[_Anchor]:
    if tag.beside is not None:
        return [(tag.beside + 4, (tag.area[1] + tag.area[3]) / 2, 0, 0.5)]
    return _over(tag.area) if tag.title else _around(tag.area)


def _over(area: Area) -> list[_Anchor]:
    x0, y0, x1, y1 = area
    return [(x0, y0, 0, 1), (x1, y0, 1, 1), (x0, y1, 0, 0), (x1, y1, 1, 0)]


def _around(area: Area) -> list[_Anchor]:
    """Places beside an area, the better first: on its lower edge, right, below, left, above, in its corner."""
    x0, y0, x1, y1 = area
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    beside = [(x1 + 1.5, y, 0, 0.5), (x, y1 + 0.5, 0.5, 0), (x0 - 1.5, y, 1, 0.5), (x, y0 - 0.5, 0.5, 1)]
    corners = [(x1, y1, 0.7, 0.3), (x0, y1, 0.3, 0.3), (x1, y0, 0.7, 0.7), (x0, y0, 0.3, 0.7), (x1, y1, 1, 1)]
    return beside + corners


def _put(anchor: _Anchor, size: tuple[float, float], within: Area) -> Area:
    """The area of a tag at an anchor, moved inside the picture."""
    x, y, left, above = anchor
    x0 = min(max(x - left * size[0], within[0]), max(within[0], within[2] - size[0]))
    y0 = min(max(y - above * size[1], within[1]), max(within[1], within[3] - size[1]))
    return x0, y0, x0 + size[0], y0 + size[1]


def _shared(one: Area, other: Area) -> float:
    shared = common(one, other)
    return extent(shared) if shared[0] < shared[2] and shared[1] < shared[3] else 0.0
