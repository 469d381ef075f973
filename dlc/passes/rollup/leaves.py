"""What a node does, split into what two uses of one block must share and the numbers that may differ."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

import attrs

from dlc.ir import Action, BlockCall, Op, Repeat, Value
from dlc.layers import build
from dlc.types import Expr, Hole

COUNT = "count"  # what the number of rounds of a repeat is called where it becomes a parameter


@attrs.frozen
class Parts:
    """An action taken apart: its `form`, equal for all that may share a block, and its free values.

    Free are numbers, flags, holes and symbolic numbers, those in tuples one by one; words (`same`,
    `ceil`), raw attributes and the lengths of tuples belong to the form. `labels` names the attribute
    that each free value stands in.
    """

    form: Hashable
    values: tuple[Value, ...]
    labels: tuple[str, ...]


def split(action: Action) -> Parts:
    """The parts of an action; `join` puts them together again."""
    if isinstance(action, Repeat):
        inner = [split(link) for link in action.links]
        form = ("repeat", *(part.form for part in inner))
        values = (action.count, *(v for part in inner for v in part.values))
        return Parts(form, values, (COUNT, *(label for part in inner for label in part.labels)))
    name, attributes = _named(action)
    forms: list[Hashable] = [isinstance(action, Op), name]
    leaves: list[tuple[str, Value]] = []
    for key, value in attributes:
        free = tuple(_free(value))
        leaves += ((key, v) for v in free)
        forms.append((key, _form(value)))
    return Parts(tuple(forms), tuple(v for _, v in leaves), tuple(key for key, _ in leaves))


def join(action: Action, values: Iterator[Value]) -> Action:
    """The action with other free values: as many as it has, in the order in which `split` gives them."""
    if isinstance(action, Repeat):
        count: Any = next(values)
        return Repeat(count, tuple(join(link, values) for link in action.links))
    name, attributes = _named(action)
    filled = {key: _filled(value, values) for key, value in attributes}
    return BlockCall(name, filled) if isinstance(action, BlockCall) else build(name, filled)


def _named(action: Op | BlockCall) -> tuple[str, list[tuple[str, Value]]]:
    """The name of a layer or block, and its attributes or arguments."""
    if isinstance(action, BlockCall):
        return action.block, sorted(action.arguments.items())
    return action.op_name, list(action.attributes().items())


def _is_free(value: Value) -> bool:
    return isinstance(value, int | float | Expr | Hole)


def _free(value: Value) -> Iterator[Value]:
    if isinstance(value, tuple):
        for part in value:
            yield from _free(part)
    elif _is_free(value):
        yield value


def _form(value: Value) -> Hashable:
    """What stays of a value when its numbers are taken out."""
    if isinstance(value, tuple):
        return tuple(_form(part) for part in value)
    return ... if _is_free(value) else value


def _filled(value: Value, values: Iterator[Value]) -> Value:
    if isinstance(value, tuple):
        return tuple(_filled(part, values) for part in value)
    return next(values) if _is_free(value) else value
