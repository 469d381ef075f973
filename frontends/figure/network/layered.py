"""Boxes that are layers: from a scene to graphs of readings, one a network."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Sequence

import attrs

from dlc.frontends.figure.drawing import Area, Outline, Point
from dlc.frontends.figure.geometry import (
    at,
    bounds,
    centre,
    cosine,
    direction,
    distance,
    gap,
    hull,
    length,
    near_line,
    size,
)
from dlc.frontends.figure.network.beside import names_beside
from dlc.frontends.figure.network.ends import trimmed
from dlc.frontends.figure.network.frames import with_named_frames
from dlc.frontends.figure.network.graph import Arc, Graph, Vertex, components, without_joints
from dlc.frontends.figure.network.habits import habits
from dlc.frontends.figure.network.legend import Legend, legend
from dlc.frontends.figure.network.reading import NOTHING, Reading, Role, read_words
from dlc.frontends.figure.network.repeats import counts, repeated
from dlc.frontends.figure.network.scene import Item, ItemKind, Scene, fused
from dlc.frontends.figure.network.wiring import Wire, Wiring, wiring
from dlc.frontends.phrases import Phrase
from dlc.frontends.phrases.values import Number
from dlc.frontends.table.design.sizes import Size, read_size

#: Words belong to a line that they stand this close to (ems), and to a box that they stand this close to.
_BESIDE_LINE, _BESIDE_BOX = 0.9, 6.0
#: An operator's circle or square is at most this large (ems).
_SIGN_SIZE = 3.2
#: Lines run across the flow whose cosine with it is at most this.
_ACROSS = 0.5
#: A line ends at a frame's corner that it is this close to (ems).
_CORNER = 0.6
#: A map is wider than this; what has fewer sides in a name is a window.
_WIDEST_WINDOW = 11
#: Boxes that touch (ems) and stand in a row follow each other without arrows.
_ABUT = 0.35
#: Free words of a line itself, and of no layer on it.
_CONNECTION = re.compile(r"\b(?:connections?|shortcuts?|bypass)\b", re.I)
#: Letters of functions rather than of values.
_FUNCTION = re.compile(r"[FGfg]")
#: A number after this counts channels, and is no side of a map.
_OUTPUT = re.compile(r"\s*outputs?\s*[:=]", re.I)
#: Arrows with such words carry no value: places of maxima, shared weights.
_SIDE = re.compile(r"\b(?:indices|switches|shar(?:ed?|ing) (?:weights?|parameters?)|weight sharing)\b", re.I)


def layered(scene: Scene, skip: Iterable[int] = ()) -> list[Graph]:
    """The graphs of a figure whose boxes are layers; `skip` are connectors that mean something else."""
    key = legend(scene)
    scene = with_named_frames(fused(scene) if not key.fills else scene)
    scene = attrs.evolve(scene, items=tuple(_without(item, key) for item in scene.items))
    wired = wiring(scene, {*skip, *key.connectors})
    return _Layered(scene, wired, key).graphs()


def _without(item: Item, key: Legend) -> Item:
    """A thing, set aside where it is part of the legend."""
    return attrs.evolve(item, kind=ItemKind.PART) if item.number in key.items else item


class _Layered:
    """Gathers vertices and arcs of one scene."""

    def __init__(self, scene: Scene, wired: Wiring, key: Legend) -> None:
        self._scene = scene
        self._wired = wired
        self._key = key
        self._em = scene.em
        self._touched = wired.touched()
        self._habits = habits(item.words for item in scene.items)
        self._readings = {item.number: self._reading(item) for item in scene.items}
        self._often, self._used = counts(scene)
        self._sizes: dict[int, Size] = {}
        self._named: dict[int, Area] = {}
        self._name_empty_boxes()
        self._widths: dict[int, Number] = {}
        self._aside: set[int] = set()
        self._steps: dict[int, list[tuple[float, Phrase]]] = {}

    def graphs(self) -> list[Graph]:
        for item in self._scene.of(ItemKind.TEXT):
            if item.number not in self._touched and item.number not in self._used:
                self._note(item)
        looks = {self._look(index) for index in self._aside}
        wires = [
            (i, w)
            for i, w in enumerate(self._wired.wires)
            if self._look(i) not in looks and not self._is_shared(w) and not self._calls_out(w)
        ]
        arcs = [arc for index, wire in wires for arc in self._arcs(index, wire)]
        arcs = self._rows(arcs) + arcs
        arcs += self._abutting({end for arc in arcs for end in (arc.source, arc.target)})
        graph = Graph(self._vertices(arcs), ()).with_arcs(arcs)
        parts = [part for part in components(without_joints(graph)) if _has_layers(part)]
        return [repeated(trimmed(part), self._members(part), self._often) for part in parts]

    def _members(self, graph: Graph) -> dict[int, list[int]]:
        """The vertices of each counted group, or of a counted box."""
        return {
            number: [key for key in graph.vertices if key == number or self._lies_in(key, number)]
            for number in self._often
        }

    def _lies_in(self, key: int, group: int) -> bool:
        while 0 <= key < len(self._scene.items) and key != group:
            key = self._scene.items[key].parent
        return key == group

    def _name_empty_boxes(self) -> None:
        for number, words in names_beside(self._scene, self._free_readings(), self._touched).items():
            name, shape = _parted(words.text)
            known = self._readings[words.number]
            self._readings[number] = read_words(self._habits.spelled(name)) if shape is not None else known
            self._used |= {words.number}
            self._named[number] = hull((self._scene.items[number].area, words.area))
            if shape is not None:
                self._sizes[number] = shape

    def _free_readings(self) -> dict[int, Reading]:
        """The readings without those of words that stand along an arrow."""
        slack = _BESIDE_LINE * self._em
        courses = [(bounds(wire.points), wire.points) for wire in self._wired.wires]
        along = {
            item.number
            for item in self._scene.of(ItemKind.TEXT)
            if self._readings[item.number].known
            and any(
                gap(item.area, area) <= slack and _beside(item.area, points)[0] <= slack
                for area, points in courses
            )
        }
        return {number: NOTHING if number in along else found for number, found in self._readings.items()}

    def _is_shared(self, wire: Wire) -> bool:
        """Whether a line across the flow points both ways between equal layers, which share their weights."""
        line = self._scene.drawing.connectors[wire.connector]
        along = abs(cosine(direction(line.start, line.end), self._wired.flow))
        if not (line.head and line.tail) or along > _ACROSS:
            return False
        if any(map(self._wired.is_joint, (wire.source, wire.target))):
            return False
        one, other = (self._scene.items[end].words for end in (wire.source, wire.target))
        return one == other and bool(one)

    def _calls_out(self, wire: Wire) -> bool:
        """Whether a line without heads joins the corners of two boxes, a part of the figure and it enlarged.

        Of a slanted one the corner of a frame is enough.
        """
        line = self._scene.drawing.connectors[wire.connector]
        if line.head or line.tail:
            return False
        across, down = abs(line.end[0] - line.start[0]), abs(line.end[1] - line.start[1])
        slanted = min(across, down) > self._em
        cornered = [self._cornered(end) for end in (line.start, line.end)]
        return any(ItemKind.GROUP in kinds for kinds in cornered) and (slanted or all(cornered))

    def _cornered(self, place: Point) -> set[ItemKind]:
        """What things have a corner at a place."""
        return {
            item.kind
            for item in self._scene.items
            if item.box is not None
            and any(
                math.dist(place, (x, y)) <= _CORNER * self._em
                for x in item.area[::2]
                for y in item.area[1::2]
            )
        }

    def _look(self, index: int) -> tuple[object, ...]:
        """What a wire's connector looks like: what is said of one arrow holds for all like it."""
        line = self._scene.drawing.connectors[self._wired.wires[index].connector]
        return line.colour, line.dashed, round(line.width, 1)

    def _reading(self, item: Item) -> Reading:
        if item.kind in (ItemKind.GROUP, ItemKind.PART, ItemKind.TITLE):
            return NOTHING
        if item.kind is ItemKind.PICTURE and not item.text:
            return Reading(Role.VALUE)
        small = item.box is not None and max(size(item.area)) <= _SIGN_SIZE * self._em
        circled = small and item.outline in (
            Outline.CIRCLE,
            Outline.RECTANGLE,
            Outline.ROUNDED,
            Outline.DIAMOND,
        )
        words = self._words(item)
        found = _function(item, words) or read_words(words, circled)
        if item.kind is ItemKind.TEXT and found.role is Role.LAYERS and not _is_written(words, found):
            return Reading(Role.VALUE)
        return found if words else Reading(Role.VALUE)

    def _words(self, item: Item) -> str:
        """A thing's words in full: by the legend where it has none or but a number, by the figure's habit."""
        words = item.words
        if item.box is not None and item.kind is ItemKind.BOX and (not words or words.isdecimal()):
            named = self._key.of_fill(item.box.fill)
            words = self._widened(named, words) if named and words else named or words
        return self._habits.spelled(words)

    def _widened(self, named: str, width: str) -> str:
        """A legend's words with the number that stands in the box."""
        first, *rest = re.split(r"\s*(?=[+/,])", named, maxsplit=1)
        return " ".join([f"{first}, {width}", *rest])

    # words between things -------------------------------------------------------------------------------

    def _note(self, item: Item) -> None:
        """Give free words to the line or the box that they stand beside."""
        reading = self._readings[item.number]
        if _SIDE.search(item.words):
            near = [_beside(item.area, wire.points)[0] for wire in self._wired.wires]
            self._aside |= {i for i, far in enumerate(near) if far == min(near) and far <= 1.5 * self._em}
        elif reading.role is Role.LAYERS and _names_steps(reading) and len(item.words) <= 40:
            self._note_steps(item, reading)
        elif reading.role is Role.VALUE and reading.shape is not None:
            if len(reading.shape) == 1 and isinstance(reading.shape[0], int):
                if _OUTPUT.match(item.words):
                    self._note_size(item, reading.shape, channels=True)
                else:
                    self._note_width(item, reading.shape[0])
            else:
                self._note_size(item, reading.shape)

    def _note_steps(self, item: Item, reading: Reading) -> None:
        best: tuple[float, int, float] | None = None
        area = hull([line.area for line in item.lines if read_words(line.text).known] or [item.area])
        for index, wire in enumerate(self._wired.wires):
            far, along = _beside(area, wire.points)
            if far <= _BESIDE_LINE * self._em and (best is None or far < best[0]):
                best = far, index, along
        if best is not None:
            own = self._steps.setdefault(best[1], [])
            own += [(best[2] + i / 1000, step) for i, step in enumerate(reading.steps)]

    def _note_size(self, item: Item, found: Size, channels: bool = False) -> None:
        boxes = [
            other
            for other in self._scene.items
            if (other.kind is ItemKind.BOX or other.number in self._touched)
            and other.number != item.number
            and self._readings[other.number].role is not Role.NOTHING
        ]
        areas = {other.number: self._named.get(other.number, other.area) for other in boxes}
        near = [other for other in boxes if self._is_beside(item.area, areas[other.number])]
        best = min(near, key=lambda other: gap(item.area, areas[other.number]), default=None)
        if best is not None and gap(item.area, areas[best.number]) <= _BESIDE_BOX * self._em:
            self._sizes.setdefault(
                best.number, _wide(found, self._readings[best.number]) if channels else found
            )

    def _note_width(self, item: Item, width: int) -> None:
        """A lone number over (or under) a box without words counts its channels."""
        x, _ = centre(item.area)
        em = self._em
        near = [
            (gap(item.area, box.area) + (0 if item.area[3] <= box.area[1] + em else em), box.number)
            for box in self._scene.of(ItemKind.BOX)
            if self._readings[box.number].role is Role.VALUE
            and not box.text
            and box.area[0] - 0.6 * em <= x <= box.area[2] + 0.6 * em
            and gap(item.area, box.area) < 1.5 * em
        ]
        if near:
            self._widths.setdefault(min(near)[1], width)
        elif self._readings:
            self._note_size(item, (width,))

    def _size(self, key: int) -> Size | None:
        """The size that stands beside a thing, with the channels that stand over it."""
        found, width = self._sizes.get(key), self._widths.get(key)
        if found is not None and width is not None and len(found) <= 2:
            return (*(found if len(found) == 2 else found * 2), width)
        if found is None and width is not None:
            return "?", "?", width
        return found

    def _is_beside(self, words: Area, box: Area) -> bool:
        """Whether words stand at the height of a box, or right under or over it."""
        middle = centre(words)
        level = box[1] - 0.9 * self._em <= middle[1] <= box[3] + 0.9 * self._em
        under = box[0] <= middle[0] <= box[2] and gap(words, box) < 1.2 * self._em
        return level or under

    # arcs -----------------------------------------------------------------------------------------------

    def _arcs(self, index: int, wire: Wire) -> list[Arc]:
        steps = self._ordered_steps(index, wire)
        sources = self._ends(wire.source, last=True)
        targets = self._ends(wire.target, last=False)
        straight = length(wire.points) < 1.15 * math.dist(wire.points[0], wire.points[-1])
        return [Arc(a, b, steps, wire.sure, straight) for a in sources for b in targets]

    def _ordered_steps(self, index: int, wire: Wire) -> tuple[Phrase, ...]:
        written = tuple(step for _, step in sorted(self._steps.get(index, ()), key=lambda one: one[0]))
        if written or not self._key.lines:
            return written
        connector = self._scene.drawing.connectors[self._wired.wires[index].connector]
        return read_words(self._key.of_line(connector)).steps

    def _ends(self, node: int, last: bool) -> list[int]:
        """The node itself; of a group the things inside that nothing leaves, or that nothing reaches."""
        if self._wired.is_joint(node) or self._scene.items[node].kind is not ItemKind.GROUP:
            return [node]
        inner = [item.number for item in self._within(node)]
        held = set(inner)
        busy = set()
        for wire in self._wired.wires:
            if wire.source in held and wire.target in held:
                busy.add(wire.source if last else wire.target)
        free = [number for number in inner if number not in busy and number in self._touched]
        return free or inner[:1]

    def _within(self, group: int) -> list[Item]:
        """The things inside a group, and inside the groups in it."""
        found = []
        for item in self._scene.items:
            parent = item.parent
            while parent >= 0 and parent != group:
                parent = self._scene.items[parent].parent
            if parent == group and item.kind is ItemKind.BOX:
                found.append(item)
        return found

    def _rows(self, arcs: Sequence[Arc]) -> list[Arc]:
        """Things named by a legend that stand in a row without arrows: each gives to the next."""
        named = [
            item
            for item in self._scene.of(ItemKind.BOX)
            if not item.text and self._readings[item.number].role is Role.LAYERS
        ]
        named.sort(key=lambda item: item.area[0])
        linked = {(arc.source, arc.target) for arc in arcs}
        pairs = [
            (one, other)
            for one, other in itertools.pairwise(named)
            if abs(centre(one.area)[1] - centre(other.area)[1]) < 0.3 * size(one.area)[1]
        ]
        bare = [
            (a.number, b.number)
            for a, b in pairs
            if not {(a.number, b.number), (b.number, a.number)} & linked
        ]
        if len(bare) < 3 or len(bare) < 0.6 * len(pairs):
            return []
        return [Arc(a, b, sure=False) for a, b in bare]

    def _abutting(self, joined: set[int]) -> list[Arc]:
        """Boxes with words that touch and stand in a row, as far as no arrow joins them."""
        boxes = [
            item
            for item in self._scene.of(ItemKind.BOX)
            if self._readings[item.number].role is Role.LAYERS and max(size(item.area)) > self._em
        ]
        found = []
        for one in boxes:
            for other in boxes:
                way = _abuts(one.area, other.area, _ABUT * self._em)
                if way is None or {one.number, other.number} <= joined:
                    continue
                along = way[0] * self._wired.flow[0] + way[1] * self._wired.flow[1]
                if along > 0 or (along == 0 and (way[0] > 0 or way[1] > 0)):
                    found.append(Arc(one.number, other.number, sure=False))
        return found

    # vertices -------------------------------------------------------------------------------------------

    def _vertices(self, arcs: Sequence[Arc]) -> dict[int, Vertex]:
        keys = {end for arc in arcs for end in (arc.source, arc.target)}
        found = {key: self._vertex(key) for key in sorted(keys)}
        for item in self._scene.of(ItemKind.BOX):
            if item.number not in found and self._readings[item.number].known:
                found[item.number] = self._vertex(item.number)
        return found

    def _vertex(self, key: int) -> Vertex:
        if self._wired.is_joint(key):
            x, y = self._wired.places[key - self._wired.first_joint]
            return Vertex(key, Reading(Role.VALUE), (x, y, x, y), joint=True)
        item = self._scene.items[key]
        return Vertex(key, self._readings[key], item.area, item.words, self._size(key), parent=item.parent)


def _names_layers(reading: Reading) -> bool:
    """Whether words by themselves name layers of the catalogue; blocks and identities are titles."""
    return reading.known and any(step.op not in ("opaque", "linear") for step in reading.steps)


def _is_written(words: str, reading: Reading) -> bool:
    """Whether free words name layers, and not a line: "skip connection"."""
    return _names_layers(reading) and not _CONNECTION.search(words)


def _names_steps(reading: Reading) -> bool:
    """Whether words beside a line name layers that it passes, and nothing else."""
    plain = all(step.op not in ("opaque", "linear") and not step.left_over for step in reading.steps)
    return reading.known and plain and reading.shape is None


def _function(item: Item, words: str) -> Reading | None:
    """The reading of a box with the name of a function, "F": layers of which nothing is told."""
    if item.outline not in (Outline.RECTANGLE, Outline.ROUNDED) or _FUNCTION.fullmatch(words) is None:
        return None
    return Reading(Role.LAYERS, (Phrase("opaque", type=words, text=words, confidence=0.7),), confidence=0.7)


def _parted(text: str) -> tuple[str, Size | None]:
    """A name, and the size of a map where that is its last line."""
    *lines, last = text.split("\n")
    found = read_size(last) if lines else None
    if (
        found is None
        or len(found) < 3
        or not any(isinstance(v, int) and v > _WIDEST_WINDOW for v in found[:2])
    ):
        return text, None
    return " ".join(lines), found


def _wide(found: Size, reading: Reading) -> Size:
    """The size of so many channels behind a layer: pooling that says no more leaves one place of a map."""
    last = (reading.steps[-1].op or "") if reading.steps else ""
    if "pool" in last:
        return 1, 1, *found
    return ("?", "?", *found) if last.endswith("2d") else found


def _has_layers(graph: Graph) -> bool:
    """Whether a graph names at least one layer, and has something to join to it."""
    named = [v for v in graph.vertices.values() if v.reading.role is Role.LAYERS]
    written = [step for arc in graph.arcs for step in arc.steps]
    steps = sum(len(v.reading.steps) for v in named) + len(written)
    return (any(v.reading.known for v in named) or bool(written)) and (bool(graph.arcs) or steps > 1)


def _beside(area: Area, points: Sequence[Point]) -> tuple[float, float]:
    """How far words are from a line, and how far along it they stand."""
    best, along = math.inf, 0.0
    x0, y0, x1, y1 = area
    for spot in (
        centre(area),
        (x0, (y0 + y1) / 2),
        (x1, (y0 + y1) / 2),
        ((x0 + x1) / 2, y0),
        ((x0 + x1) / 2, y1),
    ):
        far, place = near_line(spot, points)
        if far < best:
            best, along = far, place
    whole = length(points)
    for k in range(1, 12):
        spot = at(points, whole * k / 12)
        far = distance(area, spot)
        if far < best:
            best, along = far, whole * k / 12
    return best, along


def _abuts(one: Area, other: Area, slack: float) -> Point | None:
    """The direction from a box to one that touches it with a whole side; None where they do not touch."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if abs(one[3] - other[1]) <= slack and wide > 0.8 * max(one[2] - one[0], other[2] - other[0]):
        return 0.0, 1.0
    if abs(one[1] - other[3]) <= slack and wide > 0.8 * max(one[2] - one[0], other[2] - other[0]):
        return 0.0, -1.0
    if abs(one[2] - other[0]) <= slack and high > 0.8 * max(one[3] - one[1], other[3] - other[1]):
        return 1.0, 0.0
    if abs(one[0] - other[2]) <= slack and high > 0.8 * max(one[3] - one[1], other[3] - other[1]):
        return -1.0, 0.0
    return None
