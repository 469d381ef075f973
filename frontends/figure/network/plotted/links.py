"""Which box leads to which: a plotted drawing's arrows, followed through the places where lines meet."""

from __future__ import annotations

from collections.abc import Sequence

from dlc.frontends.figure.drawing import Area, Drawing
from dlc.frontends.figure.network.plotted.crossings import untangled
from dlc.frontends.figure.network.scene import Item, ItemKind, Scene
from dlc.frontends.figure.network.wiring import Wiring, wiring

Link = tuple[int, int]  # numbers of boxes


def links(drawing: Drawing, areas: Sequence[Area]) -> list[Link]:
    """The pairs of boxes that arrows join, each once, in the order in which the arrows leave and arrive."""
    items = tuple(Item(number, ItemKind.BOX, area) for number, area in enumerate(areas))
    wired = wiring(Scene(untangled(drawing), items))
    out: dict[int, list[int]] = {}
    for index, wire in enumerate(wired.wires):
        out.setdefault(wire.source, []).append(index)
    found: dict[Link, None] = {}
    for number in range(len(items)):
        for target in _reached(wired, out, number):
            if target != number:
                found.setdefault((number, target))
    return list(found)


def _reached(wired: Wiring, out: dict[int, list[int]], source: int) -> list[int]:
    """The boxes at which lines arrive that leave a box, past joints."""
    found: list[int] = []
    seen: set[int] = set()
    waiting = [source]
    while waiting:
        node = waiting.pop()
        for index in out.get(node, ()):
            wire = wired.wires[index]
            if not wired.is_joint(wire.target):
                found.append(wire.target)
            elif wire.target not in seen:
                seen.add(wire.target)
                waiting.append(wire.target)
    return found
