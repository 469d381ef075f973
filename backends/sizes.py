"""Windows of checked nets in numbers."""

from __future__ import annotations

from dlc.layers.window import Window


def padding(window: Window, size: int) -> tuple[int, int]:
    """The elements that a window adds before and after an axis of `size` elements."""
    before, after = window.same_pads(size) if window.padding == "same" else window.pads
    if not isinstance(before, int) or not isinstance(after, int):
        raise ValueError("the padding is not known")
    return before, after


def number(value: object) -> int:
    """A dimension of a net that was checked to be concrete."""
    if not isinstance(value, int):
        raise ValueError(f"{value} is not a number")
    return value
