"""What the words of a caption tell: how many of some groups it has, and how its other words weigh.

The groups are written by hand; weights of single words and pairs of words are learnt from labelled captions.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

#: Words of captions, in groups that speak for or against a design.
CAPTION_WORDS: dict[str, str] = {
    "architecture": r"architectures?|structures?|network structure|topology",
    "network": r"networks?|nets?|cnns?|convnets?|models?|encoder|decoder|autoencoder|lstm|rnn|gru"
    r"|transformer",
    "block": r"blocks?|modules?|units?|cells?|layers?|stem|schema|bottleneck|branch(?:es)?|connections?",
    "operation": r"conv\w*|pooling|relu|softmax|concat\w*|fully[- ]connected|residual|attention"
    r"|batch norm\w*|up-?sampling|embedding|filters?|feature maps?|kernels?",
    "overview": r"overview|pipeline|framework|proposed|diagram|schematic|illustrat\w*|flow ?chart|system"
    r"|overall",
    "parts": r"input|output|consists? of|composed|followed by|stacked|takes? as|denotes?|depict\w*",
    "results": r"results?|accurac(?:y|ies)|errors?|performance|compar\w*|loss|curves?|precision|recall"
    r"|scores?|rates?|auc|roc|map|speed|runtime|gain|improv\w*|benchmark\w*|perplexity|bleu",
    "plot": r"plots?|function of|versus|vs\.?|distribution|histogram|number of|epochs?|iterations?|training"
    r"|test(?:ing)?|validation|average|different|varying|effect|axis|percentage|log|frequency|time",
    "examples": r"examples?|samples?|images?|visuali[sz]\w*|qualitative|detect(?:ions|ed)|generated"
    r"|ground ?truth|predict\w*|masks?|heat ?maps?|activations?|learned|photos?|failure|retriev\w*"
    r"|dataset|classes|patches|pixels?",
    "algorithm": r"algorithms?|procedure|pseudo ?code|proof|theorem|step \d",
}
_CAPTION = {name: re.compile(rf"\b(?:{words})\b", re.I) for name, words in CAPTION_WORDS.items()}
_LABEL = re.compile(r"^\s*fig(?:ure|\.)?\s*\S+\s*", re.I)
_WORD = re.compile(r"[a-z][a-z-]+")
_ENDING = re.compile(r"(?:s|es|ing|ed)$")
#: The first words of a caption count by themselves: so many.
_FIRST = 5
#: A word in fewer captions than this is not weighed; so many are added to each count; of a caption the words
#: that weigh most are taken, so many, and their sum is divided by this and kept within -1 and 1.
_FEWEST, _ADDED, _MOST, _UNIT = 4, 0.5, 12, 8.0


def of_caption(caption: str) -> dict[str, float]:
    """How many words of each group the first sentence and the rest hold."""
    text = _LABEL.sub("", caption)
    parts = re.split(r"(?<=[a-z)])[.:] ", text, maxsplit=1)
    found: dict[str, float] = {}
    for name, pattern in _CAPTION.items():
        found[f"first {name}"] = min(3, len(pattern.findall(parts[0]))) / 3
        found[f"rest {name}"] = min(4, len(pattern.findall(parts[1]))) / 4 if len(parts) > 1 else 0.0
    return found


def tokens(caption: str) -> frozenset[str]:
    """The words of a caption without their endings, pairs of neighbours, and its first words marked by ^."""
    text = _LABEL.sub("", caption).lower()
    stems = [_ENDING.sub("", word) if len(word) > 4 else word for word in _WORD.findall(text)]
    pairs = {f"{one} {other}" for one, other in itertools.pairwise(stems)}
    return frozenset(stems) | {f"^{stem}" for stem in stems[:_FIRST]} | pairs


def weights(captions: Sequence[str], designs: Sequence[bool]) -> dict[str, float]:
    """How much each word speaks for a design: the log of how much likelier it is in captions of designs."""
    counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for caption, design in zip(captions, designs, strict=True):
        counts[design].update(tokens(caption))
    totals = [len(designs) - sum(designs), sum(designs)]

    def share(word: str, design: bool) -> float:
        return math.log((counts[design][word] + _ADDED) / (totals[design] + 2 * _ADDED))

    usual = sorted(w for w in counts[0] | counts[1] if counts[0][w] + counts[1][w] >= _FEWEST)
    return {word: share(word, True) - share(word, False) for word in usual}


def weighed(caption: str, known: Mapping[str, float]) -> float:
    """What the words of a caption that weigh most say together, -1 to 1; 0 where none is known."""
    heavy = sorted((known[word] for word in tokens(caption) if word in known), key=lambda w: (-abs(w), w))
    return max(-1.0, min(1.0, sum(heavy[:_MOST]) / _UNIT))


#: The feature that `weighed` gives.
WEIGHED = "caption words"
