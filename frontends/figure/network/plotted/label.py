"""What a box of a plotted network says: its name and type, sizes, numbers of a window, activation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import attrs

from dlc.frontends.figure.drawing import Area, Label
from dlc.frontends.figure.network.plotted.classes import ACTIVATIONS, Class, caffe_type, keras_class
from dlc.frontends.figure.ocr.repair import nearest

Size = tuple[int | None, ...]  # without the batch; None where the routine prints None

_BATCH = r"(?:N[o0O]n[ec]|\d+|\?)"
#: A size as Python prints a tuple, the batch first; the closing bracket may have been lost.
_TUPLE = re.compile(
    rf"[(\[{{]\s*({_BATCH}(?:\s*[,.]\s*(?:N[o0O]n[ec]|[\dOolI|SBZ]+))+\s*,?|{_BATCH}\s*,)\s*[)\]}}]*"
)
_NUMBER = re.compile(r"N[o0O]n[ec]|[\dOolI|SBZ]+")
_GIVEN = re.compile(r"^\W*(?:input|lnput|1nput)(?:\s?sh?ape)?\W*", re.I)
_GIVES = re.compile(r"^\W*[o0]utput(?:\s?sh?ape)?\W*", re.I)
_DTYPE = re.compile(r"^(?:output\s?dtype\s?:?\s*)?(?:b?fl[o0]at|u?[il1]nt)(?:8|16|32|64)$", re.I)
_ACTIVATION = re.compile(r"^act[il1]vat[il1][o0]n\s?:\s?(\w+)$", re.I)
_DIGITS = str.maketrans(
    {**dict.fromkeys("Oo", "0"), **dict.fromkeys("lI|", "1"), "S": "5", "B": "8", "Z": "2"}
)
_COLON = re.compile(r"^(?P<name>\S.*?)\s?:\s?(?P<cls>[A-Za-z][\w|]*)$")
_BRACKETS = re.compile(r"^(?P<name>\S.*?)\s*[(\[{](?P<cls>[A-Za-z|][^()\[\]{}]*?)[)\]}](?P<rest>.*)$")
#: The numbers that Caffe's routine prints for windows, by their attribute.
_WINDOW = (
    ("kernel", re.compile(r"kern\w{1,3}\s?s\w{1,2}[eo]\s?[:;.]?\s?([\dOolI|SBZ]+)", re.I)),
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
    ordered = _joined(in_order(lines))
    text = " ".join(label.text for label in ordered)
    sizes, titles, activation = _sorted(ordered)
    name, cls, caffe, window = _title(titles)
    given, gives = _in_out(sizes)
    sure = min((label.confidence for label in ordered), default=1.0)
    return Said(area, text, name, cls, caffe, given, gives, window, activation, None, fill, sure)


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
    """Whether a text with sizes has an open bracket that the next one may close."""
    opened = text.count("(") + text.count("[") > text.count(")") + text.count("]")
    closes = after.count("(") + after.count("[") < after.count(")") + after.count("]")
    return opened and re.search(_BATCH + r"\s*,", text) is not None and closes


def _sorted(labels: Sequence[Label]) -> tuple[list[tuple[str, list[Size]]], list[str], str | None]:
    """The sizes, each list with the word before it; what else names the layer; and an activation."""
    sizes: list[tuple[str, list[Size]]] = []
    titles: list[str] = []
    activation = None
    for label in labels:
        text = label.text.strip()
        found = read_sizes(text)
        match = _ACTIVATION.match(text)
        if found:
            sizes.append(("in" if _GIVEN.match(text) else "out" if _GIVES.match(text) else "", found))
        elif match:
            activation = _activation(match[1]) or match[1]
        elif _DTYPE.match(text) or _GIVEN.fullmatch(text) or _GIVES.fullmatch(text):
            continue
        elif titles and _activation(text):
            activation = _activation(text)
        elif text:
            titles.append(text)
    return sizes, titles, activation


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


def _title(titles: Sequence[str]) -> tuple[str, Class | None, bool, dict[str, int]]:
    """Name, type, whose words they are, and the numbers of a window."""
    whole = " ".join(titles)
    match = _BRACKETS.match(whole)
    if match:
        kind = match["cls"].strip()
        keras = keras_class(kind, loose=False)
        caffe = caffe_type(kind, loose=False)
        if keras is None and caffe is None:
            caffe, keras = caffe_type(kind), keras_class(kind)
        window = _window(match["rest"])
        if caffe is not None and (keras is None or window):
            return match["name"], caffe, True, window
        if keras is not None:
            return match["name"], keras, caffe is not None, {}
    match = _COLON.match(whole)
    if match and (cls := keras_class(match["cls"])) is not None:
        return match["name"], cls, False, {}
    return _fields(titles)


def _fields(titles: Sequence[str]) -> tuple[str, Class | None, bool, dict[str, int]]:
    """Name and type in fields of their own, the name first; or a type alone; or a name alone."""
    if len(titles) >= 2:
        cls = keras_class(titles[-1])
        if cls is not None:
            return " ".join(titles[:-1]), cls, False, {}
    whole = " ".join(titles)
    cls = keras_class(whole, loose=False)
    return ("", cls, False, {}) if cls is not None else (whole, None, False, {})


def _window(text: str) -> dict[str, int]:
    found = {}
    for attribute, pattern in _WINDOW:
        match = pattern.search(text)
        if match:
            found[attribute] = number(match[1])
    return found
