"""Gathers a page's rules into frames: one frame for each ruled table."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from dlc.frontends.groups import Groups
from dlc.frontends.pdf.page import Box
from dlc.frontends.pdf.words import Piece
from dlc.frontends.table.captions import Caption
from dlc.frontends.table.rules import Frame, Line, Post

#: Ends of rules that belong together differ by at most this (points).
_SAME_END = 4.0
#: A post reaches a line, or the post under it, over a gap up to this: booktabs leaves air around rules.
_REACH = 5.5
#: Shorter single lines (points) make no frame.
_SHORTEST_FRAME = 24.0
#: So many lines of prose between two rules part them.
_PROSE_LINES = 3


def frames(
    lines: Sequence[Line], posts: Sequence[Post], pieces: Sequence[Piece], captions: Sequence[Caption]
) -> list[Frame]:
    """The frames on a page, from the top."""
    lines = [line for line in lines if not _heads_page(line, lines, pieces)]
    groups = Groups(len(lines) + len(posts))
    _link_posts(groups, lines, posts)
    _link_lines(groups, lines, pieces, captions, posts)
    found = []
    for members in groups.sets():
        own_lines = [lines[i] for i in members if i < len(lines)]
        own_posts = [posts[i - len(lines)] for i in members if i >= len(lines)]
        frame = Frame.around(own_lines, own_posts)
        if frame.width >= _SHORTEST_FRAME and (own_lines or len(own_posts) > 1):
            found.append(frame)
    return sorted(_absorbed(found), key=lambda frame: (frame.box[1], frame.box[0]))


def _heads_page(line: Line, lines: Sequence[Line], pieces: Sequence[Piece]) -> bool:
    """Whether a line is the rule under a running head: wide as the page's text, under its first line."""
    if not pieces or any(other.y < line.y - 1 for other in lines):
        return False
    top = min(piece.baseline for piece in pieces)
    x0, x1 = min(piece.x0 for piece in pieces), max(piece.x1 for piece in pieces)
    return top - 1 < line.y < top + 14 and line.length > 0.9 * (x1 - x0)


def _link_posts(groups: Groups, lines: Sequence[Line], posts: Sequence[Post]) -> None:
    offset = len(lines)
    for p, post in enumerate(posts):
        for index, line in enumerate(lines):
            near = post.y0 - _REACH <= line.y <= post.y1 + _REACH
            if near and line.x0 - 2.5 <= post.x <= line.x1 + 2.5:
                groups.join(offset + p, index)
    ordered = sorted(range(len(posts)), key=lambda i: (round(posts[i].x), posts[i].y0))
    for first, second in itertools.pairwise(ordered):
        above, below = posts[first], posts[second]
        apart = max(above.y0, below.y0) - min(above.y1, below.y1)
        if abs(above.x - below.x) < 1.5 and apart < _REACH:
            groups.join(offset + first, offset + second)
    _link_bare_posts(groups, posts, offset)


def _link_bare_posts(groups: Groups, posts: Sequence[Post], offset: int) -> None:
    """Posts of one height beside each other, in tables that have posts only."""
    for i, first in enumerate(posts):
        for j in range(i + 1, len(posts)):
            second = posts[j]
            level = abs(first.y0 - second.y0) < 1.5 and abs(first.y1 - second.y1) < 1.5
            if level and first.y1 - first.y0 > 15 and abs(first.x - second.x) < 150:
                groups.join(offset + i, offset + j)


def _link_lines(
    groups: Groups,
    lines: Sequence[Line],
    pieces: Sequence[Piece],
    captions: Sequence[Caption],
    posts: Sequence[Post],
) -> None:
    for index, line in enumerate(lines):
        for other in range(index + 1, len(lines)):
            below = lines[other]
            if _twins(line, below):
                if _together(line, below, pieces, captions):
                    groups.join(index, other)
                break


def _twins(first: Line, second: Line) -> bool:
    same = abs(first.x0 - second.x0) < _SAME_END and abs(first.x1 - second.x1) < _SAME_END
    return same and first.length >= _SHORTEST_FRAME


def _together(line: Line, below: Line, pieces: Sequence[Piece], captions: Sequence[Caption]) -> bool:
    """Whether what stands between two equal rules can be a table's body."""
    x0, x1 = line.x0, line.x1
    for caption in captions:
        left, top, right, bottom = caption.box
        if line.y - 2 < (top + bottom) / 2 < below.y + 2 and left < x1 and right > x0:
            return False
    prose = 0
    for piece in pieces:
        if not line.y < piece.baseline < below.y or piece.x1 < x0 or piece.x0 > x1:
            continue
        if _sticks_out(piece, x0, x1):
            return False
        prose += is_prose(piece, x0, x1)
    return prose < _PROSE_LINES


def _sticks_out(piece: Piece, x0: float, x1: float) -> bool:
    inside = min(piece.x1, x1) - max(piece.x0, x0)
    return (piece.x0 < x0 - 8 or piece.x1 > x1 + 8) and inside > 0.3 * (piece.x1 - piece.x0)


def is_prose(piece: Piece, x0: float, x1: float) -> bool:
    """Whether a piece is a full line of running text in this width."""
    words = [word for word in piece.words if len(word.text) > 1 and word.text.strip(".,;:()").isalpha()]
    return piece.x1 - piece.x0 > 0.85 * (x1 - x0) and x1 - x0 > 140 and len(words) >= 7


def _absorbed(found: list[Frame]) -> list[Frame]:
    """Frames with the smaller ones that lie inside them, as \\cmidrule lines do."""
    kept: list[Frame] = []
    for frame in sorted(found, key=lambda frame: -frame.width * (frame.box[3] - frame.box[1] + 1)):
        owner = next((k for k in kept if _inside(frame.box, k.box)), None)
        if owner is None:
            kept.append(frame)
        else:
            merged = Frame.around(owner.lines + frame.lines, owner.posts + frame.posts)
            kept[kept.index(owner)] = merged
    return kept


def _inside(inner: Box, outer: Box) -> bool:
    slack = 3.0
    return (
        inner[0] >= outer[0] - slack
        and inner[2] <= outer[2] + slack
        and inner[1] >= outer[1] - slack
        and inner[3] <= outer[3] + slack
    )
