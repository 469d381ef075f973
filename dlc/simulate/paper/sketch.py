"""A figure being drawn: each call paints a thing and records what is true of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from dlc.frontends.figure.drawing import Area, Box, Colour, Connector, Drawing, Label, Outline, Point
from dlc.simulate import scene as draw
from dlc.simulate.bezier import flatten, shared_ends
from dlc.simulate.face import Face
from dlc.simulate.paper.look import Look
from dlc.simulate.scene import Pen, Scene, Shape, Text
from dlc.simulate.transform import Affine, transformed
from dlc.simulate.truth import Arrow, Item

MARGIN = 8.0
LEADING = 1.2  # from one baseline to the next, in parts of the font size
# Above and below the baseline, in parts of the font size: capitals, and what hangs below.
ASCENT, DESCENT = 0.72, 0.22
_DASH = (3.0, 2.0)


class Sketch:
    """Collects the shapes of a figure in three layers (behind, lines, in front) and the truth about them."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.behind: list[Shape] = []
        self.lines: list[Shape] = []
        self.front: list[Shape] = []
        self.boxes: list[Box] = []
        self.connectors: list[Connector] = []
        self.labels: list[Label] = []
        self.items: list[Item] = []
        self.arrows: list[Arrow] = []

    # Boxes.

    def box(
        self,
        area: Area,
        outline: Outline,
        fill: Colour | None,
        lines: Sequence[str] = (),
        angle: float = 0.0,
        dashed: bool = False,
    ) -> int:
        """A box with its label in the middle; its number in the drawing."""
        look = self.look
        pen = Pen(fill, look.stroke, look.width, _DASH if dashed else ())
        if look.shadow and fill is not None:
            moved = (area[0] + 2, area[1] + 2, area[2] + 2, area[3] + 2)
            self.front.append(self._outline(moved, outline, Pen((190, 190, 190))))
        self.front.append(self._outline(area, outline, pen))
        drawn = Outline.RECTANGLE if outline is Outline.DIAMOND else outline
        self.boxes.append(Box(area, drawn, fill=fill, stroke=look.stroke, dashed=dashed))
        centre = ((area[0] + area[2]) / 2, (area[1] + area[3]) / 2)
        self.text(lines, centre, angle=angle, colour=look.text_on(fill))
        return len(self.boxes) - 1

    def _outline(self, area: Area, outline: Outline, pen: Pen) -> Shape:
        if outline is Outline.ROUNDED:
            return draw.rounded(area, self.look.radius, pen)
        if outline is Outline.CIRCLE:
            return draw.ellipse(area, pen)
        return draw.rectangle(area, pen)

    def sign(self, centre: Point, radius: float, sign: str) -> int:
        """A circle with a sign of an operation in it, `+` or `×`; its number in the drawing."""
        x, y = centre
        area = (x - radius, y - radius, x + radius, y + radius)
        number = self.box(area, Outline.CIRCLE, self.look.paper)
        pen = Pen(None, self.look.stroke or self.look.ink, self.look.width)
        r = 0.55 * radius
        if sign == "×":
            r *= math.sqrt(0.5)
            self.front += [
                draw.line([(x - r, y - r), (x + r, y + r)], pen),
                draw.line([(x - r, y + r), (x + r, y - r)], pen),
            ]
        else:
            self.front += [
                draw.line([(x - r, y), (x + r, y)], pen),
                draw.line([(x, y - r), (x, y + r)], pen),
            ]
        self.labels.append(Label(sign, (x - r, y - r, x + r, y + r), 2 * radius, colour=pen.stroke))
        return number

    def bare(self, lines: Sequence[str], centre: Point) -> int:
        """Text that is a thing of its own, with nothing drawn round it; its number among the boxes."""
        area = self.text(lines, centre)
        self.boxes.append(Box(area, Outline.NONE))
        return len(self.boxes) - 1

    def stack(self, front: Area, sheets: int, step: tuple[float, float], fill: Colour | None) -> int:
        """Sheets one behind the other, from the farthest; `step` leads from a sheet to the one behind it."""
        pen = Pen(fill or self.look.paper, self.look.stroke or self.look.ink, self.look.width)
        for number in reversed(range(sheets)):
            dx, dy = step[0] * number, step[1] * number
            self.front.append(
                draw.rectangle((front[0] + dx, front[1] + dy, front[2] + dx, front[3] + dy), pen)
            )
        far = (step[0] * (sheets - 1), step[1] * (sheets - 1))
        area = _hull([front, (front[0] + far[0], front[1] + far[1], front[2] + far[0], front[3] + far[1])])
        outline = Outline.STACK if sheets > 1 else Outline.RECTANGLE
        self.boxes.append(Box(area, outline, front, sheets, (), pen.fill, pen.stroke))
        return len(self.boxes) - 1

    def cuboid(self, front: Area, depth: tuple[float, float], fill: Colour) -> int:
        """A front face with a top and a side that lead back by `depth` (right and up: y is negative)."""
        dx, dy = depth
        left, top, right, bottom = front
        stroke = self.look.stroke or self.look.ink
        lighter, darker = _mixed(fill, 255, 0.35), _mixed(fill, 0, 0.15)
        self.front += [
            draw.rectangle(front, Pen(fill, stroke, self.look.width)),
            draw.line(
                [(left, top), (left + dx, top + dy), (right + dx, top + dy), (right, top)],
                Pen(lighter, stroke, self.look.width),
                closed=True,
            ),
            draw.line(
                [(right, top), (right + dx, top + dy), (right + dx, bottom + dy), (right, bottom)],
                Pen(darker, stroke, self.look.width),
                closed=True,
            ),
        ]
        area = (left, top + dy, right + dx, bottom)
        self.boxes.append(Box(area, Outline.CUBOID, front, fill=fill, stroke=stroke))
        return len(self.boxes) - 1

    def photo(self, area: Area, columns: int, rows: int, pixels: bytes) -> int:
        """A picture inside the figure; its number among the boxes."""
        self.front.append(draw.Bitmap(area, columns, rows, pixels))
        self.boxes.append(Box(area, Outline.IMAGE))
        return len(self.boxes) - 1

    def dot(self, centre: Point, radius: float) -> None:
        """A point of an ellipsis."""
        x, y = centre
        self.front.append(draw.ellipse((x - radius, y - radius, x + radius, y + radius), Pen(self.look.ink)))

    def group(self, area: Area, fill: Colour | None = None) -> int:
        """A dashed frame behind everything, round others."""
        pen = Pen(fill, self.look.line, 0.8, _DASH)
        self.behind.append(draw.rectangle(area, pen))
        self.boxes.append(Box(area, Outline.RECTANGLE, fill=fill, stroke=self.look.line, dashed=True))
        return len(self.boxes) - 1

    # Text.

    def text(
        self,
        lines: Sequence[str],
        centre: Point,
        size: float | None = None,
        angle: float = 0.0,
        colour: Colour | None = None,
        bold: bool = False,
    ) -> Area:
        """Lines of text round a point, which read at 0 or 90 degrees; the area that they take."""
        size = size or self.look.size
        face = self.look.bold if bold else self.look.face
        areas = []
        for number, words in enumerate(map(face.shown, lines)):
            across = (number - (len(lines) - 1) / 2) * LEADING * size
            middle = (centre[0], centre[1] + across) if angle == 0 else (centre[0] + across, centre[1])
            areas.append(self._line(words, middle, face, size, angle, colour or self.look.ink))
        return _hull(areas) if areas else (*centre, *centre)

    def _line(self, words: str, middle: Point, face: Face, size: float, angle: float, colour: Colour) -> Area:
        length, (x, y) = face.width(words, size), middle
        rise = (ASCENT - DESCENT) / 2 * size  # from the middle of the line to its baseline
        if angle == 0:
            at = (x - length / 2, y + rise)
            area = (at[0], at[1] - ASCENT * size, at[0] + length, at[1] + DESCENT * size)
        else:
            at = (x + rise, y + length / 2)
            area = (at[0] - ASCENT * size, at[1] - length, at[0] + DESCENT * size, at[1])
        self.front.append(Text(words, at, face, size, colour, angle))
        self.labels.append(Label(words, area, size, angle, face.bold, colour))
        return area

    def measure(self, lines: Sequence[str], size: float | None = None) -> tuple[float, float]:
        """How wide and high lines of text are."""
        size = size or self.look.size
        face = self.look.face
        width = max((face.width(face.shown(line), size) for line in lines), default=0.0)
        return width, size * (LEADING * (len(lines) - 1) + ASCENT + DESCENT) if lines else 0.0

    # Lines.

    def line(
        self, points: Sequence[Point], head: bool = True, curved: bool = False, dashed: bool = False
    ) -> int:
        """A line with or without an arrow head at its end; its number among the connectors.

        A curved one is given as a chain of cubic curves (3n + 1 points).
        """
        look = self.look
        course = flatten(points, 0.2) if curved else list(points)
        pen = Pen(None, look.line, look.line_width, _DASH if dashed else ())
        if head:
            course = _even_ends(course)
            shaft = _shortened(course, look.head_size if look.head != "open" else 0.3 * look.head_size)
            self.lines += [draw.line(shaft, pen), self._head(course)]
        else:
            self.lines.append(draw.curve(points, pen) if curved else draw.line(course, pen))
        made = Connector(tuple(course), head, False, dashed, look.line_width, look.line)
        self.connectors.append(made)
        return len(self.connectors) - 1

    def _head(self, course: Sequence[Point]) -> Shape:
        tip, before = course[-1], _point_before(course, self.look.head_size)
        size = self.look.head_size
        angle = math.atan2(tip[1] - before[1], tip[0] - before[0])
        c, s = math.cos(angle), math.sin(angle)

        def at(back: float, side: float) -> Point:
            return tip[0] - back * c - side * s, tip[1] - back * s + side * c

        if self.look.head == "open":
            pen = Pen(None, self.look.line, self.look.line_width)
            return draw.line([at(size, 0.45 * size), tip, at(size, -0.45 * size)], pen)
        notch = [at(0.65 * size, 0)] if self.look.head == "stealth" else []
        corners = [tip, at(size, 0.4 * size), *notch, at(size, -0.4 * size)]
        return draw.line(corners, Pen(self.look.line), closed=True)

    def thin(self, points: Sequence[Point], dashed: bool = False) -> None:
        """A line that is no connector: a projection, a part of an ornament."""
        pen = Pen(None, self.look.line, 0.6 * self.look.line_width, _DASH if dashed else ())
        self.front.append(draw.line(points, pen))

    def item(self, box: int, lines: Sequence[str], layers: Sequence[str] = ()) -> int:
        """Let a box take part in the flow."""
        words = " ".join(map(self.look.face.shown, lines))
        self.items.append(Item(box, words, tuple(layers)))
        return len(self.items) - 1

    def arrow(self, source: int, target: int, *connectors: int) -> None:
        """Record that connectors lead from an item to another."""
        self.arrows.append(Arrow(source, target, connectors))

    def area_of(self, item: int) -> Area:
        """Where an item's box is."""
        return self.boxes[self.items[item].box].area

    def finish(self) -> tuple[Scene, Drawing]:
        """The page, cut to what is on it, and the drawing in its points."""
        areas = [b.area for b in self.boxes] + [label.area for label in self.labels]
        areas += [_hull([(*p, *p) for p in line.points]) for line in self.connectors]
        left, top, right, bottom = _hull(areas)
        move = Affine(c=MARGIN - left, f=MARGIN - top)
        width, height = right - left + 2 * MARGIN, bottom - top + 2 * MARGIN
        ground = draw.rectangle((0, 0, width, height), Pen(self.look.paper))
        shapes = draw.moved((*self.behind, *self.lines, *self.front), move.c, move.f)
        joined = shared_ends([line.points for line in self.connectors], 0.8)
        drawing = Drawing(
            (left, top, right, bottom),
            tuple(self.boxes),
            tuple(self.connectors),
            tuple(self.labels),
            joined,
        )
        return Scene(width, height, (ground, *shapes)), transformed(
            drawing, move, (0, 0, width, height), "pt"
        )


def _hull(areas: Sequence[Area]) -> Area:
    return (
        min(a[0] for a in areas),
        min(a[1] for a in areas),
        max(a[2] for a in areas),
        max(a[3] for a in areas),
    )


def _mixed(colour: Colour, towards: int, share: float) -> Colour:
    red, green, blue = (round(v + (towards - v) * share) for v in colour)
    return red, green, blue


def _even_ends(course: Sequence[Point]) -> list[Point]:
    """The course without points that lie on each other."""
    return [p for p, before in zip(course, [None, *course], strict=False) if p != before]


def _point_before(course: Sequence[Point], distance: float) -> Point:
    """The point on a course that far before its end (at its start where it is shorter)."""
    left = distance
    for a, b in zip(reversed(course[:-1]), reversed(course), strict=False):
        length = math.dist(a, b)
        if length >= left:
            share = left / length
            return b[0] + (a[0] - b[0]) * share, b[1] + (a[1] - b[1]) * share
        left -= length
    return course[0]


def _shortened(course: Sequence[Point], distance: float) -> list[Point]:
    """The course up to that far before its end."""
    kept, left = list(course), distance
    while len(kept) > 2 and math.dist(kept[-1], kept[-2]) <= left:
        left -= math.dist(kept[-1], kept[-2])
        kept.pop()
    length = math.dist(kept[-1], kept[-2])
    share = min(1.0, left / length) * 0.98 if length else 0.0
    (ax, ay), (bx, by) = kept[-2], kept[-1]
    return [*kept[:-1], (bx + (ax - bx) * share, by + (ay - by) * share)]
