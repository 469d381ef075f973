"""The source line under a diagnostic, with carets below what is meant."""

from __future__ import annotations

import unicodedata

import attrs

from dlc.diagnostics.span import TextSpan

WIDEST = 100  # terminal columns of a quoted line; longer lines are cut around the place
LEAD = 30  # columns that stay visible before the place in a cut line
TAB = 4
ELLIPSIS = "…"


@attrs.frozen
class Excerpt:
    """A quoted line: its number, its text as shown, and where the carets stand (columns from 0)."""

    number: int
    text: str
    start: int
    length: int

    @property
    def carets(self) -> str:
        """The line of carets, indented to stand below what is meant."""
        return " " * self.start + "^" * self.length


def excerpt(span: TextSpan, lines: list[str]) -> Excerpt | None:
    """Quote the first line of a range; None where the text has no such line."""
    if not 1 <= span.line <= len(lines):
        return None
    line = lines[span.line - 1].rstrip("\r")
    first = min(max(span.column - 1, 0), len(line))
    last = span.end_column - 1 if span.end_line == span.line else len(line)
    before, marked, after = line[:first], line[first:last], line[last:] if last > first else line[first:]
    return _cut(span.line, visible(before), visible(marked), visible(after))


def visible(text: str) -> str:
    """Text that cannot disturb a terminal: tabs as spaces, control and direction characters replaced."""
    return text if text.isascii() and text.isprintable() else "".join(map(_visible, text))


def width(text: str) -> int:
    """Columns that visible text takes: two for wide characters, none for combining ones."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _visible(char: str) -> str:
    if char == "\t":
        return " " * TAB
    return "\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) in _UNSAFE else char


_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _cut(number: int, before: str, marked: str, after: str) -> Excerpt:
    """Fit a line into WIDEST columns: cut the far left first, then what is meant, then the rest."""
    if width(before + marked + after) > WIDEST:
        if width(before) > LEAD:
            before = ELLIPSIS + _tail(before, LEAD - 1)
        marked = _head(marked, WIDEST - width(before))
        after = _head(after, WIDEST - width(before + marked))
    return Excerpt(number, (before + marked + after).rstrip(), width(before), max(width(marked), 1))


def _head(text: str, columns: int) -> str:
    """The start of a text in so many columns; an ellipsis tells that something is left out."""
    if width(text) <= columns:
        return text
    kept = text[: max(columns - 1, 0)]
    while kept and width(kept) >= columns:
        kept = kept[:-1]
    return kept + ELLIPSIS if columns > 0 else ""


def _tail(text: str, columns: int) -> str:
    kept = text[-columns:]
    while width(kept) > columns:
        kept = kept[1:]
    return kept
