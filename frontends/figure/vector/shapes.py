"""What each painted subpath is: a box, a line, an arrow's head, a fat arrow, or the outline of a letter."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable, Sequence

import attrs

from dlc.frontends.figure.drawing import Area, Colour, Outline, Point
from dlc.frontends.figure.geometry import (
    at,
    bounds,
    centre,
    contains,
    cosine,
    direction,
    extent,
    length,
    polygon_area,
    simplified,
    size,
)
from dlc.frontends.pdf.artwork import Path, Stretch

#: Lines drawn as thin filled shapes are at most this thick (ems).
_THICKEST_LINE = 0.24
#: Heads of arrows are at most this long and wide (ems).
_LARGEST_HEAD = 1.6
#: The ends of a curved head's barbs are seen from its tip under an angle with at least this cosine.
_WIDEST_BARBS = -0.5
#: Corners nearer to a straight course than this (ems) are none.
_SLACK = 0.06


class Role(enum.Enum):
    """What a shape does in a drawing."""

    BOX = "box"
    LINE = "line"
    HEAD = "head"
    ARROW = "arrow"  # a fat one, drawn as a closed shape
    SCRAP = "scrap"  # small and irregular: a letter's outline, an icon's piece


@attrs.frozen
class Shape:
    """A subpath with its role. `points` are a line's course, a head's or box's corners, an arrow's axis."""

    role: Role
    area: Area
    points: tuple[Point, ...]
    outline: Outline = Outline.RECTANGLE
    fill: Colour | None = None
    stroke: Colour | None = None
    width: float = 0.0
    dashed: bool = False
    order: int = 0
    double: bool = False  # a fat arrow with two heads
    clear: bool = False  # its fill lets what is behind it shine through

    @property
    def ink(self) -> Colour | None:
        """Its stroke's colour, else its fill's."""
        return self.stroke or self.fill


def shapes(paths: Sequence[Path], em: float) -> list[Shape]:
    """The shapes of painted paths, in the order of painting; dots too small to see are left out."""
    found: list[Shape] = []
    for order, path in enumerate(paths):
        if _is_exploded(path, em):
            found += _dashes(path, em, order)
            continue
        for stretch in _without_rings(path, em):
            shape = _shape(stretch, path, em, order)
            if shape is not None:
                found.append(shape)
    return found


def _is_exploded(path: Path, em: float) -> bool:
    """Whether a path is a dashed line whose dashes are filled shapes, smaller than letters."""
    small = path.stroke is None and len(path.stretches) >= 6
    return small and all(max(size(stretch.box)) <= 0.45 * em for stretch in path.stretches)


def _dashes(path: Path, em: float, order: int) -> Iterable[Shape]:
    """The lines through the middles of dashes that follow each other."""
    run: list[Point] = []
    for stretch in path.stretches:
        middle = centre(stretch.box)
        if run and math.dist(run[-1], middle) > 1.5 * em:
            yield from _dashed(run, path, order)
            run = []
        run.append(middle)
    yield from _dashed(run, path, order)


def _dashed(run: Sequence[Point], path: Path, order: int) -> Iterable[Shape]:
    """A dashed line through some middles, half a dash longer at both ends."""
    if len(run) < 3:
        return
    ends = [
        (2 * a[0] - (a[0] + b[0]) / 2, 2 * a[1] - (a[1] + b[1]) / 2)
        for a, b in ((run[0], run[1]), (run[-1], run[-2]))
    ]
    points = (ends[0], *run[1:-1], ends[1])
    yield Shape(Role.LINE, bounds(points), points, Outline.NONE, path.fill, dashed=True, order=order)


def _without_rings(path: Path, em: float) -> Iterable[Stretch]:
    """The stretches, without the inner one of two that together draw an outline as a filled ring."""
    if path.stroke is not None or len(path.stretches) != 2:
        return path.stretches
    first, second = path.stretches
    outer, inner = (first, second) if extent(first.box) >= extent(second.box) else (second, first)
    slim = contains(outer.box, inner.box, 0.01) and all(
        abs(a - b) < 0.25 * em for a, b in zip(outer.box, inner.box, strict=True)
    )
    return (outer,) if slim else path.stretches


def _shape(stretch: Stretch, path: Path, em: float, order: int) -> Shape | None:
    width, height = size(stretch.box)
    if max(width, height) < 0.06 * em:
        return None
    made = _closed(stretch, path, em) if stretch.closed or path.fill is not None else _open(stretch, em)
    if made is None:
        return None
    role, outline, points, thickness = made
    area = bounds(points) if role is Role.LINE else stretch.box
    return Shape(
        role,
        area,
        tuple(points),
        outline,
        path.fill,
        path.stroke,
        thickness or path.width,
        path.dashed,
        order,
        role is Role.ARROW and len(points) > 2,
        path.clear,
    )


_Made = tuple[Role, Outline, Sequence[Point], float]


def _open(stretch: Stretch, em: float) -> _Made | None:
    """An open stroke: a line, or the two strokes of an open head."""
    nodes = stretch.nodes
    if len(nodes) == 3 and (_is_open_head(nodes, em) or _is_curved_head(stretch, em)):
        return Role.HEAD, Outline.POLYGON, nodes, 0.0
    return Role.LINE, Outline.NONE, simplified(stretch.points, 0.02 * em, closed=False), 0.0


def _is_open_head(nodes: Sequence[Point], em: float) -> bool:
    """Whether three corners are a tip with two equal arms."""
    a, tip, b = nodes
    one, other = math.dist(a, tip), math.dist(b, tip)
    if not 0.1 * em < one < _LARGEST_HEAD * em or abs(one - other) > 0.2 * max(one, other):
        return False
    p, q = direction(tip, a), direction(tip, b)
    return 0.0 < p[0] * q[0] + p[1] * q[1] < 0.97


def _is_curved_head(stretch: Stretch, em: float) -> bool:
    """Whether two curves are an open head as TeX draws it: barbs that leave the tip narrowly and bend apart.

    Their ends may lie further apart than the tip is long.
    """
    start, tip, end = stretch.nodes
    if not all(stretch.curved[1:]) or tip not in stretch.points:
        return False
    middle = stretch.points.index(tip)
    barbs = stretch.points[middle::-1], stretch.points[middle:]
    halves = [at(barb, 0.5 * length(barb)) for barb in barbs]
    wide = cosine(direction(tip, start), direction(tip, end))
    narrow = cosine(*(direction(tip, half) for half in halves))
    return wide > _WIDEST_BARBS and narrow > wide + 0.1 and _is_open_head((halves[0], tip, halves[1]), em)


def _closed(stretch: Stretch, path: Path, em: float) -> _Made | None:
    """A closed or filled shape."""
    area = stretch.box
    width, height = size(area)
    corners = simplified(stretch.points, _SLACK * em)
    filled_only = path.stroke is None
    if min(width, height) <= (_THICKEST_LINE if filled_only else 0.05) * em and (thin := _thin(area, em)):
        outlined = not filled_only and stretch.closed and len(stretch.nodes) >= 4
        return (Role.BOX, Outline.RECTANGLE, (), 0.0) if outlined and max(width, height) > 2 * em else thin
    if len(corners) < 3:
        return Role.LINE, Outline.NONE, simplified(stretch.points, 0.02 * em, closed=False), 0.0
    if _is_rectangle(corners, area, em):
        return Role.BOX, Outline.RECTANGLE, (), 0.0
    if filled_only and (stick := _stick(stretch.points, em)):
        return Role.LINE, Outline.NONE, *stick
    if filled_only and (course := _band(stretch.points, em)):
        return Role.LINE, Outline.NONE, *course
    arrow = _fat_arrow(simplified(stretch.nodes, _SLACK * em), em)
    if arrow is not None:
        return Role.ARROW, Outline.NONE, *arrow
    if path.fill is not None and _is_head(stretch, corners, em):
        return Role.HEAD, Outline.POLYGON, stretch.nodes if len(stretch.nodes) < 8 else corners, 0.0
    return _outlined(stretch, corners, em)


def _thin(area: Area, em: float) -> _Made | None:
    """A thin box as the line through its middle."""
    x0, y0, x1, y1 = area
    width, height = size(area)
    if max(width, height) < max(0.12 * em, 1.4 * min(width, height)):
        return None
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    ends = ((x0, y), (x1, y)) if width >= height else ((x, y0), (x, y1))
    return Role.LINE, Outline.NONE, ends, max(min(width, height), 0.01)


def _is_rectangle(corners: Sequence[Point], area: Area, em: float) -> bool:
    """Whether all four corners are those of the hull."""
    slack = _SLACK * em
    x0, y0, x1, y1 = area
    return len(corners) == 4 and all(
        min(abs(x - x0), abs(x - x1)) <= slack and min(abs(y - y0), abs(y - y1)) <= slack for x, y in corners
    )


def _stick(corners: Sequence[Point], em: float) -> tuple[Sequence[Point], float] | None:
    """The ends and thickness of a straight line drawn as a slanted slim box; None where it is none."""
    if not 4 <= len(corners) <= 16:
        return None
    best: tuple[float, tuple[Point, Point], float, float] | None = None
    for index, corner in enumerate(corners):
        along = direction(corners[index - 1], corner)
        if along == (0.0, 0.0):
            continue
        t = [x * along[0] + y * along[1] for x, y in corners]
        n = [y * along[0] - x * along[1] for x, y in corners]
        long, wide = max(t) - min(t), max(n) - min(n)
        if best is None or long * wide < best[0]:
            middle = (max(n) + min(n)) / 2
            ends = [
                (v * along[0] - middle * along[1], v * along[1] + middle * along[0]) for v in (min(t), max(t))
            ]
            best = long * wide, (ends[0], ends[1]), long, wide
    if best is None or best[3] > _THICKEST_LINE * em or best[2] < 1.4 * best[3]:
        return None
    return (best[1], best[3]) if polygon_area(corners) > 0.72 * best[0] else None


def _band(points: Sequence[Point], em: float) -> tuple[Sequence[Point], float] | None:
    """The course and thickness of a line drawn as the thin filled shape around it; None where it is none."""
    around = length([*points, points[0]])
    thickness = 2 * polygon_area(points) / around if around else 0.0
    if not 0 < thickness < _THICKEST_LINE * em or around / 2 < 5 * thickness:
        return None
    count = 32
    walk = _evenly([*points, points[0]], 2 * count)
    best, there, back = math.inf, walk, walk
    for start in range(count):
        turned = walk[start:] + walk[:start]
        one, other = turned[: count + 1], [turned[0], *turned[: count - 1 : -1]]
        spread = sum(math.dist(a, b) for a, b in zip(one, other, strict=True)) / count
        if spread < best:
            best, there, back = spread, one, other
    wide = [math.dist(a, b) for a, b in zip(there, back, strict=True)][3:-3]
    if best > 2.5 * thickness or min(wide) < 0.5 * max(wide):
        return None
    course = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in zip(there, back, strict=True)]
    return simplified(course, 0.05 * em, closed=False), thickness


def _evenly(points: Sequence[Point], count: int) -> list[Point]:
    """`count` places at even distances along a closed polyline."""
    whole = length(points)
    found: list[Point] = []
    index, walked = 0, 0.0
    for k in range(count):
        goal = whole * k / count
        while index < len(points) - 2 and walked + math.dist(points[index], points[index + 1]) < goal:
            walked += math.dist(points[index], points[index + 1])
            index += 1
        a, b = points[index], points[index + 1]
        step = math.dist(a, b)
        t = min(1.0, (goal - walked) / step) if step else 0.0
        found.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
    return found


def _fat_arrow(corners: Sequence[Point], em: float) -> tuple[Sequence[Point], float] | None:
    """The axis (three points where both ends have heads) and thickness of an arrow of 7 or 10 corners."""
    count = len(corners)
    if count not in (7, 8, 10):
        return None
    for start in range(count):
        turned = [*corners[start:], *corners[:start]]
        found = _double(turned) if count == 10 else _single(turned)
        if found is not None and length(found[0]) > 0.4 * em:
            return found
    return None


def _single(c: Sequence[Point]) -> tuple[Sequence[Point], float] | None:
    """A tip, wings, shaft and tail in order from the tip; an eighth corner is a notch in the tail."""
    tip, wing, neck, tail = c[0], c[1], c[2], c[3]
    tail2, neck2, wing2 = c[-3], c[-2], c[-1]
    shaft, span = math.dist(neck, neck2), math.dist(wing, wing2)
    pairs = ((tip, wing, tip, wing2), (wing, neck, wing2, neck2), (neck, tail, neck2, tail2))
    even = all(_alike(math.dist(a, b), math.dist(p, q)) for a, b, p, q in pairs)
    if not even or span < 1.25 * shaft or not _alike(shaft, math.dist(tail, tail2)):
        return None
    end = ((tail[0] + tail2[0]) / 2, (tail[1] + tail2[1]) / 2)
    middle = ((wing[0] + wing2[0]) / 2, (wing[1] + wing2[1]) / 2)
    forward, along = direction(end, tip), direction(end, middle)
    if forward[0] * along[0] + forward[1] * along[1] < 0.9 or math.dist(end, middle) > math.dist(end, tip):
        return None
    return (end, tip), shaft


def _double(c: Sequence[Point]) -> tuple[Sequence[Point], float] | None:
    tip, wing, neck, neck_b, wing_b, tip_b, wing_c, neck_c, neck_d, wing_d = c
    pairs = ((tip, wing, tip, wing_d), (tip_b, wing_b, tip_b, wing_c), (neck, neck_b, neck_c, neck_d))
    even = all(_alike(math.dist(a, b), math.dist(p, q)) for a, b, p, q in pairs)
    shaft = math.dist(neck, neck_d)
    if not even or math.dist(wing, wing_d) < 1.25 * shaft or not _alike(shaft, math.dist(neck_b, neck_c)):
        return None
    return (tip, ((tip[0] + tip_b[0]) / 2, (tip[1] + tip_b[1]) / 2), tip_b), shaft


def _alike(one: float, other: float) -> bool:
    return abs(one - other) <= 0.12 * max(one, other) + 0.1


def _is_head(stretch: Stretch, corners: Sequence[Point], em: float) -> bool:
    """Whether a filled shape is small and pointed: a triangle, a kite with a notch, a barbed head."""
    width, height = size(stretch.box)
    if max(width, height) > _LARGEST_HEAD * em or min(width, height) < 0.08 * em:
        return False
    if not 3 <= len(corners) <= 8 or _is_ellipse(stretch.points, stretch.box):
        return False
    share = polygon_area(stretch.points) / max(extent(stretch.box), 1e-9)
    return len(corners) == 3 or share < 0.72


def _outlined(stretch: Stretch, corners: Sequence[Point], em: float) -> _Made:
    """A box by the kind of its outline; what is small and irregular is a scrap."""
    area = stretch.box
    share = polygon_area(stretch.points) / max(extent(area), 1e-9)
    if _is_ellipse(stretch.points, area):
        return Role.BOX, Outline.CIRCLE, (), 0.0
    if len(corners) == 8 and share > 0.75 and not any(stretch.curved) and _is_cut(corners, area, em):
        return Role.BOX, Outline.OCTAGON, corners, 0.0
    if share > 0.78 and len(corners) > 4 and _is_rounded(stretch.points, area, em):
        return Role.BOX, Outline.ROUNDED, (), 0.0
    if len(corners) == 4 and _is_diamond(corners, area):
        return Role.BOX, Outline.DIAMOND, corners, 0.0
    if max(size(area)) < 1.6 * em or len(corners) > 12 or (share < 0.2 and len(corners) > 4):
        return Role.SCRAP, Outline.POLYGON, corners, 0.0
    return Role.BOX, Outline.POLYGON, corners, 0.0


def _is_ellipse(points: Sequence[Point], area: Area) -> bool:
    x, y = (area[0] + area[2]) / 2, (area[1] + area[3]) / 2
    a, b = (area[2] - area[0]) / 2, (area[3] - area[1]) / 2
    if len(points) < 8 or min(a, b) <= 0:
        return False
    return all(abs(math.hypot((p - x) / a, (q - y) / b) - 1) < 0.06 for p, q in points)


def _is_cut(corners: Sequence[Point], area: Area, em: float) -> bool:
    """Whether a shape of eight corners is a box with its corners cut: two corners on every side."""
    slack = 2 * _SLACK * em
    x0, y0, x1, y1 = area
    on = [sum(abs(x - s) <= slack for x, _ in corners) for s in (x0, x1)]
    on += [sum(abs(y - s) <= slack for _, y in corners) for s in (y0, y1)]
    return all(n == 2 for n in on)


def _is_rounded(points: Sequence[Point], area: Area, em: float) -> bool:
    """Whether a shape is convex and reaches its hull's sides along level and upright stretches."""
    slack = _SLACK * em
    x0, y0, x1, y1 = area
    level = [p for p in points if abs(p[1] - y0) <= slack or abs(p[1] - y1) <= slack]
    flat = [p for p in points if abs(p[0] - x0) <= slack or abs(p[0] - x1) <= slack]
    wide = max((p[0] for p in level), default=0) - min((p[0] for p in level), default=0)
    high = max((p[1] for p in flat), default=0) - min((p[1] for p in flat), default=0)
    sides = wide > 0.4 * (x1 - x0) or high > 0.4 * (y1 - y0)
    return sides and _convex(points)


def _convex(points: Sequence[Point]) -> bool:
    whole = polygon_area(points)
    slack = -0.002 * max(whole, 1e-9)
    turns = []
    for index, b in enumerate(points):
        a, c = points[index - 1], points[(index + 1) % len(points)]
        turns.append((b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]))
    sign = 1 if sum(turns) > 0 else -1
    return all(sign * turn >= slack for turn in turns)


def _is_diamond(corners: Sequence[Point], area: Area) -> bool:
    x, y = (area[0] + area[2]) / 2, (area[1] + area[3]) / 2
    width, height = size(area)
    return all(abs(px - x) < 0.1 * width or abs(py - y) < 0.1 * height for px, py in corners)
