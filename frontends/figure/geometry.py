"""Plane geometry for drawings: boxes, polylines and polygons; y grows downwards."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from dlc.frontends.figure.drawing import Area, Point

Thing = TypeVar("Thing")


def hull(areas: Iterable[Area]) -> Area:
    """The smallest box around some boxes (at least one)."""
    x0, y0, x1, y1 = zip(*areas, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def bounds(points: Iterable[Point]) -> Area:
    """The smallest box around some points (at least one)."""
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def size(area: Area) -> tuple[float, float]:
    """Width and height."""
    return area[2] - area[0], area[3] - area[1]


def extent(area: Area) -> float:
    """The square measure of a box."""
    return max(0.0, area[2] - area[0]) * max(0.0, area[3] - area[1])


def centre(area: Area) -> Point:
    """The middle of a box."""
    return (area[0] + area[2]) / 2, (area[1] + area[3]) / 2


def grown(area: Area, by: float) -> Area:
    """A box with all sides moved outwards (inwards where `by` is negative)."""
    return area[0] - by, area[1] - by, area[2] + by, area[3] + by


def common(one: Area, other: Area) -> Area:
    """What two boxes share; turned inside out where they are apart."""
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def overlap(one: Area, other: Area) -> float:
    """How much of the smaller box lies in the other, 0..1; boxes without area count as points or lines."""
    if one[0] > other[2] or other[0] > one[2] or one[1] > other[3] or other[1] > one[3]:
        return 0.0
    shared = common(one, other)
    least = min(extent(one), extent(other))
    return extent(shared) / least if least > 0 else 1.0


def contains(outer: Area, inner: Area, slack: float = 0.0) -> bool:
    """Whether a box lies in another, up to `slack` beyond its sides."""
    return (
        outer[0] - slack <= inner[0]
        and outer[1] - slack <= inner[1]
        and outer[2] + slack >= inner[2]
        and outer[3] + slack >= inner[3]
    )


def inside(area: Area, point: Point, slack: float = 0.0) -> bool:
    """Whether a point lies in a box, up to `slack` beyond its sides."""
    x, y = point
    return area[0] - slack <= x <= area[2] + slack and area[1] - slack <= y <= area[3] + slack


def gap(one: Area, other: Area) -> float:
    """The distance between two boxes; 0 where they meet."""
    across = max(one[0] - other[2], other[0] - one[2], 0.0)
    down = max(one[1] - other[3], other[1] - one[3], 0.0)
    return math.hypot(across, down)


def distance(area: Area, point: Point) -> float:
    """How far a point is outside a box; 0 inside."""
    x, y = point
    return math.hypot(max(area[0] - x, x - area[2], 0.0), max(area[1] - y, y - area[3], 0.0))


def border_distance(area: Area, point: Point) -> float:
    """How far a point is from a box's outline, inside or outside."""
    outside = distance(area, point)
    if outside > 0:
        return outside
    x, y = point
    return min(x - area[0], area[2] - x, y - area[1], area[3] - y)


def within(corners: Sequence[Point], point: Point) -> bool:
    """Whether a point lies inside a polygon."""
    x, y = point
    odd = False
    for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            odd = not odd
    return odd


def near_segment(point: Point, a: Point, b: Point) -> tuple[float, float]:
    """The distance of a point from a segment, and where on it (0 at `a`, 1 at `b`) the nearest place is."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    if square == 0:
        return math.dist(point, a), 0.0
    t = ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / square
    t = min(1.0, max(0.0, t))
    return math.hypot(point[0] - a[0] - t * dx, point[1] - a[1] - t * dy), t


def near_line(point: Point, points: Sequence[Point]) -> tuple[float, float]:
    """The distance of a point from a polyline, and how far along it (in its unit) the nearest place is."""
    best, along, walked = math.inf, 0.0, 0.0
    for a, b in itertools.pairwise(points):
        far, t = near_segment(point, a, b)
        step = math.dist(a, b)
        if far < best:
            best, along = far, walked + t * step
        walked += step
    return best, along


def reaches(area: Area, place: Point, forward: Point) -> float | None:
    """How far from a place, in a direction, a box begins; None where it does not lie that way."""
    first, last = 0.0, math.inf
    for low, high, start, step in (
        (area[0], area[2], place[0], forward[0]),
        (area[1], area[3], place[1], forward[1]),
    ):
        if abs(step) < 1e-9:
            if not low <= start <= high:
                return None
            continue
        enter, leave = sorted(((low - start) / step, (high - start) / step))
        first, last = max(first, enter), min(last, leave)
    return first if first <= last else None


def length(points: Sequence[Point]) -> float:
    """The length of a polyline."""
    return sum(math.dist(a, b) for a, b in itertools.pairwise(points))


def at(points: Sequence[Point], along: float) -> Point:
    """The place on a polyline at a distance from its beginning; its ends for what lies beyond."""
    for a, b in itertools.pairwise(points):
        step = math.dist(a, b)
        if along <= step:
            t = max(0.0, along / step) if step else 0.0
            return a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])
        along -= step
    return points[-1]


def part(points: Sequence[Point], begin: float, end: float) -> tuple[Point, ...]:
    """The part of a polyline between two distances from its beginning."""
    found, walked = [at(points, begin)], 0.0
    for a, b in itertools.pairwise(points):
        walked += math.dist(a, b)
        if begin < walked < end:
            found.append(b)
    return (*found, at(points, end))


def polygon_area(points: Sequence[Point]) -> float:
    """The square measure of a polygon."""
    twice = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, [*points[1:], points[0]], strict=True))
    return abs(twice) / 2


def simplified(points: Sequence[Point], slack: float, closed: bool = True) -> list[Point]:
    """The corners of a polygon or polyline: no point left out is further than `slack` from its course.

    Source: Douglas and Peucker 1973.
    """
    given = [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
    if closed and len(given) > 1 and given[0] == given[-1]:
        given.pop()
    if len(given) <= 2:
        return given
    if not closed:
        return _corners(given, slack)
    far = max(range(len(given)), key=lambda i: math.dist(given[0], given[i]))
    ring = [*_corners(given[: far + 1], slack), *_corners([*given[far:], given[0]], slack)[1:-1]]
    return [
        p
        for i, p in enumerate(ring)
        if len(ring) <= 3 or near_segment(p, ring[i - 1], ring[(i + 1) % len(ring)])[0] > slack
    ]


def _corners(points: Sequence[Point], slack: float) -> list[Point]:
    kept = [True, *(False for _ in points[1:-1]), True]
    waiting = [(0, len(points) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        far, index = _furthest(points, first, last)
        if far > slack:
            kept[index] = True
            waiting += [(first, index), (index, last)]
    return [point for point, keep in zip(points, kept, strict=True) if keep]


def _furthest(points: Sequence[Point], first: int, last: int) -> tuple[float, int]:
    """The point between two others that lies furthest from the segment between them."""
    (ax, ay), (bx, by) = points[first], points[last]
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy or 1e-12
    best, index = -1.0, first + 1
    for i in range(first + 1, last):
        px, py = points[i][0] - ax, points[i][1] - ay
        t = min(1.0, max(0.0, (px * dx + py * dy) / square))
        far = (px - t * dx) ** 2 + (py - t * dy) ** 2
        if far > best:
            best, index = far, i
    return math.sqrt(best), index


def direction(a: Point, b: Point) -> Point:
    """The unit vector from one point to another; (0, 0) where they are the same."""
    long = math.dist(a, b)
    return ((b[0] - a[0]) / long, (b[1] - a[1]) / long) if long else (0.0, 0.0)


def cosine(one: Point, other: Point) -> float:
    """The cosine of the angle between two unit vectors."""
    return one[0] * other[0] + one[1] * other[1]


def upright(a: Point, b: Point, slack: float) -> str:
    """ "h" for a level segment, "v" for an upright one, "" for a slanted one (or a point)."""
    dx, dy = abs(a[0] - b[0]), abs(a[1] - b[1])
    if dy <= slack < dx:
        return "h"
    return "v" if dx <= slack < dy else ""


class Grid(Generic[Thing]):
    """Things filed by the cells of a grid that their boxes meet, so that what is near is found quickly."""

    def __init__(self, cell: float) -> None:
        self._cell = max(cell, 1e-6)
        self._cells: dict[tuple[int, int], list[tuple[int, Thing]]] = {}
        self._count = 0

    def add(self, area: Area, thing: Thing) -> None:
        """File a thing under all cells of its box; a very long one under at most some thousand."""
        self._count += 1
        for cell in self._spots(area):
            self._cells.setdefault(cell, []).append((self._count, thing))

    def near(self, area: Area) -> list[Thing]:
        """The things that share a cell with a box, each once, in the order in which they were added."""
        found = {number: thing for cell in self._spots(area) for number, thing in self._cells.get(cell, ())}
        return [found[number] for number in sorted(found)]

    def _spots(self, area: Area) -> Iterable[tuple[int, int]]:
        x0, y0, x1, y1 = (int(v // self._cell) for v in area)
        return itertools.product(range(x0, min(x1, x0 + 200) + 1), range(y0, min(y1, y0 + 200) + 1))
