"""Which parameters a block needs so that it stands for several places whose numbers differ."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import attrs

from dlc.ir import Value
from dlc.types import Expr, symbol

# Attributes that are sizes: where one is a multiple of another at every place, one parameter serves both.
SIZES = frozenset({"filters", "units", "dim", "groups"})

Column = tuple[Value, ...]  # one free value of a phrase, at all its places


@attrs.frozen
class Parameters:
    """The parameters' names, with their values at every place, and what stands in the block's free values."""

    names: tuple[str, ...]
    columns: tuple[Column, ...]
    inside: tuple[Value, ...]

    def arguments(self, place: int) -> dict[str, Value]:
        """What a call at that place gives."""
        return {name: column[place] for name, column in zip(self.names, self.columns, strict=True)}


def parametrised(columns: Sequence[Column], labels: Sequence[str]) -> Parameters:
    """Parameters for the columns that differ from place to place; equal columns share one.

    A value with symbols is always passed, since they mean something only at its own place.
    """
    keys = [_key(column) for column in columns]
    open_ = [not _is_constant(column) for column in columns]
    bases: dict[object, tuple[str, Column]] = {}
    for key, column, label, is_open in zip(keys, columns, labels, open_, strict=True):
        if is_open:
            bases.setdefault(key, (stem(label), column))
    shares = _multiples(bases)
    needed = {key: base for key, base in bases.items() if key not in shares}
    names = dict(zip(needed, numbered([label for label, _ in needed.values()]), strict=True))
    inside: list[Value] = []
    for key, column, is_open in zip(keys, columns, open_, strict=True):
        base, factor = shares.get(key, (key, 1))
        inside.append(symbol(names[base]) * factor if is_open else column[0])
    return Parameters(tuple(names.values()), tuple(c for _, c in needed.values()), tuple(inside))


def stem(label: str) -> str:
    """What a parameter is called before it is numbered."""
    return re.sub(r"\d+$", "", label) or label


def numbered(names: Sequence[str]) -> list[str]:
    """The names, with 1, 2, ... after those that are there several times."""
    counts, seen = Counter(names), Counter[str]()
    made = []
    for name in names:
        seen[name] += 1
        made.append(f"{name}{seen[name]}" if counts[name] > 1 else name)
    return made


def _key(column: Column) -> object:
    """Equal for equal columns only: Python holds True and 1 for the same."""
    return tuple((type(value), value) for value in column)


def _is_constant(column: Column) -> bool:
    return not isinstance(column[0], Expr) and len({(type(v), v) for v in column}) == 1


def _multiples(bases: dict[object, tuple[str, Column]]) -> dict[object, tuple[object, int]]:
    """Columns of sizes that are a multiple of another one at every place: of which, and how many times."""
    sizes = {key: column for key, (label, column) in bases.items() if label in SIZES and _are_numbers(column)}
    found: dict[object, tuple[object, int]] = {}
    roots: list[object] = []
    for key in sorted(sizes, key=lambda k: sizes[k]):
        factors = ((root, _factor(sizes[root], sizes[key])) for root in roots)
        shared = next(((root, factor) for root, factor in factors if factor is not None), None)
        if shared is None:
            roots.append(key)
        else:
            found[key] = shared
    return found


def _are_numbers(column: Column) -> bool:
    return all(isinstance(v, int) and not isinstance(v, bool) and v > 0 for v in column)


def _factor(base: Column, column: Column) -> int | None:
    """How many times `base` the column is at every place; None where that differs."""
    first: int = column[0] // base[0]  # type: ignore[operator, assignment]
    same = all(a * first == b for a, b in zip(base, column, strict=True))  # type: ignore[operator]
    return first if same else None
