"""The layers' names: each statement's part of them, such that no two layers of the net share one.

A name is a template: `conv1` in the net, `{name}_conv1` in a block's function, `stage2_{i}` in a loop.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from dlc.backends.keras.names import layer_name
from dlc.backends.keras.plan import Plan
from dlc.backends.keras.statements import Doing, Link, Loop, Statement
from dlc.backends.python.names import Namer

_MOST = 64  # how often a loop is thought to run where a parameter says it
PREFIX = "{name}"


class Naming:
    """Names of all statements, by scope ("" for the net) and value."""

    def __init__(self) -> None:
        self._templates: dict[tuple[str, str], str] = {}
        self._endings: dict[str, frozenset[str]] = {}  # by block: how the names of its layers end

    def template(self, scope: str, value: str) -> str:
        """The template of the statement that makes `value`."""
        return self._templates[scope, value]

    def name_block(self, block: str, body: Sequence[Statement], output: str) -> None:
        """Name the layers of a block whose callees have been named: its result has the call's name."""
        taken: set[str] = set()
        for statement in sorted(body, key=lambda s: s.value != output):
            base = "" if statement.value == output else f"_{_part(statement.name)}"
            self._templates[block, statement.value] = PREFIX + self._reserve(statement, base, taken)
        self._endings[block] = frozenset(taken)

    def name_net(self, body: Sequence[Statement], taken: Iterable[str]) -> None:
        """Name the layers of the net; `taken` are the names of its inputs."""
        used = set(taken)
        for statement in body:
            base = layer_name(statement.name)
            self._templates["", statement.value] = self._reserve(statement, base, used)

    def _reserve(self, statement: Statement, base: str, taken: set[str]) -> str:
        endings = tuple(self._ends(statement.doing))
        candidate, number = base, 0
        while not taken.isdisjoint(candidate + ending for ending in endings):
            number += 1
            candidate = f"{base}_{number}"
        taken.update(candidate + ending for ending in endings)
        return candidate

    def _ends(self, doing: Doing) -> Iterator[str]:
        """How the names of the layers of one statement end."""
        if isinstance(doing, Plan):
            yield from (f"_{step.role}" if step.role else "" for step in doing.steps)
        elif isinstance(doing, Loop):
            count = doing.count if isinstance(doing.count, int) else _MOST
            for i in range(1, count + 1):
                for link in doing.links:
                    yield from (loop_part(str(i), link) + end for end in self._ends(link.doing))
        else:
            yield from self._endings[doing.block]


def loop_part(index: str, link: Link) -> str:
    """What a loop adds to a name; `index` is the round from 1, or the placeholder for it."""
    return f"_{index}_{link.name}" if link.name else f"_{index}"


def input_names(names: Iterable[str]) -> dict[str, str]:
    """Layer names for the net's inputs."""
    namer = Namer()
    return {name: namer.unique(layer_name(name)) for name in names}


def expression(template: str) -> str:
    """A name's template as Python source."""
    if template == PREFIX:
        return PREFIX[1:-1]
    return f'f"{template}"' if "{" in template else f'"{template}"'


def _part(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)
