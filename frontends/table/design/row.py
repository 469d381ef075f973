"""One row of a variant: its cells by the roles of their columns."""

from __future__ import annotations

import re

import attrs

from dlc.frontends.phrases.normal import normalise
from dlc.frontends.phrases.numbers import number
from dlc.frontends.phrases.values import Number
from dlc.frontends.table.design.columns import Column
from dlc.frontends.table.design.roles import Role
from dlc.frontends.table.design.sheet import Sheet
from dlc.frontends.table.design.sizes import Size, read_size
from dlc.frontends.table.design.texts import blank, frames, quantity, sides
from dlc.frontends.table.design.variants import Variant
from dlc.frontends.table.model import Cell

WINDOWS = (Role.KERNEL, Role.KERNEL_STRIDE)


#: What parts two values of one cell: "64 → 128", "64/128"; two numbers may also be a weight matrix's sides.
_ARROW = re.compile(r"\s*(?:→|->|⇒|⟶|⟼|=>)\s*")
_SLASH = re.compile(r"\s*(?:/|×)\s*")
#: "add layer 1 and 3", "from layer 21".
_REFERENCE = re.compile(
    r"(?:^from|\b(?:add|sum|concat\w*|merge|from|and)) (?:of )?layers? \d+\w?"
    r"(?:\s*(?:,|and|&|\+)\s*(?:layer )?\d+\w?)*",
    re.I,
)
_NAMED_SOURCES = re.compile(r"\s*(?:[+,&;⊕]|\band\b|\||(?<=\])\s)\s*")


@attrs.frozen
class Row:
    """One row of a variant, cell by cell; a cell that spans columns is seen once, in its leftmost role."""

    sheet: Sheet
    variant: Variant
    index: int
    line: tuple[Cell, ...]
    owner: dict[int, Column]

    @classmethod
    def of(cls, sheet: Sheet, variant: Variant, index: int) -> Row:
        """The row of that index."""
        owner: dict[int, Column] = {}
        line = []
        for column in variant.columns:
            cell = column.cells[index]
            if id(cell) not in owner:
                owner[id(cell)] = column
                line.append(cell)
        return cls(sheet, variant, index, tuple(line), owner)

    def column_of(self, cell: Cell) -> Column | None:
        """The column in whose role a cell is seen."""
        return self.owner.get(id(cell))

    def labels(self) -> list[tuple[Column, Cell]]:
        """The label columns with their cells, from the left."""
        return [(self.owner[id(c)], c) for c in self.line if self.owner[id(c)].role is Role.LABEL]

    def cells(self, *roles: Role) -> list[Cell]:
        """The cells of these roles, from the left."""
        return [c for c in self.line if self.owner[id(c)].role in roles]

    def first(self, *roles: Role) -> Cell | None:
        """The first of these cells that says something; None where none does."""
        return next((c for c in self.cells(*roles) if not blank(c.text)), None)

    def lead(self) -> Cell | None:
        """The first cell that says something; None where none does."""
        return next((c for c in self.line if not blank(c.text)), None)

    def text(self, *roles: Role) -> str:
        """The text of the first of these cells that says something, else an empty one."""
        cell = self.first(*roles)
        return cell.text if cell is not None else ""

    def states(self, *roles: Role) -> bool:
        """Whether any of these columns says something here."""
        return self.first(*roles) is not None

    def configurations(self) -> list[Cell]:
        """The configuration cells that begin in this row; several where branches run side by side.

        A branch column without an entry is an empty cell.
        """
        cells = [c for c in self.cells(Role.CONFIG) if self._begins(c)]
        cells += [c for c in self.cells(*WINDOWS) if any(g.bracket for g in c.groups)]
        filled = [c for c in cells if not blank(c.text)]
        if self.variant.parallel and filled and len(cells) > 1:
            return [attrs.evolve(c, text="", lines=(), groups=()) if blank(c.text) else c for c in cells]
        return filled[:1]

    def size(self, role: Role) -> Size | None:
        """The size reported; one that spans rows is the first row's input, the last row's output."""
        cell = next((c for c in self.cells(role) if not blank(c.text)), None)
        if cell is None:
            return self._between()[role is Role.OUTPUT]
        if role is Role.OUTPUT and not self._ends(cell):
            return None
        if role is Role.INPUT and not self._begins(cell):
            return None
        if role is Role.OUTPUT and re.fullmatch(r"[A-Z](?:_\w+)?", cell.text.strip()):
            return (cell.text.strip(),)  # as many as a symbol says
        if role in (Role.INPUT, Role.OUTPUT) and re.fullmatch(r"\([A-Z]\w?, [A-Z]\w?\)", cell.text.strip()):
            return tuple(number(p) for p in cell.text.strip("() ").split(", "))
        return read_size(cell.text)

    def width(self) -> Number | None:
        """The width that the row states in a column of its own."""
        stated = quantity(self.text(Role.FILTERS, Role.UNITS))
        return stated if stated is not None else self._channels()[1]

    def channels_in(self) -> Number | None:
        """The width of what goes into the row, where a column states it."""
        stated = quantity(self.text(Role.CHANNELS_IN))
        if stated is not None:
            return stated
        found = self._channels()[0]
        seen = frames(self.text(Role.CONTEXT))
        spliced = seen is not None and isinstance(found, int) and found % seen[0] == 0
        return found // seen[0] if spliced and seen is not None and isinstance(found, int) else found

    def _between(self) -> tuple[Size | None, Size | None]:
        """The sizes before and after the row, from a column that states both."""
        parts = _ARROW.split(self.text(Role.IN_OUT))
        sizes = [read_size(p) for p in parts]
        if len(sizes) != 2 or any(s is None or len(s) < 2 for s in sizes):
            return None, None
        return sizes[0], sizes[1]

    def _channels(self) -> tuple[Number | None, Number | None]:
        text = normalise(self.text(Role.IN_OUT))
        parts = _ARROW.split(text) if _ARROW.search(text) else _SLASH.split(text)
        found = [quantity(p) for p in parts]
        return (found[0], found[1]) if len(found) == 2 and None not in found else (None, None)

    def sources(self) -> tuple[str, ...]:
        """Names of other rows in the column of inputs: "conv5b", "upconv5+conv4b"."""
        text = self.text(Role.SOURCE) or self.text(Role.INPUT)
        if text and read_size(text) is None:
            return _names(text)
        found = _REFERENCE.search(normalise(self.text(Role.CONFIG, Role.LABEL)))
        return tuple(re.findall(r"\d+\w?", found[0])) if found else ()

    def joined(self) -> tuple[str, ...]:
        """Names of the rows that the row's value is concatenated with."""
        return _names(self.text(Role.JOINED))

    def measures_layer(self) -> bool:
        """Whether the columns state a size or a hyper-parameter, as they do for a layer."""
        sizes = (self.size(Role.OUTPUT), self.size(Role.INPUT))
        return any(sizes) or self.width() is not None or bool(sides(self.text(Role.STRIDE, *WINDOWS)))

    def all_text(self) -> str:
        """What the row says, for a message."""
        return " | ".join(c.text for c in self.line if not blank(c.text))

    def _begins(self, cell: Cell) -> bool:
        return self.index == 0 or not self._also_in(cell, self.index - 1)

    def _ends(self, cell: Cell) -> bool:
        return self.index + 1 >= self.sheet.rows or not self._also_in(cell, self.index + 1)

    def _also_in(self, cell: Cell, index: int) -> bool:
        return any(c.cells[index] is cell for c in self.variant.columns)


def _names(text: str) -> tuple[str, ...]:
    """Names of layers as a cell lists them; the indices that Keras puts behind them are dropped."""
    names = [re.sub(r"(?:\[\d+\])+$", "", n.strip()).strip(" ()[]") for n in _NAMED_SOURCES.split(text)]
    return tuple(n for n in names if re.fullmatch(r"[A-Za-z][\w.\-/ ]{0,32}", n))
