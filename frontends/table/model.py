"""What a table says, before anyone asks what it means: cells on a grid, with their text and their place.

All boxes are `(x0, y0, x1, y1)` in points from the page's top left corner, as the page is shown.
Tables that come from text files (CSV, TSV, Markdown) have no boxes and stand on page 0.
"""

from __future__ import annotations

import attrs

Box = tuple[float, float, float, float]


@attrs.frozen
class Group:
    """Lines of a cell that belong together.

    A bracket pair gives one group: `[3×3, 64; 3×3, 64] ×3` is `Group(("3×3, 64", "3×3, 64"), "3",
    bracket=True)`. Lines outside brackets form groups with `bracket=False` and no repeat. Brackets over each
    other that share one count are repeated together, as one sequence: each carries the count, and the same
    number in `stack`.
    """

    lines: tuple[str, ...]
    repeat: str | None = None
    bracket: bool = False
    bbox: Box | None = None
    stack: int | None = None


@attrs.frozen
class Cell:
    """A cell of a table; rows and columns count from 0 and name its top left slot.

    `lines` are the printed lines from top to bottom, `text` is them joined by spaces (a group's bracket
    lines are written `[a; b] ×3`), `groups` the same lines sorted into bracketed and plain groups from top
    to bottom. Superscripts are written `10^-3`, subscripts `x_i`. `bold` tells that all letters are set in
    a bold font.
    """

    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    text: str = ""
    lines: tuple[str, ...] = ()
    bbox: Box | None = None
    groups: tuple[Group, ...] = ()
    bold: bool = False


@attrs.frozen
class RowGroup:
    """Rows `first..last` (both inclusive) that a brace or a count holds together, with the count if any."""

    first: int
    last: int
    repeat: str | None = None
    bbox: Box | None = None


@attrs.frozen
class Table:
    """One table: its cells cover every slot of `rows` × `columns` exactly once.

    `number` is the caption's ("1", "IV"), `caption` its text without the "Table 1:" label. `strips` gives
    the first row of each strip after the first, for a table that is printed in several pieces one under the
    other and whose pieces each repeat the header; `row_groups` the braces over rows; `notes` the lines
    printed under the body.
    """

    page: int
    number: str | None
    caption: str
    rows: int
    columns: int
    cells: tuple[Cell, ...]
    bbox: Box | None = None
    header_rows: int = 1
    row_groups: tuple[RowGroup, ...] = ()
    strips: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    caption_bbox: Box | None = None

    def grid(self) -> list[list[Cell]]:
        """Rows of cells; a cell that spans several slots stands in each of them."""
        blank = Cell(0, 0)
        slots = [[blank] * self.columns for _ in range(self.rows)]
        for cell in self.cells:
            for row in range(cell.row, cell.row + cell.row_span):
                for column in range(cell.column, cell.column + cell.column_span):
                    slots[row][column] = cell
        return slots

    def texts(self) -> list[list[str]]:
        """The grid's texts, a spanning cell's text in every slot that it covers."""
        return [[cell.text for cell in row] for row in self.grid()]
