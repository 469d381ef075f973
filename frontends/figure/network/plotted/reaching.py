"""Lines of plotted drawings drawn on to the boxes, forks and other lines that they stop short of, or run past."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

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
    inside,
    length,
    near_line,
    part,
    reaches,
)

_AHEAD = 0.7  # ems: how closely an arrow points at a box
#: Ends nearer than the first (ems) touch a box; plain ones are beside it up to the second, arrows' tips up to
#: the third. Ends lie on other lines up to the last.
_TOUCH, _BESIDE, _BEYOND, _ON = 0.2, 0.5, 1.0, 0.3
#: The tip of an arrow is no longer (ems); a shorter line has no direction.
_TIP, _SHORTEST = 1.6, 0.5
#: A line turns back where the cosine between its two sides is more; what is ahead of it is within 45 degrees.
_BACK, _ONWARD = 0.5, 0.7
#: The last stretch of a line (ems) by which its direction is judged.
_REACH = 0.8
#: A line runs through a box where its course there has its middle deeper in it than so much of its shorter side.
_DEEP = 0.2
#: Stretches of a line (in its unit) that are nearer than this are one; boxes are hit up to so much aside (ems).
_HARDLY, _ASIDE = 0.01, 0.35


def reaching(drawing: Drawing, areas: Sequence[Area]) -> Drawing:
    """The drawing with lines drawn on to boxes that they stop short of.

    An arrow may point at a box closely, past a line that it touches; the head of a short last piece may
    have been overlooked. No line runs through a box.
    """
    em = drawing.em
    lines = [piece for line in drawing.connectors for piece in _outside(line, areas)]
    lines = [_past_corner(_past_corner(line, areas, em).turned(), areas, em).turned() for line in lines]
    lines = [_drawn_on(line, areas, em) if line.head else line for line in lines]
    lines = [_to_box(line, lines, areas, em) for line in lines]
    lines = [_past(_past(line, lines, areas, em).turned(), lines, areas, em).turned() for line in lines]
    forks = drawing.junctions
    lines = [_to_fork(_to_fork(line, lines, forks, em).turned(), lines, forks, em).turned() for line in lines]
    lines = [_start_at_box(line.turned(), lines, areas, em).turned() for line in lines]
    return attrs.evolve(drawing, connectors=tuple(lines))


def _outside(line: Connector, areas: Sequence[Area]) -> list[Connector]:
    """The parts of a line outside of boxes: what seems to run behind a box comes to it, and leaves it."""
    hull = bounds(line.points)
    spans = sorted(span for area in areas if gap(hull, area) == 0 for span in _through(line.points, area))
    if not spans:
        return [line]
    stops = [0.0, *itertools.chain.from_iterable(spans), length(line.points)]
    outer = list(zip(stops[::2], stops[1::2], strict=True))
    return [
        attrs.evolve(
            line,
            points=part(line.points, *span),
            tail=line.tail and not n,
            head=line.head and span == outer[-1],
        )
        for n, span in enumerate(outer)
    ]


def _through(points: Sequence[Point], area: Area) -> list[tuple[float, float]]:
    """From where to where (along it) a line runs right through a box, from outside to outside."""
    spans: list[tuple[float, float]] = []
    walked = 0.0
    for a, b in itertools.pairwise(points):
        forward, long = direction(a, b), math.dist(a, b)
        enter, leave = reaches(area, a, forward), reaches(area, b, (-forward[0], -forward[1]))
        if enter is not None and leave is not None and enter < long - leave:
            goes_on = spans and walked + enter - spans[-1][1] < _HARDLY
            begin = spans.pop()[0] if goes_on else walked + enter
            spans.append((begin, walked + long - leave))
        walked += long
    deep = _DEEP * min(area[2] - area[0], area[3] - area[1])
    return [
        (begin, end)
        for begin, end in spans
        if begin > 0 and end < walked and inside(area, at(points, (begin + end) / 2), -deep)
    ]


def _past_corner(line: Connector, areas: Sequence[Area], em: float) -> Connector:
    """A line whose plain last point only touches a box's corner, drawn on to the box closely behind it."""
    if line.head or length(line.points) < _TIP * em:
        return line
    forward = _forward(line, em)
    if not any(distance(area, line.end) <= _TOUCH * em for area in areas):
        return line
    if any(_runs_into(line.end, forward, area, em) for area in areas):
        return line
    ahead = [far for area in areas if (far := _far(line.end, forward, area, em)) is not None and far > 0]
    return _longer(line, forward, far) if (far := min(ahead, default=math.inf)) <= _TIP * em else line


def _runs_into(place: Point, forward: Point, area: Area, em: float) -> bool:
    """Whether a line that touches a box would be in it if it went on a little."""
    x, y = place[0] + _BESIDE * em * forward[0], place[1] + _BESIDE * em * forward[1]
    return distance(area, place) <= _TOUCH * em and inside(area, (x, y))


def _far(place: Point, forward: Point, area: Area, em: float) -> float | None:
    """How far from a place a box begins in a direction, or nearly in it."""
    found = reaches(grown(area, _ASIDE * em), place, forward)
    return None if found is None else found + _ASIDE * em if found > 0 else 0.0


def _longer(line: Connector, forward: Point, far: float) -> Connector:
    """A line that goes on straight to a box, where it has its head."""
    end = line.end[0] + far * forward[0], line.end[1] + far * forward[1]
    return attrs.evolve(line, points=(*line.points, end), head=True)


def _forward(line: Connector, em: float) -> Point:
    """The direction in which a line ends."""
    return direction(at(line.points, max(0.0, length(line.points) - _REACH * em)), line.end)


def _to_box(line: Connector, lines: Sequence[Connector], areas: Sequence[Area], em: float) -> Connector:
    """A line with its last point at the box beside it: further away where it is an arrow's tip, not where it
    lies on another line."""
    if line.head:
        return _to_nearest(line, areas, em, _BEYOND)
    return line if _meets(line, lines, em) else _to_nearest(line, areas, em, _BESIDE)


def _start_at_box(line: Connector, lines: Sequence[Connector], areas: Sequence[Area], em: float) -> Connector:
    """A line with its last point, where nothing but other lines' ends are, at the box beside it."""
    met = _met(line, lines, em)
    if not met:
        return _to_nearest(line, areas, em, _BESIDE)
    near = min(areas, key=lambda area: distance(area, line.end), default=None)
    ends = [
        end for other in met for end in (other.start, other.end) if math.dist(end, line.end) <= _BEYOND * em
    ]
    if near is None or not any(distance(near, end) <= _TOUCH * em for end in ends):
        return line
    return _to_nearest(line, [near], em, _BEYOND)


def _to_nearest(line: Connector, areas: Sequence[Area], em: float, furthest: float) -> Connector:
    """A line whose last point touches no box, with the nearest point of the box beside it."""
    near = min(areas, key=lambda area: distance(area, line.end), default=None)
    if near is None or not _TOUCH * em < distance(near, line.end) <= furthest * em:
        return line
    x, y = line.end
    end = min(max(x, near[0]), near[2]), min(max(y, near[1]), near[3])
    return attrs.evolve(line, points=(*line.points, end))


def _met(line: Connector, lines: Sequence[Connector], em: float) -> list[Connector]:
    """The other lines on which a line's last point lies."""
    close = grown(bounds([line.end]), _ON * em)
    return [
        other
        for other in lines
        if {other.start, other.end} != {line.start, line.end}
        and gap(bounds(other.points), close) == 0
        and near_line(line.end, other.points)[0] <= _ON * em
    ]


def _meets(line: Connector, lines: Sequence[Connector], em: float) -> bool:
    """Whether a line's last point lies on another one."""
    return bool(_met(line, lines, em))


def _to_fork(line: Connector, lines: Sequence[Connector], forks: Sequence[Point], em: float) -> Connector:
    """A line whose plain last point is close to a fork, or to where other lines begin or turn back sharply.

    They come from this line, where it was not seen to reach them.
    """
    if line.head or length(line.points) < _SHORTEST * em or _meets(line, lines, em):
        return line
    forward = _forward(line, em)
    plain = [
        end
        for other in lines
        if {other.start, other.end} != {line.start, line.end}
        for end, headed in ((other.start, other.tail), (other.end, other.head))
        if not headed
    ]
    ahead = [
        place
        for place in (*forks, *plain)
        if math.dist(place, line.end) <= _BEYOND * em
        and cosine(forward, direction(line.end, place)) >= _ONWARD
    ]
    near = min([*ahead, *_cusps(line, lines, em)], key=lambda place: math.dist(place, line.end), default=None)
    return line if near is None else attrs.evolve(line, points=(*line.points, near))


def _cusps(line: Connector, lines: Sequence[Connector], em: float) -> list[Point]:
    """Where lines with heads at both ends turn back close to a line's end: two arrows that come from it."""
    return [
        place
        for other in lines
        if other.head and other.tail
        for place in other.points[1:-1]
        if math.dist(place, line.end) <= _BEYOND * em and _turns_back(other, place, em)
    ]


def _past(line: Connector, lines: Sequence[Connector], areas: Sequence[Area], em: float) -> Connector:
    """A line whose plain last point lies on the course of another one, drawn on to the box closely ahead.

    Where lines cross at an arrow's tip, the tip is taken for a part of the other one. That leads elsewhere.
    """
    if line.head or length(line.points) < _SHORTEST * em:
        return line
    passed = [other for other in _met(line, lines, em) if _passes(other, line.end, em)]
    forward = _forward(line, em)
    ahead = [far for area in areas if (far := reaches(area, line.end, forward)) is not None]
    far = min(ahead, default=math.inf)
    if not passed or not far <= _TIP * em:
        return line
    end = line.end[0] + far * forward[0], line.end[1] + far * forward[1]
    area = min(areas, key=lambda one: distance(one, end))
    if any(distance(area, end) <= _BESIDE * em for other in passed for end in (other.start, other.end)):
        return line
    return _longer(line, forward, far)


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
    forward = _forward(line, em)
    ahead = [far for area in areas if (far := reaches(area, line.end, forward)) is not None]
    far = min(ahead, default=em)
    return _longer(line, forward, far) if 0 < far <= _AHEAD * em else line
