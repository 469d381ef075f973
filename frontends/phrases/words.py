"""The dictionary of layer phrases, with a fuzzy look-up for OCR and typing slips.

A meaning is a terminal of `grammar/phrase.lark` and a value. Operations are families ("conv"); rank,
depthwise-ness and the like are added when the phrase is put together.
"""

from __future__ import annotations

import functools
import re

import attrs
from rapidfuzz import fuzz, process

from dlc.frontends.phrases import dictionary
from dlc.frontends.phrases.normal import compact

SURE = 1.0
LEAST_LIKE = 84.0  # of 100; below this two words are not taken for each other
LIKE_TOGETHER = 90.0  # the same for several words in a row
SHORTEST_FUZZY = 5  # letters; shorter words must match exactly


@attrs.frozen
class Meaning:
    """What a word stands for: a terminal's name, its value, and how sure the match is (0..1)."""

    terminal: str
    value: str
    confidence: float = SURE


FILLERS = frozenset(dictionary.FILLERS.split())
BLOCKS = tuple(dictionary.BLOCKS.split())
_BLOCK_ENDINGS = ("block", "module", "unit", "cell", "stage", "blocks", "modules", "units", "bottleneck")


def _entries() -> dict[str, Meaning]:
    found: dict[str, Meaning] = {}
    tables = (
        ("COUNTED", dictionary.COUNTED),
        ("KEY", dictionary.KEYS),
        ("QUALIFIER", dictionary.QUALIFIERS),
        ("OPERATION", dictionary.OPERATIONS),
    )
    for terminal, table in tables:
        for value, words in table.items():
            found.update(dict.fromkeys(words.split(), Meaning(terminal, value)))
    found.update({word: Meaning("OPERATION", "block") for word in BLOCKS if word not in found})
    for word in FILLERS - {"in"}:
        found.setdefault(word, Meaning("FILLER", word))
    # "pad", "pool", "dw", "max" lead two lives; what they are in phrases most often comes last.
    found["zeropadding"] = Meaning("KEY", "padding")
    found["dw"] = found["depthwise"] = found["dwise"] = Meaning("QUALIFIER", "depthwise")
    found["pointwise"] = Meaning("QUALIFIER", "pointwise")
    found["same"] = Meaning("QUALIFIER", "same")
    return found


ENTRIES = _entries()
LONGEST = 4  # words of an entry that are looked up together
_LONG_WORDS = [word for word in ENTRIES if len(word) >= SHORTEST_FUZZY]
_SLIPS = str.maketrans({"0": "o", "1": "l"})


def exact(text: str) -> Meaning | None:
    """The meaning of one or several words as the dictionary spells them, endings aside; None otherwise."""
    key = compact(text)
    for candidate in (key, re.sub(r"(?:layers?|operations?|ops?)$", "", key)):
        if candidate in ENTRIES:
            return ENTRIES[candidate]
    return None


def block_name(text: str) -> bool:
    """Whether words name a block, by their ending: "small basic block", "ShuffleNet Unit"."""
    key = compact(text)
    return key in BLOCKS or any(key.endswith(e) and len(key) > len(e) for e in _BLOCK_ENDINGS)


@functools.lru_cache(maxsize=4096)
def fuzzy(text: str, least: float = LEAST_LIKE) -> Meaning | None:
    """The meaning of the entry most like a word, where one is like enough (of 100); None otherwise."""
    key = compact(text)
    plain = key.translate(_SLIPS)
    if plain in ENTRIES and plain != key:
        return attrs.evolve(ENTRIES[plain], confidence=0.9)
    if key.endswith("l") and ENTRIES.get(key[:-1], Meaning("", "")).terminal == "OPERATION":
        return attrs.evolve(ENTRIES[key[:-1]], confidence=0.8)  # OCR of "relu1"
    if len(key) < SHORTEST_FUZZY or not re.search(r"[a-z]{3}", key):
        return None
    best = process.extractOne(plain, _LONG_WORDS, scorer=fuzz.ratio, score_cutoff=least)
    if best is None or abs(len(best[0]) - len(plain)) > 2:
        return None
    return attrs.evolve(ENTRIES[best[0]], confidence=round(best[1] / 100, 2))
