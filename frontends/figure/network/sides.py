"""Sizes written along the edges of boxes in perspective: height, depth and channels as three numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dlc.frontends.figure.drawing import Outline
from dlc.frontends.figure.geometry import centre, gap
from dlc.frontends.figure.network.scene import Item
from dlc.frontends.table.design.sizes import Size

#: A number is at most this far (ems) from the edge that it measures.
_NEAR = 1.3


def numbered(maps: Iterable[Item], words: Sequence[Item], em: float) -> tuple[dict[int, Size], set[int]]:
    """Sizes of boxes by the lone numbers at their edges, and the numbers of the words that were used.

    Below the front (or over it) stands how thick it is, which is its channels; left of it or along its slanted
    edge how high and how deep it is. Channels and at least one side are needed.
    """
    lone = [item for item in words if item.words.isdecimal()]
    owned: dict[int, list[Item]] = {}
    solids = [item for item in maps if item.outline is Outline.CUBOID]
    for number in lone:
        near = [(_away(number, solid), solid.number) for solid in solids]
        best = min(near, default=(em, -1))
        if best[0] < _NEAR * em:
            owned.setdefault(best[1], []).append(number)
    found: dict[int, Size] = {}
    used: set[int] = set()
    for solid in solids:
        own = owned.get(solid.number, [])
        size = _size(solid, own)
        if size is not None:
            found[solid.number] = size
            used |= {number.number for number in own}
    return found, used


def _away(number: Item, solid: Item) -> float:
    """How far a number is from a box; a little more for one that stands right of it, which is the next one's."""
    right = centre(number.area)[0] > solid.area[2]
    return gap(number.area, solid.area) + (0.5 * (number.area[3] - number.area[1]) if right else 0.0)


def _size(solid: Item, numbers: Sequence[Item]) -> Size | None:
    front = solid.box.front if solid.box is not None else solid.area
    channels = [n for n in numbers if _is_across(n, front) and n.area[1] > front[3] - 0.5 * _height(n)]
    sides = [n for n in numbers if n not in channels]
    if len(channels) != 1 or not 1 <= len(sides) <= 2:
        return None
    left = min(sides, key=lambda n: (n.area[0], -n.area[3]))
    deep = next((n for n in sides if n is not left), left)
    high, wide, depth = int(left.words), int(deep.words), int(channels[0].words)
    return high, wide, depth


def _is_across(number: Item, front: tuple[float, float, float, float]) -> bool:
    slack = 0.6 * (number.area[2] - number.area[0])
    return front[0] - slack <= centre(number.area)[0] <= front[2] + slack


def _height(number: Item) -> float:
    return number.area[3] - number.area[1]
