"""Fans of straight lines between columns of circles: looked up on the ink, since their skeletons tell little.

Where many lines cross at small angles, a skeleton is a mesh. But the places of the circles say where lines
may be, and the ink says which of them are drawn.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Box, Outline, Point
from dlc.frontends.figure.raster.arrays import Array, Mask, Points
from dlc.frontends.figure.raster.half_heads import juts_out
from dlc.frontends.figure.raster.masks import without
from dlc.frontends.figure.raster.stroke import Stroke

#: Circles of one drawing differ in width by at most this share; in a column their middles are this near (widths).
_ALIKE, _APART = 0.35, 0.6
#: A line is drawn where this part of it is ink; this part of all lines between two columns makes a fan, in which
#: less will do for the rest; and still less where all lines have it, which heads apart from their lines leave.
_INKED, _DENSE, _NEARLY, _EVERY = 0.97, 0.6, 0.85, 0.8
#: The part of the ink between two columns that is no line of the fan, at most; more is traced by itself.
_OTHER = 0.12
#: Of a line with a head that stands apart from it, or is open, this part of its length at its ends may be bare.
_TRIMMED = 0.25
#: Heads reach so far (ems) from a tip.
_HEAD = 1.2
#: What looks like heads at both ends is none, unless there is so much more at one.
_DOUBT = 2
#: Fewer circles, or lines between two columns, are traced like all else.
_FEWEST, _FEW_LINES = 4, 4


@attrs.frozen(eq=False)
class Fans:
    """The lines of fans as strokes, the mask of their ink, and the areas between the columns that they join."""

    strokes: tuple[Stroke, ...]
    ink: Mask
    zones: tuple[Points, ...]


def find_fans(boxes: Iterable[Box], lines: Mask, taken: Mask, em: float) -> Fans | None:
    """The fans of a picture with these boxes, which take up `taken`; None where there are none."""
    circles = round_ones(boxes)
    if len(circles) < _FEWEST:
        return None
    for axis in (0, 1):
        pairs = itertools.pairwise(_columns(circles, axis))
        drawn = [(one, other, _strokes(one, other, lines, taken)) for one, other in pairs]
        headed = _headed([strokes for *_, strokes in drawn if strokes], lines, em)
        fans = [_fan(one, other, strokes, headed, lines, em) for one, other, strokes in drawn if strokes]
        if fans:
            ink = functools.reduce(cv2.bitwise_or, (fan.ink for fan in fans))
            strokes = tuple(stroke for fan in fans for stroke in fan.strokes)
            return Fans(strokes, ink, tuple(zone for fan in fans for zone in fan.zones))
    return None


def round_ones(boxes: Iterable[Box]) -> list[Box]:
    """Round boxes of about one size."""
    round_ = [
        box
        for box in boxes
        if box.outline is Outline.CIRCLE and 0.8 * box.height <= box.width <= 1.25 * box.height
    ]
    usual = float(np.median([box.width for box in round_])) if round_ else 0.0
    return [box for box in round_ if abs(box.width - usual) <= _ALIKE * usual]


def _columns(circles: Sequence[Box], axis: int) -> list[list[Box]]:
    """Circles by their places along an axis."""
    columns: list[list[Box]] = []
    for circle in sorted(circles, key=lambda box: box.centre[axis]):
        near = columns and circle.centre[axis] - columns[-1][-1].centre[axis] < _APART * circle.width
        if near:
            columns[-1].append(circle)
        else:
            columns.append([circle])
    return [sorted(column, key=lambda box: box.centre[1 - axis]) for column in columns]


def _strokes(one: Sequence[Box], other: Sequence[Box], lines: Mask, taken: Mask) -> list[Stroke]:
    """The lines that are drawn from one column to the next, where they are nearly all that there could be."""
    every = len(one) * len(other)
    if every < _FEW_LINES or min(len(one), len(other)) < 2:
        return []
    axis = 0 if abs(one[0].centre[0] - other[0].centre[0]) > abs(one[0].centre[1] - other[0].centre[1]) else 1
    for trim, begins, ends in itertools.product((0.0, _TRIMMED), (_middles, _sides), (_middles, _sides)):
        pairs = itertools.product(begins(one, other, axis), ends(other, one, axis))
        courses = [c for a, b in pairs if (c := _course(a, b, lines, taken, trim)) is not None]
        whole = len(courses) == every and all(inked >= _EVERY for _, inked in courses)
        if whole or sum(inked >= _INKED for _, inked in courses) >= _DENSE * every:
            drawn = [course for course, inked in courses if whole or inked >= _NEARLY]
            half = _half(drawn, lines)
            return [Stroke(course, half) for course in drawn]
    return []


def _fan(
    one: Sequence[Box],
    other: Sequence[Box],
    strokes: Sequence[Stroke],
    headed: int | None,
    lines: Mask,
    em: float,
) -> Fans:
    """A fan with the ink between two columns, of which nearly all is its lines; they have heads at one end."""
    zone, own = np.zeros(lines.shape, np.uint8), np.zeros(lines.shape, np.uint8)
    corners = [box.centre for box in (one[0], one[-1], other[-1], other[0])]
    around = np.rint(np.array(corners)).astype(np.int32)
    cv2.fillConvexPoly(zone, around, 255)
    for stroke in strokes:
        (x0, y0), (x1, y1) = (map(round, stroke.end(which)) for which in (0, 1))
        cv2.line(own, (x0, y0), (x1, y1), 255, round(2 * stroke.half) + 4)
        if headed is not None:
            stroke.heads[headed] = True
            cv2.circle(own, ((x0, y0), (x1, y1))[headed], round(_HEAD * em), 255, cv2.FILLED)
    ink = cv2.bitwise_and(lines, cv2.bitwise_or(zone, own))
    left = cv2.countNonZero(without(ink, own))
    whole = left <= _OTHER * max(1, cv2.countNonZero(ink))
    return Fans(tuple(strokes), ink if whole else cv2.bitwise_and(ink, own), (around,))


def _middles(column: Sequence[Box], facing: Sequence[Box], axis: int) -> list[Point]:
    """Lines may aim at the circles' middles."""
    return [circle.centre for circle in column]


def _sides(column: Sequence[Box], facing: Sequence[Box], axis: int) -> list[Point]:
    """Or at the middle of the side that faces the other column."""
    side = axis if column[0].centre[axis] > facing[0].centre[axis] else axis + 2
    if axis == 0:
        return [(circle.area[side], circle.centre[1]) for circle in column]
    return [(circle.centre[0], circle.area[side]) for circle in column]


def _course(a: Point, b: Point, lines: Mask, taken: Mask, trim: float) -> tuple[Array, float] | None:
    """The pixels of the straight line between two places outside of boxes, and how much of it is ink but for
    the part `trim` at either end."""
    (x0, y0), (x1, y1) = a, b
    count = int(max(abs(x1 - x0), abs(y1 - y0))) + 1
    t = np.linspace(0.0, 1.0, count)
    points = np.rint(np.stack([x0 + t * (x1 - x0), y0 + t * (y1 - y0)], axis=1)).astype(np.int64)
    points = points[taken[points[:, 1], points[:, 0]] == 0]
    if len(points) < 3:
        return None
    across = (0, 1) if abs(x1 - x0) >= abs(y1 - y0) else (1, 0)
    height, width = lines.shape
    inked = np.zeros(len(points), bool)
    for off in (0, 1, -1):
        x = np.clip(points[:, 0] + off * across[0], 0, width - 1)
        y = np.clip(points[:, 1] + off * across[1], 0, height - 1)
        inked |= lines[y, x] > 0
    bare = int(trim * len(points))
    return points, float(inked[bare : len(points) - bare].mean())


def _half(courses: Sequence[Array], lines: Mask) -> float:
    """Half the usual thickness of lines, from the thinnest ones: others run into each other."""
    depth = cv2.distanceTransform(lines, cv2.DIST_L2, 3)
    halves = [float(np.median(depth[course[:, 1], course[:, 0]])) for course in courses]
    return float(np.percentile(halves, 20))


def _headed(fans: Sequence[Sequence[Stroke]], lines: Mask, em: float) -> int | None:
    """At which end (0 or 1) lines have heads, as the outermost ones of fans tell; None: they have none."""
    votes = [0, 0]
    for fan in fans:
        inner = np.mean([stroke.points.mean(axis=0) for stroke in fan], axis=0)
        for which in (0, 1):
            votes[which] += sum(juts_out(stroke, which, lines, em, inner) for stroke in (fan[0], fan[-1]))
    return None if max(votes) <= _DOUBT * min(votes) + 1 else int(votes[1] > votes[0])
