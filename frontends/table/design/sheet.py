"""A table laid out for reading: layers down the rows, columns with roles, alternatives apart."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence

import attrs

from dlc.frontends.phrases import read_phrases
from dlc.frontends.phrases.normal import compact, normalise
from dlc.frontends.table.counts import count_of
from dlc.frontends.table.design.columns import Column, agreed, column, settled
from dlc.frontends.table.design.headers import header
from dlc.frontends.table.design.heads import Grid, header_rows, runs_across
from dlc.frontends.table.design.roles import SILENT, Role
from dlc.frontends.table.design.texts import RESIDUAL, blank
from dlc.frontends.table.model import Cell, Table


@attrs.frozen
class Sheet:
    """One list of layers: `columns` with as many cells each as there are rows, from input to output.

    `across` tells that the layers ran along the table's columns, `title` heads one of several side by side;
    `groups` are rows held together by a brace, as (first, last, count), in the sheet's rows.
    """

    table: Table
    columns: tuple[Column, ...]
    rows: int
    across: bool = False
    title: str | None = None
    groups: tuple[tuple[int, int, str | None], ...] = ()

    def of(self, *roles: Role) -> tuple[Column, ...]:
        """The columns of any of these roles, from the left."""
        return tuple(c for c in self.columns if c.role in roles)


def sheets(table: Table) -> tuple[Sheet, ...]:
    """The lists of layers that a table may hold: one, or several that stand side by side."""
    grid = _spelled_out(table.grid())
    if not grid or not table.columns:
        return ()
    if runs_across(grid):
        return (_across(table, grid),)
    body, numbers = _without_repeated_headers(table, grid)
    count = header_rows(body, table.header_rows)
    parts = _side_by_side(body, count)
    return tuple(
        attrs.evolve(_down(table, part, numbers, count), title=_title_of(part, parts, count))
        for part in parts
    )


def _title_of(part: Grid, parts: Sequence[Grid], count: int) -> str | None:
    """What stands over one of several parts alone."""
    if len(parts) < 2 or count < 2:
        return None
    titles = [p[0][0].text.strip() for p in parts]
    own = part[0][0].text.strip()
    return own if own and titles.count(own) == 1 else None


_DITTO = re.compile(
    r"[-–—\s]*(?:[\"“”„″〃]|''|,,|ditto|do\.|idem|same as (?:above|before)|as above)[-–—\s]*", re.I
)


def _spelled_out(grid: Grid) -> Grid:
    """The grid with every ditto mark replaced by what stands above it."""
    made: Grid = []
    for row in grid:
        above = made[-1] if made else []
        made.append(
            [
                _like(cell, above[i]) if above and _DITTO.fullmatch(cell.text.strip()) else cell
                for i, cell in enumerate(row)
            ]
        )
    return made


def _like(cell: Cell, above: Cell) -> Cell:
    return attrs.evolve(cell, text=above.text, lines=above.lines, groups=above.groups)


def _across(table: Table, grid: Grid) -> Sheet:
    """Layers along the columns; pieces that are printed under each other are one row of layers."""
    starts = (0, *table.strips, len(grid))
    strips = [grid[a:b] for a, b in itertools.pairwise(starts)]
    names = [row[0] for row in strips[0]]
    columns = []
    for index, name in enumerate(names):
        cells = tuple(c for strip in strips if index < len(strip) for c in strip[index][1:])
        columns.append(column((name,), cells))
    return Sheet(table, tuple(agreed(columns)), len(columns[0].cells), across=True)


def _without_repeated_headers(table: Table, grid: Grid) -> tuple[Grid, list[int]]:
    """The rows, but for headers that every strip repeats, with their numbers in the table."""
    repeated = {start + i for start in table.strips for i in range(max(1, table.header_rows))}
    kept = [i for i in range(len(grid)) if i not in repeated]
    return [grid[i] for i in kept], kept


def _side_by_side(grid: Grid, count: int) -> list[Grid]:
    """Parts with a full set of headers each: "Layer | Kernel | Layer | Kernel"."""
    if not count:
        return [grid]
    roles = [header(c.text).role for c in grid[count - 1]]
    names = [c.text.strip().lower() for c in grid[count - 1]]
    width = next((w for w in range(2, len(roles) // 2 + 1) if _repeats(roles, names, w)), 0)
    if not width:
        return [grid]
    return [[row[start : start + width] for row in grid] for start in range(0, len(roles), width)]


def _repeats(roles: Sequence[Role], names: Sequence[str], width: int) -> bool:
    return (
        len(roles) % width == 0
        and roles[0] is Role.LABEL
        and len(set(names[:width])) == width
        and all(names[i] == names[i % width] for i in range(len(names)))
    )


def _down(table: Table, grid: Grid, numbers: Sequence[int], count: int) -> Sheet:
    heads, body = grid[:count], grid[count:]
    width = len(grid[0])
    columns = [column(tuple(row[i] for row in heads), tuple(row[i] for row in body)) for i in range(width)]
    place = {number: i - count for i, number in enumerate(numbers)}
    groups = tuple(
        (place[g.first], place[g.last], g.repeat)
        for g in table.row_groups
        if place.get(g.first, -1) >= 0 and place.get(g.last, -1) >= 0
    )
    columns, counted = _without_counts(columns)
    return Sheet(table, tuple(settled(columns)), len(body), groups=(*groups, *counted))


Groups = tuple[tuple[int, int, str | None], ...]


def _without_counts(columns: Sequence[Column]) -> tuple[list[Column], Groups]:
    """The columns without one of counts ("2×", "8×"), and the rows that each count takes together."""
    for beside in columns:
        filled = [i for i, c in enumerate(beside.cells) if not blank(c.text)]
        counts = [count_of(normalise(beside.cells[i].text)) for i in filled]
        if filled and all(counts) and beside.role in SILENT | {Role.LABEL} and len(columns) > 1:
            others = [c for c in columns if c is not beside]
            return others, _groups_of(beside, others, dict(zip(filled, counts, strict=True)))
    return list(columns), ()


def _groups_of(column: Column, others: Sequence[Column], counts: Mapping[int, str | None]) -> Groups:
    """Each count's rows: those that its cell spans, else those down to the next addition."""
    made: list[tuple[int, int, str | None]] = []
    for first, count in counts.items():
        if first and column.cells[first] is column.cells[first - 1]:
            continue
        last = first
        while last + 1 < len(column.cells) and column.cells[last + 1] is column.cells[first]:
            last += 1
        if last == first:
            end = min((i for i in counts if i > first), default=len(column.cells))
            last = next((i for i in range(first, end) if any(_adds(c.cells[i]) for c in others)), first)
        made.append((first, last, count))
    return tuple(made)


def _adds(cell: Cell) -> bool:
    phrases = read_phrases(cell.text).phrases
    return compact(cell.text) in RESIDUAL or [p.op for p in phrases] == ["add"]
