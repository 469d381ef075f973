"""Pairs captions with the tables that they name: frames of rules, or columns of bare text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from dlc.frontends.pdf.assignment import cheapest
from dlc.frontends.pdf.page import Box, Page, Rule
from dlc.frontends.pdf.words import Piece, Word, pieces, words
from dlc.frontends.table.captions import Caption, captions
from dlc.frontends.table.frames import frames, is_prose
from dlc.frontends.table.rules import Frame, Line, Post, lines, posts

#: A caption further from its table than this (points) is another's.
_FURTHEST = 60.0
#: Lines of an unruled table are at most this far apart (sizes).
_LOOSE_LEADING = 2.6
#: What it costs (points) when a caption stands on the side that the rest of the paper does not use.
_OTHER_SIDE = 25.0
#: What a table's caption without a body costs, and how many bodies are thought of for each.
_ALONE = 150.0
_MOST_OPTIONS = 5


@attrs.frozen
class Region:
    """Where a table stands: its box, the words and rules inside, and its caption."""

    caption: Caption
    box: Box
    words: tuple[Word, ...]
    lines: tuple[Line, ...]
    posts: tuple[Post, ...]
    below: bool = True


@attrs.frozen
class Layout:
    """A page's words, pieces of lines, captions and frames."""

    page: Page
    words: tuple[Word, ...]
    pieces: tuple[Piece, ...]
    lines: tuple[Line, ...]
    posts: tuple[Post, ...]
    captions: tuple[Caption, ...]
    frames: tuple[Frame, ...]

    @classmethod
    def of(cls, page: Page) -> Layout:
        """Look at a page."""
        found, standing = words(page.chars, page.rules), posts(page.rules)
        drawn = lines(_without_bars(page.rules, found))
        parts = pieces(found)
        named = captions(found, drawn)
        made = frames(drawn, standing, parts, named)
        return cls(page, tuple(found), tuple(parts), tuple(drawn), tuple(standing), tuple(named), tuple(made))


def _without_bars(rules: Iterable[Rule], found: Iterable[Word]) -> list[Rule]:
    """The rules without the bars of fractions, which stand inside a word."""
    fractions = [word for word in found if "/" in word.text]
    return [rule for rule in rules if not any(_in_word(rule, word) for word in fractions)]


def _in_word(rule: Rule, word: Word) -> bool:
    high = word.y0 + 2 < rule.middle < word.y1 - 2
    return high and word.x0 - 1 <= rule.x0 and rule.x1 <= word.x1 + 1


@attrs.frozen
class Pair:
    """A caption and a body that it may name; `below` tells that the body stands under it."""

    cost: float
    caption: Caption
    body: Frame | Box
    below: bool

    @property
    def box(self) -> Box:
        """The body's box."""
        return self.body.box if isinstance(self.body, Frame) else self.body


def candidates(layout: Layout) -> list[Pair]:
    """Every body that a caption may name, cheapest first."""
    return sorted(_pairs(layout), key=lambda pair: pair.cost)


def regions(layout: Layout, pairs: Sequence[Pair], below: bool | None = None) -> list[Region]:
    """The captioned tables on a page; `below` says where the paper puts bodies, if that is known."""
    options: dict[int, list[Pair]] = {id(caption): [] for caption in layout.captions}
    for pair in pairs:
        other = below is not None and pair.below != below
        options[id(pair.caption)].append(attrs.evolve(pair, cost=pair.cost + (_OTHER_SIDE if other else 0.0)))
    ranked = [sorted(own, key=lambda pair: pair.cost)[:_MOST_OPTIONS] for own in options.values() if own]
    chosen = cheapest(ranked, lambda one, other: _overlap(one.box, other.box), _alone)
    found = [_region(layout, pair) for pair in chosen if pair.caption.is_table]
    return sorted(found, key=lambda region: (region.box[1], region.box[0]))


def _alone(options: Sequence[Pair]) -> float:
    """What it costs that a caption gets no body: little for a figure's, whose body may be anything."""
    return _ALONE if any(pair.caption.is_table for pair in options) else _ALONE / 5


def _pairs(layout: Layout) -> Iterable[Pair]:
    for caption in layout.captions:
        for frame in layout.frames:
            for side in (True, False):
                gap = _gap(caption, frame.box, side)
                if gap is not None and not _blocked(layout, caption, frame.box, side):
                    yield Pair(_cost(caption, frame.box, gap), caption, frame, side)
        if caption.is_table:
            for side in (True, False):
                box = _bare(layout, caption, side)
                if box is not None:
                    gap = max(0.0, _gap(caption, box, side) or 0.0)
                    yield Pair(_cost(caption, box, gap) + 40, caption, box, side)


def _gap(caption: Caption, box: Box, below: bool) -> float | None:
    left, top, right, bottom = caption.box
    gap = box[1] - bottom if below else top - box[3]
    shared = min(right, box[2]) - max(left, box[0])
    near = -4 < gap < _FURTHEST and shared > 0.5 * min(right - left, box[2] - box[0])
    return gap if near else None


def _cost(caption: Caption, box: Box, gap: float) -> float:
    apart = abs(caption.box[0] + caption.box[2] - box[0] - box[2]) / 2
    doubt = 0.0 if caption.sure else 10.0
    return max(gap, 0.0) + min(apart, 40) * 0.3 + doubt


def _between(layout: Layout, caption: Caption, box: Box, below: bool) -> list[Piece]:
    """Pieces that stand between a caption and a body."""
    top, bottom = (caption.box[3], box[1]) if below else (box[3], caption.box[1])
    x0, x1 = min(box[0], caption.box[0]), max(box[2], caption.box[2])
    own = {id(word) for piece in caption.pieces for word in piece.words}
    return [
        piece
        for piece in layout.pieces
        if top - 1 < piece.baseline - 0.3 * piece.size < bottom + 1
        and piece.x0 < x1
        and piece.x1 > x0
        and not any(id(word) in own for word in piece.words)
    ]


def _blocked(layout: Layout, caption: Caption, box: Box, below: bool) -> bool:
    between = _between(layout, caption, box, below)
    small = min(piece.size for piece in caption.pieces) - 0.4
    if any(is_prose(piece, caption.box[0], caption.box[2]) and piece.size > small for piece in between):
        return True
    starts = {round(piece.baseline / 3) for piece in between}
    labelled = [other for other in layout.captions if other is not caption]
    if any(_stands_between(other, caption, box, below) for other in labelled):
        return True
    return len(starts) > 4


def _stands_between(other: Caption, caption: Caption, box: Box, below: bool) -> bool:
    top, bottom = (caption.box[3], box[1]) if below else (box[3], caption.box[1])
    middle = (other.box[1] + other.box[3]) / 2
    return top < middle < bottom and other.box[0] < box[2] and other.box[2] > box[0]


def _bare(layout: Layout, caption: Caption, below: bool) -> Box | None:
    """The box of an unruled table beside a caption: at least three lines of several pieces each."""
    rows = _rows_beside(layout, caption, below)
    kept: list[list[Piece]] = []
    last = caption.box[3] if below else caption.box[1]
    for row in rows:
        size = row[0].size
        gap = abs(row[0].baseline - last) if kept else 0.0
        if not kept and len(row) == 1 and abs(row[0].baseline - last) < 4 * size:
            continue
        if gap > _LOOSE_LEADING * size or not _tabular(row, kept):
            break
        kept.append(row)
        last = row[0].baseline
    while kept and len(kept[-1]) < 2:
        kept.pop()
    if sum(len(row) > 1 for row in kept) < 3:
        return None
    parts = [piece for row in kept for piece in row]
    x0, x1 = min(piece.x0 for piece in parts), max(piece.x1 for piece in parts)
    return x0 - 1, min(piece.y0 for piece in parts) - 1, x1 + 1, max(piece.y1 for piece in parts) + 1


def _rows_beside(layout: Layout, caption: Caption, below: bool) -> list[list[Piece]]:
    """Lines on one side of a caption, nearest first, each as its pieces inside the caption's column."""
    x0, top, x1, bottom = caption.box
    slack = 30.0
    near = [
        piece
        for piece in layout.pieces
        if (piece.baseline > bottom + 2 if below else piece.baseline < top)
        and piece.x0 > x0 - slack
        and piece.x1 < x1 + slack
    ]
    rows: list[list[Piece]] = []
    for piece in sorted(near, key=lambda piece: piece.baseline if below else -piece.baseline):
        if rows and abs(rows[-1][0].baseline - piece.baseline) < 2:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return rows


def _tabular(row: Sequence[Piece], kept: Sequence[Sequence[Piece]]) -> bool:
    """Whether a line can be an unruled table's row: several pieces, or a short one among such rows."""
    if len(row) > 1:
        return True
    return bool(kept) and len(row[0].words) <= 4 and len(kept[-1]) > 1


def _overlap(first: Box, second: Box) -> bool:
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    return width > 2 and height > 1


def _region(layout: Layout, pair: Pair) -> Region:
    drawn = pair.body.lines if isinstance(pair.body, Frame) else ()
    standing = pair.body.posts if isinstance(pair.body, Frame) else ()
    box = _grown(layout, pair, pair.box)
    own = {id(word) for caption in layout.captions for piece in caption.pieces for word in piece.words}
    inside = [word for word in layout.words if id(word) not in own and _within(word, box)]
    return Region(pair.caption, box, tuple(inside), drawn, standing, pair.below)


def _within(word: Word, box: Box) -> bool:
    middle = (word.x0 + word.x1) / 2
    return box[0] - 2 <= middle <= box[2] + 2 and box[1] - 1 <= word.middle <= box[3] + 1


def _grown(layout: Layout, pair: Pair, box: Box) -> Box:
    """The box with lines outside its outer rules: a header above the first rule, rows without a last one."""
    if not isinstance(pair.body, Frame):
        return box
    own = {id(word) for caption in layout.captions for piece in caption.pieces for word in piece.words}
    free = [piece for piece in layout.pieces if not any(id(word) in own for word in piece.words)]
    x0, y0, x1, y1 = box
    inside = [piece for piece in free if x0 - 8 <= piece.x0 and piece.x1 <= x1 + 8]
    others = [
        frame.box
        for frame in layout.frames
        if frame is not pair.body and _overlap(frame.box, (x0, 0, x1, 1e6))
    ]
    inside = [piece for piece in inside if not any(_overlap(piece.box, other) for other in others)]
    open_top, open_bottom = _open(pair.body)
    under = sorted((p for p in inside if p.middle > y1 + 1), key=lambda p: p.baseline)
    above = sorted((p for p in inside if p.middle < y0 - 1), key=lambda p: -p.baseline)
    y1 = _reach(under, y1, 1, 1.2 if open_bottom else 0.5)
    y0 = _reach(above, y0, -1, 1.2 if open_top else 0.5)
    return x0, y0, x1, y1


def _open(frame: Frame) -> tuple[bool, bool]:
    """Whether posts stick out of the frame's outer lines, or it has a single line: rows go on outside."""
    full = [line.y for line in frame.lines if line.length > 0.8 * frame.width]
    if len(full) < 2:
        return True, True
    return frame.box[1] < full[0] - 5, frame.box[3] > full[-1] + 5


def _reach(candidates: Sequence[Piece], edge: float, step: int, most: float) -> float:
    """The edge moved over the rows that follow it closely (`most` sizes), as long as they look like rows."""
    rows: list[list[Piece]] = []
    for piece in candidates:
        if rows and abs(rows[-1][0].baseline - piece.baseline) < 2:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    for row in rows:
        near, far = (row[0].y0, row[0].y1) if step > 0 else (row[0].y1, row[0].y0)
        if sum(_cells_in(piece) for piece in row) < 2 or step * (near - edge) > most * row[0].size:
            break
        edge = far + step
    return edge


def _cells_in(piece: Piece) -> int:
    """How many cells a piece seems to hold: its words are parted by more than a space."""
    gaps = (b.x0 - a.x1 for a, b in zip(piece.words, piece.words[1:], strict=False))
    return 1 + sum(gap > 0.7 * piece.size for gap in gaps)
