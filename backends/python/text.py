"""Values and comments as Python source."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from dlc.backends.python.layout import WIDTH
from dlc.types import Expr


def literal(value: Any) -> str:
    """A value as Python source."""
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, tuple | list):
        items = ", ".join(map(literal, value))
        if isinstance(value, list):
            return f"[{items}]"
        return f"({items},)" if len(value) == 1 else f"({items})"
    if isinstance(value, Fraction):
        return f"{value.numerator} / {value.denominator}"
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    return str(value) if isinstance(value, Expr) else repr(value)


def comments(head: Iterable[str]) -> Iterator[str]:
    """Lines of a file's head as comments, wrapped; the rest of a wrapped line is set in."""
    for line in head:
        text = " ".join(line.split())
        margin = "# " + " " * (len(line) - len(line.lstrip()))
        wrapped = textwrap.wrap(text, WIDTH - len(margin), break_long_words=False, break_on_hyphens=False)
        yield from (f"{margin if i == 0 else margin + '  '}{part}" for i, part in enumerate(wrapped or [""]))
