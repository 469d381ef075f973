"""Legends: samples of colours and arrows with words beside them, which say what unnamed ones mean."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterable, Sequence

import attrs

from dlc.frontends.figure.drawing import Area, Colour, Connector
from dlc.frontends.figure.geometry import bounds, gap, inside, length, overlap, size
from dlc.frontends.figure.network.scene import Item, ItemKind, Scene

#: A sample is at most this large, and its words at most this far to its right (ems).
_LARGEST, _NEAR = 5.5, 1.6
#: Two hues nearer than this (of 1) are one colour in another light.
_SAME_HUE = 0.12


@attrs.frozen
class Legend:
    """What colours of boxes and of arrows stand for, and the parts of the drawing that say so.

    `items` are the numbers of the samples and words, `connectors` those of the sample arrows.
    """

    fills: tuple[tuple[Colour, str], ...] = ()
    lines: tuple[tuple[Colour | None, bool, str], ...] = ()
    items: frozenset[int] = frozenset()
    connectors: frozenset[int] = frozenset()

    def of_fill(self, colour: Colour | None) -> str:
        """The words for a box of this colour; "" where there are none."""
        near = [(unlike(colour, sample), words) for sample, words in self.fills if colour is not None]
        best = min(near, default=(1.0, ""))
        return best[1] if best[0] <= _SAME_HUE else ""

    def of_line(self, connector: Connector) -> str:
        """The words for an arrow of this colour; "" where there are none."""
        near = [
            (unlike(connector.colour, sample) + (0.2 if dashed != connector.dashed else 0.0), words)
            for sample, dashed, words in self.lines
        ]
        best = min(near, default=(1.0, ""))
        return best[1] if best[0] <= _SAME_HUE else ""


def unlike(one: Colour | None, other: Colour | None) -> float:
    """How much two colours differ, by hue where they have one: 0 (the same) to 1."""
    if one is None or other is None:
        return 0.0 if one is other else 1.0
    (h, s, v), (k, t, w) = (colorsys.rgb_to_hsv(*(part / 255 for part in c)) for c in (one, other))
    if min(s * v, t * w) < 0.12:
        return min(1.0, abs(v - w) + abs(s * v - t * w))
    turn = abs(h - k)
    return min(turn, 1 - turn) + 0.06 * (abs(s - t) + abs(v - w))


def legend(scene: Scene) -> Legend:
    """The legend of a scene; an empty one where there is none."""
    fills = _fill_samples(scene)
    lines = _line_samples(scene)
    items = {n for box, words in fills for n in (box.number, words.number)}
    items |= {words.number for _, words in lines}
    return Legend(
        tuple((box.box.fill, words.words) for box, words in fills if box.box is not None and box.box.fill),
        tuple((line.colour, line.dashed, words.words) for (_, line), words in lines),
        frozenset(items | _frames(scene, items)),
        frozenset(index for (index, _), _ in lines),
    )


def _fill_samples(scene: Scene) -> list[tuple[Item, Item]]:
    """Small coloured boxes with words right beside them, whose colour others have."""
    em = scene.em
    ends = [end for line in scene.drawing.connectors for end in (line.start, line.end)]
    swatches = [
        item
        for item in scene.of(ItemKind.BOX)
        if not item.text
        and item.box is not None
        and item.box.fill is not None
        and _is_small(item.area, em)
        and not any(inside(item.area, end, 0.3 * em) for end in ends)
    ]
    found = [(box, words) for box in swatches if (words := _words_beside(box.area, scene)) is not None]
    used = {box.number for box, _ in found}
    others = {item.box.fill for item in scene.of(ItemKind.BOX) if item.box and item.number not in used}
    wanted = [
        (b, w) for b, w in found if any(unlike(b.box.fill, c) <= _SAME_HUE for c in others if b.box and c)
    ]
    return wanted if len(_in_list([b.area for b, _ in found], em)) >= 2 else []


def _line_samples(scene: Scene) -> list[tuple[tuple[int, Connector], Item]]:
    """Short arrows that join nothing, with words right beside them, standing in a list."""
    em = scene.em
    boxes = [item.area for item in scene.of(ItemKind.BOX, ItemKind.PICTURE)]
    found = []
    for index, line in enumerate(scene.drawing.connectors):
        if not 0.4 * em < length(line.points) < _LARGEST * em:
            continue
        words = _words_beside(bounds(line.points), scene)
        ends = (line.start, line.end)
        if words is not None and not any(inside(box, end, 0.4 * em) for box in boxes for end in ends):
            found.append(((index, line), words))
    listed = [found[i] for i in _in_list([bounds(line.points) for (_, line), _ in found], em)]
    return listed if _tells_apart(listed) else []


def _tells_apart(samples: Sequence[tuple[tuple[int, Connector], Item]]) -> bool:
    """Whether samples are of several looks, each with words of its own; pieces of one drawing are not."""
    looks = {(line.colour, line.dashed) for (_, line), _ in samples}
    words = {item.number for _, item in samples}
    return len(words) == len(samples) >= 2 and len(looks) >= 2


def _is_small(area: Area, em: float) -> bool:
    return max(size(area)) <= _LARGEST * em


def _words_beside(area: Area, scene: Scene) -> Item | None:
    """The free words right of a sample, at its height."""
    em = scene.em
    middle = (area[1] + area[3]) / 2
    near = [
        item
        for item in scene.of(ItemKind.TEXT)
        if -0.2 * em < item.area[0] - area[2] < _NEAR * em
        and item.area[1] - 0.3 * em < middle < item.area[3] + 0.3 * em
        and re.search(r"[^\W\d_]{2}", item.words)
    ]
    return min(near, key=lambda item: gap(item.area, area), default=None)


def _in_list(areas: Sequence[Area], em: float) -> list[int]:
    """The samples that stand under or beside each other, as entries of a list do."""
    return [
        i
        for i, one in enumerate(areas)
        if any(j != i and _lined_up(one, other, em) for j, other in enumerate(areas))
    ]


def _lined_up(one: Area, other: Area, em: float) -> bool:
    middles = [((a[0] + a[2]) / 2, (a[1] + a[3]) / 2) for a in (one, other)]
    column = abs(middles[0][0] - middles[1][0]) < 1.2 * em and abs(middles[0][1] - middles[1][1]) < 6 * em
    row = abs(middles[0][1] - middles[1][1]) < 0.6 * em
    return column or row


def _frames(scene: Scene, items: Iterable[int]) -> set[int]:
    """The groups that hold nothing but the legend."""
    numbers = set(items)
    held = [item for item in scene.items if item.number in numbers]
    others = [item for item in scene.items if item.number not in numbers]
    return {
        group.number
        for group in scene.of(ItemKind.GROUP)
        if _is_in(group, held) and not _is_in(group, others)
    }


def _is_in(group: Item, items: Iterable[Item]) -> bool:
    """Whether one of these things lies in a group."""
    return any(overlap(i.area, group.area) > 0.9 for i in items if i.number != group.number)
