"""Where a table's columns part: at vertical rules, and at rivers of white that most rows leave free."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import attrs

from dlc.frontends.table.items import PHRASE_GAP, Item
from dlc.frontends.table.rules import Post

#: Posts this close (points) are one boundary: double rules.
_SAME_POST = 3.6
#: Rivers are searched in steps of this many points.
_STEP = 0.5
#: Of the lines with text on both sides, at most this part may cross a river.
_CROSSING = 0.25
#: Gaps in sizes: a wide river needs two rows, a narrow one three and none that crosses, a tight one numbers.
_WIDE, _NARROW, _TIGHT = 0.9, 0.5, 0.18


#: A line of items, and whether it is a header, whose titles may span columns.
HeadedLine = tuple[Sequence[Item], bool]


@attrs.frozen
class Boundary:
    """A boundary between columns: its x, and for a ruled one the heights that its posts cover.

    `gap` is the usual width of the white around it (sizes), `least` the smallest.
    """

    x: float
    spans: tuple[tuple[float, float], ...] = ()
    gap: float = 0.0
    tight: bool = False
    least: float = 0.0

    @property
    def ruled(self) -> bool:
        """Whether posts draw it."""
        return bool(self.spans)

    def covers(self, y: float) -> bool:
        """Whether a post passes this height."""
        return any(y0 - 1.5 <= y <= y1 + 1.5 for y0, y1 in self.spans)


def boundaries(
    lines: Sequence[Sequence[Item]],
    headers: Sequence[Sequence[Item]],
    posts: Sequence[Post],
    x0: float,
    x1: float,
) -> list[Boundary]:
    """The inner column boundaries between two sides, from the left.

    `lines` are all lines of items; `headers` those whose titles may span columns: they close no river.
    """
    ruled = [b for b in _ruled(posts) if _inner(b.x, lines, x0, x1)]
    edges = [x0 - 1, *(boundary.x for boundary in ruled), x1 + 1]
    found = list(ruled)
    head = {id(line) for line in headers}
    for left, right in itertools.pairwise(edges):
        inside = [(_clipped(line, left, right, ruled), id(line) in head) for line in lines]
        strict = bool(ruled) and len(ruled) + 1 >= 3
        found += _rivers([pair for pair in inside if pair[0]], left, right, strict)
    return sorted(found, key=lambda boundary: boundary.x)


def _ruled(posts: Sequence[Post]) -> list[Boundary]:
    clusters: list[list[Post]] = []
    for post in sorted(posts, key=lambda post: post.x):
        if clusters and post.x - clusters[-1][-1].x < _SAME_POST:
            clusters[-1].append(post)
        else:
            clusters.append([post])
    return [
        Boundary(sum(p.x for p in cluster) / len(cluster), tuple((p.y0, p.y1) for p in cluster))
        for cluster in clusters
    ]


def _inner(x: float, lines: Sequence[Sequence[Item]], x0: float, x1: float) -> bool:
    """Whether text stands on both sides, so that the post is not the table's outer border."""
    left = any(item.centre < x for line in lines for item in line)
    right = any(item.centre > x for line in lines for item in line)
    return left and right and x0 + 1 < x < x1 - 1


def _clipped(line: Sequence[Item], left: float, right: float, ruled: Sequence[Boundary]) -> list[Item]:
    """The items of a line between two posts, without those that cross a post which is not drawn there."""
    inside = []
    for item in line:
        if not left < item.centre < right:
            continue
        crosses = any(item.x0 + 1 < b.x < item.x1 - 1 and not b.covers(item.middle) for b in ruled)
        if not crosses:
            inside.append(item)
    return inside


def _rivers(lines: Sequence[HeadedLine], left: float, right: float, strict: bool) -> Iterable[Boundary]:
    """Rivers inside one interval; `strict` where posts already part the table into columns."""
    items = [item for line, _ in lines for item in line]
    if not items:
        return
    low, high = min(item.x0 for item in items), max(item.x1 for item in items)
    found: list[Boundary] = []
    for stretch in _stretches(lines, low, high):
        for part in _around_islands(lines, stretch):
            river = _river(lines, part, strict)
            if river is not None:
                found.append(river)
    yield from _needed(found, lines, low, high)


def _stretches(lines: Sequence[HeadedLine], low: float, high: float) -> Iterable[list[float]]:
    """Runs of x that few lines cross."""
    stretch: list[float] = []
    for step in range(int((high - low) / _STEP) + 1):
        x = low + step * _STEP
        if _free(lines, x):
            stretch.append(x)
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def _around_islands(lines: Sequence[HeadedLine], stretch: Sequence[float]) -> Iterable[Sequence[float]]:
    """A stretch, cut at items that stand wholly inside it: the entries of a sparse column."""
    inside = [
        item
        for line, header in lines
        for item in line
        if not header and item.numeric and stretch[0] < item.x0 and item.x1 < stretch[-1]
    ]
    start = stretch[0]
    for item in sorted(inside, key=lambda item: item.x0):
        before = [x for x in stretch if start <= x < item.x0]
        if before and item.x0 >= start:
            yield before
            start = item.x1
    rest = [x for x in stretch if x >= start]
    if rest:
        yield rest


def _needed(
    found: Sequence[Boundary], lines: Sequence[HeadedLine], low: float, high: float
) -> list[Boundary]:
    """Boundaries without those that part off a column in which nothing stands."""
    kept = list(found)
    while kept:
        edges = [low - 1, *(boundary.x for boundary in kept), high + 1]
        body = [line for line, header in lines if not header]
        told = body if len(body) >= 3 else [line for line, _ in lines]
        phrases = [run for line in told for run in _phrases(line, kept)]
        held = [_holds(phrases, x0, x1) for x0, x1 in itertools.pairwise(edges)]
        empty = next((index for index, some in enumerate(held) if not some), None)
        if empty is None:
            break
        beside = [kept[index] for index in (empty - 1, empty) if 0 <= index < len(kept)]
        kept.remove(max(beside, key=lambda b: (_crossings(lines, b.x), -b.gap, -b.least)))
    return kept


def _phrases(line: Sequence[Item], parted: Sequence[Boundary]) -> list[tuple[float, float]]:
    """The sides of a line's phrases: items that only a word's space parts, tight columns excepted."""
    found = [(line[0].x0, line[0].x1)]
    for left, right in itertools.pairwise(line):
        tight = any(b.tight and left.x1 - 1 < b.x < right.x0 + 1 for b in parted)
        if right.x0 - left.x1 < PHRASE_GAP * max(left.size, right.size) and not tight:
            found[-1] = found[-1][0], right.x1
        else:
            found.append((right.x0, right.x1))
    return found


def _holds(phrases: Sequence[tuple[float, float]], x0: float, x1: float) -> bool:
    return any(x0 - 1 < left and right < x1 + 1 for left, right in phrases)


def _crossings(lines: Sequence[HeadedLine], x: float) -> int:
    return sum(any(item.x0 < x < item.x1 for item in line) for line, _ in lines)


def _free(lines: Sequence[HeadedLine], x: float) -> bool:
    """Whether few enough lines have ink at x, for those that have text on both sides."""
    crossing = both = 0
    for line, header in lines:
        if any(item.x0 < x < item.x1 for item in line):
            crossing += not header
        elif line[0].x0 < x < line[-1].x1:
            both += not header
    return both > 0 and crossing <= _CROSSING * (both + crossing)


def _river(lines: Sequence[HeadedLine], stretch: Sequence[float], strict: bool) -> Boundary | None:
    """The boundary that a stretch of free x makes, if its gaps are wide enough for the rows with them."""
    x = _clearest(lines, stretch)
    gaps = [gap for line, _ in lines if (gap := _gap(line, x)) is not None]
    crossing = sum(any(item.x0 < x < item.x1 for item in line) for line, header in lines if not header)
    if not gaps:
        return None
    widths = sorted(width for width, _ in gaps)
    typical = widths[len(widths) // 2]
    numbers = sum(numeric for _, numeric in gaps) / len(gaps)
    enough = len(gaps) >= (3 if strict else 2) or len(lines) <= 2
    if typical >= (_WIDE + 0.3 if strict else _WIDE) and enough:
        return Boundary(x, gap=typical, least=widths[0])
    if typical >= _WIDE and crossing == 0 and any(_dense(line, x) for line, _ in lines):
        return Boundary(x, gap=typical, least=widths[0])
    if typical >= _NARROW and len(gaps) >= 3 and crossing == 0 and not strict:
        return Boundary(x, gap=typical, least=widths[0])
    few = crossing == 0 or (len(gaps) >= 4 and crossing <= 0.2 * len(gaps))
    if widths[0] >= _TIGHT and len(gaps) >= 3 and few and numbers >= 0.6:
        return Boundary(x, gap=typical, tight=True, least=widths[0])
    return None


def _dense(line: Sequence[Item], x: float) -> bool:
    """Whether a line is mostly numbers, with one on either side of x: then a single row tells of columns."""
    numbers = [item for item in line if _counts(item)]
    if len(numbers) < 5 or len(numbers) < 0.6 * len(line):
        return False
    before = [item for item in line if item.x1 <= x + 0.3]
    after = [item for item in line if item.x0 >= x - 0.3]
    return bool(before) and bool(after) and before[-1] in numbers and after[0] in numbers


def _clearest(lines: Sequence[HeadedLine], stretch: Sequence[float]) -> float:
    """The x of a stretch that fewest lines cross: the middle of the longest run of those."""
    counts = [sum(any(i.x0 < x < i.x1 for i in line) for line, _ in lines) for x in stretch]
    least = min(counts)
    runs: list[list[float]] = [[]]
    for x, count in zip(stretch, counts, strict=True):
        if count == least:
            runs[-1].append(x)
        elif runs[-1]:
            runs.append([])
    best = max(runs, key=len)
    return best[len(best) // 2]


def _gap(line: Sequence[Item], x: float) -> tuple[float, bool] | None:
    """The width (in sizes) of the white around x in a line, and whether numbers stand on both sides."""
    before = [item for item in line if item.x1 <= x + 0.3]
    after = [item for item in line if item.x0 >= x - 0.3]
    if not before or not after or len(before) + len(after) != len(line):
        return None
    left, right = before[-1], after[0]
    return (right.x0 - left.x1) / max(left.size, right.size), _counts(left) and _counts(right)


def _counts(item: Item) -> bool:
    """Whether an item is a number in its own right, not a remark in parentheses."""
    return item.numeric and "(" not in item.text and ")" not in item.text
