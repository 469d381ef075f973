"""Domains of hyper-parameters: what values an attribute may have, in which canonical form.

A domain turns what a person or a file wrote (`3`, `(3, 3)`, `same`) into the canonical value that every
stage sees, says in words what it accepts, and describes itself as JSON Schema. Holes pass every
domain; symbolic expressions pass where numbers do (and words, inside blocks, where a parameter stands).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, ClassVar

import attrs

from dlc.ir import Value
from dlc.types import HOLE, Expr, Hole
from dlc.types.dims import LARGEST


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
        return f"({', '.join(map(show, value))}{',' * (len(value) == 1)})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}={show(v)}" for name, v in value.items()) + "}"
    return str(value)


@attrs.frozen
class Integer(Domain):
    """An integer of at least `low`, or a symbolic expression."""

    low: int | None = 1
    odd: bool = False

    def accept(self, value: Any) -> Any:
        if isinstance(value, Expr):
            return value
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not self._in_range(value):
            raise self.refuse(value)
        if value > LARGEST:
            raise OutsideDomain("number is too large: the largest is 2**63 - 1")
        return value

    def _in_range(self, value: int) -> bool:
        return (self.low is None or value >= self.low) and (not self.odd or value % 2 == 1)

    def describe(self) -> str:
        one = "an odd" if self.odd else "an"
        words = {None: f"{one} integer", 1: "an odd positive integer" if self.odd else "a positive integer"}
        return words.get(self.low, f"{one} integer of at least {self.low}")

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
        value = _gather(value)
        if not isinstance(value, tuple):
            value = (value,) * self.rank
        if len(value) != self.rank:
            raise self.refuse(value)
        if all(isinstance(v, Hole) for v in value):
            return HOLE
        try:
            return tuple(each.convert(v) for v in value)
        except OutsideDomain:
            raise self.refuse(value) from None

    def simplify(self, value: Value) -> Value:
        if isinstance(value, tuple) and _alike(value):
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
        value = _gather(value)
        word = _word(value, self.words)
        if word is not None:
            return word
        if isinstance(value, Expr | str) and _resembles(str(value).lower(), self.words):
            raise self.refuse(value)  # a slip of the pen, not a symbol
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
        return {"anyOf": [{"enum": list(self.words)}, Sizes(2 * self.rank, 0).schema()]}


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
class Reals(Domain):
    """A finite number for all channels, or one a channel; several that are the same are one."""

    def accept(self, value: Any) -> Any:
        value = _gather(value)
        if not isinstance(value, tuple):
            return Real().accept(value)
        if not value:
            raise self.refuse(value)
        numbers = tuple(Real().convert(v) for v in value)
        return numbers[0] if _alike(numbers) else numbers

    def describe(self) -> str:
        return "a number, or one a channel"

    def schema(self) -> dict[str, Any]:
        each = {"anyOf": [*([Real().schema()]), {"type": "string"}, {"type": "null"}]}
        return {"anyOf": [Real().schema(), {"type": "array", "items": each, "minItems": 1}]}


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
        value = _gather(value)
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


@attrs.frozen
class Shape(Domain):
    """The dimensions of a value, one to four; one of them may be -1, which is inferred from the others.

    `?` in their place is a dimension that the source does not state.
    """

    most: ClassVar[int] = 4

    def accept(self, value: Any) -> Any:
        value = _gather(value)
        items = value if isinstance(value, tuple) else (value,)
        if not 0 < len(items) <= self.most or sum(v == -1 for v in items) > 1:
            raise self.refuse(value)
        try:
            return tuple(-1 if v == -1 else Integer(1).convert(v) for v in items)
        except OutsideDomain:
            raise self.refuse(value) from None

    def simplify(self, value: Value) -> Value:
        return Integers().simplify(value)

    def describe(self) -> str:
        return f"1 to {self.most} positive integers, one of which may be -1"

    def schema(self) -> dict[str, Any]:
        item = {"anyOf": [{"type": "integer", "minimum": -1}, {"type": "string"}, {"type": "null"}]}
        return {"type": "array", "items": item, "minItems": 1, "maxItems": self.most}


@attrs.frozen
class Axis(Domain):
    """An axis: 1, 2, ... from the first on (0 would be the batch), or -1, -2, ... from the last back."""

    def accept(self, value: Any) -> Any:
        found = Integer(None).accept(value)
        if found == 0:
            raise self.refuse(value)
        return found

    def describe(self) -> str:
        return "an axis: 1, 2, ... from the first on, or -1, -2, ... from the last back"

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "integer", "not": {"const": 0}}, {"type": "string"}]}


@attrs.frozen
class AxisPair(Domain):
    """An axis of each of two inputs; a single number stands for both."""

    def accept(self, value: Any) -> Any:
        value = _gather(value)
        items = value if isinstance(value, tuple) else (value, value)
        if len(items) != 2:
            raise self.refuse(value)
        try:
            return tuple(Axis().convert(v) for v in items)
        except OutsideDomain:
            raise self.refuse(value) from None

    def simplify(self, value: Value) -> Value:
        return Sizes(2).simplify(value)

    def describe(self) -> str:
        return f"{Axis().describe()}; or two of them"

    def schema(self) -> dict[str, Any]:
        item = {"anyOf": [*Axis().schema()["anyOf"], {"type": "null"}]}
        return {"type": "array", "items": item, "minItems": 2, "maxItems": 2}


@attrs.frozen
class Text(Domain):
    """Any text but the empty one."""

    def accept(self, value: Any) -> Any:
        if isinstance(value, str | Expr) and str(value):
            return str(value)
        raise self.refuse(value)

    def describe(self) -> str:
        return "a text"

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1}


def _gather(value: Any) -> Any:
    """`((3, 5), (3, 5))` and `("same", "same")` as one: what is left where a block's parameter stood
    for all axes and was then given a word or a size for each."""
    if isinstance(value, tuple) and value and isinstance(value[0], tuple | str) and _alike(value):
        return value[0]
    return value


def _resembles(word: str, words: tuple[str, ...]) -> bool:
    return bool(difflib.get_close_matches(word, words, 1, 0.7))


def _alike(values: tuple[Any, ...]) -> bool:
    return all(v == values[0] for v in values)


def _word(value: Any, words: tuple[str, ...]) -> str | None:
    """The word that `value` is, where a bare name in the text was read as a symbol."""
    text = str(value) if isinstance(value, Expr | str) else None
    return text if text in words else None
