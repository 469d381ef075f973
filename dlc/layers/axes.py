"""Axes of a value by number."""

from __future__ import annotations

from dlc.diagnostics import codes
from dlc.ir import RuleBroken
from dlc.types import Dim, Type


def axis_index(axis: Dim, value: Type) -> int | None:
    """An axis counted from 0; None where it is unknown.

    Raises RuleBroken where the value has no such axis.
    """
    if not isinstance(axis, int):
        return None
    rank = len(value.shape)
    if not 1 <= abs(axis) <= rank:
        message = f"{value} has no axis {axis}: it has 1 to {rank}, or -1 to -{rank}"
        raise RuleBroken(codes.SHAPE_RULE, message)
    return axis - 1 if axis > 0 else rank + axis
