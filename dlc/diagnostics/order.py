"""The order in which diagnostics are shown: by file, then by place."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dlc.diagnostics.diagnostic import Diagnostic
from dlc.diagnostics.span import CellSpan, FileSpan, PageSpan, PointerSpan, Span, TextSpan

Key = tuple[object, ...]


def by_place(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Diagnostics in the order of their places; those without one come first, equals keep their order."""
    return sorted(diagnostics, key=lambda d: _key(d.span))


def _key(span: Span | None) -> Key:
    """A key that any two spans can be compared by: file, form of span, position."""
    match span:
        case None:
            return (0,)
        case FileSpan():
            return (1, span.file or "", 0)
        case TextSpan():
            position = (span.line, span.column, span.end_line, span.end_column)
            return (1, span.file or "", 1, position)
        case PageSpan():
            return (1, span.file or "", 2, (span.page, *_corner(span.bbox)))
        case CellSpan():
            cell = (span.page or 0, *_corner(span.bbox), natural(span.table or ""), span.row or 0)
            return (1, span.file or "", 2, (*cell, span.column or 0))
        case PointerSpan():
            return (1, span.file or "", 3, natural(span.pointer))


def _corner(bbox: tuple[float, float, float, float] | None) -> tuple[float, float]:
    return (bbox[1], bbox[0]) if bbox else (0.0, 0.0)


def natural(text: str) -> tuple[tuple[str, int], ...]:
    """A key that sorts numbers inside a text by value, so that `/nets/2` comes before `/nets/10`."""
    pieces = re.split(r"([0-9]+)", text)
    return tuple((word, int(digits)) for word, digits in zip(pieces[::2], [*pieces[1::2], "-1"], strict=True))
