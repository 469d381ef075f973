"""What the words of a thing say: layers in order, a value with its size, an input, an output, a sign."""

from __future__ import annotations

import enum
import functools
import re
from collections.abc import Sequence

import attrs

from dlc.frontends.phrases import Phrase, normalise, read_phrases
from dlc.frontends.phrases.values import Number
from dlc.frontends.table.design.sizes import Size, read_size

#: Signs in operators' circles, by the layer that they stand for.
SIGNS = {
    **dict.fromkeys(("+", "⊕", "⨁", "∑", "Σ", "sum"), "add"),
    **dict.fromkeys(("×", "⊗", "⊙", "⨂", "∗", "*", "·", "x"), "multiply"),
    **dict.fromkeys(("c", "©", "ⓒ", "‖", "||", "∪", "concat", "cat"), "concat"),
    **dict.fromkeys(("-", "⊖"), "subtract"),
    "max": "maximum",
    "σ": "sigmoid",
}
#: Letters that are signs only in a small circle of their own.
_LETTERS = frozenset(("x", "c", "·", "-", "*"))
_INPUT = re.compile(
    r"\b(?:inputs?|images?|previous (?:layer|module|block|stage)|prev\w* layer|from previous|raw data|frames?"
    r"|sentence|tokens?|input tile|query|patch(?:es)?(?! (?:partition|split|expand))|video|audio|waveform"
    r"|spectrogram)\b",
    re.I,
)
_OUTPUT = re.compile(
    r"^(?:outputs?(?: [a-z]\w+){0,3}|predictions?|loss(?:es)?|labels?|class(?:es)?|scores?"
    r"|probabilit(?:y|ies)|output probabilities|next (?:layer|block|stage)|logits|results?|.{0,30}\bloss)$",
    re.I,
)
_VALUE = re.compile(
    r"\b(?:feature ?-?maps?|features?|activations? maps?|representations?|vectors?|hidden states?"
    r"|heat ?-?maps?|channels?|maps)\b",
    re.I,
)
_MATH = re.compile(r"[\W\d_]*(?:[A-Za-z][̃̂̄]?|[A-Z]\([a-z]\)|[a-z]\([a-z]\)|[A-Za-z]_\w+)[\W\d_]*")
_REPEAT = re.compile(
    r"^\s*(?:(?P<before>\d{1,3}|[NnLKM])\s*(?:[x×*]\s+|×(?!\w\b|(?:down|sub|up)-?\s?sampl|pool|max|av))"
    r"|[x×*]\s*(?P<first>\d{1,3})\s+)(?=[A-Za-z])"
    r"|[\s(]*(?:(?<!\d)(?<!\d\s)(?:[×*]|(?<![A-Za-z])x|(?<!ma)x(?=\d))\s*(?P<after>\d{1,3}|[NLKM])|(?<![×x\d])(?P<last>\d{1,3})\s?[x×])\s*\)?\s*$"
)
#: Layers of several kinds, of which the words do not say how many.
_SEVERAL = re.compile(r"^\w+\.?(?:,? and | ?[&/] ?)\w+\.? (?:layers|blocks|modules)$", re.I)
#: The name of a map, before its size.
_MAP_NAME = re.compile(r"(?!FC)[A-Z]{1,2}\d{1,2}\s*[:.]?\s+(?=\d)")
#: Steps of a method that are no layers.
_PROCESSING = re.compile(
    r"\b(?:pre-?process\w*|post-?process\w*|resiz\w*|region proposals?|(?:data )?augmentation|nms"
    r"|non[ -]?max\w* suppression|nearest neighbou?rs?|ranking|decisions?|(?:face|object) detect\w+|thresholding"
    r"|bounding box(?:es)?|evaluation|ground truth|annotations?)\b",
    re.I,
)
#: A whole network, of which no layer is told.
_NETWORK = re.compile(r"\b(?:CNNs?|Conv-?Nets?)\b")
#: A factor behind such words is how much larger they make a map.
_ENLARGES = re.compile(r"pixel-?\s?shuffl|sub-?pixel|depth[ -]to[ -]space|^\d\s?[x×]\s?up$", re.I)
_LONGEST = 80
#: A name has no more words; an explanation does.
_MOST_WORDS = 6


class Role(enum.Enum):
    """What a thing's words make of it."""

    LAYERS = "layers"
    INPUT = "input"
    OUTPUT = "output"
    VALUE = "value"
    NOTHING = "nothing"


@attrs.frozen
class Reading:
    """The reading of a thing's words.

    `steps` are layers in the order in which the data pass them; each phrase has an op. `shape` is a size
    that the words report, as printed. `repeat` counts the whole. `known` tells whether the words name a
    layer rather than merely standing where one is.
    """

    role: Role
    steps: tuple[Phrase, ...] = ()
    shape: Size | None = None
    repeat: Number = 1
    known: bool = False
    confidence: float = 1.0


NOTHING = Reading(Role.NOTHING)


@functools.lru_cache(maxsize=4096)
def read_words(words: str, circled: bool = False) -> Reading:
    """Read a thing's words; `circled` where they stand in a small shape of their own."""
    text = " ".join(words.split())
    if not text or len(text) > _LONGEST:
        return NOTHING
    sign = _sign(text, circled)
    if sign is not None:
        return Reading(Role.LAYERS, (Phrase(sign, text=text),), known=True)
    if _PROCESSING.search(text):
        return Reading(Role.VALUE)
    body, repeat = _counted(text)
    size = _size(body)
    if size is not None:
        return Reading(Role.VALUE, shape=size)
    if _SEVERAL.search(body):
        return Reading(Role.LAYERS, (Phrase("opaque", type=body, text=body, confidence=0.7),), known=True)
    found = read_phrases(body)
    steps = _steps(found.phrases, body)
    if len(steps) == 1 or text.startswith(body):
        steps, repeat = _enlarged(steps, repeat)
    if steps:
        return Reading(Role.LAYERS, steps, None, repeat, True, min(step.confidence for step in steps))
    return _without_layers(found.phrases, body, repeat)


def _enlarged(steps: tuple[Phrase, ...], count: Number) -> tuple[tuple[Phrase, ...], Number]:
    """Steps that end by enlarging, with the count as their factor: "upsample ×4" is one layer, not four."""
    if not steps or count == 1 or not (steps[-1].op or "").startswith("upsample"):
        return steps, count
    if isinstance(count, str) or "size" in steps[-1].attributes:
        return steps, count
    last = attrs.evolve(steps[-1], attributes={**steps[-1].attributes, "size": count})
    return (*steps[:-1], last), 1


def _size(text: str) -> Size | None:
    """A size that words report, after "output size" or a map's name: "C3 24×24×16"."""
    size = read_size(re.sub(r"(?i)^(?:output|out|size|shape|dim)s?(?: size)?\s*[:=]?\s*(?=[\d(])", "", text))
    if size is not None:
        return None if _is_layer(size, text) else size
    named = _MAP_NAME.match(text)
    return read_size(text[named.end() :]) if named is not None else None


def _is_layer(size: Size, text: str) -> bool:
    """Whether words that could be a size of symbols name a layer: "fc, 10"."""
    symbolic = any(isinstance(side, str) for side in size)
    return symbolic and any(phrase.op not in (None, "opaque") for phrase in read_phrases(text).phrases)


def _sign(text: str, circled: bool) -> str | None:
    key = normalise(text).lower() if text not in SIGNS else text
    if key in SIGNS and (circled or key not in _LETTERS):
        return SIGNS[key]
    return None


def _counted(text: str) -> tuple[str, Number]:
    """The words without a count before or behind, and the count; one of a symbol is 1."""
    match = _REPEAT.search(text)
    if match is None or _ENLARGES.search(text):
        return text, 1
    count = match["before"] or match["first"] or match["after"] or match["last"]
    body = (text[: match.start()] + text[match.end() :]).strip()
    if not re.search(r"[A-Za-z]{2}", body):
        return text, 1
    return body, int(count) if count.isdigit() else count


def _steps(phrases: Sequence[Phrase], text: str) -> tuple[Phrase, ...]:
    """The layers that phrases name; windows with a width alone are convolutions."""
    if _OUTPUT.fullmatch(text):
        return ()
    made: list[Phrase] = []
    for phrase in phrases:
        step = _step(phrase, text, sum(p.op is not None for p in phrases) == 1)
        if step is not None:
            made.append(_bare_linear(step) if made and "conv" in (made[-1].op or "") else step)
    return tuple(made)


def _bare_linear(step: Phrase) -> Phrase:
    """The step behind a convolution's words: "conv 1×1, linear" says that no activation follows."""
    bare = step.op == "dense" and step.text.lower() == "linear" and not step.attributes
    return attrs.evolve(step, op="linear") if bare else step


def _step(phrase: Phrase, text: str, alone: bool) -> Phrase | None:
    if phrase.op in ("input", "output"):
        return None
    if phrase.op is None:
        kernel = phrase.attributes.get("kernel")
        if isinstance(kernel, tuple) and kernel and _small(kernel):
            confidence = 0.9 if "filters" in phrase.attributes else 0.7
            return attrs.evolve(phrase, op=f"conv{max(len(kernel), 1)}d", confidence=confidence)
        return None
    if phrase.op == "opaque":
        return attrs.evolve(phrase, type=_type_of(phrase, text, alone), attributes={})
    if (phrase.op or "").startswith("conv") and _NETWORK.search(phrase.text) and not phrase.attributes:
        return attrs.evolve(phrase, op="opaque", type=text if alone else phrase.text)
    if phrase.op == "attention" and re.search(r"[A-Za-z]{4}", phrase.left_over):
        return attrs.evolve(phrase, op="opaque", type=text, attributes={})
    return _with_padding(phrase)


def _small(kernel: tuple[Number, ...]) -> bool:
    return all(isinstance(side, str) or side <= 31 for side in kernel)


def _type_of(phrase: Phrase, text: str, alone: bool) -> str:
    """The name of a block: all the words, where it is the only thing that they name."""
    return text if alone else phrase.type or text


def _with_padding(phrase: Phrase) -> Phrase:
    """A lone "V" or "S" beside a window says that it is valid or same."""
    if "padding" in phrase.attributes or not re.match(
        r"(?:conv|\w*pool|depthwise|separable)", phrase.op or ""
    ):
        return phrase
    for letter, padding in (("V", "valid"), ("S", "same")):
        if letter in phrase.left_over.split():
            left = " ".join(word for word in phrase.left_over.split() if word != letter)
            confidence = phrase.confidence if left else max(phrase.confidence, 0.95)
            attributes = {**phrase.attributes, "padding": padding}
            return attrs.evolve(phrase, attributes=attributes, left_over=left, confidence=confidence)
    return phrase


def _without_layers(phrases: Sequence[Phrase], text: str, repeat: Number) -> Reading:
    """Words that name no layer: an input, an output, a value, or a block by its own name."""
    shape = next((phrase.shape for phrase in phrases if phrase.shape is not None), None)
    if _OUTPUT.fullmatch(text):
        return Reading(Role.OUTPUT, shape=shape)
    if _INPUT.search(text) or any(phrase.op == "input" for phrase in phrases):
        return Reading(Role.INPUT, shape=shape)
    if any(phrase.op == "output" for phrase in phrases):
        return Reading(Role.OUTPUT, shape=shape)
    if shape is not None or _VALUE.search(text) or not _is_name(text):
        return Reading(Role.VALUE, shape=shape)
    named = Phrase("opaque", type=text, text=text, confidence=0.7)
    return Reading(Role.LAYERS, (named,), None, repeat, False, 0.7)


def _is_name(text: str) -> bool:
    """Whether words are a name rather than a symbol or a formula."""
    if (
        _MATH.fullmatch(text)
        or len(text.split()) > _MOST_WORDS
        or re.search(r"[A-Za-z]\s?\([^)]{1,3}\)|=", text)
    ):
        return False
    return re.search(r"[^\W\d_]{3}", text) is not None or re.fullmatch(r"[A-Z]{2}\d?", text) is not None
