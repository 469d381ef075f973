"""Alternative networks of one sheet: VGG's columns A-E, "Large" and "Small", a column per depth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import attrs

from dlc.frontends.table.design.columns import Column
from dlc.frontends.table.design.headers import header
from dlc.frontends.table.design.roles import Role
from dlc.frontends.table.design.sheet import Sheet
from dlc.frontends.table.design.texts import blank

#: Several columns of one of these are as many networks.
_DIVIDING = (Role.CONFIG, Role.FILTERS, Role.UNITS, Role.KERNEL, Role.STRIDE, Role.REPEAT, Role.OUTPUT)


@attrs.frozen
class Variant:
    """One network of a sheet: the columns that are its own or shared, and the title that tells it apart.

    `parallel` tells that its configuration columns stand for branches side by side.
    """

    title: str | None
    columns: tuple[Column, ...]
    parallel: bool = False

    def of(self, *roles: Role) -> tuple[Column, ...]:
        """The columns of any of these roles, from the left."""
        return tuple(c for c in self.columns if c.role in roles)


def variants(sheet: Sheet) -> tuple[Variant, ...]:
    """The networks that a sheet describes side by side; one where nothing is alternative."""
    return _by_span(sheet) or _by_repetition(sheet)


def _by_span(sheet: Sheet) -> tuple[Variant, ...]:
    """Several titles over several columns each, with like columns below: "Encoder | Decoder"."""
    blocks: dict[int, list[Column]] = defaultdict(list)
    for column in sheet.columns:
        if column.heads:
            blocks[id(column.heads[0])].append(column)
    wide = [b for b in blocks.values() if len(b) > 1 and len({c.role for c in b}) > 1]
    if len(wide) < 2 or not set.intersection(*({c.role for c in b} & set(_DIVIDING) for b in wide)):
        return ()
    own = {id(c) for b in wide for c in b}
    shared = [c for c in sheet.columns if id(c) not in own]
    return tuple(Variant(b[0].titles[0] if b[0].titles else None, (*shared, *b)) for b in wide)


def _by_repetition(sheet: Sheet) -> tuple[Variant, ...]:
    alike = {role: _distinctly_headed(sheet.of(role)) for role in _DIVIDING}
    first = next((r for r in _DIVIDING if len(alike[r]) > 1 and len(alike[r]) == len(sheet.of(r))), None)
    configurations = sheet.of(Role.CONFIG)
    parallel = len(configurations) > 1 and len(alike[Role.CONFIG]) == 1
    if first is None or (first is not Role.CONFIG and parallel):
        return (Variant(None, sheet.columns, parallel),)
    count = len(alike[first])
    divided = [r for r in _DIVIDING if len(alike[r]) == count]
    shared = [c for c in sheet.columns if c.role not in divided]
    made = []
    for index in range(count):
        own = [alike[role][index] for role in divided]
        made.append(Variant(_title(own[0], alike[first]), tuple(_in_order(sheet, [*shared, *own]))))
    return tuple(v for v in made if _says_something(v, divided))


def _distinctly_headed(columns: Sequence[Column]) -> list[Column]:
    """Columns under headers of their own; those that share every header cell are one."""
    found: dict[tuple[int, ...], Column] = {}
    for index, column in enumerate(columns):
        key = tuple(id(cell) for cell in column.heads) or (index,)
        found.setdefault(key, column)
    return list(found.values())


def _title(column: Column, others: Sequence[Column]) -> str | None:
    """The uppermost of a column's titles that no other column has."""
    for title in column.titles:
        if sum(title in other.titles for other in others) == 1:
            return _without_role(title, column.role)
    return None


def _without_role(title: str, role: Role) -> str:
    """A title without the name of the hyper-parameter before it: "Output channels 1.5×" is "1.5×"."""
    words = title.split()
    if role is Role.CONFIG:
        return title
    named = [n for n in range(1, len(words)) if header(" ".join(words[:n])).role is role]
    return " ".join(words[max(named, default=0) :])


def _in_order(sheet: Sheet, columns: Sequence[Column]) -> list[Column]:
    kept = {id(c) for c in columns}
    return [c for c in sheet.columns if id(c) in kept]


def _says_something(variant: Variant, divided: Sequence[Role]) -> bool:
    return any(not blank(cell.text) for c in variant.of(*divided) for cell in c.cells)
