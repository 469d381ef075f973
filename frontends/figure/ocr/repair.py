"""Slips of OCR that the dictionary of layer phrases can tell: "relul", "1xl", "c0nv"."""

from __future__ import annotations

import functools
import itertools
import re

from dlc.frontends.phrases.words import exact

#: What is taken for what: one sign on the left, as it may be meant on the right.
_CONFUSED: dict[str, tuple[str, ...]] = {
    "0": ("o",),
    "o": ("0",),
    "O": ("0",),
    "1": ("l", "i"),
    "l": ("1", "i"),
    "I": ("l", "1"),
    "i": ("l",),
    "|": ("l", "1"),
    "5": ("s",),
    "S": ("5",),
    "8": ("B",),
    "Z": ("2",),
    "z": ("2",),
    "rn": ("m",),
    "vv": ("w",),
    "cl": ("d",),
}
_PARTS = re.compile(r"rn|vv|cl|.")
_WORD = re.compile(r"[A-Za-z0-9|]+")
_SHORTEST = 4  # letters; shorter words are other words too easily
_MOST_DOUBTS = 5  # signs of a word that may be others; more are not tried
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # 1xl, lx1, 3xI, 28x2B: between numbers and multiplication signs stand digits.
        (r"(?<![A-Za-z0-9])[lI|](?=\s?[x×X]\s?[0-9lI|])", "1"),
        (r"(?<=[0-9][x×X])\s?[lI|](?![A-Za-z0-9])", "1"),
        (r"(?<=[0-9])[oO](?=[0-9oO]*(?:[,)\]]|$))", "0"),
        (r"(?<=[0-9])[lI|](?=[0-9,)\]]|$)", "1"),
        (r"(?<=[0-9]),(?=[0-9]{1,4}\b(?![0-9,.]*\.))", ", "),
        (r"\bl(?=,? ?/?\d\b)", "1"),
        (r"\b[Rr]e[lLI1][uU][lI1|]\b", "relu"),
        (r"\bN[oO0]ne\b", "None"),
    )
)


def repaired(text: str) -> str:
    """The text with the slips put right that are sure; words that the dictionary knows stay as they are."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return _WORD.sub(lambda match: _word(match.group()), text)


@functools.lru_cache(maxsize=4096)
def _word(word: str) -> str:
    """The word, or the one of the dictionary that it becomes by undoing confusions, if just one does."""
    match = re.fullmatch(r"(.*?)(_?\d*[a-z]?)", word)
    stem, number = match.groups() if match else (word, "")
    if exact(word) or exact(stem) or sum(c.isalpha() for c in word) < 2:
        return word
    return _undone(word) or (_undone(stem) or stem) + number


def _undone(word: str) -> str | None:
    """The one word of the dictionary that is meant by a word with confused signs."""
    if len(word) < _SHORTEST:
        return None
    parts = _PARTS.findall(word)
    doubts = [i for i, part in enumerate(parts) if part in _CONFUSED]
    if not doubts or len(doubts) > _MOST_DOUBTS:
        return None
    choices = [(part, *_CONFUSED.get(part, ())) for part in parts]
    meant = {
        other
        for other in map("".join, itertools.product(*choices))
        if other != word and exact(other) is not None
    }
    return next(iter(meant)) if len(meant) == 1 else None
