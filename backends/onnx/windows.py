"""What a window of the language adds to an axis, in numbers."""

from __future__ import annotations

from collections.abc import Sequence

from dlc.layers.window import Window

Pair = tuple[int, int]


def padding(window: Window, size: int) -> Pair:
    """The elements that a window adds before and after an axis of `size` elements."""
    before, after = window.same_pads(size) if window.padding == "same" else window.pads
    if not isinstance(before, int) or not isinstance(after, int):
        raise ValueError("the padding is not known")
    return before, after


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


def number(value: object) -> int:
    """A dimension of a net that was checked to be concrete."""
    if not isinstance(value, int):
        raise ValueError(f"{value} is not a number")
    return value
