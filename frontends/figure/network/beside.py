"""Names beside boxes: a drawing whose boxes are empty and have their words next to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dlc.frontends.figure.geometry import centre, gap
from dlc.frontends.figure.network.reading import Reading, Role
from dlc.frontends.figure.network.scene import Item, ItemKind, Scene

#: A name is at most this far from its box (ems).
_NEAR = 1.6


def names_beside(scene: Scene, readings: Mapping[int, Reading], touched: Iterable[int]) -> dict[int, Item]:
    """For each empty box that arrows touch the free words that name it, by the box's number.

    Nothing where fewer than two boxes, or fewer than half of them, have such words: then the words speak of
    something else.
    """
    joined = set(touched)
    empty = [
        item
        for item in scene.of(ItemKind.BOX)
        if item.number in joined and not item.text and not readings[item.number].known
    ]
    words = [item for item in scene.of(ItemKind.TEXT) if _names(readings[item.number])]
    pairs = sorted(
        (gap(box.area, text.area), box.number, text.number)
        for box in empty
        for text in words
        if _is_level(box, text) and gap(box.area, text.area) <= _NEAR * scene.em
    )
    found: dict[int, Item] = {}
    used: set[int] = set()
    for _, box, text in pairs:
        if box not in found and text not in used:
            found[box] = scene.items[text]
            used.add(text)
    return found if len(found) >= 2 and len(found) >= 0.5 * len(empty) else {}


def _names(reading: Reading) -> bool:
    return reading.role is Role.LAYERS and reading.known and any(s.op != "opaque" for s in reading.steps)


def _is_level(box: Item, words: Item) -> bool:
    """Whether words stand right of a box (or left), at its height."""
    middle = centre(words.area)[1]
    return box.area[1] <= middle <= box.area[3] and not box.area[0] < centre(words.area)[0] < box.area[2]
