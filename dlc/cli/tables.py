"""Tables on standard output: drawn on a terminal, aligned columns in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def show_table(heads: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Print a table; the last line of `rows` is a row like the others."""
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.table import Table

        table = Table(*heads, title=title or None, header_style="bold")
        for row in rows:
            table.add_row(*row)
        Console().print(table)
        return
    if title:
        sys.stdout.write(f"{title}\n")
    widths = [max(len(line[i]) for line in (heads, *rows)) for i in range(len(heads))]
    for line in (heads, *rows):
        cells = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")
