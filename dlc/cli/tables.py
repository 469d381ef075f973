"""Tables on standard output: drawn on a terminal, aligned columns in a pipe."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dlc.cli.output import on_terminal, write_stdout


def show_table(heads: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Print a table; the last line of `rows` is a row like the others."""
    if on_terminal():
        _draw(heads, rows, title)
        return
    widths = [max(len(line[i]) for line in (heads, *rows)) for i in range(len(heads))]
    sides = _sides(rows, len(heads))
    lines = [title] if title else []
    for line in (heads, *rows):
        cells = (f"{text:{side}{width}}" for text, side, width in zip(line, sides, widths, strict=True))
        lines.append("  ".join(cells).rstrip())
    write_stdout("\n".join(lines) + "\n")


def _sides(rows: Sequence[Sequence[str]], count: int) -> list[str]:
    """`>` for columns of numbers, which are written from the right, `<` for the others."""
    return [">" if rows and all(_NUMBER(row[i]) for row in rows) else "<" for i in range(count)]


_NUMBER = re.compile(r"[0-9][0-9,.]*|[-?]?").fullmatch


def _draw(heads: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title or None, header_style="bold")
    for head, side in zip(heads, _sides(rows, len(heads)), strict=True):
        table.add_column(head, justify="right" if side == ">" else "left")
    for row in rows:
        table.add_row(*row)
    Console(markup=False, highlight=False, emoji=False).print(table)  # types have brackets: vector[n]
