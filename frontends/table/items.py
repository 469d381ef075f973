"""The things that stand in a table's cells: runs of words on a line, and brackets as wholes."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dlc.frontends.pdf.page import Box
from dlc.frontends.pdf.words import Word, hull
from dlc.frontends.table.brackets import Bracket, Found

#: Words closer than this (sizes) are one phrase, unless a rule or a column of numbers parts them.
PHRASE_GAP = 0.55
#: These glue to their neighbours: "3 × 3", "Conv / s2", "0.5 ± 0.1".
_GLUE = frozenset("×x*/+±=∗")

_MARKS = frozenset("-−–—✓✗✔✘×*†‡+ ")


@attrs.frozen
class Item:
    """One line of a cell, or brackets as a whole; `middle` is the y by which it joins a row."""

    text: str
    box: Box
    size: float
    middle: float
    bold: bool = False
    brackets: tuple[Bracket, ...] = ()
    words: tuple[Word, ...] = ()

    @property
    def x0(self) -> float:
        """Left side."""
        return self.box[0]

    @property
    def x1(self) -> float:
        """Right side."""
        return self.box[2]

    @property
    def centre(self) -> float:
        """The x of its middle."""
        return (self.box[0] + self.box[2]) / 2

    @property
    def numeric(self) -> bool:
        """Whether it is a number, a dash or a mark: what fills the cells of results."""
        return is_numeric(self.text)


def is_numeric(text: str) -> bool:
    """Whether a text is a number, a dash or a check mark."""
    if not any(letter.isdigit() for letter in text):
        return bool(text) and all(letter in _MARKS for letter in text)
    bare = text.strip("()%*†‡±−-–—+<>~≈,.KMGBkx^_ ")
    return bare.replace(".", "").replace(",", "").replace("±", "").replace("/", "").isdigit()


def of_words(run: Sequence[Word]) -> Item:
    """Words of one line as an item."""
    text = " ".join(word.text for word in run)
    size = max(run, key=lambda word: len(word.text)).size
    middle = max(run, key=lambda word: len(word.text)).middle
    return Item(text, hull(word.box for word in run), size, middle, all(w.bold for w in run), (), tuple(run))


def of_stack(stack: tuple[Bracket, ...], size: float) -> Item:
    """A stack of brackets as an item."""
    box = hull(bracket.box for bracket in stack)
    text = "; ".join(line for bracket in stack for line in bracket.lines)
    return Item(text, box, size, (box[1] + box[3]) / 2, False, stack)


def glued(found: Found) -> list[Item]:
    """Every word as an item of its own, but operators with both neighbours, and each bracket as a whole."""
    items: list[Item] = []
    for line in _lines(found.words):
        run = [line[0]]
        for word in line[1:]:
            if _glues(run[-1], word):
                run.append(word)
            else:
                items.append(of_words(run))
                run = [word]
        items.append(of_words(run))
    sizes = sorted(item.size for item in items) or [10.0]
    return items + [of_stack(stack, sizes[len(sizes) // 2]) for stack in found.stacks]


def _glues(left: Word, right: Word) -> bool:
    gap = right.x0 - left.x1
    operator = left.text in _GLUE or right.text in _GLUE or left.text[-1] in "([" or right.text[0] in "])"
    if left.text.endswith(",") and right.text[:1].isdigit() and gap < PHRASE_GAP * left.size:
        return True
    return operator and gap < 0.6 * max(left.size, right.size)


def _lines(words: Sequence[Word]) -> list[list[Word]]:
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.baseline):
        if lines and word.baseline - lines[-1][0].baseline < 0.25 * min(word.size, lines[-1][0].size):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word.x0) for line in lines]


def levels(items: Sequence[Item]) -> list[list[Item]]:
    """Items gathered by the height of their middles, from the top, each level from the left."""
    found: list[list[Item]] = []
    for item in sorted(items, key=lambda item: item.middle):
        if found and item.middle - found[-1][0].middle < 0.3 * min(item.size, found[-1][0].size):
            found[-1].append(item)
        else:
            found.append([item])
    return [sorted(level, key=lambda item: item.x0) for level in found]
