"""Captions that say what a bare factor does: "xN is N× up-sampling" makes "x4" a layer and no count."""

from __future__ import annotations

import re

import attrs

from dlc.frontends.figure.drawing import Drawing

_STATED = re.compile(
    r"(?:(?<!\w)[x×]\s?(?:[Nnk]|\d{1,2})|(?<![\w×])(?:[Nnk]|\d{1,2})\s?[x×])[\s\"“”'‘’«»]*"
    r"(?:is|are|means?|denotes?|stands? for|represents?|indicates?|refers? to|=|:)\s+"
    r"(?:(?!not\b)[\w×-]+\s+){0,4}?up-?\s?sampl",
    re.I,
)
#: A factor that no size of a map or a window precedes or follows.
_FACTOR = re.compile(r"(?<![\w×])(?<![\dx×]\s)(?:[x×](?P<after>\d{1,2})|(?P<before>\d{1,2})[x×])(?!\s?[\w×])")


def with_enlargements(drawing: Drawing, caption: str) -> Drawing:
    """The drawing with factors spelled out, "conv x4" as "conv, upsample ×4", where the caption says so."""
    if not _STATED.search(caption):
        return drawing
    labels = (attrs.evolve(label, text=_spelled(label.text)) for label in drawing.labels)
    return attrs.evolve(drawing, labels=tuple(labels))


def _spelled(text: str) -> str:
    match = _FACTOR.search(text)
    if match is None or re.search("sampl", text, re.I):
        return text
    rest = [part for part in (text[: match.start()].strip(), text[match.end() :].strip()) if part]
    return ", ".join([*rest, f"upsample ×{match['after'] or match['before']}"])
