"""Which box leads to which: a plotted drawing's arrows, followed through the places where lines meet."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import attrs

from dlc.frontends.figure.drawing import Area, Connector, Drawing, Point
from dlc.frontends.figure.geometry import (
    at,
    bounds,
    cosine,
    direction,
    distance,
    gap,
    grown,
    length,
    near_line,
    reaches,
)
from dlc.frontends.figure.network.plotted.crossings import untangled
from dlc.frontends.figure.network.scene import Item, ItemKind, Scene
from dlc.frontends.figure.network.wiring import Wiring, wiring

Link = tuple[int, int]  # numbers of boxes
_AHEAD = 0.7  # ems: how closely an arrow points at a box
#: Ends nearer than the first (ems) touch a box; plain ones are beside it up to the second, arrows' tips up to
#: the third. Ends lie on other lines up to the last.
_TOUCH, _BESIDE, _BEYOND, _ON = 0.2, 0.5, 1.0, 0.3
#: The tip of an arrow is no longer (ems); a shorter line has no direction.
_TIP, _SHORTEST = 1.6, 0.5
#: A line turns back where the cosine between its two sides is more.
_BACK = 0.5


@attrs.frozen
class Links:
    """`directed` are pairs of boxes that arrows join, each once; `joined` the boxes that lines lead to from
    each box, whatever their direction; `plain` the pairs that one line joins which meets no other."""

    directed: tuple[Link, ...]
    joined: Mapping[int, frozenset[int]]
    plain: frozenset[Link] = frozenset()


def find_links(drawing: Drawing, areas: Sequence[Area]) -> Links:
    """Follow a drawing's connectors from box to box."""
    items = tuple(Item(number, ItemKind.BOX, area) for number, area in enumerate(areas))
    wired = wiring(Scene(_reaching(untangled(drawing), areas), items))
    out: dict[int, list[int]] = {}
    around: dict[int, list[int]] = {}
    for wire in wired.wires:
        out.setdefault(wire.source, []).append(wire.target)
        for one, other in ((wire.source, wire.target), (wire.target, wire.source)):
            around.setdefault(one, []).append(other)
    found: dict[Link, None] = {}
    for number in range(len(items)):
        for target in _reached(wired, out, number):
            if target != number:
                found.setdefault((number, target))
    joined = {number: frozenset(_reached(wired, around, number)) - {number} for number in range(len(items))}
    return Links(tuple(found), joined, frozenset((n, t) for n, targets in out.items() for t in targets))


def _reaching(drawing: Drawing, areas: Sequence[Area]) -> Drawing:
    """The drawing with lines drawn on to boxes that they stop short of.

    An arrow may point at a box closely, past a line that it touches; the head of a short last piece may
    have been overlooked.
    """
    em = drawing.em
    lines = [_drawn_on(line, areas, em) if line.head else line for line in drawing.connectors]
    lines = [
        _to_nearest(line, areas, em, _BEYOND if line.head else _BESIDE)
        if line.head or not _meets(line, lines, em)
        else line
        for line in lines
    ]
    lines = [_past(_past(line, lines, areas, em).turned(), lines, areas, em).turned() for line in lines]
    lines = [_to_cusp(_to_cusp(line, lines, em).turned(), lines, em).turned() for line in lines]
    lines = [
        line if _meets(line.turned(), lines, em) else _to_nearest(line.turned(), areas, em, _BESIDE).turned()
        for line in lines
    ]
    return attrs.evolve(drawing, connectors=tuple(lines))


def _to_nearest(line: Connector, areas: Sequence[Area], em: float, furthest: float) -> Connector:
    """A line whose last point touches no box, with the nearest point of the box beside it."""
    near = min(areas, key=lambda area: distance(area, line.end), default=None)
    if near is None or not _TOUCH * em < distance(near, line.end) <= furthest * em:
        return line
    x, y = line.end
    end = min(max(x, near[0]), near[2]), min(max(y, near[1]), near[3])
    return attrs.evolve(line, points=(*line.points, end))


def _meets(line: Connector, lines: Sequence[Connector], em: float) -> bool:
    """Whether a line's last point lies on another one."""
    close = grown(bounds([line.end]), _ON * em)
    return any(
        gap(bounds(other.points), close) == 0 and near_line(line.end, other.points)[0] <= _ON * em
        for other in lines
        if {other.start, other.end} != {line.start, line.end}
    )


def _to_cusp(line: Connector, lines: Sequence[Connector], em: float) -> Connector:
    """A line whose plain last point is close to where another one, with heads at both ends, turns back.

    Two arrows that come from one line, where it was not seen to reach them.
    """
    if line.head or _meets(line, lines, em):
        return line
    cusps = [
        place
        for other in lines
        if other.head and other.tail
        for place in other.points[1:-1]
        if math.dist(place, line.end) <= _BEYOND * em and _turns_back(other, place, em)
    ]
    near = min(cusps, key=lambda place: math.dist(place, line.end), default=None)
    return line if near is None else attrs.evolve(line, points=(*line.points, near))


def _past(line: Connector, lines: Sequence[Connector], areas: Sequence[Area], em: float) -> Connector:
    """A line whose plain last point lies on the course of another one, drawn on to the box closely ahead.

    Where lines cross at an arrow's tip, the tip is taken for a part of the other one. That leads elsewhere.
    """
    if line.head or length(line.points) < _SHORTEST * em:
        return line
    passed = [
        other
        for other in lines
        if {other.start, other.end} != {line.start, line.end}
        and gap(bounds(other.points), grown(bounds([line.end]), _ON * em)) == 0
        and _passes(other, line.end, em)
    ]
    forward = direction(at(line.points, max(0.0, length(line.points) - 0.8 * em)), line.end)
    ahead = [(far, area) for area in areas if (far := reaches(area, line.end, forward)) is not None]
    far, area = min(ahead, default=(math.inf, (0.0,) * 4))
    if not passed or not far <= _TIP * em:
        return line
    if any(distance(area, end) <= _BESIDE * em for other in passed for end in (other.start, other.end)):
        return line
    end = line.end[0] + far * forward[0], line.end[1] + far * forward[1]
    return attrs.evolve(line, points=(*line.points, end), head=True)


def _passes(line: Connector, place: Point, em: float) -> bool:
    """Whether a line runs through a place, rather than that it begins or ends there."""
    far, along = near_line(place, line.points)
    return far <= _ON * em and em < along < length(line.points) - em


def _turns_back(line: Connector, place: Point, em: float) -> bool:
    """Whether a line comes back from a place on it nearly the way that it goes there."""
    along = near_line(place, line.points)[1]
    before, after = at(line.points, along - em), at(line.points, along + em)
    return em < along < length(line.points) - em and (
        cosine(direction(place, before), direction(place, after)) > _BACK
    )


def _drawn_on(line: Connector, areas: Sequence[Area], em: float) -> Connector:
    long = length(line.points)
    forward = direction(at(line.points, max(0.0, long - 0.8 * em)), line.end)
    ahead = [far for area in areas if (far := reaches(area, line.end, forward)) is not None]
    far = min(ahead, default=em)
    if not 0 < far <= _AHEAD * em:
        return line
    end = line.end[0] + far * forward[0], line.end[1] + far * forward[1]
    return attrs.evolve(line, points=(*line.points, end))


def _reached(wired: Wiring, ways: Mapping[int, Sequence[int]], source: int) -> list[int]:
    """The boxes to which ways lead from a box, past joints."""
    found: list[int] = []
    seen: set[int] = set()
    waiting = [source]
    while waiting:
        for target in ways.get(waiting.pop(), ()):
            if not wired.is_joint(target):
                found.append(target)
            elif target not in seen:
                seen.add(target)
                waiting.append(target)
    return found
