"""The tables and figures that a caption refers to, lists and ranges too: "Figures 3, 5 and 7-9"."""

from __future__ import annotations

import re

_ONE = r"(?:\d+|[IVXL]+\b)(?:\(?[a-h]\)?(?![a-z]))?"
_LIST = re.compile(
    rf"\b(?i:(tables?|tabs?\.|figures?|figs?\.?))\s*~?({_ONE}(?:\s*(?:,\s*and|,|and|&|or|to|[-–—])\s*{_ONE})*)"
)
_ITEM = re.compile(r"\d+|[IVXL]+|to|[-–—]")
#: A range of more than this is none.
_LONGEST = 30


def references(caption: str) -> frozenset[tuple[str, str]]:
    """Kind and number of each: ("figure", "3"), ("table", "II")."""
    found: set[tuple[str, str]] = set()
    for kind, numbers in _LIST.findall(caption):
        word = "table" if kind[0].lower() == "t" else "figure"
        found |= {(word, number) for number in _numbers(numbers)}
    return frozenset(found)


def _numbers(text: str) -> list[str]:
    made: list[str] = []
    since: int | None = None
    for item in _ITEM.findall(text):
        if not item.isdigit():
            since = int(made[-1]) if item in ("to", "-", "–", "—") and made and made[-1].isdigit() else None
            made += [item] if item.isalpha() and item != "to" else []
            continue
        number = int(item)
        if since is not None and since < number <= since + _LONGEST:
            made += [str(n) for n in range(since + 1, number)]
        made.append(item)
        since = None
    return made
