"""Tables on standard output: drawn on a terminal, aligned columns in a pipe."""

from __future__ import annotations

from collections.abc import Sequence

from dlc.cli.output import on_terminal, write_stdout


def show_table(heads: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Print a table; the last line of `rows` is a row like the others."""
    if on_terminal():
        _draw(heads, rows, title)
        return
    widths = [max(len(line[i]) for line in (heads, *rows)) for i in range(len(heads))]
    lines = [title] if title else []
    for line in (heads, *rows):
        cells = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        lines.append("  ".join(cells).rstrip())
    write_stdout("\n".join(lines) + "\n")


def _draw(heads: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*heads, title=title or None, header_style="bold")
    for row in rows:
        table.add_row(*row)
    Console(markup=False, highlight=False, emoji=False).print(table)  # types have brackets: vector[n]
