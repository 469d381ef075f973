"""Numbers, strings and integer arithmetic as the language writes them, and how each is written back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dlc.ir import Value
from dlc.types import HOLE, Expr, Hole, Number
from dlc.types.dims import LARGEST, MOST_TERMS, excess

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*")
SHORT_NUMBER = 19  # a number of fewer digits is never too large
WORDS: dict[str, Value] = {"true": True, "false": False, "none": None}


class BadValue(ValueError):
    """A value that cannot be had; the message says why."""


def read_integer(text: str) -> Number:
    """A number without point; raises BadValue above 2**63 - 1."""
    return _bounded(int(text) if len(text) < 25 else LARGEST + 1)


def read_real(text: str) -> float:
    """A number with a point or an exponent."""
    return float(text)


def read_string(text: str) -> str:
    """The characters of a double-quoted string with JSON's escapes; raises BadValue for an unknown escape."""
    if "\\" not in text:
        return text[1:-1]
    import json

    try:
        found: str = json.loads(text, strict=False)
    except ValueError:
        raise BadValue(
            f'{text} has an unknown escape; the escapes are \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX'
        ) from None
    return found


def calculate(sign: str, a: Value, b: Value) -> Value:
    """`a sign b` for integers and symbolic integers; a hole where either is one; raises BadValue."""
    if isinstance(a, Hole) or isinstance(b, Hole):
        return HOLE
    x, y = _number(a, sign), _number(b, sign)
    if sign == "+":
        return _bounded(x + y)
    if sign == "-":
        return _bounded(x - y)
    if sign == "*":
        _multipliable(x, y)
        return _bounded(x * y)
    if not isinstance(y, int) or y < 1:
        raise BadValue(f"cannot divide by {y}: a divisor is a positive number")
    return _bounded(x // y)


def negate(value: Value) -> Value:
    """`-value`; raises BadValue for what is no number."""
    if isinstance(value, float):
        return -value
    return calculate("-", 0, value)


def write_value(value: Value | Mapping[str, Any]) -> str:
    """A value as the language writes it; strings in quotes."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(write_entries(value)) + "}"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "none"}[value]
    if isinstance(value, str):
        return write_string(value)
    if isinstance(value, float):
        return write_real(value)
    if isinstance(value, tuple):
        items = ", ".join(map(write_value, value))
        return f"({items},)" if len(value) == 1 else f"({items})"
    return str(value)


def write_entries(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Arguments of a block, or raw attributes: `name=value` each."""
    return tuple(f"{write_name(name)}={write_value(value)}" for name, value in values.items())


def write_real(value: float) -> str:
    """The shortest text that reads back as the same number: `0.1`, `1e-05`; infinity overflows on purpose."""
    text = repr(value)
    return text.replace("inf", "1e999")


def write_string(text: str) -> str:
    """A double-quoted string; what does not print is escaped as in JSON."""
    if text.isprintable():
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    import json

    return json.dumps(text)


def write_name(name: str) -> str:
    """A name: bare where it is an identifier, else in quotes."""
    return name if IDENTIFIER.fullmatch(name) else write_string(name)


def _number(value: Value, sign: str) -> Number:
    if isinstance(value, bool) or not isinstance(value, int | Expr):
        raise BadValue(f"{sign} takes integers, not {write_value(value)}")
    return value


def _multipliable(x: Number, y: Number) -> None:
    if isinstance(x, Expr) and isinstance(y, Expr) and len(x.terms) * len(y.terms) > MOST_TERMS:
        raise BadValue(f"the product of ({x}) and ({y}) has too many terms")


def _bounded(value: Number) -> Number:
    """The value, where it is of a size that anybody means; raises BadValue."""
    why = excess(value)
    if why is not None:
        raise BadValue(why)
    return value
