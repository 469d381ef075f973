"""Boxes that are feature maps in a row: sizes beside them, and the layers between them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from dlc.frontends.figure.drawing import Area, Outline
from dlc.frontends.figure.geometry import centre, distance, extent, gap, overlap, size
from dlc.frontends.figure.network.graph import Arc, Graph, Vertex
from dlc.frontends.figure.network.reading import Reading, Role, read_words
from dlc.frontends.figure.network.scene import Item, ItemKind, Scene, fused
from dlc.frontends.figure.network.sides import numbered
from dlc.frontends.phrases import Phrase
from dlc.frontends.table.design.sizes import Size

#: A map is at least this large (ems), one that looks solid this large, and words belong to one that they
#: stand this close to.
_LEAST, _LEAST_SOLID, _NEAR = 1.6, 0.8, 6.0
#: What it costs (ems) that a size belongs to no map.
_UNUSED = 8.0
#: How much a distance over or under a map counts, of one beside it.
_DOWN = 0.15
#: What stands inside another box and is smaller than this share of it is a window on it.
_WINDOW = 0.35
_SOLID = (Outline.STACK, Outline.CUBOID)
#: What it costs (ems) to give a map no layer before it, and a second layer in one place.
_BARE, _SECOND = 6.0, 4.0
_GUESS = 0.6


@attrs.frozen
class _Step:
    """Layers that are written at a place along the row."""

    at: float
    phrases: tuple[Phrase, ...]


def mapped(scene: Scene) -> list[Graph]:
    """The graphs of a figure whose boxes are feature maps: one for every row of them."""
    scene = fused(scene)
    maps = _maps(scene)
    words = [item for item in scene.of(ItemKind.TEXT) if read_words(item.words).role is not Role.NOTHING]
    found = []
    for row in _rows(maps):
        own = [item for item in words if _nearest(item, maps) in {m.number for m in row}]
        graph = _chain(row, own, scene)
        if graph is not None:
            found.append(graph)
    return found


def _maps(scene: Scene) -> list[Item]:
    """The boxes that may be feature maps; windows drawn on them are none."""
    large = [
        item
        for item in scene.of(ItemKind.BOX)
        if max(size(item.area)) >= (_LEAST_SOLID if item.outline in _SOLID else _LEAST) * scene.em
        and _may_be_map(item)
    ]
    return [
        item
        for item in large
        if item.outline is Outline.STACK
        or not any(
            other is not item
            and overlap(item.area, other.area) > 0.7
            and extent(item.area) < _WINDOW * extent(other.area)
            for other in large
        )
    ]


def _may_be_map(item: Item) -> bool:
    reading = read_words(item.words)
    return not item.text or reading.role in (Role.VALUE, Role.INPUT, Role.OUTPUT)


def _rows(maps: Sequence[Item]) -> list[list[Item]]:
    """Maps that share a height, from the left."""
    rows: list[list[Item]] = []
    for item in sorted(maps, key=lambda m: -size(m.area)[1]):
        row = next((row for row in rows if any(_follow(item, other) for other in row)), None)
        if row is None:
            rows.append([item])
        else:
            row.append(item)
    return [sorted(row, key=lambda m: (m.area[0], m.area[2])) for row in rows if len(row) >= 2]


def _follow(one: Item, other: Item) -> bool:
    """Whether two maps may stand in one row: at one height, in one frame."""
    return one.parent == other.parent and _level(one.area, other.area)


def _level(one: Area, other: Area) -> bool:
    shared = min(one[3], other[3]) - max(one[1], other[1])
    return shared > 0.5 * min(one[3] - one[1], other[3] - other[1])


def _nearest(item: Item, maps: Sequence[Item]) -> int:
    best = min(maps, key=lambda m: gap(item.area, m.area), default=None)
    return best.number if best is not None else -1


def _chain(row: Sequence[Item], words: Sequence[Item], scene: Scene) -> Graph | None:
    """The graph of one row; None where nothing names a layer."""
    sizes = _sizes(row, words, scene.em)
    steps = _steps(words, scene)
    if not steps:
        return None
    gaps = _placed(row, steps, scene.em)
    vertices = {}
    arcs = []
    for index, item in enumerate(row):
        reading = read_words(item.words) if item.text else Reading(Role.VALUE)
        role = Role.INPUT if index == 0 else Role.VALUE
        found = sizes.get(item.number) or reading.shape
        vertices[item.number] = Vertex(item.number, Reading(role, shape=found), item.area, item.words, found)
        if index:
            before = vertices[row[index - 1].number]
            phrases = gaps[index - 1] or _guessed(before.size, found)
            arcs.append(Arc(before.key, item.number, phrases))
    return Graph(vertices, tuple(arcs))


def _sizes(row: Sequence[Item], words: Sequence[Item], em: float) -> dict[int, Size]:
    """The size that is written at or beside each map."""
    found, used = numbered(row, words, em)
    rest = [item for item in row if item.number not in found]
    return found | _in_order(rest, [item for item in words if item.number not in used], em)


def _in_order(row: Sequence[Item], words: Sequence[Item], em: float) -> dict[int, Size]:
    """The sizes beside maps: both in order along the row, at the least distance."""
    written = [
        (item, shape) for item in words if (shape := read_words(item.words).shape or _count(item.words))
    ]
    written.sort(key=lambda one: centre(one[0].area)[0])
    best: list[list[tuple[float, dict[int, Size]]]] = [[(0.0, {})] for _ in range(len(written) + 1)]
    for t in range(1, len(written) + 1):
        best[t][0] = (_UNUSED * em * t, {})
    for m, item in enumerate(row, 1):
        best[0].append((0.0, {}))
        for t, (words_, shape) in enumerate(written, 1):
            far = _distance(words_, item)
            options = [best[t][m - 1], (best[t - 1][m][0] + _UNUSED * em, best[t - 1][m][1])]
            if far < _NEAR * em:
                cost, found = best[t - 1][m - 1]
                options.append((cost + far, {**found, item.number: shape}))
            best[t].append(min(options, key=lambda one: one[0]))
    return best[len(written)][len(row)][1]


def _distance(words: Item, item: Item) -> float:
    """How far words are from a map; beside it counts more than over or under it, where words stand in a row."""
    across = max(words.area[0] - item.area[2], item.area[0] - words.area[2], 0.0)
    down = max(words.area[1] - item.area[3], item.area[1] - words.area[3], 0.0)
    return across + 0.3 * _aside(words, item) + _DOWN * down


def _count(words: str) -> Size | None:
    """The length of a vector in words such as "F6: layer 84"."""
    match = re.search(r"(?:^|[^\w.×@])(\d+)(?:\s*(?:units|neurons|nodes|dims?|d))?\s*$", words)
    return (int(match[1]),) if match and not read_words(words).known else None


def _aside(item: Item, other: Item) -> float:
    return abs(centre(item.area)[0] - centre(other.area)[0])


def _steps(words: Sequence[Item], scene: Scene) -> list[_Step]:
    """Layers named by free words, by where they stand; a tick from the words to the row says it exactly."""
    found = []
    for item in words:
        reading = read_words(item.words)
        if reading.role is Role.LAYERS and reading.known and reading.shape is None:
            known = tuple(step for step in reading.steps if step.op != "opaque")
            found.append(_Step(_pointed(item, scene), known or reading.steps))
    return sorted(found, key=lambda step: step.at)


def _pointed(item: Item, scene: Scene) -> float:
    """The x that words speak of: the far end of a short line that begins at them, else their middle."""
    em = scene.em
    for line in scene.drawing.connectors:
        for near, far in ((line.start, line.end), (line.end, line.start)):
            if (
                distance(item.area, near) < 0.8 * em < distance(item.area, far) < 8 * em
                and abs(near[0] - far[0]) < em
            ):
                return far[0]
    return centre(item.area)[0]


def _placed(row: Sequence[Item], steps: Sequence[_Step], em: float) -> list[tuple[Phrase, ...]]:
    """For each gap of a row the layers in it: in order, one a gap where that works out, else the nearest."""
    count = len(row) - 1
    if len(steps) == count:
        return [step.phrases for step in steps]
    spots = [(row[i].area[2] + row[i + 1].area[0]) / 2 for i in range(count)]
    best: list[list[tuple[float, list[int]]]] = [[(0.0, [])] * (count + 1) for _ in range(len(steps) + 1)]
    for k in range(1, len(steps) + 1):
        best[k][0] = (float("inf"), [])
        for j in range(1, count + 1):
            skip = best[k][j - 1]
            far = abs(steps[k - 1].at - spots[j - 1])
            again = bool(best[k - 1][j][1]) and best[k - 1][j][1][-1] == j - 1
            cost = best[k - 1][j][0] + far + (_SECOND * em if again else 0.0)
            best[k][j] = min(skip, (cost, [*best[k - 1][j][1], j - 1]), key=lambda one: one[0])
    places = best[len(steps)][count][1]
    found: list[tuple[Phrase, ...]] = [()] * count
    for step, place in zip(steps, places, strict=False):
        found[place] = found[place] + step.phrases
    return found


def _guessed(before: Size | None, after: Size | None) -> tuple[Phrase, ...]:
    """The layer that makes one size of another, where nothing names it."""
    if before is None or after is None or before == after:
        return ()
    if len(after) == 1:
        return (Phrase("dense", confidence=_GUESS),)
    if len(before) == len(after) == 3 and before[2] == after[2]:
        return (Phrase("pool", confidence=_GUESS),)
    return (Phrase("conv2d", confidence=_GUESS),)
