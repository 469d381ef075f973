"""What a node does, split into what two uses of one block must share and the numbers that may differ."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

import attrs

from dlc.ir import Action, BlockCall, Op, Repeat, Value
from dlc.layers import build
from dlc.layers.domains import Axis, Flag, Integer, Real
from dlc.types import Expr, Hole

_SINGLE = (Integer, Real, Flag, Axis)  # domains of one number
COUNT = "count"  # what the number of rounds of a repeat is called where it becomes a parameter


@attrs.frozen
class Parts:
    """An action taken apart: its `form`, equal for all that may share a block, and its free values.

    Free are numbers, flags, symbolic numbers and holes, those in tuples one by one; words (`same`, `ceil`),
    raw attributes, the lengths of tuples, and holes that stand for a whole tuple belong to the form.
    `labels` names the attribute that each free value stands in.
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
    name, slots = _slots(action)
    leaves = [(slot.label, value) for slot in slots for value in slot.free()]
    form = (isinstance(action, Op), name, *((slot.label, slot.form()) for slot in slots))
    return Parts(form, tuple(v for _, v in leaves), tuple(label for label, _ in leaves))


def join(action: Action, values: Iterator[Value]) -> Action:
    """The action with other free values: as many as it has, in the order in which `split` gives them."""
    if isinstance(action, Repeat):
        count: Any = next(values)
        return Repeat(count, tuple(join(link, values) for link in action.links))
    name, slots = _slots(action)
    filled = {slot.label: slot.filled(values) for slot in slots}
    return BlockCall(name, filled) if isinstance(action, BlockCall) else build(name, filled)


@attrs.frozen
class _Slot:
    """An attribute or argument and its value; `is_single`, whether a hole there stands for one number."""

    label: str
    value: Value
    is_single: bool = True

    def free(self) -> Iterator[Value]:
        """Its free values."""
        return _free(self.value) if self._is_open() else iter(())

    def form(self) -> Hashable:
        """What stays of it when these are taken out."""
        return _form(self.value) if self._is_open() else self.value

    def filled(self, values: Iterator[Value]) -> Value:
        """Its value with others in their places."""
        return _filled(self.value, values) if self._is_open() else self.value

    def _is_open(self) -> bool:
        return self.is_single or not isinstance(self.value, Hole)


def _slots(action: Op | BlockCall) -> tuple[str, list[_Slot]]:
    """The name of a layer or block, and its attributes or arguments."""
    if isinstance(action, BlockCall):
        return action.block, [_Slot(name, value) for name, value in sorted(action.arguments.items())]
    domains = {a.name: a.domain for a in getattr(action, "table", ())}
    values = action.attributes().items()
    return action.op_name, [_Slot(key, value, isinstance(domains.get(key), _SINGLE)) for key, value in values]


def _is_free(value: Value) -> bool:
    return isinstance(value, int | float | Expr | Hole)


def _free(value: Value) -> Iterator[Value]:
    if isinstance(value, tuple):
        for part in value:
            yield from _free(part)
    elif _is_free(value):
        yield value


def _form(value: Value) -> Hashable:
    if isinstance(value, tuple):
        return tuple(_form(part) for part in value)
    return ... if _is_free(value) else value


def _filled(value: Value, values: Iterator[Value]) -> Value:
    if isinstance(value, tuple):
        return tuple(_filled(part, values) for part in value)
    return next(values) if _is_free(value) else value
