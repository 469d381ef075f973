"""Tall brackets and braces: put together from pieces, paired, and filled with the lines that they hold."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import attrs

from dlc.frontends.pdf.page import Box
from dlc.frontends.pdf.words import Word, hull, is_tall, pieces

_TOPS = frozenset("⎡⎤⎧⎫⎛⎞")
_BOTTOMS = frozenset("⎣⎦⎩⎭⎝⎠")
_LEFT = frozenset("⎡⎢⎣[⎧⎨⎩{⎛⎜⎝(")
_RIGHT = frozenset("⎤⎥⎦]⎫⎬⎭}⎞⎟⎠)")
#: Pieces of one delimiter stand at the same x and touch (points).
_SAME_X = 2.5
_TOUCH = 1.5
_SIGNS = "×xX*✕"
#: A bracket is at most this high (sizes).
_TALLEST = 14.0
_TIMES = re.compile(r"[×xX*✕]\s*(?P<count>[\w.+*/∗-]+)$")
_TIMES_BEFORE = re.compile(r"(?P<count>[\w.+*/-]+)\s*[×xX*✕]$")


@attrs.frozen
class Delimiter:
    """One tall delimiter; `opens` is true for a left one."""

    opens: bool
    box: Box


@attrs.frozen
class Bracket:
    """A bracket pair: the lines between (top first), the count beside it, and the box around all of it."""

    lines: tuple[str, ...]
    repeat: str | None
    box: Box
    words: tuple[Word, ...]


@attrs.frozen
class Found:
    """What brackets take from a table's words: the pairs, the delimiters without a partner, the words left.

    Pairs that stand over each other and share one count are together in one tuple.
    """

    stacks: tuple[tuple[Bracket, ...], ...]
    braces: tuple[Delimiter, ...]
    words: tuple[Word, ...]


def find(words: Sequence[Word]) -> Found:
    """Take the tall brackets, and what belongs to them, out of a table's words."""
    tall = [word for word in words if is_tall(word)]
    rest = [word for word in words if not is_tall(word)]
    delimiters = _whole(tall)
    brackets: list[Bracket] = []
    used: set[int] = set()
    alone: list[Delimiter] = []
    for left in sorted((d for d in delimiters if d.opens), key=lambda d: d.box[0]):
        right = _partner(left, delimiters)
        if right is None:
            alone.append(left)
            continue
        left, right = _completed(left, right, rest)
        inside = [word for word in rest if _between(word, left, right)]
        used.update(id(word) for word in inside)
        brackets.append(_bracket(left, right, inside))
    free = [word for word in rest if id(word) not in used]
    counted = _counted(brackets, free)
    taken = {id(word) for bracket in counted for word in bracket.words}
    left_over = tuple(word for word in free if id(word) not in taken)
    return Found(tuple(_stacked(counted)), tuple(alone), left_over)


def _whole(tall: Sequence[Word]) -> list[Delimiter]:
    """Delimiters put together from their pieces."""
    found: list[Delimiter] = []
    for opens, shapes in ((True, _LEFT), (False, _RIGHT)):
        mine = sorted((w for w in tall if w.text in shapes or w.text == "⎪"), key=lambda w: (w.y0, w.x0))
        open_runs: list[list[Word]] = []
        for word in mine:
            run = next((run for run in open_runs if _goes_on(run[-1], word)), None)
            if run is None:
                if word.text != "⎪":
                    open_runs.append([word])
            else:
                run.append(word)
        found += [Delimiter(opens, hull(word.box for word in run)) for run in open_runs]
    return found


def _goes_on(last: Word, word: Word) -> bool:
    if last.text in _BOTTOMS or word.text in _TOPS or last.text in "()[]{}" or word.text in "()[]{}":
        return False
    return abs(last.x0 - word.x0) < _SAME_X and word.y0 - last.y1 < _TOUCH


def _partner(left: Delimiter, delimiters: Sequence[Delimiter]) -> Delimiter | None:
    rights = [d for d in delimiters if not d.opens and d.box[0] > left.box[0] and _level(left, d)]
    right = min(rights, key=lambda d: d.box[0], default=None)
    others = (d for d in delimiters if d.opens and d is not left and _level(left, d))
    if right is None or any(left.box[0] < other.box[0] < right.box[0] for other in others):
        return None
    return right


def _level(first: Delimiter, second: Delimiter) -> bool:
    shared = min(first.box[3], second.box[3]) - max(first.box[1], second.box[1])
    return shared > 0.6 * max(first.box[3] - first.box[1], second.box[3] - second.box[1])


def _completed(left: Delimiter, right: Delimiter, rest: Sequence[Word]) -> tuple[Delimiter, Delimiter]:
    """The pair at its whole height, where the file names only its lowest piece (or its highest).

    A count stands halfway up a bracket: one beside the pair, but over it, tells how far it reaches.
    """
    y0, y1 = left.box[1], left.box[3]
    x0, x1 = left.box[0], right.box[2]
    within = [w for w in rest if x0 < (w.x0 + w.x1) / 2 < x1]
    signs = [w for w in rest if w.text[:1] in _SIGNS and 0 <= w.x0 - x1 < 1.3 * w.size]
    if any(y0 < sign.middle < y1 for sign in signs):
        return left, right
    for sign in sorted(signs, key=lambda w: abs(w.middle - (y0 + y1) / 2)):
        top, bottom = min(y0, 2 * sign.middle - y1), max(y1, 2 * sign.middle - y0)
        reached = any(top < w.middle < bottom and not y0 < w.middle < y1 for w in within)
        if reached and bottom - top < _TALLEST * sign.size and _evenly(within, top, bottom):
            made = [attrs.evolve(d, box=(d.box[0], top, d.box[2], bottom)) for d in (left, right)]
            return made[0], made[1]
    return left, right


def _evenly(within: Sequence[Word], top: float, bottom: float) -> bool:
    """Whether lines fill a height without a gap that no bracket has."""
    middles = sorted({round(w.middle, 1) for w in within if top < w.middle < bottom})
    size = max((w.size for w in within), default=1.0)
    return len(middles) >= 2 and all(b - a < 2.0 * size for a, b in itertools.pairwise(middles))


def _between(word: Word, left: Delimiter, right: Delimiter) -> bool:
    middle = (word.x0 + word.x1) / 2
    top, bottom = left.box[1] - 0.3 * word.size, left.box[3] + 0.3 * word.size
    return left.box[0] < middle < right.box[2] and top < word.middle < bottom


def _bracket(left: Delimiter, right: Delimiter, inside: Sequence[Word]) -> Bracket:
    lines = tuple(piece.text for piece in pieces(inside, gap=50.0))
    return Bracket(lines, None, hull([left.box, right.box, *(word.box for word in inside)]), ())


def _counted(brackets: Sequence[Bracket], free: Sequence[Word]) -> list[Bracket]:
    """Brackets with the ×N that stands right (or left) of each, halfway up."""
    found = []
    for bracket in brackets:
        beside = [word for word in free if bracket.box[1] < word.middle < bracket.box[3]]
        after = sorted((w for w in beside if w.x0 > bracket.box[2] - 1), key=lambda w: w.x0)
        before = sorted((w for w in beside if w.x1 < bracket.box[0] + 1), key=lambda w: -w.x1)
        found.append(
            _with_count(bracket, after, _TIMES, 1)
            or _with_count(bracket, before, _TIMES_BEFORE, -1)
            or bracket
        )
    return found


def _with_count(bracket: Bracket, row: Sequence[Word], pattern: re.Pattern[str], step: int) -> Bracket | None:
    """The bracket with its count, from the one or two nearest words of a row that fit the pattern."""
    edge = bracket.box[2] if step > 0 else bracket.box[0]
    for size in (2, 1):
        near = list(row[:size])
        if len(near) < size or not _closely(near, edge, step):
            continue
        text = " ".join(word.text for word in near[::step])
        match = pattern.match(text)
        if match and any(mark in text for mark in "×xX*✕"):
            box = hull([bracket.box, *(word.box for word in near)])
            return attrs.evolve(bracket, repeat=match["count"], box=box, words=tuple(near))
    return None


def _closely(near: Sequence[Word], edge: float, step: int) -> bool:
    for word in near:
        gap = word.x0 - edge if step > 0 else edge - word.x1
        if gap > 1.3 * word.size:
            return False
        edge = word.x1 if step > 0 else word.x0
    return True


def _stacked(brackets: Sequence[Bracket]) -> list[tuple[Bracket, ...]]:
    """Brackets, each uncounted one joined to the counted one that it touches if the count is for both."""
    stacks: list[tuple[Bracket, ...]] = [(bracket,) for bracket in brackets if bracket.repeat is not None]
    for bracket in (bracket for bracket in brackets if bracket.repeat is None):
        home = next((i for i, stack in enumerate(stacks) if _shares_count(stack, bracket)), None)
        if home is None:
            stacks.append((bracket,))
        else:
            stacks[home] = tuple(sorted((*stacks[home], bracket), key=lambda b: b.box[1]))
    return stacks


def _shares_count(stack: Sequence[Bracket], other: Bracket) -> bool:
    """Whether a stack's count is nearer to the middle of stack and other together than of the stack alone."""
    counted = stack[0]
    if counted.repeat is None or len(counted.words) == 0:
        return False
    box, count = hull(b.box for b in stack), counted.words[0]
    gap = max(other.box[1] - box[3], box[1] - other.box[3])
    beside = min(other.box[2], box[2]) - max(other.box[0], box[0])
    if beside <= 0 or not -2 < gap < 0.6 * count.size:
        return False
    alone = abs(count.middle - (box[1] + box[3]) / 2)
    together = abs(count.middle - (min(box[1], other.box[1]) + max(box[3], other.box[3])) / 2)
    return together < alone
