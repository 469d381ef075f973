"""The things of a drawing that may be nodes of a network, each with its text, and the words around them."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Sequence

import attrs

from dlc.frontends.figure.drawing import Area, Box, Drawing, Label, Outline
from dlc.frontends.figure.geometry import (
    Grid,
    bounds,
    centre,
    common,
    extent,
    gap,
    grown,
    hull,
    inside,
    length,
    size,
    within,
)

#: Boxes smaller than this (ems) on both sides are dots and swatches.
_SMALLEST = 0.7
#: Lines of one text stand this close (ems) and overlap sideways.
_LEADING = 0.75
#: How free words begin that name a part of a figure.
_LETTERED = re.compile(r"(?:\([a-z]\)|[a-z]\))(?:\s|$)")
#: What is drawn with a depth, and frames nothing.
_SOLIDS = (Outline.CUBOID, Outline.STACK)


class ItemKind(enum.Enum):
    """What a thing is.

    A box (with or without text), words that stand free, a picture, a group's frame, a part of a box
    that is drawn in several, or what a part of the figure is called: "(a) Basic block".
    """

    BOX = "box"
    TEXT = "text"
    PICTURE = "picture"
    GROUP = "group"
    PART = "part"
    TITLE = "title"


@attrs.frozen
class Item:
    """A thing of a drawing. `text` joins its lines with line breaks; `box` is None for free words.

    `parent` is the number of the group that holds it, -1 outside of groups.
    """

    number: int
    kind: ItemKind
    area: Area
    text: str = ""
    box: Box | None = None
    lines: tuple[Label, ...] = ()
    parent: int = -1

    @property
    def outline(self) -> Outline:
        """The outline of its box; NONE for free words."""
        return self.box.outline if self.box is not None else Outline.NONE

    @property
    def words(self) -> str:
        """Its text on one line."""
        return " ".join(self.text.split())


@attrs.frozen
class Scene:
    """All things of a drawing, by number; `em` is its usual font size."""

    drawing: Drawing
    items: tuple[Item, ...]
    em: float = attrs.field(default=attrs.Factory(lambda self: self.drawing.em, takes_self=True))

    def of(self, *kinds: ItemKind) -> list[Item]:
        """The things of some kinds."""
        return [item for item in self.items if item.kind in kinds]


def scene(drawing: Drawing) -> Scene:
    """Sort a drawing's boxes into groups and things, and its words into those inside and those between."""
    em = drawing.em
    boxes = [box for box in drawing.boxes if max(size(box.area)) >= _SMALLEST * em]
    homes = [_home(label.area, boxes) for label in drawing.labels]
    parents = _parents(boxes, em)
    groups = _groups(boxes, parents, homes)
    items: list[Item] = []
    for index, box in enumerate(boxes):
        lines = [label for label, home in zip(drawing.labels, homes, strict=True) if home == index]
        kind = ItemKind.GROUP if index in groups else ItemKind.BOX
        if box.outline is Outline.IMAGE:
            kind = ItemKind.PICTURE
        text = "" if kind is ItemKind.GROUP else joined(lines)
        if kind is ItemKind.BOX and not text and parents[index] >= 0 and parents[index] not in groups:
            kind = ItemKind.PART
        own = () if kind is ItemKind.GROUP else tuple(lines)
        items.append(Item(index, kind, box.area, text, box, own, parents[index]))
    free = [
        (label, home) for label, home in zip(drawing.labels, homes, strict=True) if home < 0 or home in groups
    ]
    samples = [box.area for box in boxes if max(size(box.area)) < 5 * em]
    samples += [bounds(c.points) for c in drawing.connectors if length(c.points) < 5 * em]
    for block, home in _blocks(free, samples, [box.area for box in boxes], em):
        area = hull(label.area for label in block)
        kind = ItemKind.TITLE if _LETTERED.match(block[0].text) else ItemKind.TEXT
        items.append(Item(len(items), kind, area, joined(block), None, tuple(block), home))
    return Scene(drawing, tuple(items))


def _home(area: Area, boxes: Sequence[Box]) -> int:
    """The number of the smallest box that holds a label; -1 where there is none."""
    middle = (area[0] + area[2]) / 2, (area[1] + area[3]) / 2
    around = [i for i, box in enumerate(boxes) if inside(box.area, middle) and _holds(box, area)]
    return min(around, key=lambda i: extent(boxes[i].area), default=-1)


def sheets(box: Box) -> list[Area]:
    """Where the sheets of a stack lie, from the front one back."""
    (x0, y0, x1, y1), front = box.area, box.front
    across = x0 - front[0] if abs(x0 - front[0]) > abs(x1 - front[2]) else x1 - front[2]
    down = y0 - front[1] if abs(y0 - front[1]) > abs(y1 - front[3]) else y1 - front[3]
    steps = [k / max(1, box.sheets - 1) for k in range(box.sheets)]
    return [
        (front[0] + t * across, front[1] + t * down, front[2] + t * across, front[3] + t * down)
        for t in steps
    ]


def _holds(box: Box, area: Area) -> bool:
    """Whether most of a label lies inside a box, and its middle on a slanted one or on a stack's sheets."""
    if box.outline is Outline.POLYGON and len(box.corners) >= 3 and not within(box.corners, centre(area)):
        return False
    if box.outline is Outline.STACK and not any(inside(sheet, centre(area)) for sheet in sheets(box)):
        return False
    shared = common(box.area, area)
    return extent(shared) > 0.5 * extent(area) and shared[2] > shared[0] and shared[3] > shared[1]


def _parents(boxes: Sequence[Box], em: float) -> list[int]:
    """For each box the number of the smallest box around it; -1 where there is none."""
    grid: Grid[int] = Grid(max(4 * em, max((max(size(box.area)) for box in boxes), default=0.0) / 100))
    for index, box in enumerate(boxes):
        if box.outline not in _SOLIDS:
            grid.add(box.area, index)
    return [_parent(index, boxes, grid) for index in range(len(boxes))]


def _parent(index: int, boxes: Sequence[Box], grid: Grid[int]) -> int:
    if boxes[index].outline in _SOLIDS:
        return -1
    area = boxes[index].area
    whole = extent(area)
    around = [
        i
        for i in grid.near(bounds([centre(area)]))
        if i != index
        and extent(boxes[i].area) > 1.05 * whole
        and extent(common(boxes[i].area, area)) > 0.9 * whole
    ]
    return min(around, key=lambda i: extent(boxes[i].area), default=-1)


def _groups(boxes: Sequence[Box], parents: Sequence[int], homes: Sequence[int]) -> set[int]:
    """The boxes that only frame others: they hold one with words of its own, or several."""
    texted = set(homes)
    found = set()
    for index, box in enumerate(boxes):
        inner = [child for child, parent in enumerate(parents) if parent == index]
        if box.outline in (*_SOLIDS, Outline.IMAGE):
            continue
        worded = [child for child in inner if child in texted]
        drawn = [child for child in inner if boxes[child].outline is not Outline.IMAGE]
        if worded or len(drawn) >= 2 or (box.dashed and inner):
            found.add(index)
    return found


def joined(lines: Iterable[Label]) -> str:
    """The text of some labels, read as they stand: by rows from the top, or along their direction."""
    labels = list(lines)
    if not labels:
        return ""
    if all(label.angle == 90.0 for label in labels):
        rows = _rows([(label.area[0], label.area[2], -label.area[3], label) for label in labels])
    elif all(label.angle == 270.0 for label in labels):
        rows = _rows([(-label.area[2], -label.area[0], label.area[1], label) for label in labels])
    else:
        rows = _rows([(label.area[1], label.area[3], label.area[0], label) for label in labels])
    return "\n".join(" ".join(label.text for label in row) for row in rows)


def _rows(places: Sequence[tuple[float, float, float, Label]]) -> list[list[Label]]:
    """Labels by rows: (top, bottom, place in the row, label)."""
    rows: list[list[tuple[float, float, float, Label]]] = []
    for place in sorted(places, key=lambda p: (p[0] + p[1]) / 2):
        middle = (place[0] + place[1]) / 2
        if rows and middle < rows[-1][0][1] - 0.25 * (rows[-1][0][1] - rows[-1][0][0]):
            rows[-1].append(place)
        else:
            rows.append([place])
    return [[place[3] for place in sorted(row, key=lambda p: p[2])] for row in rows]


def _blocks(
    free: Sequence[tuple[Label, int]], samples: Sequence[Area], walls: Sequence[Area], em: float
) -> list[tuple[list[Label], int]]:
    """Free labels gathered into texts: lines under each other of one size, in one group.

    A line with a small box or arrow of its own to its left is an entry of a legend and begins a text, and so
    does a letter in brackets.
    """
    blocks: list[tuple[list[Label], int]] = []
    for label, home in sorted(free, key=lambda one: (one[0].area[1], one[0].area[0])):
        entry = _LETTERED.match(label.text) or any(_samples(area, label, em) for area in samples)
        near = [
            b
            for b, own in blocks
            if own == home and _continues(b[-1], label, em) and not _parted(b[-1].area, label.area, walls)
        ]
        block = None if entry or not near else near[0]
        if block is None:
            blocks.append(([label], home))
        else:
            block.append(label)
    return blocks


def _parted(one: Area, other: Area, walls: Sequence[Area]) -> bool:
    """Whether a box stands between two lines of text."""
    x0, x1 = max(one[0], other[0]), min(one[2], other[2])
    y0, y1 = max(one[1], other[1]), min(one[3], other[3])
    between = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    apart = x0 > x1 or y0 > y1
    return apart and any(
        min(wall[2], between[2]) > max(wall[0], between[0])
        and min(wall[3], between[3]) > max(wall[1], between[1])
        and not inside(wall, centre(one))
        for wall in walls
    )


def _samples(area: Area, label: Label, em: float) -> bool:
    """Whether a small thing stands right before a line of text, at its height."""
    middle = (area[1] + area[3]) / 2
    return -0.2 * em < label.area[0] - area[2] < 1.6 * em and label.area[1] <= middle <= label.area[3]


def _continues(above: Label, label: Label, em: float) -> bool:
    """Whether a label is the next line of a text."""
    if above.angle != label.angle or abs(above.size - label.size) > 0.2 * above.size:
        return False
    if above.bold != label.bold:
        return False
    upright = above.angle in (0.0, 180.0)
    first, second = (0, 2) if upright else (1, 3)
    shared = min(above.area[second], label.area[second]) - max(above.area[first], label.area[first])
    least = min(above.area[second] - above.area[first], label.area[second] - label.area[first])
    lead = label.area[1] - above.area[3] if upright else gap(above.area, label.area)
    return shared > 0.5 * least and -0.6 * above.size < lead < _LEADING * min(above.size, em)


def fused(scene: Scene) -> Scene:
    """The scene with boxes that touch side by side, of one height, without words, as one thing.

    So are drawn values that are joined: one part white or of the other's colour. Cells of a grid become one
    thing as well.
    """
    items = list(scene.items)
    slack = 0.2 * scene.em
    bare = [
        item.number for item in items if item.kind is ItemKind.BOX and not item.text and _is_plain(item.box)
    ]
    grid: Grid[int] = Grid(4 * scene.em)
    for number in bare:
        grid.add(items[number].area, number)
    for number in bare:
        changed = True
        while changed and items[number].kind is ItemKind.BOX:
            near = [n for n in grid.near(grown(items[number].area, slack)) if n != number]
            touching = [
                n for n in near if items[n].kind is ItemKind.BOX and _touch(items[number], items[n], slack)
            ]
            changed = bool(touching)
            for other in touching:
                area = hull((items[number].area, items[other].area))
                items[number] = attrs.evolve(items[number], area=area)
                items[other] = attrs.evolve(items[other], kind=ItemKind.PART)
    return attrs.evolve(scene, items=tuple(items))


def _is_plain(box: Box | None) -> bool:
    return box is not None and box.outline is Outline.RECTANGLE and not box.dashed


def _touch(one: Item, other: Item, slack: float) -> bool:
    """Whether two boxes share a whole side, and may be parts of one."""
    a, b = one.area, other.area
    fills = [item.box.fill for item in (one, other) if item.box is not None]
    pale = [fill is None or min(fill) > 240 for fill in fills]
    if fills[0] != fills[1] and not any(pale):
        return False
    level = abs(a[1] - b[1]) <= slack and abs(a[3] - b[3]) <= slack
    upright = abs(a[0] - b[0]) <= slack and abs(a[2] - b[2]) <= slack
    side = min(abs(a[0] - b[2]), abs(a[2] - b[0])) <= slack
    over = min(abs(a[1] - b[3]), abs(a[3] - b[1])) <= slack
    return (level and side) or (upright and over)
