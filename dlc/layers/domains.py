"""Domains of hyper-parameters: what values an attribute may have, in which canonical form.

A domain turns what a person or a file wrote (`3`, `(3, 3)`, `same`) into the canonical value that every
stage sees, says in words what it accepts, and describes itself as JSON Schema. Holes pass every
domain; symbolic expressions pass where numbers do (and words, inside blocks, where a parameter stands).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import attrs

from dlc.ir import Value
from dlc.types import Expr, Hole


class OutsideDomain(ValueError):
    """A value that a domain does not accept; the message says what it accepts."""


class Domain:
    """What values an attribute may have."""

    def convert(self, value: Any) -> Any:
        """The canonical form of `value`; raises OutsideDomain."""
        if isinstance(value, Hole):
            return value
        if isinstance(value, list):
            value = tuple(value)
        return self.accept(value)

    def accept(self, value: Any) -> Any:
        """The canonical form of a value that is no hole; raises OutsideDomain."""
        raise NotImplementedError

    def describe(self) -> str:
        """What the domain accepts, in words: "a positive integer"."""
        raise NotImplementedError

    def simplify(self, value: Value) -> Value:
        """The shortest form that converts back to `value`, for printing: `(3, 3)` gives `3`."""
        return value

    def schema(self) -> dict[str, Any]:
        """JSON Schema of the exported form."""
        raise NotImplementedError

    def refuse(self, value: Any) -> OutsideDomain:
        """The error for a value that is not accepted."""
        return OutsideDomain(f"{show(value)} is not {self.describe()}")


def show(value: Any) -> str:
    """A value as the language writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return f"({', '.join(map(show, value))})"
    return str(value)


@attrs.frozen
class Integer(Domain):
    """An integer of at least `low`, or a symbolic expression."""

    low: int | None = 1

    def accept(self, value: Any) -> Any:
        if isinstance(value, Expr):
            return value
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if (
            isinstance(value, bool)
            or not isinstance(value, int)
            or (self.low is not None and value < self.low)
        ):
            raise self.refuse(value)
        return value

    def describe(self) -> str:
        words = {None: "an integer", 0: "an integer of at least 0", 1: "a positive integer"}
        return words.get(self.low, f"an integer of at least {self.low}")

    def schema(self) -> dict[str, Any]:
        number: dict[str, Any] = {"type": "integer"}
        return {"anyOf": [number if self.low is None else number | {"minimum": self.low}, {"type": "string"}]}


@attrs.frozen
class Sizes(Domain):
    """One integer an axis; a single number stands for all `rank` axes."""

    rank: int
    low: int = 1

    def accept(self, value: Any) -> Any:
        each = Integer(self.low)
        if not isinstance(value, tuple):
            value = (value,) * self.rank
        if len(value) != self.rank:
            raise self.refuse(value)
        try:
            return tuple(each.convert(v) for v in value)
        except OutsideDomain:
            raise self.refuse(value) from None

    def simplify(self, value: Value) -> Value:
        if isinstance(value, tuple) and all(v == value[0] for v in value):
            return value[0]
        return value

    def describe(self) -> str:
        one = Integer(self.low).describe()
        return one if self.rank == 1 else f"{one}, or {self.rank} of them"

    def schema(self) -> dict[str, Any]:
        item = {"anyOf": [*Integer(self.low).schema()["anyOf"], {"type": "null"}]}
        return {"type": "array", "items": item, "minItems": self.rank, "maxItems": self.rank}


@attrs.frozen
class Padding(Domain):
    """`same`, `valid`, a number, or before/after a pair an axis: (top, bottom, left, right).

    Canonical: a word, or a tuple of `2 * rank` integers. `same` is TensorFlow's: the output has
    ceil(size / stride), with the odd pixel after.
    """

    rank: int
    words: ClassVar[tuple[str, ...]] = ("same", "valid")

    def accept(self, value: Any) -> Any:
        word = _word(value, self.words)
        if word is not None:
            return word
        sides = 2 * self.rank
        if not isinstance(value, tuple):
            value = (value,) * sides
        if len(value) != sides or any(isinstance(v, str) for v in value):
            raise self.refuse(value)
        return Sizes(sides, 0).convert(value)

    def simplify(self, value: Value) -> Value:
        return Sizes(2 * self.rank, 0).simplify(value)

    def describe(self) -> str:
        sides = {1: "(before, after)", 2: "(top, bottom, left, right)"}
        return f"same, valid, a number, or {sides.get(self.rank, '(front, back, top, bottom, left, right)')}"

    def schema(self) -> dict[str, Any]:
        sides = Sizes(2 * self.rank, 0).schema()
        return {
            "anyOf": [
                {"enum": list(self.words)},
                {"type": "integer", "minimum": 0},
                {"type": "string"},
                sides,
            ]
        }


@attrs.frozen
class Flag(Domain):
    """true or false."""

    def accept(self, value: Any) -> Any:
        word = _word(value, ("true", "false"))
        if word is not None:
            return word == "true"
        if isinstance(value, bool | Expr):
            return value
        raise self.refuse(value)

    def describe(self) -> str:
        return "true or false"

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@attrs.frozen
class Real(Domain):
    """A finite number between `low` and `high`, both included; kept as float."""

    low: float = float("-inf")
    high: float = float("inf")

    def accept(self, value: Any) -> Any:
        if isinstance(value, Expr):
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refuse(value)
        try:
            number = float(value)
        except OverflowError:
            raise self.refuse(value) from None
        if not self.low <= number <= self.high or number in (float("inf"), float("-inf")):
            raise self.refuse(value)
        return number

    def describe(self) -> str:
        if self.low == float("-inf"):
            return "a number"
        return (
            f"a number of at least {self.low:g}"
            if self.high == float("inf")
            else f"a number from {self.low:g} to {self.high:g}"
        )

    def schema(self) -> dict[str, Any]:
        limits = {"minimum": self.low, "maximum": self.high}
        return {"type": "number"} | {k: v for k, v in limits.items() if abs(v) != float("inf")}


@attrs.frozen
class Choice(Domain):
    """One of a few words."""

    words: tuple[str, ...]

    def accept(self, value: Any) -> Any:
        word = _word(value, self.words)
        if word is not None:
            return word
        if isinstance(value, Expr):
            return value
        raise self.refuse(value)

    def describe(self) -> str:
        return " or ".join(self.words)

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


@attrs.frozen
class Integers(Domain):
    """A tuple of integers of any length (at least `least` of them)."""

    low: int | None = 1
    least: int = 1

    def accept(self, value: Any) -> Any:
        items = value if isinstance(value, tuple) else (value,)
        if len(items) < self.least:
            raise self.refuse(value)
        try:
            return tuple(Integer(self.low).convert(v) for v in items)
        except OutsideDomain:
            raise self.refuse(value) from None

    def simplify(self, value: Value) -> Value:
        return value[0] if isinstance(value, tuple) and len(value) == 1 else value

    def describe(self) -> str:
        return f"one or more of: {Integer(self.low).describe()}"

    def schema(self) -> dict[str, Any]:
        item = {"anyOf": [*Integer(self.low).schema()["anyOf"], {"type": "null"}]}
        return {"type": "array", "items": item, "minItems": self.least}


def _word(value: Any, words: tuple[str, ...]) -> str | None:
    """The word that `value` is, where a bare name in the text was read as a symbol."""
    text = str(value) if isinstance(value, Expr | str) else None
    return text if text in words else None


Convert = Callable[[Any], Any]
