"""Where in the paper a layer was read: cells as origins."""

from __future__ import annotations

import attrs

from dlc.diagnostics import CellSpan
from dlc.frontends.table.model import Cell, Table
from dlc.ir import Origin

_LONGEST = 80  # characters of a cell that an origin quotes


@attrs.frozen
class Places:
    """Origins for the cells of one table."""

    table: Table

    def origin(self, cell: Cell, text: str | None = None) -> Origin:
        """The place of a cell; `text` is the part of it that was read, the whole cell by default."""
        words = " ".join((text or cell.text).replace("«", "").replace("»", "").split())[:_LONGEST]
        box = cell.bbox or self.table.bbox
        return Origin(
            page=self.table.page or None,
            kind="table",
            number=self.number,
            row=cell.row + 1,
            column=cell.column + 1,
            bbox=(round(box[0], 1), round(box[1], 1), round(box[2], 1), round(box[3], 1)) if box else None,
            text=words or None,
        )

    def span(self, cell: Cell | None = None) -> CellSpan:
        """Where a finding stands: a cell, or the table."""
        page = self.table.page or None
        if cell is None:
            return CellSpan(self.table.number, page=page, bbox=self.table.bbox)
        box = cell.bbox or self.table.bbox
        return CellSpan(self.table.number, cell.row + 1, cell.column + 1, page, box)

    def whole(self) -> Origin:
        """The place of the table."""
        box = self.table.bbox
        return Origin(
            page=self.table.page or None,
            kind="table",
            number=self.number,
            bbox=(round(box[0], 1), round(box[1], 1), round(box[2], 1), round(box[3], 1)) if box else None,
        )

    @property
    def number(self) -> str | None:
        """The table's number as its caption gives it; None without one."""
        return "".join((self.table.number or "").split()) or None
