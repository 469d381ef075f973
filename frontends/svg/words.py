"""The text of an SVG element, in lines with their places; widths are those of a common sans-serif font."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from dlc.frontends.svg.course import length
from dlc.frontends.svg.style import Rule, Style, style_of
from dlc.frontends.svg.tree import Element

#: Elements of HTML (in a foreignObject) that begin a new line.
_BREAKS = frozenset(("br", "p", "div", "li"))
#: How far below the line's reference a baseline is, in sizes.
_BASELINES = {"middle": 0.3, "central": 0.3, "hanging": 0.75, "text-before-edge": 0.8, "text-top": 0.8}


@attrs.define
class Line:
    """Words on one baseline: (`x`, `y`) is its start, its middle or its end, as `anchor` says."""

    text: str
    x: float
    y: float
    size: float
    anchor: str = "start"
    family: str = ""
    bold: bool = False
    exact: float | None = None  # its length where the file states it

    def letters(self) -> Iterator[tuple[str, float, float]]:
        """Each character with its left side and its advance."""
        text = self.text.rstrip()
        advances = [_advance(letter) * self.size * (1.05 if self.bold else 1) for letter in text]
        total = sum(advances)
        stretch = self.exact / total if self.exact and total else 1.0
        shift = {"middle": 0.5, "end": 1.0}.get(self.anchor, 0.0)
        x = self.x - shift * total * stretch
        for letter, advance in zip(text, advances, strict=True):
            yield letter, x, advance * stretch
            x += advance * stretch


@functools.lru_cache(maxsize=2048)
def _advance(letter: str) -> float:
    """A letter's advance in sizes."""
    return float(_font().getlength(letter)) / 100


@functools.cache
def _font() -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size=100)


def text_lines(
    element: Element, style: Style, sheet: Iterable[Rule], middle: tuple[float, float] | None = None
) -> list[Line]:
    """The lines of a text element, or (round the point `middle`) of the HTML in a foreignObject."""
    writer = _Writer(list(sheet))
    if middle is None:
        writer.element(element, style)
        return [line for line in writer.lines if line.text.strip()]
    writer.html(element, style)
    lines = [line for line in writer.lines if line.text.strip()]
    for index, line in enumerate(lines):
        line.anchor = "middle"
        line.x = middle[0]
        line.y = middle[1] + (index - (len(lines) - 1) / 2) * 1.2 * line.size + 0.3 * line.size
    return lines


class _Writer:
    """Follows the pen through text and tspan elements."""

    def __init__(self, sheet: list[Rule]) -> None:
        self.lines: list[Line] = []
        self._sheet = sheet
        self._x = self._y = 0.0

    def element(self, element: Element, style: Style) -> None:
        size = length(style.get("font-size", "16"), default=16.0)
        moved = self._move(element, size)
        for child in element.children:
            if isinstance(child, str):
                self._add(child, style, size, moved, element)
                moved = moved and not child.strip()
            elif child.tag in ("tspan", "a", "textPath"):
                self.element(child, style_of(child, style, self._sheet))

    def _move(self, element: Element, size: float) -> bool:
        """Set the pen where an element says; whether it does."""
        told = element.attributes
        for key in ("x", "y"):
            if key in told:
                value = length(told[key].replace(",", " ").split(" ")[0], em=size)
                self._x, self._y = (value, self._y) if key == "x" else (self._x, value)
        self._x += length(told.get("dx", ""), em=size)
        self._y += length(told.get("dy", ""), em=size)
        return any(key in told for key in ("x", "y", "dx", "dy"))

    def _add(self, text: str, style: Style, size: float, moved: bool, element: Element) -> None:
        words = " ".join(text.split())
        if not words:
            if self.lines and text and not moved:
                self.lines[-1].text += " "
            return
        if not moved and self.lines:
            last = self.lines[-1]
            space = " " if text[:1].isspace() else ""
            last.text += space + words + (" " if text[-1:].isspace() else "")
            return
        y = self._y + _BASELINES.get(style.get("dominant-baseline", ""), 0.0) * size
        exact = element.attributes.get("textLength")
        self.lines.append(
            Line(
                words + (" " if text[-1:].isspace() else ""), self._x, y, size, style.get("text-anchor", "start"),
                style.get("font-family", ""), _is_bold(style), length(exact) if exact else None,
            )
        )  # fmt: skip

    def html(self, element: Element, style: Style) -> None:
        """Text as HTML has it: blocks and breaks begin lines."""
        size = length(style.get("font-size", "16"), default=16.0)
        if element.tag in _BREAKS or not self.lines:
            self.lines.append(Line("", 0, 0, size, "middle", style.get("font-family", ""), _is_bold(style)))
        for child in element.children:
            if isinstance(child, str):
                self.lines[-1].text += " ".join(child.split())
            else:
                self.html(child, style_of(child, style, self._sheet))


def _is_bold(style: Style) -> bool:
    weight = style.get("font-weight", "")
    return weight in ("bold", "bolder") or (weight.isdigit() and int(weight) >= 600)
