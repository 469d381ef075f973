"""Which letters of a reading each glyph of a line is."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence

import attrs

from dlc.frontends.figure.ocr.glyphs import Glyph
from dlc.frontends.figure.ocr.recogniser import TextReading

#: This share of readings must agree.
_AGREED = 0.75
#: Letters may be read so far (line heights) beside where they stand; glyphs that touch are at most so many.
_ASTRAY, _MOST_TOUCHING = 0.25, 6
#: Letters that are all so near (line heights) to a glyph of their own are those.
_CLOSE = 0.2
#: What it costs (line heights) that a glyph is a part of a letter, or a speck, besides its width; and that it is
#: another than in other readings.
_BROKEN, _UNHEARD = 0.1, 0.5
#: Few other readings weigh less: as if so many more were with each.
_PRIOR = 2


#: So many slips are as likely as spaces that are wider or narrower than usual by a line height. Widths that differ
#: by so little (line heights) are equal.
_UNUSUAL, _JUST = 25, 0.001


@attrs.define(eq=False)
class Votes:
    """What something was read as: how often each, how often in all, and the sum of how sure that was."""

    found: dict[str, int] = attrs.field(factory=dict)
    count: int = 0
    sure: float = 0.0

    def add(self, text: str, sure: float) -> None:
        """Count one more reading."""
        self.found[text] = self.found.get(text, 0) + 1
        self.count += 1
        self.sure += sure

    def without(self, text: str | None, sure: float) -> Votes:
        """The votes but for one."""
        if text is None or text not in self.found:
            return self
        return Votes(self.found | {text: self.found[text] - 1}, self.count - 1, self.sure - sure)

    @property
    def agreed(self) -> str | None:
        """What most readings say, where they do."""
        best = max(self.found, key=self.found.__getitem__, default=None)
        return best if best is not None and self.found[best] >= max(1, _AGREED * self.count) else None


def aligned(
    glyphs: Sequence[Glyph], likely: Sequence[Votes | None], reading: TextReading, left: int, height: int
) -> list[tuple[str, bool]]:
    """For each glyph its letters, and whether a space follows; nothing where glyphs and letters do not fit.

    The reading is of what begins at column `left` of a line of that height, in pixels; `likely` is what other
    readings say of each glyph.
    """
    if len(reading.places) != len(reading.text):
        return []
    at = [n for n, c in enumerate(reading.text) if c != " "]
    letters = "".join(reading.text[n] for n in at)
    places = [left + reading.places[n] for n in at]
    counts = _Match(glyphs, likely, letters, places, height).counts()
    ends = list(itertools.accumulate(counts))
    return [
        (letters[begin:end], end > 0 and reading.text[at[end - 1] + 1 :][:1] == " ")
        for begin, end in zip([0, *ends], ends, strict=False)
    ]


_Way = tuple[float, tuple[int, ...]]  # what it costs, and how many letters each glyph is


@attrs.frozen(eq=False)
class _Match:
    glyphs: Sequence[Glyph]
    likely: Sequence[Votes | None]
    letters: str
    places: Sequence[float]
    height: int

    def counts(self) -> tuple[int, ...]:
        """How many letters each glyph is: those that stand where it does; nothing where some stand elsewhere."""
        if self._is_plain():
            return (1,) * len(self.glyphs)
        ways: dict[int, _Way] = {0: (0.0, ())}  # by letters used up so far
        for number in range(len(self.glyphs)):
            further: dict[int, _Way] = {}
            for used, (cost, counts) in ways.items():
                for count, more in self._choices(number, used):
                    if cost + more < further.get(used + count, (math.inf,))[0]:
                        further[used + count] = cost + more, (*counts, count)
            ways = further
        return ways.get(len(self.letters), (0.0, ()))[1]

    def _is_plain(self) -> bool:
        """Whether every glyph is just one letter, clearly."""
        if len(self.letters) != len(self.glyphs):
            return False
        return all(
            abs(place - glyph.middle) <= _CLOSE * self.height
            and (votes is None or votes.agreed in (letter, None))
            for glyph, place, letter, votes in zip(
                self.glyphs, self.places, self.letters, self.likely, strict=True
            )
        )

    def _choices(self, number: int, used: int) -> Iterator[tuple[int, float]]:
        """How many of the next letters a glyph may be, and what each choice costs (pixels)."""
        glyph, votes = self.glyphs[number], self.likely[number]
        yield 0, self._cost(votes, "") + _BROKEN * self.height + glyph.right - glyph.left
        for count in range(1, _MOST_TOUCHING + 1):
            own = self.places[used : used + count]
            wide = (glyph.right - glyph.left) / count
            far = [abs(place - glyph.left - (n + 0.5) * wide) for n, place in enumerate(own)]
            if len(own) < count or max(far) > _ASTRAY * self.height + wide / 2:
                return
            yield count, self._cost(votes, self.letters[used : used + count]) + sum(far)

    def _cost(self, votes: Votes | None, text: str) -> float:
        """What it costs that a glyph is read differently from others like it."""
        if votes is None or not votes.count:
            return 0.0
        return _UNHEARD * self.height * (votes.count - votes.found.get(text, 0)) / (votes.count + _PRIOR)


def narrowest_space(gaps: Iterable[tuple[float, bool]], usual: float) -> float:
    """The width that parts gaps that were read as spaces from others, with few slips and near the usual one.

    Wider gaps are spaces. Widths are in line heights.
    """
    ranked = sorted(gaps)
    slips = sum(not spaced for _, spaced in ranked)  # where all are spaces
    ends = [-math.inf, *(width for width, _ in ranked), math.inf]
    choices = []
    for n, (low, high) in enumerate(itertools.pairwise(ends)):
        if n:
            slips += 1 if ranked[n - 1][1] else -1
        if low < high:
            nearest = min(max(usual, low), max(low, high - _JUST))
            choices.append((slips + _UNUSUAL * abs(nearest - usual), nearest))
    return min(choices)[1]
