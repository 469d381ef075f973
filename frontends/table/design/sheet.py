"""A table laid out for reading: layers down the rows, columns with roles, alternatives apart."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence

import attrs

from dlc.frontends.phrases import read_phrases
from dlc.frontends.table.design.content import recast
from dlc.frontends.table.design.headers import header
from dlc.frontends.table.design.roles import Header, Role
from dlc.frontends.table.design.texts import blank
from dlc.frontends.table.model import Cell, Table

Grid = list[list[Cell]]

#: Roles that name a hyper-parameter beyond doubt, so that a row or column of them is a header.
_STRONG = frozenset(
    (
        Role.LABEL,
        Role.KERNEL,
        Role.STRIDE,
        Role.PAD,
        Role.KERNEL_STRIDE,
        Role.FILTERS,
        Role.FILTER_SHAPE,
        Role.CHANNELS_IN,
        Role.UNITS,
        Role.POOL_STRIDE,
        Role.ACTIVATION,
    )
)
_WINDOW = frozenset(("kernel", "stride", "padding"))
_MOST_HEADERS = 5  # rows above the layers


@attrs.frozen
class Column:
    """A column of a sheet: its header's meaning, the header's texts from the top, and the body's cells."""

    header: Header
    titles: tuple[str, ...]
    cells: tuple[Cell, ...]
    heads: tuple[Cell, ...] = ()

    @property
    def role(self) -> Role:
        """What its cells state."""
        return self.header.role


@attrs.frozen
class Sheet:
    """One list of layers: `columns` with as many cells each as there are rows, from input to output.

    `across` tells that the layers ran along the table's columns; `groups` are rows held together by a
    brace, as (first, last, count), in the sheet's rows.
    """

    table: Table
    columns: tuple[Column, ...]
    rows: int
    across: bool = False
    groups: tuple[tuple[int, int, str | None], ...] = ()

    def of(self, *roles: Role) -> tuple[Column, ...]:
        """The columns of any of these roles, from the left."""
        return tuple(c for c in self.columns if c.role in roles)


def sheets(table: Table) -> tuple[Sheet, ...]:
    """The lists of layers that a table may hold: one, or several that stand side by side."""
    grid = table.grid()
    if not grid or not table.columns:
        return ()
    if _runs_across(grid):
        return (_across(table, grid),)
    body, numbers = _without_repeated_headers(table, grid)
    count = _header_rows(body, table.header_rows)
    return tuple(_down(table, part, numbers, count) for part in _side_by_side(body, count))


def _runs_across(grid: Grid) -> bool:
    """Whether the first column, not the first row, names the hyper-parameters."""
    down = {role for row in grid if (role := header(row[0].text).role) in _STRONG}
    over = max(len({r for c in row if (r := header(c.text).role) in _STRONG}) for row in grid[:3])
    return len(down) >= 3 and len(down) > over and len(grid[0]) >= 3


def _across(table: Table, grid: Grid) -> Sheet:
    """Layers along the columns; pieces that are printed under each other are one row of layers."""
    starts = (0, *table.strips, len(grid))
    strips = [grid[a:b] for a, b in itertools.pairwise(starts)]
    names = [row[0] for row in strips[0]]
    columns = []
    for index, name in enumerate(names):
        cells = tuple(c for strip in strips if index < len(strip) for c in strip[index][1:])
        columns.append(_column((name,), cells))
    return Sheet(table, tuple(columns), len(columns[0].cells), across=True)


def _without_repeated_headers(table: Table, grid: Grid) -> tuple[Grid, list[int]]:
    """The rows, but for headers that every strip repeats, with their numbers in the table."""
    repeated = {start + i for start in table.strips for i in range(max(1, table.header_rows))}
    kept = [i for i in range(len(grid)) if i not in repeated]
    return [grid[i] for i in kept], kept


def _header_rows(grid: Grid, stated: int) -> int:
    """How many rows are headers: names of hyper-parameters, or titles above the first layer."""
    most = min(_MOST_HEADERS, len(grid) - 1)
    named = [i for i in range(most) if _is_header(grid[i]) or (i == 0 and _heads_networks(grid[i]))]
    if named and named[0] <= 2:
        count = named[0] + 1
        while count < most and (count < stated or count in named or _is_subheader(grid, count)):
            count += 1
        return count
    count = 0
    while count < most and not _has_layers(grid[count]):
        count += 1
    return count if count < most else min(stated, most)


def _is_header(row: Sequence[Cell]) -> bool:
    texts = [c.text for c in _distinct(row) if not blank(c.text)]
    known = [t for t in texts if header(t).role not in (Role.UNKNOWN, Role.IGNORED)]
    strong = [t for t in known if header(t).role in _STRONG or header(t).role in (Role.INPUT, Role.OUTPUT)]
    numbers = sum(any(c.isdigit() for c in t) and t not in known for t in texts)
    return len(known) >= 2 and bool(strong) and len(known) >= 0.4 * len(texts) and numbers <= len(texts) / 2


def _heads_networks(row: Sequence[Cell]) -> bool:
    """Whether a first row names a column and networks: "Output size | ResNet-50 | SE-ResNet-50"."""
    texts = [c.text.strip() for c in _distinct(row) if not blank(c.text)]
    sized = any(header(t).role in (Role.OUTPUT, Role.INPUT) and re.fullmatch(r"\D+ \D+", t) for t in texts)
    named = sized or header(texts[0] if texts else "").role is Role.LABEL
    phrases = [p for t in texts for p in read_phrases(t).phrases]
    return named and not any(p.shape or p.attributes.keys() & _WINDOW for p in phrases)


def _is_subheader(grid: Grid, index: int) -> bool:
    """Whether a row only divides headers that span several columns: "g = 1 | g = 2"."""
    row, above = grid[index], grid[index - 1]
    filled = [i for i, c in enumerate(row) if not blank(c.text) and c is not above[i]]
    spans = [i for i in filled if above.count(above[i]) > 1]
    return bool(filled) and len(spans) == len(filled) and not _has_layers(row)


def _has_layers(row: Sequence[Cell]) -> bool:
    cells = [c for c in _distinct(row) if not blank(c.text)]
    found = [c for c in cells if _names_layers(c)]
    return bool(found) and (len(found) >= 0.5 * len(cells) or found[0] is cells[0])


def _names_layers(cell: Cell) -> bool:
    if any(g.bracket for g in cell.groups):
        return True
    if header(cell.text).role in (Role.INPUT, Role.OUTPUT) and re.search(r"^\D+ \D+$", cell.text.strip()):
        return False  # "output size" is a header's text
    phrases = read_phrases(cell.text).phrases
    return any(p.op is not None or ("kernel" in p.attributes and "filters" in p.attributes) for p in phrases)


def _distinct(row: Sequence[Cell]) -> list[Cell]:
    return list({id(c): c for c in row}.values())


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
    columns = [_column(tuple(row[i] for row in heads), tuple(row[i] for row in body)) for i in range(width)]
    place = {number: i - count for i, number in enumerate(numbers)}
    groups = tuple(
        (place[g.first], place[g.last], g.repeat)
        for g in table.row_groups
        if place.get(g.first, -1) >= 0 and place.get(g.last, -1) >= 0
    )
    return Sheet(table, tuple(_first_is_label(columns)), len(body), groups=groups)


def _column(heads: tuple[Cell, ...], cells: tuple[Cell, ...]) -> Column:
    titles = tuple(dict.fromkeys(c.text for c in heads if not blank(c.text)))
    meaning = recast(_meaning(titles), cells)
    return Column(meaning, titles, cells, heads)


def _meaning(titles: Sequence[str]) -> Header:
    """The meaning of stacked headers: the lowest known one, else what they say together."""
    whole = header(" ".join(titles))
    found = [h for t in reversed(titles) if (h := header(t)).role is not Role.UNKNOWN]
    if not titles:
        return Header(Role.UNKNOWN)
    if not found:
        return whole
    below = titles[-1] if header(titles[-1]).role is Role.UNKNOWN else found[0].rest
    return attrs.evolve(found[0], rest=below)


def _first_is_label(columns: Sequence[Column]) -> list[Column]:
    """A first column without a known header names the layers, if another column says what they are."""
    first = columns[0]
    if first.role is not Role.UNKNOWN or len(columns) < 2:
        return _configurations(columns)
    others = Counter(c.role for c in columns[1:])
    if others[Role.UNKNOWN] + others[Role.IGNORED] == len(columns) - 1:
        return _configurations(columns)
    return _configurations([attrs.evolve(first, header=Header(Role.LABEL, first.header.text)), *columns[1:]])


def _configurations(columns: Sequence[Column]) -> list[Column]:
    """Columns without a known header that list layers are configurations; the rest say nothing."""
    made = []
    for column in columns:
        if column.role is Role.UNKNOWN:
            role = Role.CONFIG if _lists_layers(column) else Role.IGNORED
            column = attrs.evolve(column, header=attrs.evolve(column.header, role=role))
        made.append(column)
    return made


def _lists_layers(column: Column) -> bool:
    cells = [c for c in _distinct(column.cells) if not blank(c.text)]
    layers = [c for c in cells if _names_layers(c)]
    return len(layers) >= 2 and len(layers) >= 0.5 * len(cells)
