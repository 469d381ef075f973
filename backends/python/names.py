"""Names of Python values."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable

_RESERVED = frozenset({*keyword.kwlist, *keyword.softkwlist, *dir(builtins)})


def identifier(name: str, reserved: Iterable[str] = ()) -> str:
    """A Python name like `name`; `reserved` are names that the file needs for something else."""
    made = re.sub(r"[^A-Za-z0-9_]", "_", name)
    if not made or made[0].isdigit():
        made = f"layer_{made}"
    return f"{made}_" if made in _RESERVED or made in reserved or made == "_" else made


class Namer:
    """Gives every name once, adding `_1`, `_2`, ... to those that are taken."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def unique(self, name: str) -> str:
        """`name`, or `name` with the first number that makes it new."""
        made, number = name, 0
        while made in self._taken:
            number += 1
            made = f"{name}_{number}"
        self._taken.add(made)
        return made
