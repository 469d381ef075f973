"""Names: of layers, as every version of Keras and every backend of it takes them, and of Python values."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable

_RESERVED = frozenset({"keras", "layers", *keyword.kwlist, *keyword.softkwlist, *dir(builtins)})


def layer_name(name: str) -> str:
    """A name that Keras takes: letters, digits, `_` and `-`, with no sign first.

    A slash or a point would do for TensorFlow alone; other characters nowhere.
    """
    legal = re.sub(r"[^A-Za-z0-9_-]", "_", name)
    return legal if legal[:1].isalnum() else f"layer{legal}" if legal.startswith("_") else f"layer_{legal}"


def identifier(name: str) -> str:
    """A Python name like `name`."""
    made = re.sub(r"[^A-Za-z0-9_]", "_", name)
    if not made or made[0].isdigit():
        made = f"layer_{made}"
    return f"{made}_" if made in _RESERVED or made == "_" else made


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
