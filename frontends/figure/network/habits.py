"""What one figure's way of writing says of a label that could be read in two ways.

"conv1-8" names the eighth layer of the first stage, or a convolution of one by one with eight filters;
"fc-5" names a layer or counts its units. A figure writes all its labels alike, and others are plain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import attrs

_CONV = re.compile(r"\b(?P<op>(?:de)?conv)(?P<kernel>\d{1,2})-(?P<width>\d{1,4})(?!\d)", re.I)
_DENSE = re.compile(r"\b(?P<op>fc)-(?P<width>\d{1,5})(?!\d)", re.I)
#: A normalisation of which nothing more is said, and words that stand where it is that of a layer.
_NORM = re.compile(r"(?<![\w-])norm(?:ali[sz]ation)?(?![\w-])", re.I)
_ATTENDS = re.compile(
    r"\b(?:(?:self-?)?attention|mha|msa|mlp|transformer|token|feed-?\s?forward|ffn)\b", re.I
)
#: A layer with its number, or the count of its filters or units: "CONV 1".
_COUNTED = re.compile(
    r"(?P<op>[A-Za-z]*(?:conv|pool|fc|dense)[a-z]*)[ ](?P<number>\d{1,2})(?![\w×x.]|\s?[x×])", re.I
)
#: Parts of one layer, or the stride of a layer by its name: "conv4/2".
_PART = re.compile(r"(?<![A-Za-z])(?P<name>(?:conv|pool|fc)\d{1,2})/(?P<part>\d)(?![\dx×])", re.I)
#: The name of a layer with its number: "conv4", "pool-4", "fc-6".
_NUMBERED = re.compile(r"(?<![A-Za-z])[A-Za-z]{2,}-?(?P<number>\d{1,2})(?![\dx×])")
#: A convolution's window and a third number: the channels that it gives, or that it takes.
_DEEP = re.compile(r"(?<![\d×x.])(?P<window>(\d{1,2})\s?[x×]\s?\2)\s?[x×]\s?(?P<depth>\d{1,4})(?![\d×x])")
_CONVOLVES = re.compile(r"\bconv", re.I)
#: Words that count a convolution's filters themselves.
_FILTERS = re.compile(r"filters?|kernels?|@|\d\s*,\s*\d|^\d+\s", re.I)
#: A function of a block with its window: "θ: 1×1×1".
_FUNCTION = re.compile(r"^[^\W\d_]\s?:\s?(?P<window>([1357])(?:\s?[x×]\s?\2){1,2})$")
#: Channels of pictures.
_PICTURED = frozenset((1, 3))
#: Layers of a stage, and dense layers of a network, are never so many.
_MANY = 12


@attrs.frozen
class Habits:
    """Whether the last number of "conv3-64" and of "fc-100" counts filters and units.

    `parts` tells that the one of "conv4/2" numbers layers of one name, `attends` that a "Norm" is a layer's
    normalisation, as in all that has attention and perceptrons, and not one of local responses. `numbered`
    are the names of layers that a number of their own follows. `deep` tells that the last number of
    "conv 5×5×32" counts its filters; where that of a first layer is a picture's it counts what goes in.
    `windows` are those of functions such as "θ: 1×1×1", which say nothing else.
    """

    conv_widths: bool = False
    dense_widths: bool = False
    parts: bool = False
    attends: bool = False
    numbered: frozenset[str] = frozenset()
    deep: bool = False
    windows: frozenset[str] = frozenset()

    def spelled(self, words: str) -> str:
        """Words with these labels spelled out: "1x1 conv, 8"."""
        if self.conv_widths:
            words = _CONV.sub(r"\g<kernel>x\g<kernel> \g<op>, \g<width>", words)
        if self.deep and _CONVOLVES.search(words) and not _FILTERS.search(words):
            words = _DEEP.sub(_counted, words)
        if _close(_function(words) or words) in self.windows:
            words = f"{_function(words) or words} conv"
        if self.parts:
            words = _PART.sub(r"\g<name>_\g<part>", words)
        if self.numbered:
            words = _COUNTED.sub(self._named, words)
        if self.attends and _NORM.fullmatch(words.strip()):
            words = "layer norm"
        return _DENSE.sub(r"\g<op> \g<width>", words) if self.dense_widths else words

    def _named(self, match: re.Match[str]) -> str:
        """A layer with its number as one name, where the number counts layers."""
        own = match["op"].lower() in self.numbered
        return f"{match['op']}_{match['number']}" if own else match[0]


def habits(texts: Iterable[str]) -> Habits:
    """The habits that a figure's texts show."""
    everything = list(texts)
    dense = _counts(_DENSE, everything) or _is_lone_width(everything)
    attends = any(_ATTENDS.search(text) for text in everything)
    return Habits(
        _counts(_CONV, everything),
        dense,
        _has_parts(everything),
        attends,
        _numbered(everything),
        _gives_depth(everything),
        frozenset(_close(window) for text in everything if (window := _function(text))),
    )


def _gives_depth(texts: Iterable[str]) -> bool:
    """Whether third numbers of windows are nowhere those of a picture, which goes in."""
    found = [
        int(match["depth"]) for text in texts if _CONVOLVES.search(text) for match in _DEEP.finditer(text)
    ]
    return bool(found) and not _PICTURED & set(found)


def _counted(match: re.Match[str]) -> str:
    """A window and its filters; one as deep as it is wide is that of a volume."""
    return match[0] if match["depth"] == match[2] else f"{match['window']}, {match['depth']}"


def _function(text: str) -> str:
    """The window of a function, or nothing."""
    match = _FUNCTION.fullmatch(text.strip())
    return match["window"] if match is not None else ""


def _close(window: str) -> str:
    return window.replace(" ", "").replace("x", "×")


def _numbered(texts: Iterable[str]) -> frozenset[str]:
    """The names behind which a first and a second number stand."""
    return frozenset(name for name, numbers in _behind(_COUNTED, texts).items() if {1, 2} <= numbers)


def _has_parts(texts: Iterable[str]) -> bool:
    """Whether one name stands with several numbers behind it, of which one is 1: no layer has two strides."""
    return any(len(parts) > 1 and 1 in parts for parts in _behind(_PART, texts).values())


def _behind(pattern: re.Pattern[str], texts: Iterable[str]) -> dict[str, set[int]]:
    """The numbers (a pattern's second group) that stand behind each name (its first)."""
    found: dict[str, set[int]] = {}
    for match in (match for text in texts for match in pattern.finditer(text)):
        found.setdefault(match[1].lower(), set()).add(int(match[2]))
    return found


def _counts(pattern: re.Pattern[str], texts: Iterable[str]) -> bool:
    return any(int(match["width"]) >= _MANY for text in texts for match in pattern.finditer(text))


def _is_lone_width(texts: Sequence[str]) -> bool:
    """Whether the only dense layer so written counts its units: no layer is numbered just before or after.

    A first layer is called so without any other, and a lone 1 therefore stays a name.
    """
    numbers = [int(match["number"]) for text in texts for match in _NUMBERED.finditer(text)]
    dense = [int(match["width"]) for text in texts for match in _DENSE.finditer(text)]
    return len(dense) == 1 and dense[0] > 1 and not {dense[0] - 1, dense[0] + 1} & set(numbers)
