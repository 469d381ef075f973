"""Figures drawn into small PDF files: boxes with words, arrows between them, a caption below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from support.pdfs import text

_WIDE, _HIGH, _APART = 110.0, 20.0, 16.0


def chain(
    caption: str,
    words: Sequence[str],
    top: float = 700,
    left: float = 72,
    around: Mapping[int, int] | None = None,
) -> str:
    """Boxes below each other, an arrow from each to the next; `around` adds arrows past others on the right.

    `around` maps a box's number (from 0) to that of the box at which its further arrow ends.
    """
    tops = [top - i * (_HIGH + _APART) for i in range(len(words))]
    parts = [box(left, y, word) for y, word in zip(tops, words, strict=True)]
    middle = left + _WIDE / 2
    parts += [arrow([(middle, y - _HIGH), (middle, y - _HIGH - _APART)]) for y in tops[:-1]]
    for number, (first, last) in enumerate((around or {}).items(), start=1):
        side, reach = left + _WIDE, left + _WIDE + 18 * number
        start, end = tops[first] - _HIGH / 2, tops[last] - _HIGH / 2
        parts.append(arrow([(side, start), (reach, start), (reach, end), (side, end)]))
    return "".join(parts) + text([caption], tops[-1] - _HIGH - 18, left)


def box(left: float, top: float, word: str) -> str:
    """A box with its word in the middle."""
    width = 4.6 * len(word)
    outline = f"0.8 w {left} {top - _HIGH} {_WIDE} {_HIGH} re S\n"
    return outline + text([word], top - _HIGH / 2 - 3, left + (_WIDE - width) / 2, 9)


def arrow(points: Sequence[tuple[float, float]]) -> str:
    """A line with a filled head at its last point, which it reaches upright or level."""
    (ax, ay), (bx, by) = points[-2:]
    long = max(abs(bx - ax), abs(by - ay))
    dx, dy = (bx - ax) / long, (by - ay) / long
    neck = (bx - 5 * dx, by - 5 * dy)
    course = " ".join(f"{x} {y} {'l' if i else 'm'}" for i, (x, y) in enumerate([*points[:-1], neck]))
    wings = [(neck[0] - 2.5 * dy, neck[1] + 2.5 * dx), (neck[0] + 2.5 * dy, neck[1] - 2.5 * dx)]
    head = f"{bx} {by} m {wings[0][0]} {wings[0][1]} l {wings[1][0]} {wings[1][1]} l h f"
    return f"0.8 w {course} S\n{head}\n"
