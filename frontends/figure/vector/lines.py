"""Connectors of a drawing: lines joined from their pieces, with the heads that belong to them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

import attrs

from dlc.frontends.figure.drawing import Box, Colour, Connector, Outline, Point
from dlc.frontends.figure.geometry import (
    Grid,
    at,
    bounds,
    centre,
    contains,
    cosine,
    direction,
    distance,
    grown,
    inside,
    length,
    near_line,
    near_segment,
    size,
)
from dlc.frontends.figure.vector.shapes import Role, Shape

#: Ends of lines that meet are nearer than this (ems).
_MEET = 0.14
#: Lines that would turn back this sharply (a cosine) do not go on in each other.
_BACK = 0.35
#: A dash is at most this long, and the gap to the next at most this wide (ems).
_LONGEST_DASH, _WIDEST_GAP = 0.8, 0.6
#: A head's base is at most this far from its line's end (ems).
_REACH = 0.3


@attrs.define(eq=False)
class Line:
    """A line while connectors are being made: its course, and whether heads sit at its two ends."""

    points: list[Point]
    colour: Colour | None = None
    width: float = 0.0
    dashed: bool = False
    order: int = 0
    first: bool = False
    last: bool = False

    def end(self, which: int) -> Point:
        """The first (0) or last (1) point."""
        return self.points[-1 if which else 0]

    def headed(self, which: int) -> bool:
        """Whether a head sits at that end."""
        return self.last if which else self.first

    def outward(self, which: int, reach: float) -> Point:
        """The direction in which the line leaves at an end, judged over its last `reach`."""
        points = self.points if which else self.points[::-1]
        back = at(points, max(0.0, length(points) - reach))
        return direction(back, points[-1])

    def place_head(self, which: int, tip: Point) -> None:
        """Put a head at an end, and move the end to its tip."""
        self.points[-1 if which else 0] = tip
        if which:
            self.last = True
        else:
            self.first = True


def strokes(shapes: Sequence[Shape], em: float) -> list[Line]:
    """The lines among the shapes, each once, dashes joined."""
    found: list[Line] = []
    seen: set[tuple[tuple[int, int], tuple[int, int]]] = set()
    for shape in shapes:
        if shape.role is not Role.LINE or len(shape.points) < 2:
            continue
        ends = sorted(
            (round(x / em / 0.08), round(y / em / 0.08)) for x, y in (shape.points[0], shape.points[-1])
        )
        key = (ends[0], ends[1])
        if key in seen and len(shape.points) == 2:
            continue
        seen.add(key)
        found.append(Line(list(shape.points), shape.ink, shape.width, shape.dashed, shape.order))
    return _with_dashes_joined(found, em)


def _with_dashes_joined(lines: list[Line], em: float) -> list[Line]:
    """Short strokes in a row, with gaps between, as one dashed line each."""
    short = [line for line in lines if len(line.points) == 2 and length(line.points) <= _LONGEST_DASH * em]
    if len(short) < 4 or len(short) > 3000:
        return lines
    links = _links(short, em)
    gone: set[int] = set()
    made: list[Line] = []
    for index, line in enumerate(short):
        if index in gone or ((index, 0) in links) == ((index, 1) in links):
            continue  # inside a chain, or alone
        chain = _chain(index, 0 if (index, 0) in links else 1, links)
        if len(chain) >= 4:
            gone |= {i for i, _ in chain}
            points = [short[i].end(1 - leaving) for i, leaving in chain]
            points.append(short[chain[-1][0]].end(chain[-1][1]))
            made.append(Line(points, line.colour, line.width, True, line.order))
    dashes = {id(short[index]) for index in gone}
    return [line for line in lines if id(line) not in dashes] + made


_End = tuple[int, int]  # a dash's number, and which of its ends


def _chain(first: int, leaving: int, links: dict[_End, _End]) -> list[_End]:
    """Dashes from an outer one on, each with the end by which the chain leaves it."""
    chain = [(first, leaving)]
    while chain[-1] in links:
        index, entered = links[chain[-1]]
        chain.append((index, 1 - entered))
    return chain


def _links(short: Sequence[Line], em: float) -> dict[_End, _End]:
    """Ends of dashes that go on in each other: each is the other's nearest that fits."""
    cell = 2 * em
    spots: dict[tuple[int, int], list[_End]] = {}
    for index, line in enumerate(short):
        for which in (0, 1):
            x, y = line.end(which)
            spots.setdefault((int(x // cell), int(y // cell)), []).append((index, which))
    nearest: dict[_End, _End] = {}
    for index, line in enumerate(short):
        for which in (0, 1):
            x, y = line.end(which)
            column, row = int(x // cell), int(y // cell)
            around = itertools.product((column - 1, column, column + 1), (row - 1, row, row + 1))
            near = [end for spot in around for end in spots.get(spot, ()) if end[0] != index]
            fitting = [end for end in near if _goes_on(line, which, short[end[0]], end[1], em)]
            if fitting:
                nearest[index, which] = min(fitting, key=lambda e: math.dist(short[e[0]].end(e[1]), (x, y)))
    return {end: other for end, other in nearest.items() if nearest.get(other) == end}


def _goes_on(dash: Line, which: int, after: Line, entered: int, em: float) -> bool:
    wide = math.dist(dash.end(which), after.end(entered))
    if dash.colour != after.colour or not 0.08 * em < wide < _WIDEST_GAP * em:
        return False
    along = direction(dash.end(1 - which), dash.end(which))
    across = direction(dash.end(which), after.end(entered))
    onward = direction(after.end(entered), after.end(1 - entered))
    one, other = length(dash.points), length(after.points)
    return (
        min(one, other) > 0.1 * max(one, other) and min(cosine(along, across), cosine(along, onward)) > 0.85
    )


def with_heads(lines: Sequence[Line], heads: Sequence[Shape], em: float) -> list[Connector]:
    """Give heads to the lines that they sit on; the connectors of heads without a line come back."""
    ends: Grid[tuple[Line, int]] = Grid(2 * em)
    courses: Grid[Line] = Grid(4 * em)
    for line in lines:
        courses.add(bounds(line.points), line)
        for which in (0, 1):
            ends.add(bounds([line.end(which)]), (line, which))
    alone = []
    for head in heads:
        near = ends.near(grown(head.area, em))
        fitting = [(line, which) for line, which in near if _fits(head, line, which, em)]
        for line, which in fitting:
            line.place_head(which, _tip(head, line.outward(which, 0.8 * em)))
        others = [
            line for line in courses.near(head.area) if all(line is not fitted for fitted, _ in fitting)
        ]
        if not _on_the_way(head, others, em) and not fitting:
            made = _headed_nothing(head, em)
            alone += [made] if made is not None else []
    return alone


def without_stubs(lines: Sequence[Line], em: float) -> list[Line]:
    """Without short headed lines that lie on a longer line's course: they only carry a head in its middle."""
    stubs = [line for line in lines if length(line.points) < 1.5 * em and (line.first or line.last)]
    longer = [line for line in lines if length(line.points) >= 1.5 * em]
    carried = {
        id(stub)
        for stub in stubs
        for line in longer
        if inside(grown(bounds(line.points), 0.3 * em), stub.points[0])
        and all(near_line(point, line.points)[0] < 0.15 * em for point in stub.points)
    }
    return [line for line in lines if id(line) not in carried]


def _fits(head: Shape, line: Line, which: int, em: float) -> bool:
    """Whether a head sits at a line's end and points the way it goes."""
    end = line.end(which)
    if line.headed(which) or distance(head.area, end) > _REACH * em:
        return False
    if math.dist(line.points[0], line.points[-1]) < 0.05 * em and len(line.points) < 3:
        return False
    forward = line.outward(which, 0.8 * em)
    middle = centre(head.area)
    away = middle[0] - end[0], middle[1] - end[1]
    aside = abs(away[0] * forward[1] - away[1] * forward[0])
    reach = max(head.area[2] - head.area[0], head.area[3] - head.area[1])
    return aside < 0.3 * reach and cosine(_aim(head), forward) > 0.8


def _aim(head: Shape) -> Point:
    """The direction in which a head points: from the middle of its base to its tip."""
    nodes = head.points
    is_open = head.fill is None and len(nodes) == 3  # its strokes meet at the tip
    tip = nodes[1] if is_open else max(nodes, key=lambda node: _sharpness(node, nodes))
    others = [node for node in nodes if node != tip]
    x = sum(node[0] for node in others) / len(others)
    y = sum(node[1] for node in others) / len(others)
    return direction((x, y), tip)


def _sharpness(node: Point, nodes: Sequence[Point]) -> float:
    """How evenly the other nodes lie to both sides of the way from their middle to a node, and how far."""
    others = [other for other in nodes if other != node]
    if not others:
        return 0.0
    x = sum(other[0] for other in others) / len(others)
    y = sum(other[1] for other in others) / len(others)
    forward = direction((x, y), node)
    sides = [(other[0] - x) * forward[1] - (other[1] - y) * forward[0] for other in others]
    lean = abs(max(sides) + min(sides))
    return math.dist((x, y), node) - 2 * lean


def _tip(head: Shape, forward: Point) -> Point:
    """The head's foremost place, for one that points in a direction."""
    return max(head.points, key=lambda node: node[0] * forward[0] + node[1] * forward[1])


def _on_the_way(head: Shape, lines: Sequence[Line], em: float) -> bool:
    """Whether a head sits on the middle of a line, whose direction it then tells."""
    middle, aim = centre(head.area), _aim(head)
    for line in lines:
        if not inside(grown(bounds(line.points), 0.2 * em), middle):
            continue
        for a, b in itertools.pairwise(line.points):
            far, t = near_segment(middle, a, b)
            if far < 0.25 * em and 0 < t < 1 and abs(cosine(direction(a, b), aim)) > 0.85:
                if not (line.first or line.last):
                    forward = cosine(direction(a, b), aim) > 0
                    line.first, line.last = not forward, forward
                return True
    return False


def _headed_nothing(head: Shape, em: float) -> Connector | None:
    """A head without a line, as a short connector; none where it is not clearly a head."""
    if len(head.points) not in (3, 4, 6, 7) or max(_sides(head)) < 0.3 * em:
        return None
    aim = _aim(head)
    tip = _tip(head, aim)
    reach = max(_sides(head))
    start = tip[0] - aim[0] * reach, tip[1] - aim[1] * reach
    return Connector((start, tip), head=True, colour=head.ink, confidence=0.6)


def _sides(head: Shape) -> Point:
    return head.area[2] - head.area[0], head.area[3] - head.area[1]


@attrs.frozen
class Wall:
    """A box at which lines end rather than go on: at its outline, and inside it where it holds no others."""

    box: Box
    leaf: bool = True

    def stops(self, place: Point, slack: float) -> bool:
        """Whether lines that meet at a place do so at (or in) the box."""
        area = self.box.area
        if self.box.outline is Outline.CIRCLE:
            (x, y), (px, py) = self.box.centre, place
            a, b = self.box.width / 2 + slack, self.box.height / 2 + slack
            return ((px - x) / a) ** 2 + ((py - y) / b) ** 2 <= 1
        return distance(area, place) <= slack and (self.leaf or not inside(grown(area, -slack), place))


def walls(boxes: Sequence[Box]) -> list[Wall]:
    """The boxes that stop lines, which dashed frames do not."""
    solid = [box for box in boxes if not box.dashed]
    grid: Grid[Box] = Grid(max((max(size(box.area)) for box in solid), default=1.0) / 4)
    for box in solid:
        grid.add(box.area, box)
    return [
        Wall(
            box, not any(other is not box and contains(box.area, other.area) for other in grid.near(box.area))
        )
        for box in solid
    ]


def joined(lines: Sequence[Line], blocked: Sequence[Wall], em: float) -> list[Line]:
    """Lines whose ends meet, two at a place and away from boxes (`blocked`), made one."""
    lines = list(lines)
    while True:
        pairs = _meeting(lines, blocked, _MEET * em)
        if not pairs:
            return lines
        gone = {id(line) for pair in pairs for line, _ in pair}
        lines = [line for line in lines if id(line) not in gone] + [_merged(*pair) for pair in pairs]


_LineEnd = tuple[Line, int]


def _merged(first: _LineEnd, second: _LineEnd) -> Line:
    (one, a), (other, b) = first, second
    points = one.points if a else one.points[::-1]
    further = other.points[::-1] if b else other.points
    return Line(
        [*points, *further[1:]],
        one.colour,
        one.width,
        one.dashed and other.dashed,
        max(one.order, other.order),
        one.headed(1 - a),
        other.headed(1 - b),
    )


def _meeting(lines: Sequence[Line], blocked: Sequence[Wall], slack: float) -> list[tuple[_LineEnd, _LineEnd]]:
    """Pairs of open ends that meet alone, no line in two pairs."""
    ends: Grid[_LineEnd] = Grid(4 * slack)
    courses: Grid[Line] = Grid(40 * slack)
    near_walls: Grid[Wall] = Grid(40 * slack)
    for line in lines:
        courses.add(bounds(line.points), line)
        for which in (0, 1):
            ends.add(bounds([line.end(which)]), (line, which))
    for wall in blocked:
        near_walls.add(wall.box.area, wall)
    found: list[tuple[_LineEnd, _LineEnd]] = []
    used: set[int] = set()
    for line in lines:
        for which in (0, 1):
            if id(line) in used:
                continue
            place = line.end(which)
            spot = grown(bounds([place]), slack)
            met = [
                e for e in ends.near(spot) if e[0] is not line and math.dist(e[0].end(e[1]), place) <= slack
            ]
            if len(met) != 1 or id(met[0][0]) in used:
                continue
            near = courses.near(spot)
            if _may_join((line, which), met[0], near, near_walls.near(spot), slack):
                found.append(((line, which), met[0]))
                used |= {id(line), id(met[0][0])}
    return found


def _may_join(
    one: _LineEnd, other: _LineEnd, lines: Sequence[Line], blocked: Sequence[Wall], slack: float
) -> bool:
    place = one[0].end(one[1])
    if one[0].headed(one[1]) or other[0].headed(other[1]) or one[0].colour != other[0].colour:
        return False
    if cosine(one[0].outward(one[1], 4 * slack), other[0].outward(other[1], 4 * slack)) > _BACK:
        return False  # two lines that point at one thing
    if any(wall.stops(place, slack) for wall in blocked):
        return False
    return not any(
        line is not one[0] and line is not other[0] and near_line(place, line.points)[0] <= slack
        for line in lines
    )


def connectors(lines: Iterable[Line]) -> list[Connector]:
    """Lines as connectors that run towards their heads."""
    found = []
    for line in lines:
        made = Connector(tuple(line.points), line.last, line.first, line.dashed, line.width, line.colour)
        found.append(made.turned() if made.tail and not made.head else made)
    return found


def junctions(found: Sequence[Connector], em: float) -> list[Point]:
    """Where an end of one connector lies on another's course, or ends of three or more meet."""
    slack = 0.2 * em
    courses: Grid[Connector] = Grid(4 * em)
    for one in found:
        courses.add(bounds(one.points), one)
    places: list[Point] = []
    spots: Grid[Point] = Grid(2 * em)
    for one in found:
        for place in (one.start, one.end):
            spot = grown(bounds([place]), slack)
            if any(math.dist(place, old) <= slack for old in spots.near(spot)):
                continue
            if any(
                other is not one and near_line(place, other.points)[0] <= slack
                for other in courses.near(spot)
            ):
                spots.add(bounds([place]), place)
                places.append(place)
    return places
