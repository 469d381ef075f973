"""Drawings written down in lines of text, as the readers would give them and as pages of PDF files.

One thing a line; lengths are in ems and places are middles, y downwards:

    box a 0 0 | 3x3 conv, 64          (x, y, then width and height where they are not the usual ones)
    round, circle, dashed, stack, cuboid, image NAME X Y [W H] | words, lines parted by " / "
    fill NAME 200 30 30               (a colour for a box)
    text 5 5 | words
    arrow a b                         line a b         (without a head)
    arrow a 4,0 4,6 b                 (by way of places; a place may stand for a thing)
    caption words
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import attrs
from support.pdfs import HEIGHT, pdf
from support.typeset import width

from dlc.frontends.figure.drawing import Area, Box, Colour, Connector, Drawing, Label, Outline, Point

EM = 10.0
_OUTLINES = {
    "box": Outline.RECTANGLE,
    "dashed": Outline.RECTANGLE,
    "round": Outline.ROUNDED,
    "circle": Outline.CIRCLE,
    "stack": Outline.STACK,
    "cuboid": Outline.CUBOID,
    "image": Outline.IMAGE,
}
_SIZES = {"circle": (1.8, 1.8), "stack": (4.0, 4.0), "cuboid": (3.0, 5.0), "image": (4.0, 4.0)}
#: What captions go on with.
_REST = "It is drawn as it would be in a paper, from where the data come in to where they leave."
_SHEETS, _STEP, _DEPTH = 4, 0.5, 1.2


@attrs.frozen
class Thing:
    """A box of a sketch with its words; lengths in ems."""

    name: str
    kind: str
    area: Area
    lines: tuple[str, ...] = ()
    fill: Colour | None = None

    @property
    def centre(self) -> Point:
        return (self.area[0] + self.area[2]) / 2, (self.area[1] + self.area[3]) / 2


@attrs.frozen
class Sketch:
    """A drawing as written down; lengths in ems."""

    things: tuple[Thing, ...] = ()
    courses: tuple[tuple[tuple[Point, ...], bool], ...] = ()  # points and whether a head is at the last
    texts: tuple[tuple[Point, tuple[str, ...]], ...] = ()
    caption: str = ""

    def placed(self, move: Callable[[Point], Point]) -> Sketch:
        """The sketch with every place moved; things keep their middles' new places and their areas' hulls."""
        return Sketch(
            tuple(attrs.evolve(t, area=_hull(move(t.area[:2]), move(t.area[2:]))) for t in self.things),
            tuple((tuple(map(move, points)), head) for points, head in self.courses),
            tuple((move(at), lines) for at, lines in self.texts),
            self.caption,
        )


def sketch(text: str) -> Sketch:
    """Parse a sketch."""
    things: dict[str, Thing] = {}
    texts: list[tuple[Point, tuple[str, ...]]] = []
    links: list[tuple[str, ...]] = []
    caption = ""
    for line in filter(None, map(str.strip, text.splitlines())):
        head, _, words = line.partition("|")
        kind, *rest = head.split()
        lines = tuple(part.strip() for part in words.split(" / ")) if words.strip() else ()
        if kind == "caption":
            caption = line.removeprefix("caption ")
        elif kind == "text":
            texts.append(((float(rest[0]), float(rest[1])), lines))
        elif kind == "fill":
            red, green, blue = map(int, rest[1:])
            things[rest[0]] = attrs.evolve(things[rest[0]], fill=(red, green, blue))
        elif kind in ("arrow", "line"):
            links.append((kind, *rest))
        else:
            things[rest[0]] = _thing(kind, rest, lines)
    courses = tuple((_course(link[1:], things), link[0] == "arrow") for link in links)
    return Sketch(tuple(things.values()), courses, tuple(texts), caption)


def _thing(kind: str, rest: list[str], lines: tuple[str, ...]) -> Thing:
    name, x, y, *size = rest
    wide, high = map(float, size) if size else _SIZES.get(kind, (10.0, 1.4 * max(1, len(lines)) + 0.8))
    left, top = float(x) - wide / 2, float(y) - high / 2
    return Thing(name, kind, (left, top, left + wide, top + high), lines)


def _course(stops: tuple[str, ...], things: dict[str, Thing]) -> tuple[Point, ...]:
    """The points of a line: its ends lie on the outlines of the things that it joins."""
    middles = [things[s].centre if s in things else _place(s) for s in stops]
    points = list(middles)
    for here, there in ((0, 1), (-1, -2)):
        if stops[here] in things:
            thing = things[stops[here]]
            along = _level(thing, middles[there])
            points[here] = _on_outline(thing, along, middles[there])
    return tuple(points)


def _place(text: str) -> Point:
    x, y = text.split(",")
    return float(x), float(y)


def _level(thing: Thing, other: Point) -> Point:
    """Where a line to a thing starts: straight across from the other end where that is beside the thing."""
    (x, y), (x0, y0, x1, y1) = thing.centre, thing.area
    if thing.kind == "circle":
        return x, y
    return (other[0] if x0 < other[0] < x1 else x), (other[1] if y0 < other[1] < y1 else y)


def _on_outline(thing: Thing, start: Point, other: Point) -> Point:
    (x, y), (x0, y0, x1, y1) = start, thing.area
    dx, dy = other[0] - x, other[1] - y
    if thing.kind == "circle":
        share = (x1 - x0) / 2 / math.hypot(dx, dy)
    else:
        ways = [(x1 if dx > 0 else x0, x, dx), (y1 if dy > 0 else y0, y, dy)]
        share = min((side - at) / step for side, at, step in ways if step)
    return x + share * dx, y + share * dy


def _hull(one: Point, other: Point) -> Area:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])


# As a drawing.


def drawing(given: Sketch, unit: float = EM) -> Drawing:
    """What a perfect reader gives; `unit` is the length of an em."""
    boxes = tuple(_box(thing, unit) for thing in given.things)
    connectors = tuple(
        Connector(tuple((unit * x, unit * y) for x, y in points), head) for points, head in given.courses
    )
    labels = tuple(_labels(given, unit))
    areas = [box.area for box in boxes] + [label.area for label in labels]
    areas += [(x, y, x, y) for line in connectors for x, y in line.points]
    x0, y0, x1, y1 = zip(*areas, strict=True)
    return Drawing((min(x0), min(y0), max(x1), max(y1)), boxes, connectors, labels)


def _box(thing: Thing, unit: float) -> Box:
    x0, y0, x1, y1 = thing.area
    front = thing.area
    if thing.kind == "stack":
        front = x0, y0 + (_SHEETS - 1) * _STEP, x1 - (_SHEETS - 1) * _STEP, y1
    if thing.kind == "cuboid":
        front = x0, y0 + _DEPTH, x1 - _DEPTH, y1
    return Box(
        _scaled(thing.area, unit),
        _OUTLINES[thing.kind],
        _scaled(front, unit),
        _SHEETS if thing.kind == "stack" else 1,
        fill=thing.fill,
        stroke=(0, 0, 0),
        dashed=thing.kind == "dashed",
    )


def _scaled(area: Area, unit: float) -> Area:
    x0, y0, x1, y1 = area
    return unit * x0, unit * y0, unit * x1, unit * y1


def _labels(given: Sketch, unit: float) -> Iterator[Label]:
    for (x, y), line in _lines(given):
        wide = width(line, EM) / EM
        area = (x - wide / 2, y - 0.5, x + wide / 2, y + 0.5)
        yield Label(line, _scaled(area, unit), unit)


def _lines(given: Sketch) -> Iterator[tuple[Point, str]]:
    """Every line of text with its middle."""
    blocks = [(thing.centre, thing.lines) for thing in given.things]
    for (x, y), lines in (*blocks, *given.texts):
        for number, line in enumerate(lines):
            yield (x, y + 1.2 * (number - (len(lines) - 1) / 2)), line


# As a page.


def page(given: Sketch) -> bytes:
    """The drawing as a PDF of one page, its caption below."""
    shown = drawing(given)
    left, top = 40 - shown.area[0], 60 - shown.area[1]

    def at(point: Point) -> str:
        return f"{EM * point[0] + left:.2f} {HEIGHT - EM * point[1] - top:.2f}"

    parts = [part for thing in sorted(given.things, key=_extent) for part in _painted(thing, at)]
    parts += [part for points, head in given.courses for part in _inked(points, head, at)]
    parts += [_written(line, (x - width(line, EM) / EM / 2, y + 0.35), at) for (x, y), line in _lines(given)]
    bottom = (shown.area[3] + 30) / EM
    caption = f"Figure 1: {given.caption or 'The network.'} {_REST}"
    middle = (shown.area[0] + shown.area[2]) / 2 / EM
    parts.append(
        _written(caption, (max(shown.area[0] / EM - 3, middle - width(caption, EM) / EM / 2), bottom), at)
    )
    return pdf(["".join(parts)])


def _extent(thing: Thing) -> float:
    """Groups are painted before what they hold."""
    x0, y0, x1, y1 = thing.area
    return -(x1 - x0) * (y1 - y0)


def _written(line: str, start: Point, at: Callable[[Point], str]) -> str:
    shown = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F1 {EM} Tf 1 0 0 1 {at(start)} Tm ({shown}) Tj ET\n"


def _painted(thing: Thing, at: Callable[[Point], str]) -> Iterator[str]:
    x0, y0, x1, y1 = thing.area
    if thing.kind == "image":
        yield f"q {EM * (x1 - x0)} 0 0 {EM * (y1 - y0)} {at((x0, y1))} cm /I1 Do Q\n"
        return
    red, green, blue = (part / 255 for part in thing.fill or (255, 255, 255))
    paint = "S" if thing.kind == "dashed" or (thing.kind == "circle" and thing.fill is None) else "b"
    yield f"q {red:.3f} {green:.3f} {blue:.3f} rg {'[3 2] 0 d ' if thing.kind == 'dashed' else ''}"
    for outline in _outlined(thing):
        yield f"{at(outline[0])} m {' '.join(_drawn(outline[1:], at))} h {paint}\n"
    yield "Q\n"


def _drawn(corners: list[Point | tuple[Point, Point, Point]], at: Callable[[Point], str]) -> Iterator[str]:
    """Straight sides to points, curves by three points."""
    for corner in corners:
        if isinstance(corner[0], tuple):
            yield " ".join(at(p) for p in corner) + " c"  # type: ignore[arg-type]
        else:
            yield f"{at(corner)} l"  # type: ignore[arg-type]


def _outlined(thing: Thing) -> Iterator[list]:  # type: ignore[type-arg]
    """The closed shapes of a thing, from the back."""
    x0, y0, x1, y1 = thing.area
    if thing.kind == "stack":
        wide, high = x1 - x0 - (_SHEETS - 1) * _STEP, y1 - y0 - (_SHEETS - 1) * _STEP
        for k in reversed(range(_SHEETS)):
            left, bottom = x0 + k * _STEP, y1 - k * _STEP
            yield _rectangle((left, bottom - high, left + wide, bottom))
    elif thing.kind == "cuboid":
        front = (x0, y0 + _DEPTH, x1 - _DEPTH, y1)
        yield [(x0, y0 + _DEPTH), (x0 + _DEPTH, y0), (x1, y0), (x1 - _DEPTH, y0 + _DEPTH)]
        yield [(x1 - _DEPTH, y0 + _DEPTH), (x1, y0), (x1, y1 - _DEPTH), (x1 - _DEPTH, y1)]
        yield _rectangle(front)
    elif thing.kind in ("circle", "round"):
        yield _rounded(thing.area, (x1 - x0) / 2 if thing.kind == "circle" else 0.4)
    else:
        yield _rectangle(thing.area)


def _rectangle(area: Area) -> list[Point]:
    x0, y0, x1, y1 = area
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def _rounded(area: Area, r: float) -> list:  # type: ignore[type-arg]
    """A rectangle whose corners are quarter circles."""
    x0, y0, x1, y1 = area
    k = 0.4477 * r
    return [
        (x0 + r, y0),
        (x1 - r, y0),
        ((x1 - k, y0), (x1, y0 + k), (x1, y0 + r)),
        (x1, y1 - r),
        ((x1, y1 - k), (x1 - k, y1), (x1 - r, y1)),
        (x0 + r, y1),
        ((x0 + k, y1), (x0, y1 - k), (x0, y1 - r)),
        (x0, y0 + r),
        ((x0, y0 + k), (x0 + k, y0), (x0 + r, y0)),
    ]


def _inked(points: tuple[Point, ...], head: bool, at: Callable[[Point], str]) -> Iterator[str]:
    (ax, ay), (bx, by) = points[-2:]
    long = math.hypot(bx - ax, by - ay)
    ux, uy = (bx - ax) / long, (by - ay) / long
    neck = (bx - 0.5 * ux, by - 0.5 * uy)
    course = [*points[:-1], neck if head else points[-1]]
    yield f"0.8 w {at(course[0])} m {' '.join(f'{at(p)} l' for p in course[1:])} S\n"
    if head:
        wings = [(neck[0] - 0.25 * s * uy, neck[1] + 0.25 * s * ux) for s in (1, -1)]
        yield f"{at(wings[0])} m {at((bx, by))} l {at(wings[1])} l h f\n"
