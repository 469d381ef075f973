"""Rules of tables: segments joined into lines, and lines gathered into the frames that tables are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from dlc.frontends.pdf.page import Box, Rule

#: Segments on one height join over gaps up to this (points); the gaps of \cmidrule are wider.
_JOIN_GAP = 1.6
_SAME_HEIGHT = 0.9
#: Shorter horizontal segments are underscores, minus signs and fraction bars.
_SHORTEST = 8.0
#: Two rules closer than this are one double rule.
_DOUBLE = 3.4


@attrs.frozen(slots=True)
class Line:
    """A horizontal line."""

    y: float
    x0: float
    x1: float

    @property
    def length(self) -> float:
        """Its length in points."""
        return self.x1 - self.x0

    def covers(self, x: float) -> bool:
        """Whether it passes over or under this x."""
        return self.x0 <= x <= self.x1

    def overlaps(self, x0: float, x1: float) -> bool:
        """Whether it shares some width with a range."""
        return self.x0 < x1 and self.x1 > x0

    def share(self, x0: float, x1: float) -> float:
        """How much of a range it covers, 0 to 1."""
        return max(0.0, min(self.x1, x1) - max(self.x0, x0)) / max(x1 - x0, 1e-6)


@attrs.frozen(slots=True)
class Post:
    """A vertical segment."""

    x: float
    y0: float
    y1: float


def lines(rules: Iterable[Rule]) -> list[Line]:
    """Horizontal rules as lines from the top, pieces on one height joined."""
    parts = [rule for rule in rules if rule.horizontal]
    joined: list[Line] = []
    for rule in sorted(parts, key=lambda rule: (round(rule.middle, 1), rule.x0)):
        for index in range(len(joined) - 1, max(-1, len(joined) - 40), -1):
            last = joined[index]
            if abs(last.y - rule.middle) < _SAME_HEIGHT and _touch(last, rule):
                joined[index] = Line(last.y, min(last.x0, rule.x0), max(last.x1, rule.x1))
                break
        else:
            joined.append(Line(rule.middle, rule.x0, rule.x1))
    return sorted((line for line in joined if line.length >= _SHORTEST), key=lambda line: (line.y, line.x0))


def _touch(line: Line, rule: Rule) -> bool:
    return rule.x0 <= line.x1 + _JOIN_GAP and rule.x1 >= line.x0 - _JOIN_GAP


def posts(rules: Iterable[Rule]) -> list[Post]:
    """Vertical rules, each segment as it is drawn."""
    return [Post(rule.middle, rule.y0, rule.y1) for rule in rules if not rule.horizontal and rule.length >= 4]


def single(found: Sequence[Line]) -> list[Line]:
    """Lines with each double rule as one, at the height of its middle."""
    kept: list[Line] = []
    for line in found:
        twin = next((k for k in reversed(kept) if line.y - k.y < _DOUBLE and _twins(k, line)), None)
        if twin is None:
            kept.append(line)
        else:
            kept[kept.index(twin)] = Line((twin.y + line.y) / 2, min(twin.x0, line.x0), max(twin.x1, line.x1))
    return kept


def _twins(first: Line, second: Line) -> bool:
    return abs(first.x0 - second.x0) < 4 and abs(first.x1 - second.x1) < 4


@attrs.frozen
class Frame:
    """Lines and posts that belong to one table, or to what looks like one."""

    lines: tuple[Line, ...]
    posts: tuple[Post, ...]
    box: Box

    @property
    def width(self) -> float:
        """Its width in points."""
        return self.box[2] - self.box[0]

    @classmethod
    def around(cls, found: Sequence[Line], standing: Sequence[Post]) -> Frame:
        """The frame that some lines and posts (not both empty) make."""
        xs = [x for line in found for x in (line.x0, line.x1)] + [post.x for post in standing]
        ys = [line.y for line in found] + [y for post in standing for y in (post.y0, post.y1)]
        ordered = tuple(sorted(found, key=lambda line: (line.y, line.x0)))
        return cls(ordered, tuple(standing), (min(xs), min(ys), max(xs), max(ys)))
