"""When something that was read is right."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dlc.evaluate.graph import Vertex
from dlc.types import Expr, Hole

_DEFAULTS = {"stride": 1, "dilation": 1, "groups": 1}


def same_op(true: Vertex, read: Vertex) -> bool:
    """Whether the operation is right; a pooling whose kind is not stated is any pooling."""
    if true.op != "opaque":
        return true.op == read.op
    wanted = _letters(true.attrs.get("type"))
    if wanted == "pool" and "pool" in read.op:
        return True
    if read.op != "opaque":
        return False
    return not wanted or wanted == _letters(read.attrs.get("type"))


def stated(true: Vertex) -> dict[str, Any]:
    """The hyper-parameters that count: the name of an opaque layer is part of its operation."""
    return {name: value for name, value in true.attrs.items() if true.op != "opaque" or name != "type"}


def attrs_right(true: Vertex, read: Vertex) -> int:
    """How many of the stated hyper-parameters were read."""
    wanted = stated(true)
    return sum(_same_attr(name, value, wanted, read.attrs) for name, value in wanted.items())


def size_right(true: Sequence[Any], read: Sequence[Any] | None) -> bool:
    """Whether an output size is the stated one."""
    return read is not None and list(true) == [None if isinstance(d, Hole | Expr) else d for d in read]


def _same_attr(name: str, wanted: Any, true: Mapping[str, Any], read: Mapping[str, Any]) -> bool:
    got = read.get(name, _DEFAULTS.get(name))
    if name == "padding":
        return bool(_padding(wanted, true) == _padding(got, read))
    return _same(_flat(wanted), _flat(got))


def _padding(value: Any, attributes: Mapping[str, Any]) -> Any:
    """One form of what means the same: no pixels for `valid`; `same` of an odd window that moves by one."""
    if value == "valid":
        return 0
    kernel, stride = _flat(attributes.get("kernel")), _flat(attributes.get("stride", 1))
    if value == "same" and isinstance(kernel, int) and kernel % 2 and stride == 1:
        return (kernel - 1) // 2
    return _flat(value)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        numbers = isinstance(one, int | float) and isinstance(other, int | float)
        return numbers and math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9)
    return bool(one == other)


def _flat(value: Any) -> Any:
    """Equal numbers for all axes as one number."""
    if isinstance(value, list | tuple):
        items = [_flat(v) for v in value]
        return items[0] if items and all(i == items[0] for i in items) else tuple(items)
    return value


def _letters(value: object) -> str:
    return "".join(c for c in str(value or "").lower() if c.isalnum())
