"""What a drawing's connectors join: ends attached to things, joints where lines meet, directions."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence

import attrs

from dlc.frontends.figure.drawing import Connector, Point
from dlc.frontends.figure.geometry import (
    Grid,
    at,
    border_distance,
    bounds,
    cosine,
    direction,
    distance,
    extent,
    grown,
    inside,
    length,
    near_line,
    part,
    reaches,
)
from dlc.frontends.figure.network.reading import Role, read_words
from dlc.frontends.figure.network.scene import Item, ItemKind, Scene

#: How far (ems) an end may be from what it touches, from a line that it meets, and from what lies ahead.
_TOUCH, _ON_LINE, _TEXT_AHEAD, _FAR_AHEAD = 0.25, 0.3, 1.4, 2.8
#: Lines whose distances from an end differ by less than this (ems) all meet it.
_HARDLY = 0.15
#: The last stretch of a line (ems) by which its direction at an end is judged.
_REACH = 0.8
#: A fork from which lines only leave is at the box from which they come where it is this near (ems); what is left
#: of its own line to the fork is at most so long.
_AT_FORK, _STUB = 1.3, 0.5
#: Things with an inside in which lines end.
_SOLID = (ItemKind.BOX, ItemKind.PICTURE)


@attrs.frozen
class Wire:
    """A directed piece of a connector between two nodes of the wiring; `sure` if a head says its direction.

    Nodes are things by their number, and from `Wiring.first_joint` on joints: places where lines meet, or
    where a line begins or ends in nothing.
    """

    source: int
    target: int
    points: tuple[Point, ...]
    connector: int
    dashed: bool = False
    sure: bool = True


@attrs.frozen
class Wiring:
    """All wires of a scene; `places` are the joints' points."""

    scene: Scene
    wires: tuple[Wire, ...]
    places: tuple[Point, ...]
    flow: Point

    @property
    def first_joint(self) -> int:
        """The number of the first joint."""
        return len(self.scene.items)

    def is_joint(self, node: int) -> bool:
        """Whether a node is a joint rather than a thing."""
        return node >= self.first_joint

    def touched(self) -> set[int]:
        """The things that a wire begins or ends at."""
        ends = {end for wire in self.wires for end in (wire.source, wire.target)}
        return {end for end in ends if not self.is_joint(end)}


@attrs.frozen
class _Stop:
    """A node on a connector's course, and how far along it is."""

    along: float
    node: int


def wiring(scene: Scene, skip: Iterable[int] = ()) -> Wiring:
    """Attach the connectors of a scene to its things and to each other; `skip` are connectors left out."""
    return _Wirer(scene, frozenset(skip)).run()


class _Wirer:
    """Builds the wiring of one scene."""

    def __init__(self, scene: Scene, skip: frozenset[int]) -> None:
        self._scene = scene
        self._em = scene.em
        self._lines = [
            (index, line)
            for index, line in enumerate(scene.drawing.connectors)
            if index not in skip and length(line.points) > 0.15 * scene.em
        ]
        self._places: list[Point] = []
        self._spots: Grid[int] = Grid(2 * scene.em)
        self._first = len(scene.items)
        self._stops: dict[int, list[_Stop]] = {index: [] for index, _ in self._lines}
        self._courses: Grid[tuple[int, Connector]] = Grid(4 * self._em)
        for index, line in self._lines:
            self._courses.add(bounds(line.points), (index, line))
        self._things: Grid[Item] = Grid(4 * self._em)
        for item in scene.items:
            self._things.add(item.area, item)

    def run(self) -> Wiring:
        for index, line in self._lines:
            for which in (0, 1):
                self._end(index, line, which)
        flow = _flow([line for _, line in self._lines]) or _unheaded_flow(self._scene, self._lines)
        pieces = [piece for index, line in self._lines for piece in self._pieces(index, line)]
        wires = _oriented(self._begun(pieces), self._first, flow)
        return Wiring(self._scene, tuple(wires), tuple(self._places), flow)

    def _begun(self, pieces: Sequence[Wire]) -> list[Wire]:
        """The pieces, where several only leave a fork with the box beside it as what they come from; what is left
        of its own line to the fork goes."""
        at: dict[int, list[Wire]] = {}
        for piece in pieces:
            for node in {piece.source, piece.target}:
                at.setdefault(node, []).append(piece)
        homes = {}
        for node, own in at.items():
            if node >= self._first and len(own) > 1 and all(p.sure and p.source == node for p in own):
                homes[node] = self._beside(self._places[node - self._first], own)
        found = (attrs.evolve(piece, source=homes.get(piece.source, piece.source)) for piece in pieces)
        return [piece for piece in found if piece.source != piece.target]

    def _beside(self, fork: Point, leaving: Sequence[Wire]) -> int:
        """The nearest box to a fork to which none of the lines leads that leave it, but for a stub; else the fork."""
        reach = _AT_FORK * self._em
        reached = {wire.target for wire in leaving if length(wire.points) > _STUB * self._em}
        near = [
            (distance(item.area, fork), item.number)
            for item in self._things.near(grown(bounds([fork]), reach))
            if item.kind in _SOLID and item.number not in reached
        ]
        far, number = min(near, default=(reach, leaving[0].source))
        return number if far < reach else leaving[0].source

    def _end(self, index: int, line: Connector, which: int) -> None:
        """Note what one end of a connector touches."""
        place = line.end if which else line.start
        along = length(line.points) if which else 0.0
        forward = _outward(line, which, _REACH * self._em)
        headed = line.head if which else line.tail
        item = self._touching(place, forward, headed)
        if item is None:
            met = self._met(index, place)
            if met:
                node = self._joint(place)
                for other, far in met:
                    self._add_stop(other, far, node)
                self._add_stop(index, along, node)
                return
            item = self._ahead(place, forward, length(line.points))
        node = item.number if item is not None else self._joint(place)
        self._add_stop(index, along, node)

    def _add_stop(self, index: int, along: float, node: int) -> None:
        stops = self._stops[index]
        if all(stop.node != node or abs(stop.along - along) > 0.3 * self._em for stop in stops):
            stops.append(_Stop(along, node))

    def _joint(self, place: Point) -> int:
        """The joint at a place, made if there is none near."""
        reach = _ON_LINE * self._em
        for number in self._spots.near(grown(bounds([place]), reach)):
            if math.dist(self._places[number], place) <= reach:
                return self._first + number
        self._spots.add(bounds([place]), len(self._places))
        self._places.append(place)
        return self._first + len(self._places) - 1

    def _touching(self, place: Point, forward: Point, headed: bool) -> Item | None:
        """The innermost box or picture whose outline an end touches, or inside which it lies."""
        slack = _TOUCH * self._em
        near = self._things.near(grown(bounds([place]), slack))
        inner = [item for item in near if item.kind in _SOLID and distance(item.area, place) <= slack]
        frames = [
            item
            for item in near
            if item.kind is ItemKind.GROUP
            and border_distance(item.area, place) <= slack
            and self._leaves(item, place, forward)
        ]
        return min(inner or frames, key=lambda item: extent(item.area), default=None)

    def _leaves(self, group: Item, place: Point, forward: Point) -> bool:
        """Whether a line that ends at a group's frame comes from outside of it."""
        x, y = place
        back = x - forward[0] * self._em, y - forward[1] * self._em
        return not inside(group.area, back)

    def _met(self, index: int, place: Point) -> list[tuple[int, float]]:
        """Other connectors on whose course a place lies, and how far along each it is.

        The nearest one, and those that are hardly further: where several begin at a place, all of them.
        """
        slack = _ON_LINE * self._em
        near = []
        for other, line in self._courses.near(grown(bounds([place]), slack)):
            far, along = near_line(place, line.points)
            if other != index and far <= slack:
                near.append((far, other, along))
        least = min(near, default=(0.0, 0, 0.0))[0]
        return [(other, along) for far, other, along in near if far <= least + _HARDLY * self._em]

    def _ahead(self, place: Point, forward: Point, long: float) -> Item | None:
        """The thing that a line would run into first if it went on a little; words come after boxes."""
        em = self._em
        reach = max(_FAR_AHEAD * em, min(0.15 * long, 6 * em))
        far = place[0] + reach * forward[0], place[1] + reach * forward[1]
        best: tuple[float, float, Item] | None = None
        for item in self._things.near(grown(bounds([place, far]), 0.3 * em)):
            limit = reach if item.kind in _SOLID else _TEXT_AHEAD * em if _may_be_node(item) else -1.0
            enters = reaches(grown(item.area, 0.15 * em), place, forward)
            if enters is None or enters > limit:
                continue
            enters += 0.0 if item.kind in _SOLID else em
            if best is None or (enters, extent(item.area)) < best[:2]:
                best = enters, extent(item.area), item
        return best[2] if best is not None else None

    def _pieces(self, index: int, line: Connector) -> list[Wire]:
        """The connector cut at its stops, each piece in the direction of its points."""
        stops = sorted(self._stops[index], key=lambda stop: stop.along)
        made = []
        for one, other in itertools.pairwise(stops):
            if one.node == other.node:
                continue
            points = part(line.points, one.along, other.along)
            wire = Wire(one.node, other.node, points, index, line.dashed, line.head and not line.tail)
            made.append(wire)
        if line.head and line.tail and len(made) > 1:  # what joins it in between comes out at both heads
            made[0] = attrs.evolve(_turned(made[0]), sure=True)
            made[-1] = attrs.evolve(made[-1], sure=True)
        return made


def _may_be_node(item: Item) -> bool:
    """Whether free words may stand for a thing at an arrow's end: short, no size."""
    if item.kind is not ItemKind.TEXT or len(item.words) > 60:
        return False
    return read_words(item.words).shape is None


def _outward(line: Connector, which: int, reach: float) -> Point:
    """The direction in which a line leaves at an end."""
    points = line.points if which else line.points[::-1]
    return direction(at(points, max(0.0, length(points) - reach)), points[-1])


def _flow(lines: Sequence[Connector]) -> Point | None:
    """The main direction of the headed connectors: right, left, down or up; None where none has a head."""
    x = y = 0.0
    for line in lines:
        if line.head and not line.tail:
            way = direction(line.start, line.end)
            x, y = x + way[0], y + way[1]
    if x == y == 0.0:
        return None
    if abs(x) >= abs(y):
        return (1.0, 0.0) if x >= 0 else (-1.0, 0.0)
    return (0.0, 1.0) if y >= 0 else (0.0, -1.0)


def _unheaded_flow(scene: Scene, lines: Iterable[tuple[int, Connector]]) -> Point:
    """The direction in which lines without heads run: as most of them lie, from the input to the output.

    Where no words tell an end, to the right or down.
    """
    spans = [(abs(line.end[0] - line.start[0]), abs(line.end[1] - line.start[1])) for _, line in lines]
    upright = sum(dy > dx for dx, dy in spans) > sum(dx > dy for dx, dy in spans)
    axis = 1 if upright else 0
    area = scene.drawing.area
    middle = (area[axis] + area[axis + 2]) / 2
    votes = 0
    for item in scene.of(ItemKind.BOX, ItemKind.TEXT, ItemKind.PICTURE):
        side = 1 if (item.area[axis] + item.area[axis + 2]) / 2 > middle else -1
        votes += side * _end_of(item)
    way = -1.0 if votes < 0 else 1.0
    return (0.0, way) if upright else (way, 0.0)


def _end_of(item: Item) -> int:
    """1 for what stands where a network ends, -1 for where it begins, 0 for what may be anywhere."""
    reading = read_words(item.words)
    if reading.role is Role.INPUT:
        return -1
    last = {step.op for step in reading.steps} & {"softmax", "dense"}
    return 1 if last or reading.role is Role.OUTPUT else 0


def _oriented(pieces: Sequence[Wire], first_joint: int, flow: Point) -> list[Wire]:
    """All pieces in a direction: by their heads, by what else meets at their ends, by the main flow."""
    at: dict[int, list[int]] = {}
    for index, wire in enumerate(pieces):
        for node in {wire.source, wire.target}:
            at.setdefault(node, []).append(index)
    settled = {index: wire for index, wire in enumerate(pieces) if wire.sure}
    by_flow = sorted(
        (index for index in range(len(pieces)) if index not in settled),
        key=lambda index: -abs(_with_flow(pieces[index], flow)),
    )
    waiting = list(by_flow)
    for guess in [*by_flow, -1]:
        while waiting:
            index = waiting.pop()
            turn = 0 if index in settled else _forced(index, pieces, settled, at, first_joint)
            if turn:
                settled[index] = pieces[index] if turn > 0 else _turned(pieces[index])
                waiting += [k for node in (pieces[index].source, pieces[index].target) for k in at[node]]
        if guess >= 0 and guess not in settled:
            wire = pieces[guess]
            settled[guess] = wire if _with_flow(wire, flow) >= 0 else _turned(wire)
            waiting += [k for node in (wire.source, wire.target) for k in at[node]]
    return [settled[index] for index in range(len(pieces))]


def _with_flow(wire: Wire, flow: Point) -> float:
    return cosine(direction(wire.points[0], wire.points[-1]), flow)


def _turned(wire: Wire) -> Wire:
    return attrs.evolve(wire, source=wire.target, target=wire.source, points=wire.points[::-1])


def _forced(
    index: int,
    pieces: Sequence[Wire],
    settled: Mapping[int, Wire],
    at: Mapping[int, Sequence[int]],
    first_joint: int,
) -> int:
    """1 or -1 where other wires decide a wire's direction: something must come into a joint, and leave it."""
    wire = pieces[index]
    for node, toward in ((wire.target, 1), (wire.source, -1)):
        others = [k for k in at[node] if k != index]
        if node < first_joint or not others or any(k not in settled for k in others):
            continue
        known = [settled[k] for k in others]
        if all(other.source == node for other in known):
            return toward
        if all(other.target == node for other in known):
            return -toward
    return 0
