"""Names of modules: what a box, a label or a caption calls a part of a network.

"Inception-A", "the Inception-A block" and "InceptionA module" are one name. A caption names what its
sentences are about ("Structure of the stem block", "This is the Inception-A block of Figure 9"), not what
they mention besides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

#: General nouns behind a name, and which of them mean the same.
_NOUNS = {
    **dict.fromkeys(("block", "module", "unit", "cell", "component"), "block"),
    **dict.fromkeys(("network", "subnetwork", "subnet", "net"), "network"),
    **dict.fromkeys(("branch", "path", "stream"), "branch"),
    **dict.fromkeys(("layer",), "layer"),
}
#: What stands before a name without being part of it.
_LEADS = frozenset(
    (
        *("the", "a", "an", "our", "this", "each", "one", "is", "and", "of", "for", "shows", "show", "illustrates"),
        *("schema", "scheme", "schematic", "structure", "architecture", "detail", "illustration", "diagram"),
        *("overview", "design", "example", "layout", "composition", "definition", "inside", "internal", "inner"),
        *("original", "basic", "single", "proposed", "detailed", "typical", "standard", "general", "generic"),
        *("complete", "whole", "overall", "building"),
    )
)  # fmt: skip
#: Where what a sentence is about ends.
_STOPS = frozenset(
    (
        *("of", "in", "on", "at", "by", "as", "from", "for", "with", "without", "when", "where", "which", "that"),
        *("is", "are", "was", "used", "using", "uses", "consists", "contains", "has", "adapted", "based", "we"),
        *("between", "after", "before", "takes", "transforming", "compared", "proposed"),
    )
)  # fmt: skip
_ONE_SIZE = r"\d+ ?[x×] ?\d+"
_UNIT = r"(?:grid|pixels?|px|inputs?|images?|resolution)\b"
_SIZE = re.compile(rf"{_ONE_SIZE}(?: to {_ONE_SIZE}(?:[ -]{_UNIT})?|[ -]{_UNIT})[ -]?", re.I)
#: Before a noun that is written in one word with its name: "ResBlock".
_JOINED_NOUN = re.compile(r"(?<=[a-z])(?=(?:Block|Module|Unit|Cell|Layer|Branch)s?\b)")
_POSITIONS = frozenset(("left", "right", "top", "bottom", "middle"))
_TOKEN = re.compile(r"[A-Za-z]+|\d+|[()“”\"]|,|/|&")
_OPENING, _CLOSING = frozenset("(“"), frozenset(")”")
#: A name has at most so many words.
_MOST_WORDS = 5
#: A mark of a part of a caption or of a figure: "(a)", "(left)", "Right:".
_MARK = re.compile(
    r"\(\s*([a-h]|left|right|top|bottom|middle)\s*\)|\b(left|right|top|bottom|middle)\s*:", re.I
)
_AT_START = re.compile(r"\(?([a-h])[).:]\s*", re.I)


@attrs.frozen
class Name:
    """The words of a name without general nouns, and such a noun, "" where there is none."""

    words: tuple[str, ...]
    noun: str = ""

    def is_same(self, other: Name) -> bool:
        """Whether both name one thing: the words are equal, and no noun says otherwise."""
        nouns = {self.noun, other.noun} - {""}
        return "".join(self.words) == "".join(other.words) and len(nouns) < 2

    @property
    def base(self) -> Name | None:
        """The name without the letter or number at its end ("Reduction-A"); None where there is none."""
        last = self.words[-1] if self.words else ""
        numbered = len(self.words) > 1 and (len(last) == 1 or last.isdigit())
        return Name(self.words[:-1], self.noun) if numbered else None

    @property
    def identifier(self) -> str:
        """The name as one of the language's: `inception_a`."""
        made = "_".join(self.words)
        return made if made[:1].isalpha() else f"block_{made}"


def name_of(words: str) -> Name | None:
    """The name that a box's or label's words are, and nothing else; None where they are none."""
    tokens = _tokens(words)
    if any(token in '()“”",/&' for token in tokens):
        return None
    return _named(tokens)


def subjects(text: str) -> tuple[Name, ...]:
    """The names of what the sentences of a text are about; a sentence about several things names none."""
    found: list[Name] = []
    for sentence in re.split(r"[.;:](?=\s|$)", text):
        found += _subject(_tokens(_SIZE.sub(" ", sentence)))
    return tuple(dict.fromkeys(found))


def parts(caption: str) -> dict[str, str]:
    """What a caption says of each part of its figure, by "a", "b", "left"; empty where it tells none apart.

    The words stand behind their mark where nothing or the end of a sentence stands before the first one,
    else before it.
    """
    marks = list(_MARK.finditer(caption))
    if not marks:
        return {}
    before = caption[: marks[0].start()].strip()
    behind = not before or before[-1] in ".:;"
    edges = [0, *(mark.end() for mark in marks)], [*(mark.start() for mark in marks), len(caption)]
    found: dict[str, str] = {}
    for index, mark in enumerate(marks):
        at = index + behind
        found.setdefault((mark[1] or mark[2]).lower(), caption[edges[0][at] : edges[1][at]])
    return found


def marked(label: str) -> tuple[str, str]:
    """The letter with which a label marks a part, "" where it does not, and the rest of its words."""
    match = _AT_START.match(label)
    return (match[1].lower(), label[match.end() :]) if match is not None else ("", label)


def _tokens(text: str) -> list[str]:
    apart = _JOINED_NOUN.sub(" ", text.replace("-and-", " "))
    return [_single(token.lower()) for token in _TOKEN.findall(apart)]


def _single(word: str) -> str:
    """A word in the singular."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] not in "siu" else word


def _named(tokens: Sequence[str]) -> Name | None:
    left = list(tokens)
    while len(left) > 1 and left[0] in _LEADS:
        left = left[1:]
    nouns = [_NOUNS[token] for token in left if token in _NOUNS]
    words = tuple(token for token in left if token not in _NOUNS)
    telling = any(len(word) > 1 and word.isalpha() for word in words) and len(words) <= _MOST_WORDS
    return Name(words, nouns[-1] if nouns else "") if telling and words[0] not in _LEADS else None


def _subject(tokens: list[str]) -> list[Name]:
    """The name of what a sentence is about, and further names of it in brackets or quotes."""
    while tokens and tokens[0] in _LEADS:
        tokens = tokens[1:]
    end = next((i for i, token in enumerate(tokens) if token in _STOPS), len(tokens))
    outer, inner = _unquoted(tokens[:end])
    if any(token in ("and", "or", ",", "/", "&") for token in outer):
        outer = []
    found = [_named(outer), *(_named(words) for words in inner if not {*words} & _POSITIONS)]
    return [name for name in found if name is not None]


def _unquoted(tokens: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Tokens outside brackets and quotes, and those inside of each."""
    outer: list[str] = []
    inner: list[list[str]] = []
    opened = False
    for token in tokens:
        if token in _OPENING or (token == '"' and not opened):
            opened = True
            inner.append([])
        elif token in _CLOSING or token == '"':
            opened = False
        elif opened:
            inner[-1].append(token)
        else:
            outer.append(token)
    return outer, inner
