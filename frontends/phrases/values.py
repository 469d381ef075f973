"""What a phrase says: layers with the attributes that are stated, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

Number = int | float | str  # a string is a symbolic expression such as "16 * k"
Value = Number | bool | tuple[Number, ...]


def _copied(values: Mapping[str, Value]) -> dict[str, Value]:
    return dict(values)


@attrs.frozen
class Phrase:
    """One layer as a phrase states it.

    `op` is a name of the layer catalogue, "pool" or "global_pool" where the kind of pooling is unstated,
    "input", "output", "opaque" (then `type` names it), or None where the phrase gives attributes only
    ("3×3, 64"). `attributes` use the catalogue's names; "classes" is what a softmax counts. Sizes are
    (height, width) as printed. `rank` is 1, 2 or 3 where stated. `shape` is a size the phrase reports, as
    printed; `depth` a third window factor ("7×7×3") whose meaning the context decides. `span` counts in the
    normalised text.
    """

    op: str | None = None
    attributes: Mapping[str, Value] = attrs.field(factory=dict, converter=_copied)
    type: str | None = None
    name: str | None = None
    rank: int | None = None
    shape: tuple[Number, ...] | None = None
    depth: Number | tuple[Number, ...] | None = None
    repeat: Number = 1
    text: str = ""
    span: tuple[int, int] = (0, 0)
    left_over: str = ""
    confidence: float = 1.0

    def __hash__(self) -> int:
        return hash((self.op, self.type, self.text, self.span))


@attrs.frozen
class PhraseGroup:
    """Phrases in brackets, with how often they are repeated."""

    parts: tuple[Phrase | PhraseGroup, ...]
    repeat: Number = 1


@attrs.frozen
class PhraseReading:
    """A text's phrases and groups in order, the normalised text, and the words that were not understood."""

    parts: tuple[Phrase | PhraseGroup, ...]
    text: str
    left_over: str = ""

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """All phrases in order, those of groups included."""
        return tuple(_flat(self.parts))

    @property
    def layers(self) -> tuple[Phrase, ...]:
        """The phrases that name an operation."""
        return tuple(p for p in self.phrases if p.op is not None)


def _flat(parts: tuple[Phrase | PhraseGroup, ...]) -> list[Phrase]:
    found: list[Phrase] = []
    for part in parts:
        found += [part] if isinstance(part, Phrase) else _flat(part.parts)
    return found
