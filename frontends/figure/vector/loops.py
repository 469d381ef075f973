"""Rectangles that are drawn as separate lines."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from dlc.frontends.figure.drawing import Area, Box, Outline
from dlc.frontends.figure.geometry import upright
from dlc.frontends.figure.vector.lines import Line

#: Corners at which lines meet are nearer than this (ems).
_MEET = 0.3
#: With more straight lines than this a drawing is a grid or a plot, in which no loops are looked for.
_MOST_LINES = 600


def loops(lines: Sequence[Line], em: float) -> tuple[list[Box], list[Line]]:
    """Boxes whose four sides are lines of their own, and the lines that are left.

    Dashes have been joined before; a loop of dashed lines is a dashed box.
    """
    level = [line for line in lines if _way(line, em) == "h"]
    posts = [line for line in lines if _way(line, em) == "v"]
    if not level or not posts or len(level) + len(posts) > _MOST_LINES:
        return [], list(lines)
    found: list[Box] = []
    used: set[int] = set()
    for top, bottom in itertools.combinations(sorted(level, key=lambda line: line.points[0][1]), 2):
        if used & {id(top), id(bottom)} or top.colour != bottom.colour:
            continue
        sides = _sides(top, bottom, [post for post in posts if id(post) not in used], em)
        if sides is not None:
            left, right = sides
            used |= {id(line) for line in (top, bottom, left, right)}
            found.append(_box(top, bottom, left, right))
    return found, [line for line in lines if id(line) not in used]


def _way(line: Line, em: float) -> str:
    if len(line.points) != 2 and not line.dashed:
        return ""
    return upright(line.points[0], line.points[-1], 0.1 * em)


def _span(line: Line, axis: int) -> tuple[float, float]:
    low, high = sorted((line.points[0][axis], line.points[-1][axis]))
    return low, high


def _sides(top: Line, bottom: Line, posts: Sequence[Line], em: float) -> tuple[Line, Line] | None:
    """The two upright lines that join the ends of two level ones."""
    slack = _MEET * em
    (x0, x1), (u0, u1) = _span(top, 0), _span(bottom, 0)
    y0, y1 = top.points[0][1], bottom.points[0][1]
    if abs(x0 - u0) > slack or abs(x1 - u1) > slack or y1 - y0 < 0.5 * em or x1 - x0 < 0.5 * em:
        return None
    fitting = [
        post
        for post in posts
        if abs(_span(post, 1)[0] - y0) <= slack and abs(_span(post, 1)[1] - y1) <= slack
    ]
    left = next((post for post in fitting if abs(post.points[0][0] - x0) <= slack), None)
    right = next((post for post in fitting if abs(post.points[0][0] - x1) <= slack), None)
    return (left, right) if left is not None and right is not None and left is not right else None


def _box(top: Line, bottom: Line, left: Line, right: Line) -> Box:
    area: Area = left.points[0][0], top.points[0][1], right.points[0][0], bottom.points[0][1]
    dashed = all(line.dashed for line in (top, bottom, left, right))
    return Box(area, Outline.RECTANGLE, stroke=top.colour, dashed=dashed)
