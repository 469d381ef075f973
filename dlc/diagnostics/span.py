"""Places that a diagnostic can point at: a sum type over all sources."""

from __future__ import annotations

import attrs


@attrs.frozen
class FileSpan:
    """A whole file."""

    file: str | None = None

    def __str__(self) -> str:
        return self.file or "<input>"


@attrs.frozen
class TextSpan:
    """A range of text; lines and columns count from 1, the end column is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int
    file: str | None = None

    def __str__(self) -> str:
        return f"{self.file or '<input>'}:{self.line}:{self.column}"


@attrs.frozen
class PageSpan:
    """A box on a page of a document, in the figure with this number, if any.

    Boxes are points from the page's top left corner, pages count from 1.
    """

    page: int
    bbox: tuple[float, float, float, float] | None = None
    file: str | None = None
    figure: str | None = None

    def __str__(self) -> str:
        figure = f", figure {self.figure}" if self.figure else ""
        return f"{self.file or '<input>'}: page {self.page}{figure}"


@attrs.frozen
class CellSpan:
    """A cell of a table; rows and columns count from 1 and are None for the whole table."""

    table: str | None = None
    row: int | None = None
    column: int | None = None
    page: int | None = None
    bbox: tuple[float, float, float, float] | None = None
    file: str | None = None

    def __str__(self) -> str:
        named = (("page", self.page), ("table", self.table), ("row", self.row), ("column", self.column))
        place = ", ".join(f"{word} {value}" for word, value in named if value is not None)
        return f"{self.file or '<input>'}: {place}" if place else self.file or "<input>"


@attrs.frozen
class PointerSpan:
    """A value inside a JSON document, by its JSON pointer (RFC 6901)."""

    pointer: str
    file: str | None = None

    def __str__(self) -> str:
        return f"{self.file or '<input>'}#{self.pointer}"


Span = FileSpan | TextSpan | PageSpan | CellSpan | PointerSpan
