"""Names beside boxes: a drawing whose boxes are empty and have their words next to them, or all over or under."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from dlc.frontends.figure.drawing import Area
from dlc.frontends.figure.geometry import centre, gap
from dlc.frontends.figure.network.reading import Reading, Role
from dlc.frontends.figure.network.scene import Item, ItemKind, Scene

#: A name is at most this far from its box (ems).
_NEAR = 1.6


def names_beside(scene: Scene, readings: Mapping[int, Reading], touched: Iterable[int]) -> dict[int, Item]:
    """For each empty box that arrows touch the free words that name it, by the box's number.

    One figure has them all on one side: beside, under or over. Nothing where fewer than two boxes, or fewer
    than half of them, have such words: then the words speak of something else.
    """
    joined = set(touched)
    empty = [
        item
        for item in scene.of(ItemKind.BOX)
        if item.number in joined and not item.text and not readings[item.number].known
    ]
    words = [item for item in scene.of(ItemKind.TEXT) if _names(readings[item.number])]
    sides = [_paired(empty, words, side, _NEAR * scene.em) for side in (_is_level, _is_under, _is_over)]
    found = max(sides, key=len)
    return found if len(found) >= 2 and len(found) >= 0.5 * len(empty) else {}


def _paired(
    empty: Sequence[Item], words: Sequence[Item], fits: Callable[[Area, Area], bool], reach: float
) -> dict[int, Item]:
    """Boxes with the nearest words that lie on a side of them, each once."""
    named = {item.number: item for item in words}
    pairs = sorted(
        (gap(box.area, text.area), box.number, text.number)
        for box in empty
        for text in words
        if fits(box.area, text.area) and gap(box.area, text.area) <= reach
    )
    found: dict[int, Item] = {}
    used: set[int] = set()
    for _, box, text in pairs:
        if box not in found and text not in used:
            found[box] = named[text]
            used.add(text)
    return found


def _names(reading: Reading) -> bool:
    return reading.role is Role.LAYERS and reading.known and any(s.op != "opaque" for s in reading.steps)


def _is_level(box: Area, words: Area) -> bool:
    """Whether words stand right of a box (or left), at its height."""
    x, y = centre(words)
    return box[1] <= y <= box[3] and not box[0] < x < box[2]


def _is_under(box: Area, words: Area) -> bool:
    return box[0] <= centre(words)[0] <= box[2] and centre(words)[1] > box[3]


def _is_over(box: Area, words: Area) -> bool:
    return box[0] <= centre(words)[0] <= box[2] and centre(words)[1] < box[1]
