"""The text of a cell: its lines in reading order, its brackets, its box."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dlc.frontends.pdf.words import hull
from dlc.frontends.table.items import Item, levels
from dlc.frontends.table.model import Cell, Group
from dlc.frontends.table.spans import Area


def cell(area: Area, sides: Sequence[float], heights: Sequence[tuple[float, float]]) -> Cell:
    """The cell of an area; `sides` are the columns' x, `heights` the rows' tops and bottoms."""
    groups = tuple(_groups(area.items))
    box = sides[area.left], heights[area.top][0], sides[area.right + 1], heights[area.bottom][1]
    if area.items:
        box = hull([box, *(item.box for item in area.items)])
    return Cell(
        area.top,
        area.left,
        area.bottom - area.top + 1,
        area.right - area.left + 1,
        joined(_texts(groups)),
        tuple(line for group in groups for line in group.lines),
        box,
        groups,
        bool(area.items) and all(item.bold for item in area.items),
    )


def _groups(found: Sequence[Item]) -> Iterable[Group]:
    """Brackets and runs of plain lines, from the top; text beside a bracket precedes or follows it."""
    rest = [item for item in found if not item.brackets]
    tall = sorted((item for item in found if item.brackets), key=lambda item: item.middle)
    for number, item in enumerate(tall):
        before = [other for other in rest if other.middle < item.box[1] or _leads(other, item)]
        rest = [other for other in rest if other not in before]
        yield from _plain(before)
        repeat = next((b.repeat for b in item.brackets if b.repeat), None)
        stack = number if len(item.brackets) > 1 else None
        for bracket in item.brackets:
            yield Group(bracket.lines, repeat, True, bracket.box, stack)
    yield from _plain(rest)


def _leads(other: Item, bracket: Item) -> bool:
    """Whether text stands left of a bracket, on its height."""
    return bracket.box[1] <= other.middle <= bracket.box[3] and other.x1 <= bracket.x0 + 1


def _plain(found: Sequence[Item]) -> Iterable[Group]:
    if found:
        lines = tuple(" ".join(item.text for item in level) for level in levels(found))
        yield Group(lines, None, False, hull(item.box for item in found))


def _texts(groups: Sequence[Group]) -> Iterable[str]:
    for index, group in enumerate(groups):
        if not group.bracket:
            yield from group.lines
            continue
        last = index + 1 == len(groups) or groups[index + 1].stack != group.stack or group.stack is None
        repeat = f" ×{group.repeat}" if group.repeat and last else ""
        yield f"[{'; '.join(group.lines)}]{repeat}"


def joined(lines: Iterable[str]) -> str:
    """Lines joined by spaces; a word that a hyphen parts at a line's end is whole again."""
    text = ""
    for line in lines:
        if text.endswith("-") and text[-2:-1].islower() and line[:1].islower():
            text = text[:-1] + line
        else:
            text = f"{text} {line}".strip()
    return text
