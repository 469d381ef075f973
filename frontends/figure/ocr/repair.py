"""Slips of OCR that the dictionary of layer phrases can tell: "relul", "1xl", "c0nv"."""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence

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
_LETTERS = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z]{4,}(?![A-Za-z0-9_])")
_SHORTEST = 4  # letters; shorter words are other words too easily
_MOST_DOUBTS = 5  # signs of a word that may be others; more are not tried
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # 128 0 3x3, 64 03x3: no number begins with nought, so what stands before a size is an @.
        (r"(?<=[0-9]) [0OQ] ?(?=[1-9][0-9]*\s?[x×X]\s?[0-9])", " @ "),
        # 16014x14, 3207x7, 30224 × 224: a layer's maps, an @, and the two equal sides of each.
        (r"^([1-9][0-9]{0,3}) ?[0OQ](?=([1-9][0-9]{1,3})\s?[x×X]\s?\2$)", r"\1@"),
        (r"^([1-9][0-9]{1,3}) ?[0OQ](?=([1-9])\s?[x×X]\s?\2$)", r"\1@"),
        # 3 X3conv: a size and the word after it.
        (r"\b([0-9]+\s?[x×X]\s?[0-9]+)(?=(?:[Dd]e|[Uu]p)?[Cc]onv|[Mm]ax|[Aa]v)", r"\1 "),
        # 641x1 conv: no kernel is that high; the space after the filters was lost.
        (r"\b([1-9][0-9]+)([1-9][0-9]?)(?=\s?[x×X]\s?\2 \w*[Cc]onv)", r"\1 \2"),
        # 3x3 conv, 64, 12: after kernel and filters stands the stride, /2.
        (
            r"((?:[0-9]\s?[x×X]\s?[0-9]+ \w*[Cc]onv|\b\w*[Cc]onv \([0-9]+[x×X][0-9]+), ?[0-9]+\)?, ?)1(?=[248]\b)",
            r"\1/",
        ),
        # max-pool 3x3, 12, conv3-256, (2: so does it behind a pool's kernel, and behind both in a name.
        (
            r"((?:[Pp]ool\w*|POOL\w*),? \(?\d+\s?[x×X]\s?\d+\)?, ?|\b(?:conv|CONV)\d-\d+, ?)[1lI|({](?=[2-5]$)",
            r"\1/",
        ),
        # 3×3.32), 1 ×·1: grains are no points between the sides of a kernel, or behind it.
        (r"(?<![.\d])(\d+\s?[x×X]\s?[1-9]\d*)\.(?=\d+\)?$)", r"\1, "),
        (r"(\d\s?[x×X])\s?[.·](?=\d)", r"\1"),
        # Conv 1 = 1, 64: sides of a kernel are equal.
        (r"(?<![\w.])([1-9]\d?) [=z] \1(?=[,)])", r"\1 x \1"),
        # Dropout, 0 3: a rate is no whole number.
        (r"([Dd]rop\w*[ ,(]+0) (?=\d{1,2}\)?$)", r"\1."),
        # 1xl, lx1, 3xI, 28x2B: between numbers and multiplication signs stand digits.
        (r"(?<![A-Za-z0-9])[lI|](?=\s?[x×X]\s?[0-9lI|])", "1"),
        (r"(?<=[0-9][x×X])\s?[lI|](?![A-Za-z0-9])", "1"),
        (r"(?<=[0-9])[oO](?=[0-9oO]*(?:[,)\]]|$))", "0"),
        (r"(?<=[0-9])[lI|](?=[0-9,)\]]|$)", "1"),
        (r"(?<=[0-9]),(?=[0-9]{1,4}\b(?![0-9,.]*\.))", ", "),
        (r"(?<=[0-9], )[lI|](?=[,)\]])", "1"),
        (r"\bl(?=,? ?/?\d\b)", "1"),
        (r"\b([Rr]e[lL][uU])[lI|]\b", r"\g<1>1"),
        (r"\bN[oO0]ne\b", "None"),
    )
)


def repaired(text: str) -> str:
    """The text with the slips put right that are sure; words that the dictionary knows stay as they are."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return _WORD.sub(lambda match: _word(match.group()), text)


#: A text read with less confidence than this may have a wrong letter.
_UNSURE = 0.985


def agreed(texts: Sequence[str], confidences: Sequence[float]) -> list[str]:
    """Texts of a picture, in which unsure words that the dictionary does not know become those that it knows, that
    look alike and that are read surely, or more than once: "Canv" beside "Conv"."""
    counts: Counter[str] = Counter()
    for text, confidence in zip(texts, confidences, strict=True):
        sure = 1 if confidence < _UNSURE else 2
        counts.update({word: sure for word in set(_LETTERS.findall(text)) if exact(word)})
    known = [word for word, count in counts.items() if count > 1]
    if not known:
        return list(texts)

    def meant(match: re.Match[str]) -> str:
        word = match.group()
        return word if exact(word) else nearest(word, known) or word

    return [
        text if confidence >= _UNSURE else _LETTERS.sub(meant, text)
        for text, confidence in zip(texts, confidences, strict=True)
    ]


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


#: Signs that OCR takes for one another, each set as its first.
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("oOQD", "0"),
        **dict.fromkeys("lIi|!tj", "1"),
        **dict.fromkeys("sS", "5"),
        **dict.fromkeys("zZ", "2"),
        **dict.fromkeys("B", "8"),
        **dict.fromkeys("gq", "9"),
    }
)


@functools.lru_cache(maxsize=8192)
def skeleton(text: str) -> str:
    """The text with signs that look alike made one, in small letters, without blanks and punctuation."""
    folded = text.replace("rn", "m").replace("vv", "w").translate(_ALIKE).lower().translate(_ALIKE)
    return "".join(c for c in folded if c.isalnum())


def nearest(text: str, words: Iterable[str]) -> str | None:
    """The word that a text with slips of OCR means: the one that looks alike, or differs in few signs.

    None where none does, or several do.
    """
    bones = skeleton(text)
    if len(bones) < _SHORTEST - 1:
        return None
    ranked = ((edits(bones, skeleton(word), _most_edits(word)), word) for word in words)
    near = sorted((far, word) for far, word in ranked if far <= _most_edits(word))
    best = [word for far, word in near if far == near[0][0]]
    if len({skeleton(word) for word in best}) != 1:
        return None
    return min(best, key=lambda word: edits(text, word, len(word)))


def _most_edits(word: str) -> int:
    """How many signs of a word may be wrong: one in six."""
    return max(1, len(word) // 6) if len(word) >= _SHORTEST else 0


def edits(one: str, other: str, most: int) -> int:
    """How many signs must be put in, left out or changed to make one text the other; `most` + 1 if more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        last, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
