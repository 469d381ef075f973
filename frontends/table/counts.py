"""Counts beside rows: "5×" with or without a brace, which repeats the rows that it stands by."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from dlc.frontends.table.brackets import Delimiter
from dlc.frontends.table.columns import Boundary
from dlc.frontends.table.items import Item, levels
from dlc.frontends.table.model import RowGroup

_COUNT = re.compile(r"(?:[×x]\s*(?P<after>\d{1,2}|[A-Za-z]\w*)|(?P<before>\d{1,2}|[A-Za-z])\s*[×x])$")
#: A count stands this far (sizes) from its brace at most.
_REACH = 2.5


@attrs.frozen
class RowCount:
    """Heights that a brace or a count takes together, and the count."""

    y0: float
    y1: float
    repeat: str | None
    x0: float = 0.0
    x1: float = 0.0


def count_of(text: str) -> str | None:
    """The number that a count such as "5×" or "×N" names."""
    match = _COUNT.match(text)
    return (match["after"] or match["before"]) if match else None


def take_braced(loose: Sequence[Item], braces: Sequence[Delimiter]) -> tuple[list[Item], list[RowCount]]:
    """The items without the counts beside braces, and what the braces hold."""
    rest = list(loose)
    found = []
    for brace in braces:
        x0, y0, x1, y1 = brace.box
        beside = [
            item
            for item in rest
            if count_of(item.text)
            and y0 < item.middle < y1
            and min(abs(item.x1 - x0), abs(item.x0 - x1)) < _REACH * item.size
        ]
        repeat = None
        if beside:
            item = min(beside, key=lambda item: abs(item.middle - (y0 + y1) / 2))
            rest.remove(item)
            repeat = count_of(item.text)
        found.append(RowCount(y0, y1, repeat, x0, x1))
    return rest, found


def take_bare(loose: Sequence[Item], parted: Sequence[Boundary]) -> tuple[list[Item], list[RowCount]]:
    """The items of a band without the counts that stand between its rows, and those counts."""
    rest = list(loose)
    found = []
    for item in list(loose):
        repeat = count_of(item.text)
        if repeat is None or item.brackets:
            continue
        column = sum(boundary.x < item.centre for boundary in parted)
        others = [o for o in rest if o is not item and sum(b.x < o.centre for b in parted) == column]
        held = _rows_held(item, [o for o in rest if o is not item])
        if held and any(held[0] - 1 <= other.middle <= held[1] + 1 for other in others):
            rest.remove(item)
            half = 0.5 * item.size
            found.append(RowCount(held[0] - half, held[1] + half, repeat, item.x0, item.x1))
    return rest, found


def _rows_held(count: Item, others: Sequence[Item]) -> tuple[float, float] | None:
    """The middles of the first and the last row that a count between rows stands for."""
    heights = [level[0].middle for level in levels(others) if len(level) > 1]
    above = [y for y in heights if y < count.middle - 0.3 * count.size]
    below = [y for y in heights if y > count.middle + 0.3 * count.size]
    if not above or not below or len(above) + len(below) != len(heights):
        return None
    if abs(count.middle - (above[0] + below[-1]) / 2) < 0.35 * count.size:
        return above[0], below[-1]
    return above[-1], below[0]


def row_group(count: RowCount, heights: Sequence[tuple[float, float]]) -> RowGroup | None:
    """The rows that a count stands by; none where it holds a single one."""
    rows = [row for row, (y0, y1) in enumerate(heights) if count.y0 - 1 <= (y0 + y1) / 2 <= count.y1 + 1]
    if len(rows) < 2:
        return None
    return RowGroup(rows[0], rows[-1], count.repeat, (count.x0, count.y0, count.x1, count.y1))
