"""What a box of a plotted network says: its name and type, sizes, numbers of a window, activation."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence

import attrs

from dlc.frontends.figure.drawing import Area, Label
from dlc.frontends.figure.network.plotted.classes import ACTIVATIONS, OPAQUE, Class, caffe_type, keras_class
from dlc.frontends.figure.ocr.repair import nearest

Size = tuple[int | None, ...]  # without the batch; None where the routine prints None

_BATCH = r"(?:N[o0O]n[ec]|\d+|\?)"
#: A size as Python prints a tuple, the batch first; the closing bracket may have been lost.
_TUPLE = re.compile(
    rf"[(\[{{]\s*({_BATCH}(?:\s*[,.]\s*(?:N[o0O]n[ec]|[\dOolI|SBZ]+))+\s*,?|{_BATCH}\s*,)\s*[)\]}}]*"
)
_REST = re.compile(r"[\s\dOolI|SBZ,.()\[\]]*(?:N[o0O]n[ec]|[\d)\],])")
_NUMBER = re.compile(r"N[o0O]n[ec]|[\dOolI|SBZ]+")
_GIVEN = re.compile(r"^(?:input|lnput|1nput)(?:\s?sh?ape)?\W*", re.I)
_GIVES = re.compile(r"^[o0]utput(?:\s?sh?ape)?\W*", re.I)
_DTYPE = re.compile(r"^(?:output\s?dtype\s?:?\s*)?(?:b?fl[o0]at|u?[il1]nt)(?:8|16|32|64)$", re.I)
_ACTIVATION = re.compile(r"^act[il1]vat[il1][o0]n\s?:\s?(\w+)$", re.I)
_DIGITS = str.maketrans(
    {**dict.fromkeys("Oo", "0"), **dict.fromkeys("lI|", "1"), "S": "5", "B": "8", "Z": "2"}
)
_COLON = re.compile(r"^(?P<name>\S.*?)\s?:\s?(?P<cls>[A-Za-z][\w| ]*)$")
_BRACKETS = re.compile(r"^(?P<name>\S.*?)\s*[(\[{](?P<cls>[A-Za-z|][^()\[\]{}]*?)[)\]}](?P<rest>.*)$")
#: Names of layers and of types that nobody knows.
_NAME = re.compile(r"[A-Za-z_][\w/.-]*")
#: The numbers that Caffe's routine prints for windows, by their attribute.
_WINDOW = (
    ("kernel", re.compile(r"ke(?:rn|m)\w{1,3}\s?s\w{1,2}[eo]\s?[:;.]?\s?([\dOolI|SBZ]+)", re.I)),
    ("stride", re.compile(r"str\w{1,2}de\s?[:;.]?\s?([\dOolI|SBZ]+)", re.I)),
    ("padding", re.compile(r"\bpad\s?[:;.]?\s?([\dOolI|SBZ]+)", re.I)),
)  # fmt: skip


@attrs.frozen
class Said:
    """What the words of one box say. `cls` is None for a blob, which has a name alone.

    `given` and `gives` are the sizes that are printed for what goes in and comes out, `window` the numbers
    of a window, `outputs` the number on the arrow that leaves the box, `caffe` tells whose words they are.
    """

    area: Area
    text: str
    name: str = ""
    cls: Class | None = None
    caffe: bool = False
    given: tuple[Size, ...] = ()
    gives: Size | None = None
    window: Mapping[str, int] = attrs.field(factory=dict)
    activation: str | None = None
    outputs: int | None = None
    fill: tuple[int, int, int] | None = None
    confidence: float = 1.0

    @property
    def op(self) -> str:
        """The catalogue's operation, "input", "pool" where its kind is not printed, "" for a blob."""
        return self.cls.op if self.cls is not None else ""


def read_box(area: Area, lines: Sequence[Label], fill: tuple[int, int, int] | None = None) -> Said:
    """Read the lines of a box; whatever they are, something is said."""
    sorted_ = _sorted(_joined(in_order(lines)))
    name, cls, caffe, window, activation = _title([label.text.strip() for label in sorted_.titles])
    given, gives = _in_out([(_word(label.text), read_sizes(label.text)) for label in sorted_.sizes])
    if cls is None and name and (given or gives):  # blobs have no sizes: a type alone, unknown or with a slip
        name, cls = "", keras_class(name) or Class(name, OPAQUE, exact=False)
    sure = min((label.confidence for label in lines), default=1.0)
    activation = sorted_.activation or activation
    name = "_".join(name.split()).replace("@", "0")  # names have neither; a low line is easily overlooked
    return Said(area, sorted_.text, name, cls, caffe, given, gives, window, activation, None, fill, sure)


def in_order(lines: Sequence[Label]) -> list[Label]:
    """Lines as one reads them: by rows from the top, from the left in each."""
    rows: list[list[Label]] = []
    for label in sorted(lines, key=lambda one: one.centre[1]):
        if rows and label.centre[1] - rows[-1][0].centre[1] < 0.5 * label.size:
            rows[-1].append(label)
        else:
            rows.append([label])
    return [label for row in rows for label in sorted(row, key=lambda one: one.area[0])]


def _joined(labels: Sequence[Label]) -> list[Label]:
    """Labels with pieces of one list of sizes put together again: it goes on until it is closed."""
    made: list[Label] = []
    for label in labels:
        last = made[-1] if made else None
        if last is not None and _goes_on(last.text, label.text):
            made[-1] = attrs.evolve(
                last, text=f"{last.text} {label.text}", confidence=min(last.confidence, label.confidence)
            )
        else:
            made.append(label)
    return made


def _goes_on(text: str, after: str) -> bool:
    """Whether a text with sizes has an open bracket, and the next one goes on with sizes."""
    opened = text.count("(") + text.count("[") > text.count(")") + text.count("]")
    return opened and re.search(_BATCH + r"\s*,", text) is not None and _REST.match(after) is not None


@attrs.frozen
class _Sorted:
    """Lines by what they are: those that name the layer, words before sizes, sizes, types of numbers."""

    titles: tuple[Label, ...]
    words: tuple[Label, ...]
    sizes: tuple[Label, ...]
    dtypes: tuple[Label, ...]
    activation: str | None = None
    activations: tuple[Label, ...] = ()

    @property
    def text(self) -> str:
        """All words, field by field, as the routines put them down."""
        kinds = (self.titles, self.activations, self.words, self.sizes)
        bare = [label for label in self.dtypes if " " not in label.text.strip()]
        parts = [*kinds[0], *kinds[1], *bare, *kinds[2], *kinds[3]]
        return " ".join(label.text for label in [*parts, *(d for d in self.dtypes if d not in bare)])


def _sorted(labels: Sequence[Label]) -> _Sorted:
    kinds: dict[str, list[Label]] = {"title": [], "word": [], "size": [], "dtype": [], "activation": []}
    for label in labels:
        kinds[_kind(label.text.strip())].append(label)
    titles = sorted(kinds["title"], key=functools.cmp_to_key(_before))
    said = next((match[1] for label in kinds["activation"] if (match := _ACTIVATION.match(label.text))), None)
    activation = (_activation(said) or said) if said else None
    return _Sorted(
        tuple(titles),
        tuple(kinds["word"]),
        tuple(kinds["size"]),
        tuple(kinds["dtype"]),
        activation,
        tuple(kinds["activation"]),
    )


def _kind(text: str) -> str:
    if read_sizes(text):
        return "size"
    if _ACTIVATION.match(text):
        return "activation"
    if _DTYPE.match(text):
        return "dtype"
    return "word" if _GIVEN.fullmatch(text) or _GIVES.fullmatch(text) else "title"


def _before(one: Label, other: Label) -> int:
    """Fields are read from the left; those above each other from the top."""
    if one.area[2] <= other.area[0] or other.area[2] <= one.area[0]:
        return -1 if one.area[0] < other.area[0] else 1
    return -1 if one.centre[1] < other.centre[1] else 1


def _word(text: str) -> str:
    """Which size a text says it is: "in", "out", or "" where it does not."""
    return "in" if _GIVEN.match(text) else "out" if _GIVES.match(text) else ""


def _activation(text: str) -> str | None:
    if text in ACTIVATIONS:
        return text
    return nearest(text, ACTIVATIONS) if text.islower() else None


def read_sizes(text: str) -> list[Size]:
    """The sizes in a text, without their batch: `[(None, 8, 8, 3), (None, 4)]` has two."""
    return [tuple(_dim(word) for word in _NUMBER.findall(body)[1:]) for body in _TUPLE.findall(text)]


def _dim(word: str) -> int | None:
    return None if word.startswith("N") else number(word)


def number(word: str) -> int:
    """A number with letters that look like digits put right."""
    return int(word.translate(_DIGITS))


def _in_out(sizes: Sequence[tuple[str, list[Size]]]) -> tuple[tuple[Size, ...], Size | None]:
    """Sizes of what goes in and comes out: by the words before them, else the first and the last."""
    given = [found for word, found in sizes if word == "in"]
    gives = [found for word, found in sizes if word == "out"]
    bare = [found for word, found in sizes if not word]
    if not gives and bare:
        gives = [bare.pop()]
    if not given and bare:
        given = [bare[0]]
    return tuple(given[0]) if given else (), gives[-1][0] if gives else None


_Title = tuple[str, Class | None, bool, dict[str, int], str | None]


def _title(titles: Sequence[str]) -> _Title:
    """Name, type, whose words they are, the numbers of a window, and an activation in a field of its own."""
    titles, activation = _without_activation(titles)
    whole = " ".join(titles)
    match = _BRACKETS.match(whole)
    if match:
        kind = match["cls"].strip()
        keras = keras_class(kind.replace(" ", ""), loose=False)
        caffe = caffe_type(kind, loose=False)
        if keras is None and caffe is None:
            caffe, keras = caffe_type(kind), keras_class(kind)
        window = _window(match["rest"])
        if caffe is not None and (keras is None or window):
            return match["name"], caffe, True, window, activation
        if keras is not None:
            return match["name"], keras, caffe is not None, {}, activation
        if _NAME.fullmatch(match["name"]) and _NAME.fullmatch(kind) and not match["rest"]:
            return match["name"], Class(kind, OPAQUE, exact=False), False, {}, activation
    match = _COLON.match(whole)
    if match and _NAME.fullmatch(match["name"].replace(" ", "_")):
        kind = match["cls"].replace(" ", "")
        return match["name"], keras_class(kind) or Class(kind, OPAQUE, exact=False), False, {}, activation
    return (*_fields(titles), False, {}, activation)


def _without_activation(titles: Sequence[str]) -> tuple[Sequence[str], str | None]:
    """The titles without an activation behind the type, and that."""
    found = _activation(titles[-1]) if len(titles) >= 2 else None
    if found is not None and keras_class(titles[-2]) is not None:
        return titles[:-1], found
    return titles, None


def _fields(titles: Sequence[str]) -> tuple[str, Class | None]:
    """Name and type in fields of their own, the name first; or a type alone; or a name alone."""
    if len(titles) >= 2 and (cls := keras_class(titles[-1])) is not None:
        return " ".join(titles[:-1]), cls
    whole = " ".join(titles)
    cls = keras_class("".join(whole.split()), loose=False)
    return ("", cls) if cls is not None else (whole, None)


def _window(text: str) -> dict[str, int]:
    found = {}
    for attribute, pattern in _WINDOW:
        match = pattern.search(text)
        least = 1 if attribute == "stride" else 0
        if match and (value := number(match[1])) >= least:
            found[attribute] = value
    return found
