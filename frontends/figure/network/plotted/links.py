"""Which box leads to which: a plotted drawing's arrows, followed through the places where lines meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from dlc.frontends.figure.drawing import Area, Drawing
from dlc.frontends.figure.network.plotted.crossings import untangled
from dlc.frontends.figure.network.plotted.reaching import reaching
from dlc.frontends.figure.network.scene import Item, ItemKind, Scene
from dlc.frontends.figure.network.wiring import Wiring, wiring

Link = tuple[int, int]  # numbers of boxes


@attrs.frozen
class Links:
    """`directed` are pairs of boxes that arrows join, each once; `joined` the boxes that lines lead to from
    each box, whatever their direction; `plain` the pairs that one line joins which meets no other."""

    directed: tuple[Link, ...]
    joined: Mapping[int, frozenset[int]]
    plain: frozenset[Link] = frozenset()


def find_links(drawing: Drawing, areas: Sequence[Area]) -> Links:
    """Follow a drawing's connectors from box to box."""
    items = tuple(Item(number, ItemKind.BOX, area) for number, area in enumerate(areas))
    wired = wiring(Scene(reaching(untangled(drawing), areas), items))
    out: dict[int, list[int]] = {}
    around: dict[int, list[int]] = {}
    for wire in wired.wires:
        out.setdefault(wire.source, []).append(wire.target)
        for one, other in ((wire.source, wire.target), (wire.target, wire.source)):
            around.setdefault(one, []).append(other)
    found: dict[Link, None] = {}
    for number in range(len(items)):
        for target in _reached(wired, out, number):
            if target != number:
                found.setdefault((number, target))
    joined = {number: frozenset(_reached(wired, around, number)) - {number} for number in range(len(items))}
    return Links(tuple(found), joined, frozenset((n, t) for n, targets in out.items() for t in targets))


def _reached(wired: Wiring, ways: Mapping[int, Sequence[int]], source: int) -> list[int]:
    """The boxes to which ways lead from a box, past joints."""
    found: list[int] = []
    seen: set[int] = set()
    waiting = [source]
    while waiting:
        for target in ways.get(waiting.pop(), ()):
            if not wired.is_joint(target):
                found.append(target)
            elif target not in seen:
                seen.add(target)
                waiting.append(target)
    return found
