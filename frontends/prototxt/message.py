"""Messages of protobuf's text format: fields in order, each with the line it stands on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs


class Word(str):
    """A value written without quotes that is no number: MAX, TEST, an enumeration's member."""

    __slots__ = ()


@attrs.frozen
class Field:
    """One field: its name, its value (int, float, bool, str, Word or Message) and its place, from 1."""

    name: str
    value: Any
    line: int = 0
    column: int = 0


@attrs.frozen
class Message:
    """Fields in the order in which they are written; a name may come several times."""

    fields: tuple[Field, ...] = ()
    line: int = 0

    def all(self, *names: str) -> list[Any]:
        """Every value of these names, in order."""
        return [f.value for f in self.fields if f.name in names]

    def get(self, name: str, default: Any = None) -> Any:
        """The last value of a name, as protobuf reads fields that are given again."""
        found = default
        for field in self.fields:
            if field.name == name:
                found = field.value
        return found

    def sub(self, name: str) -> Message:
        """The message of a name, several of them merged; an empty one where there is none."""
        found = [v for v in self.all(name) if isinstance(v, Message)]
        if len(found) == 1:
            return found[0]
        return Message(tuple(f for m in found for f in m.fields))

    def has(self, name: str) -> bool:
        """Whether a field of that name is given."""
        return any(f.name == name for f in self.fields)

    def without(self, *names: str) -> Message:
        """The message without the fields of these names."""
        return attrs.evolve(self, fields=tuple(f for f in self.fields if f.name not in names))

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def __bool__(self) -> bool:
        return bool(self.fields)


def numbers(values: list[Any]) -> list[int]:
    """The integers among values."""
    return [int(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
