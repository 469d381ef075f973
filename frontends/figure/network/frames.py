"""Frames that are layers: a box named by its own title, to which arrows lead, with a mere sketch inside."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dlc.frontends.figure.drawing import Connector
from dlc.frontends.figure.geometry import border_distance, inside
from dlc.frontends.figure.network.reading import read_words
from dlc.frontends.figure.network.scene import Item, ItemKind, Scene

#: An arrow ends at a frame that it comes this close to (ems).
_NEAR = 0.3


def with_named_frames(scene: Scene) -> Scene:
    """The scene with such frames as boxes of their title, and what they hold as parts of them.

    A frame is one where a single text in it names a block or layer, nothing else in it says anything, and
    arrows end at it from outside and pass it nowhere.
    """
    items = list(scene.items)
    for frame in scene.of(ItemKind.GROUP):
        held = _held(frame.number, scene.items)
        texts = [item for item in held if item.text]
        if len(texts) == 1 and _names_it(texts[0]) and _is_met(frame, scene):
            for item in held:
                items[item.number] = attrs.evolve(item, kind=ItemKind.PART)
            lines = texts[0].lines
            items[frame.number] = attrs.evolve(frame, kind=ItemKind.BOX, text=texts[0].text, lines=lines)
    return attrs.evolve(scene, items=tuple(items))


def _held(frame: int, items: Sequence[Item]) -> list[Item]:
    """The things in a frame, and in the frames in it."""
    inner = {frame}
    found: list[Item] = []
    while added := [i for i in items if i.parent in inner and i.number not in inner]:
        inner |= {item.number for item in added}
        found += added
    return found


def _names_it(item: Item) -> bool:
    return item.kind is ItemKind.TEXT and read_words(item.words).known


def _is_met(frame: Item, scene: Scene) -> bool:
    """Whether lines from outside end at a frame, and none leads through it."""
    slack = _NEAR * scene.em
    ends = [_ends(frame, line, slack) for line in scene.drawing.connectors]
    return sum(end == "at" for end in ends) >= 2 and "through" not in ends


def _ends(frame: Item, line: Connector, slack: float) -> str:
    """How a line lies to a frame: ending "at" it, leading "through" its border, or else "apart"."""
    at = [border_distance(frame.area, end) <= slack for end in (line.start, line.end)]
    within = [
        inside(frame.area, end) and not near for end, near in zip((line.start, line.end), at, strict=True)
    ]
    if any(within):
        return "apart" if all(w or a for w, a in zip(within, at, strict=True)) else "through"
    return "at" if any(at) else "apart"
