"""Layer phrases: the text of a table's cell or a figure's box, read by one grammar and a fuzzy dictionary."""

from __future__ import annotations

import functools

from dlc.frontends.phrases.assemble import assemble
from dlc.frontends.phrases.normal import normalise
from dlc.frontends.phrases.reader import read_items
from dlc.frontends.phrases.values import Phrase, PhraseGroup, PhraseReading

LONGEST = 400  # characters; a longer text is prose, not a phrase

__all__ = ["Phrase", "PhraseGroup", "PhraseReading", "normalise", "read_phrases"]


@functools.lru_cache(maxsize=8192)
def read_phrases(text: str) -> PhraseReading:
    """What a text says about layers; never fails: what is not understood is `left_over`."""
    normal = normalise(text)
    if len(normal) > LONGEST:
        return PhraseReading((), normal, normal)
    parts, left_over = assemble(read_items(normal), normal)
    return PhraseReading(parts, normal, left_over)
