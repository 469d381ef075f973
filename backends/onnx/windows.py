"""What a window of the language adds to an axis, in numbers."""

from __future__ import annotations

from collections.abc import Sequence

from dlc.backends.sizes import number
from dlc.layers.window import Window

Pair = tuple[int, int]


def overhang(window: Window, size: int, count: int, before: int) -> int:
    """How many elements after the axis the last of `count` windows covers, the first of which starts
    `before` elements ahead of it."""
    return max(0, (count - 1) * number(window.stride) + number(window.kernel) - size - before)


def pads(pairs: Sequence[Pair]) -> tuple[int, ...]:
    """ONNX's form: what is added before every axis, then what is added after every axis."""
    return (*(before for before, _ in pairs), *(after for _, after in pairs))


def pairs_of(sides: Sequence[int]) -> list[Pair]:
    """(top, bottom, left, right) as [(top, bottom), (left, right)]."""
    return [(sides[i], sides[i + 1]) for i in range(0, len(sides), 2)]
