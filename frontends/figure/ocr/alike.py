"""Lines of text read by what they have in common: glyphs that are equal, pixel by pixel, are one letter.

An engine reads words of a picture until every glyph has been seen twice where it stands in two lines; what
these readings agree on spells all lines. That takes a part of the time, and a slip of the engine in one word is
outvoted by others. Where glyphs are not equal (photographs, scans), the engine reads whole lines.
"""

from __future__ import annotations

import heapq
import itertools
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from dlc.frontends.figure.ocr.glyphs import Glyph, Looks, glyphs_of
from dlc.frontends.figure.ocr.matched import Votes, aligned, narrowest_space
from dlc.frontends.figure.ocr.recogniser import Crop, Recogniser, TextReading
from dlc.frontends.groups import Groups

#: What must be known to spell a line: the letters of each look, those of a bar between two looks.
Item = int | tuple[int, int, int]

#: So many readings make an item known, if they agree.
_READINGS = 2
#: After so many rounds of words, lines that still cannot be spelled are read whole.
_ROUNDS = 3
#: Readings are matched with glyphs so many times, the last ones by what the first have told.
_PASSES = 3
#: Lines of which a smaller share of glyphs stands elsewhere too, or which have shorter words, are read whole at
#: once.
_REPEATED, _SHORTEST = 0.5, 1.5
#: Lines are cut into words where glyphs are further apart (line heights); so many pixels are left around.
_APART, _RIM = 0.2, 3
#: Narrow letters are not wider, and not lower (line heights): 1, l, t, but no comma. Two of them stand further
#: apart than others by so much.
_NARROW, _TALL, _FURTHER = 0.28, 0.45, 0.08
#: A space between two digits, which is rare, is wider than others (line heights), or their middles are so much
#: further apart than those of a number's digits.
_BESIDE_DIGITS, _WIDER = 0.15, 1.25


def read_lines(recogniser: Recogniser, lines: Sequence[Crop]) -> list[TextReading]:
    """The text of each line, in order, as `Recogniser.read` gives it."""
    looks = Looks()
    glyphs = [glyphs_of(crop, looks) for crop in lines]
    heights = _heights(lines, glyphs)
    return _Speller(recogniser, list(map(_line, lines, glyphs, heights))).run()


def _heights(lines: Sequence[Crop], glyphs: Sequence[Sequence[Glyph]]) -> list[int]:
    """The heights of lines, those of the highest of all with the same letters: low letters make low lines."""
    groups = Groups(len(lines))
    first: dict[int, int] = {}
    for number, own in enumerate(glyphs):
        for glyph in own:
            groups.join(number, first.setdefault(glyph.look, number))
    highest: Counter[int] = Counter()
    for number, line in enumerate(lines):
        highest[groups.root(number)] = max(highest[groups.root(number)], line.shape[0])
    return [highest[groups.root(number)] for number in range(len(lines))]


@attrs.frozen
class _Joint:
    """Two glyphs beside each other: the gap between them (line heights), as it would be between letters that are
    not narrow, and how far apart their middles are (pixels)."""

    gap: float
    pitch: float


@attrs.frozen(eq=False)
class _Line:
    """A line's glyphs, the item of each, what lies between them, and which begin words."""

    crop: Crop
    glyphs: tuple[Glyph, ...]
    items: tuple[Item, ...]
    joints: tuple[_Joint, ...]
    starts: tuple[int, ...]


@attrs.frozen(eq=False)
class _Part:
    """Some words of a line: glyphs from `begin` to `end`, exclusive."""

    line: _Line
    begin: int
    end: int

    @property
    def items(self) -> tuple[Item, ...]:
        """The items of its glyphs."""
        return self.line.items[self.begin : self.end]

    @property
    def joints(self) -> tuple[_Joint, ...]:
        """What lies between its glyphs."""
        return self.line.joints[self.begin : self.end - 1]

    @property
    def span(self) -> tuple[int, int]:
        """Its columns in the line's crop."""
        glyphs = self.line.glyphs
        left, right = glyphs[self.begin].left - _RIM, glyphs[self.end - 1].right + _RIM
        return max(0, left), min(self.line.crop.shape[1], right)

    @property
    def width(self) -> int:
        """Its width in pixels."""
        left, right = self.span
        return right - left


@attrs.define(eq=False)
class _Heard:
    """A reading of a part of a line, from a column on: the letters of each glyph, and whether a space follows."""

    part: _Part
    left: int
    reading: TextReading
    letters: list[str] = attrs.field(factory=list)
    spaces: list[bool] = attrs.field(factory=list)


class _Speller:
    """The lines of one picture, those read whole, and what items were read as."""

    def __init__(self, recogniser: Recogniser, lines: Sequence[_Line]) -> None:
        self._recogniser = recogniser
        self._lines = lines
        self._whole: dict[int, TextReading] = {}
        self._heard: list[_Heard] = []
        self._votes: Mapping[Item, Votes] = {}
        self._needed: Mapping[Item, int] = {}
        self._space = _APART  # wider gaps are spaces
        self._pitch = math.inf  # of the digits of a number

    def run(self) -> list[TextReading]:
        """All lines: rounds of reading words, until the rest can be spelled."""
        self._read_whole(_alone(self._lines))
        left = self._unread()
        parts = _parts([self._lines[n] for n in left])
        self._needed = _needed([self._lines[n] for n in left], parts)
        for _ in range(_ROUNDS):
            chosen = set(self._chosen(parts, left))
            wide = sum(part.width for part in chosen)
            if not chosen or wide > sum(self._lines[n].crop.shape[1] for n in left):
                break
            self._read_parts([part for part in parts if part in chosen])
            parts = [part for part in parts if part not in chosen]
            left = self._unread()
        self._read_whole(left)
        return [self._whole.get(n) or self._spelled(line) or _NOTHING for n, line in enumerate(self._lines)]

    def _unread(self) -> list[int]:
        """The lines that have not been read and cannot be spelled."""
        return [
            n for n, line in enumerate(self._lines) if n not in self._whole and self._spelled(line) is None
        ]

    def _read_whole(self, numbers: Sequence[int]) -> None:
        found = self._recogniser.read([self._lines[n].crop for n in numbers])
        for number, reading in zip(numbers, found, strict=True):
            self._whole[number] = reading
            line = self._lines[number]
            self._heard.append(_Heard(_Part(line, 0, len(line.glyphs)), 0, reading))
        self._count()

    def _read_parts(self, parts: Sequence[_Part]) -> None:
        crops = [part.line.crop[:, slice(*part.span)] for part in parts]
        for part, reading in zip(parts, self._recogniser.read(crops), strict=True):
            self._heard.append(_Heard(part, part.span[0], reading))
        self._count()

    def _count(self) -> None:
        """Count the votes of all readings; what the others say tells where letters of each stand."""
        for _ in range(_PASSES):
            votes: defaultdict[Item, Votes] = defaultdict(Votes)
            gaps: list[tuple[float, bool]] = []
            for heard in self._heard:
                self._match(heard)
                for item, text in zip(heard.part.items, heard.letters, strict=False):
                    votes[item].add(text, heard.reading.confidence)
                gaps += zip((one.gap for one in heard.part.joints), heard.spaces, strict=False)
            self._votes, self._space = votes, narrowest_space(gaps, _APART)
        self._pitch = self._usual_pitch()

    def _usual_pitch(self) -> float:
        """How far apart the middles of a number's digits usually are (pixels); without bound where none was read."""
        found = [
            one.pitch
            for heard in self._heard
            for letters, one in zip(itertools.pairwise(heard.letters), heard.part.joints, strict=False)
            if one.gap <= self._space and _are_digits(*letters)
        ]
        return statistics.median(found) if found else math.inf

    def _is_space(self, joint: _Joint, before: str, after: str) -> bool:
        """Whether a space stands between two glyphs, by their letters."""
        if not (before[-1:].isdigit() and after[:1].isdigit()):
            return joint.gap > self._space
        wide = _are_digits(before, after) and joint.pitch > _WIDER * self._pitch
        return joint.gap > self._space + (0.0 if wide else _BESIDE_DIGITS)

    def _match(self, heard: _Heard) -> None:
        """Find which letters of a reading each glyph is."""
        part, sure = heard.part, heard.reading.confidence
        own: list[str | None] = [*heard.letters] or [None] * len(part.items)
        others = [
            votes.without(text, sure) if (votes := self._votes.get(item)) is not None else None
            for item, text in zip(part.items, own, strict=True)
        ]
        glyphs = part.line.glyphs[part.begin : part.end]
        found = aligned(glyphs, others, heard.reading, heard.left, part.line.crop.shape[0])
        heard.letters, heard.spaces = [text for text, _ in found], [spaced for _, spaced in found]

    def _missing(self, item: Item) -> int:
        """How many more readings an item takes."""
        needed = self._needed.get(item, 1)
        votes = self._votes.get(item)
        if votes is None:
            return needed
        return max(needed - votes.count, int(votes.agreed is None))

    def _chosen(self, parts: Sequence[_Part], left: Sequence[int]) -> list[_Part]:
        """Parts whose readings tell what these lines lack, in few pixels: again and again the best one."""
        missing = {item: self._missing(item) for n in left for item in self._lines[n].items}
        inside = [set(part.items) for part in parts]
        waiting = [(-math.inf, n) for n in range(len(parts))]
        chosen = []
        while waiting:
            _, best = heapq.heappop(waiting)
            gain = sum(missing.get(item, 0) > 0 for item in inside[best]) / parts[best].width
            if gain and waiting and -gain > waiting[0][0]:  # others may be better now
                heapq.heappush(waiting, (-gain, best))
            elif gain:
                chosen.append(parts[best])
                for item in parts[best].items:
                    missing[item] = missing.get(item, 0) - 1
        return chosen

    def _spelled(self, line: _Line) -> TextReading | None:
        """A line as its items were read; None where one is not known."""
        votes = [self._votes.get(item) for item in line.items]
        known = [v for v in votes if v is not None and v.agreed is not None]
        if not known or len(known) < len(votes) or any(map(self._missing, line.items)):
            return None
        letters = [v.agreed or "" for v in known]
        spaces = [
            " " if self._is_space(joint, *pair) else ""
            for joint, pair in zip(line.joints, itertools.pairwise(letters), strict=True)
        ]
        text = "".join(itertools.chain.from_iterable(zip(letters, [*spaces, ""], strict=True)))
        return TextReading(text, sum(v.sure / v.count for v in known) / len(known))


_NOTHING = TextReading("", 0.0)


def _line(crop: Crop, glyphs: Sequence[Glyph], height: int) -> _Line:
    joints = _joints(glyphs, height)
    far = [True, *(joint.gap > _APART for joint in joints), True]
    looks = [0, *(glyph.look for glyph in glyphs), 0]
    items: list[Item] = [
        (0 if far[n] else looks[n], glyph.look, 0 if far[n + 1] else looks[n + 2])
        if glyph.is_bar
        else glyph.look
        for n, glyph in enumerate(glyphs)
    ]
    starts = tuple(n for n, apart in enumerate(far[:-1]) if apart) if glyphs else ()
    return _Line(crop, tuple(glyphs), tuple(items), tuple(joints), starts)


def _are_digits(before: str, after: str) -> bool:
    """Whether two glyphs are a digit each."""
    return len(before) == len(after) == 1 and before.isdigit() and after.isdigit()


def _joints(glyphs: Sequence[Glyph], height: int) -> list[_Joint]:
    """What lies between each glyph of a line and the next."""
    narrow = [g.right - g.left <= _NARROW * height and g.height >= _TALL * height for g in glyphs]
    return [
        _Joint(
            (other.left - one.right) / height - _FURTHER * (narrow[n] and narrow[n + 1]),
            other.middle - one.middle,
        )
        for n, (one, other) in enumerate(itertools.pairwise(glyphs))
    ]


def _alone(lines: Sequence[_Line]) -> list[int]:
    """The lines whose glyphs stand nowhere else, or all apart."""
    looks = Counter(glyph.look for line in lines for glyph in line.glyphs)
    return [
        n
        for n, line in enumerate(lines)
        if sum(looks[glyph.look] > 1 for glyph in line.glyphs) <= _REPEATED * len(line.glyphs)
        or (len(line.starts) > 2 and len(line.glyphs) < _SHORTEST * len(line.starts))
    ]


def _parts(lines: Iterable[_Line]) -> list[_Part]:
    """The different words of lines, and pairs of words that follow each other."""
    found: dict[tuple[Item, ...], _Part] = {}
    for line in lines:
        for part in _words(line):
            found.setdefault(part.items, part)
    return list(found.values())


def _words(line: _Line) -> Iterator[_Part]:
    """Words and pairs of words; a lone sign, as ×, is read better with another word."""
    bounds = [*line.starts, len(line.glyphs)]
    for count in (1, 2):
        for begin, end in zip(bounds, bounds[count:], strict=False):
            if end - begin > 1 or len(line.starts) == 1:
                yield _Part(line, begin, end)


def _needed(lines: Iterable[_Line], parts: Iterable[_Part]) -> Mapping[Item, int]:
    """How many readings make each item known: one where few lines or no two parts have it."""
    in_lines = Counter(item for line in lines for item in set(line.items))
    in_parts = Counter(item for part in parts for item in set(part.items))
    return {item: min(_READINGS, count - 1, in_parts[item]) or 1 for item, count in in_lines.items()}
