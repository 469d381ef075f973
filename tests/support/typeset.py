"""Tables of text set as pages of small PDF files, in the styles that papers use."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
from support.pdfs import pdf

from dlc.frontends.table.model import Table

#: Widths of Helvetica's letters (thousandths of the size); others are as wide as a digit.
_NARROW = {c: w for letters, w in (("ijl'", 222), (" fIt.,/:;()[]!", 278), ("r-", 333)) for c in letters}
_WIDE = {
    c: w for letters, w in (("ABEKPSVXY&", 667), ("CDHNRUw", 722), ("GOQ", 778), ("mM", 833)) for c in letters
}
_WIDTHS = _NARROW | _WIDE


@attrs.frozen
class Style:
    """How a table is set: its rules, its letters, where it stands, and what stands around it."""

    rules: str = "booktabs"  # booktabs, grid, lines (under every row), inner (no outer border), none
    size: float = 9
    centred: bool = False
    columns: int = 1  # of the page; the table stands in the second of two
    turned: bool = False  # by a quarter, as wide tables are
    above: bool = True  # where the caption stands


def page(table: Table, style: Style) -> bytes:
    """A PDF of one page with a table, its caption, and lines of prose."""
    left = 320.0 if style.columns == 2 else 72.0
    drawn = "" if style.turned else "".join(_text(72, 740 - 12 * i, 9, _PROSE) for i in range(3))
    body = _table(table, style, left, 640.0)
    below = "" if style.turned else "".join(_text(72, 120 - 12 * i, 9, _PROSE) for i in range(3))
    turn = "q 0 1 -1 0 700 40 cm\n" if style.turned else "q\n"
    return pdf([drawn + turn + body + "Q\n" + below])


_PROSE = "The network is described in the table; all of its layers are trained together from the start"


def _table(table: Table, style: Style, left: float, top: float) -> str:
    texts = [[_typed(t) for t in row] for row in table.texts()]
    pad = 0.7 * style.size
    widths = [max(width(row[i], style.size) for row in texts) + 2 * pad for i in range(table.columns)]
    edges = [left + sum(widths[:i]) for i in range(table.columns + 1)]
    pitch = 1.45 * style.size
    lines = [top - pitch * i for i in range(len(texts) + 1)]
    caption = f"Table {table.number or 1}: {table.caption}"
    place = top + 10 if style.above else lines[-1] - 16
    parts = [_text(left, place, 9, caption)]
    for row, y in zip(texts, lines, strict=False):
        for i, text in enumerate(row):
            shift = (widths[i] - width(text, style.size)) / 2 if style.centred else pad
            parts.append(_text(edges[i] + shift, y - 1.05 * style.size, style.size, text))
    return "".join(parts) + _rules(style.rules, edges, lines)


def _typed(text: str) -> str:
    """A text in letters that the font has."""
    return text.replace("×", "x").replace("–", "-").replace("✓", "yes")


def _rules(rules: str, edges: Sequence[float], lines: Sequence[float]) -> str:
    across = {
        "booktabs": [lines[0], lines[1], lines[-1]],
        "grid": lines,
        "lines": lines,
        "inner": lines[1:-1],
        "none": [],
    }[rules]
    down = {"grid": edges, "inner": edges[1:-1]}.get(rules, [])
    drawn = [f"0.5 w {edges[0]:.2f} {y:.2f} m {edges[-1]:.2f} {y:.2f} l S\n" for y in across]
    drawn += [f"0.5 w {x:.2f} {lines[0]:.2f} m {x:.2f} {lines[-1]:.2f} l S\n" for x in down]
    return "".join(drawn)


def _text(x: float, y: float, size: float, text: str) -> str:
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F1 {size} Tf 1 0 0 1 {x:.2f} {y:.2f} Tm ({escaped}) Tj ET\n"


def width(text: str, size: float) -> float:
    """How wide a text is set in Helvetica of that size."""
    return sum(_WIDTHS.get(c, 556) for c in text) * size / 1000
