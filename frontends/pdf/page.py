"""One page as readers of figures and tables need it: characters, straight rules and pictures.

All coordinates are points from the top left corner of the page as it is shown (rotation and crop applied);
y grows downwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import attrs

Box = tuple[float, float, float, float]

#: A rule is straight and no thicker than this, in points; thicker filled boxes are areas.
THICKEST_RULE = 3.0
#: Shorter strokes are dots. TeX draws an underscore as a rule, two points long in small print.
SHORTEST_RULE = 1.5


@attrs.frozen(slots=True)
class Char:
    """One printed character.

    `text` is its Unicode form, ligatures spelled out; `x0..y1` its loose box (advance width × font height),
    the ink's box for the tall delimiters of mathematical fonts; `size` the font size in points as printed;
    `baseline` the y of its origin; `angle` its turn in degrees counter-clockwise, a multiple of 90 where close.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    baseline: float
    font: str = ""
    angle: float = 0.0

    @property
    def bold(self) -> bool:
        """Whether the font's name says that it is bold."""
        name = self.font.lower()
        return any(word in name for word in ("bold", "-medi", "black", "heavy", "cmbx", "demi", "semibold"))


@attrs.frozen(slots=True)
class Rule:
    """A straight horizontal or vertical line: a stroked path, a thin filled box or a thin image."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def horizontal(self) -> bool:
        """Whether the line is wider than high."""
        return self.x1 - self.x0 >= self.y1 - self.y0

    @property
    def length(self) -> float:
        """Its longer side, in points."""
        return max(self.x1 - self.x0, self.y1 - self.y0)

    @property
    def middle(self) -> float:
        """The y of a horizontal line, the x of a vertical one."""
        return (self.y0 + self.y1) / 2 if self.horizontal else (self.x0 + self.x1) / 2


def rule_of(box: Box) -> Rule | None:
    """The rule that a box is, if it is thin and long; strokes of outlined letters are neither."""
    width, height = box[2] - box[0], box[3] - box[1]
    thick, long = min(width, height), max(width, height)
    slender = 4 if thick > 1 else 2.5
    if thick <= THICKEST_RULE and long >= max(SHORTEST_RULE, slender * thick):
        return Rule(*box)
    return None


@attrs.frozen
class Page:
    """A page: its number (from 1), its size in points, and what is printed on it."""

    number: int
    width: float
    height: float
    chars: tuple[Char, ...]
    rules: tuple[Rule, ...] = ()
    images: tuple[Box, ...] = ()


class Document(Protocol):
    """What a reader of PDF files offers. Pages are read when asked for and not kept."""

    def __len__(self) -> int:
        """The number of pages."""
        ...

    def text(self, number: int) -> str:
        """The plain text of page `number` (from 1), cheaply, for finding the pages worth reading."""
        ...

    def page(self, number: int) -> Page:
        """Page `number` (from 1) in full."""
        ...

    def close(self) -> None:
        """Give the file back."""
        ...


def pages(document: Document) -> Iterator[Page]:
    """Every page in order, one at a time."""
    return (document.page(number) for number in range(1, len(document) + 1))


def turned(page: Page) -> Page:
    """The page turned clockwise by 90°, so that text that ran upwards (angle 90) runs to the right."""

    def box(x0: float, y0: float, x1: float, y1: float) -> Box:
        return page.height - y1, x0, page.height - y0, x1

    chars = []
    for char in page.chars:
        x0, y0, x1, y1 = box(char.x0, char.y0, char.x1, char.y1)
        angle = (char.angle - 90) % 360
        chars.append(
            attrs.evolve(char, x0=x0, y0=y0, x1=x1, y1=y1, baseline=y1 - 0.2 * (y1 - y0), angle=angle)
        )
    rules = tuple(Rule(*box(rule.x0, rule.y0, rule.x1, rule.y1)) for rule in page.rules)
    images = tuple(box(*image) for image in page.images)
    return Page(page.number, page.height, page.width, tuple(chars), rules, images)
