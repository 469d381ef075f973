"""Stacks and cuboids: rectangles behind which further sheets, or a top and a side, come into view."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Area, Outline, Point
from dlc.frontends.figure.geometry import common, extent, grown, hull
from dlc.frontends.figure.raster.arrays import Array, Mask, Pixels
from dlc.frontends.figure.raster.boxes import Found
from dlc.frontends.figure.raster.middles import median, share_of
from dlc.frontends.figure.raster.ridges import Ridges, ridges_of, snapped
from dlc.frontends.figure.raster.sampling import marked_at, values_at
from dlc.frontends.figure.raster.shadows import shadow_of

#: A sheet is at most this much (ems) further back than the one before it, a cuboid's rear at most so far back
#: (of its front's longer side, or ems).
_STEP, _DEPTH, _DEEPEST = 2.6, 1.2, 6.0
#: Something of a rear is seen in a square of this size (ems) at a corner of its front.
_CORNER = 0.8
#: An edge is there where this part of it is inked.
_INKED = 0.8
_MOST_SHEETS = 40
#: A rear is at least this far (pixels) from its front.
_LEAST = 3.6
#: A sheet's outline is darker than the sheet by this (0..255).
_OUTLINED = 12
#: A shadow is at most this far (ems) from its box.
_SHADOW = 0.7
#: Where this part of all boxes are seen to have shadows, the others have them too.
_FEW_SHADOWS = 0.3
#: The far edges of a rear agree on its offset to so many pixels, and their thickness.
_AGREE = 3.5
#: Sheets follow each other in steps that differ by at most so much (pixels).
_UNEVEN = 2.0
#: A sheet is moved by less than this (of its sides) from the one before it.
_COVERED = 0.85
#: A place and the four beside it: steps across and down, each (5, 1).
_AROUND = np.array([[0, 1, -1, 0, 0], [0, 0, 0, 1, -1]])[:, :, None]
_FRONTS = (Outline.RECTANGLE, Outline.ROUNDED)


@attrs.frozen
class _Solid:
    """What stands behind a front: the offsets of its rears (the nearest first), whether slanted edges join the
    front to the last, and whether all is outlined like the front."""

    rears: tuple[Point, ...]
    slanted: bool
    outlined: bool = False

    def area(self, front: Area) -> Area:
        """The hull of front and rears."""
        return hull((front, _moved(front, self.rears[-1])))


def with_solids(found: Sequence[Found], edges: Mask, grey: Pixels, em: float) -> list[Found]:
    """Boxes of which those with sheets or faces behind them have become stacks and cuboids.

    `edges` marks all changes of colour, `grey` is the brightness. The pieces of such a solid are no boxes of their own.
    """
    made: list[Found] = []
    solids: list[tuple[Found, Area]] = []
    for one in found:
        seen = _seen_behind(one, edges, grey, em) if one.box.outline in _FRONTS else None
        if seen is None:
            shade = shadow_of(one, grey, em) if one.box.outline in _FRONTS else None
            made.append(attrs.evolve(one, shadow=shade))
        elif _is_shadow(_front(one), seen, grey, em):
            shade = seen.rears[0] if _is_shaded(one, seen.rears[0], grey) else None
            made.append(attrs.evolve(one, shadow=shade))
        elif seen.slanted or seen.outlined or one.box.stroke is None:
            solids.append((_solid(one, seen), _front(one)))
        else:
            made.append(one)
    solids = _outermost(solids)
    made = _with_shadows([one for one in made if not one.narrow])
    kept = [one for one in made if not any(_is_part(one.box.area, solid.box.area) for solid, _ in solids)]
    return sorted([*kept, *(solid for solid, _ in solids)], key=lambda f: -extent(f.box.area))


def _with_shadows(found: Sequence[Found]) -> list[Found]:
    """The boxes, where some have a shadow: every one of them, for what lies in the same light throws the same."""
    shadows = [one.shadow for one in found if one.shadow is not None]
    if len(shadows) < _FEW_SHADOWS * len(found) or not shadows:
        return list(found)
    usual = (statistics.median(x for x, _ in shadows), statistics.median(y for _, y in shadows))
    return [attrs.evolve(one, shadow=one.shadow or usual) for one in found]


def _outermost(solids: Sequence[tuple[Found, Area]]) -> list[tuple[Found, Area]]:
    """The solids that are not parts of others."""
    return [
        (one, front)
        for one, front in solids
        if not any(
            other is not one
            and _is_part(one.box.area, other.box.area)
            and extent(one.box.area) < extent(other.box.area)
            for other, _ in solids
        )
    ]


def _is_part(area: Area, whole: Area) -> bool:
    """Whether a box lies in a solid, and takes up enough of it to be one of its faces."""
    shared = common(area, whole)
    if shared[0] >= shared[2] or shared[1] >= shared[3] or extent(shared) < 0.9 * extent(area):
        return False
    long = max((area[2] - area[0]) / (whole[2] - whole[0]), (area[3] - area[1]) / (whole[3] - whole[1]))
    return long > 0.5


def _solid(one: Found, seen: _Solid) -> Found:
    front = _front(one)
    area = seen.area(front)
    outline = Outline.CUBOID if seen.slanted else Outline.STACK
    sheets = 1 if seen.slanted else len(seen.rears) + 1
    box = attrs.evolve(one.box, area=area, front=front, outline=outline, sheets=sheets, corners=())
    contour = np.rint(np.array(_silhouette(front, seen.rears[-1]))).astype(np.int32)
    edges = tuple(np.rint(np.array(edge)).astype(np.int32) for edge in _edges(front, seen))
    return attrs.evolve(one, box=box, contour=contour, margin=max(1.5, one.margin / 2 + 1), edges=edges)


def _edges(front: Area, seen: _Solid) -> list[list[Point]]:
    """What is drawn of a solid: all around it, its front's sides, and of a cuboid the three slants, of a stack the
    sheets' visible sides."""
    x0, y0, x1, y1 = front
    around = _silhouette(front, seen.rears[-1])
    made = [[*around, around[0]], [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]]
    if seen.slanted:
        dx, dy = seen.rears[0]
        return made + [[(x, y), (x + dx, y + dy)] for x, y in _slants(front, seen.rears[0])]
    for before, back in itertools.pairwise([(0.0, 0.0), *seen.rears]):
        (top, above), (side, beside) = _ends(front, before, back)
        made.append([above, top, (side[0], top[1]), side, beside])
    return made


def _silhouette(front: Area, back: Point) -> list[Point]:
    """The six corners of what a front and its rear cover together."""
    x0, y0, x1, y1 = front
    dx, dy = back
    near = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    far = [(x + dx, y + dy) for x, y in near]
    first = {(True, False): 0, (True, True): 1, (False, True): 2, (False, False): 3}[dx > 0, dy > 0]
    order = [near[(first + i) % 4] for i in (3, 0)] + [far[(first + i) % 4] for i in (0, 1, 2)]
    return [*order, near[(first + 2) % 4]]


def _front(one: Found) -> Area:
    """A box to the centre of its border."""
    return grown(one.box.area, -one.behind)


def _seen_behind(one: Found, edges: Mask, grey: Pixels, em: float) -> _Solid | None:
    """What stands behind a box, by the lines in a window around it."""
    x0, y0, x1, y1 = _front(one)
    if not _has_corners(one, edges, em):
        return None
    reach = _reach(_front(one), em) + 4
    left, top = max(0, int(x0) - reach), max(0, int(y0) - reach)
    right, bottom = min(edges.shape[1], int(x1) + reach), min(edges.shape[0], int(y1) + reach)
    front, marked = _moved(_front(one), (-left, -top)), edges[top:bottom, left:right]
    if one.box.stroke is not None:
        window = grey[top:bottom, left:right]
        seen = _behind(snapped(front, one, window), ridges_of(one, window, em), em)
        if seen is not None:
            return attrs.evolve(seen, outlined=True)
    return _behind(front, Ridges(marked, marked, marked), em)


def _has_corners(one: Found, edges: Mask, em: float) -> bool:
    """Whether anything is drawn aslant of a corner, where the next sheet's corner or a slanted edge would be."""
    x0, y0, x1, y1 = _front(one)
    off, side = round(one.half) + 2, round(_CORNER * em)
    for x in (round(x0) - off - side, round(x1) + off):
        for y in (round(y0) - off - side, round(y1) + off):
            if edges[max(0, y) : max(0, y + side), max(0, x) : max(0, x + side)].any():
                return True
    return False


def _reach(front: Area, em: float) -> int:
    """How far (pixels) behind a front its rear may be."""
    longer = max(round(front[2]) - round(front[0]), round(front[3]) - round(front[1]))
    return int(min(_DEEPEST * em, _DEPTH * longer) + 2)


def _behind(front: Area, lines: Ridges, em: float) -> _Solid | None:
    """What stands behind a rectangle, to its right or left, higher or lower."""
    level: dict[bool, list[Point]] = {}
    for right in (True, False):
        upright = _rears(front, lines.upright, right, em)
        if not upright:
            continue
        for up in (True, False):
            if up not in level:
                level[up] = _rears(_mirrored(front), lines.level.T, not up, em)
            seen = _fitting(front, lines, _exact(upright, level[up], _AGREE + lines.thick), em)
            if seen is not None:
                return seen
    return None


def _mirrored(front: Area) -> Area:
    """A front mirrored at the diagonal, in which level lines are upright."""
    return front[1], front[0], front[3], front[2]


def _exact(upright: Sequence[Point], level: Sequence[Point], slack: float) -> list[Point]:
    """Offsets that an upright and a level line agree on: each tells one coordinate well and the other about."""
    found = []
    for x, about_y in upright:
        off = [
            (abs(x - about_x) + abs(y - about_y), max(abs(x - about_x), abs(y - about_y)), y)
            for y, about_x in level
        ]
        near = [(total, y) for total, most, y in off if most <= slack]
        if near:
            found.append((x, min(near)[1]))
    return found


def _fitting(front: Area, lines: Ridges, rears: Sequence[Point], em: float) -> _Solid | None:
    """The rears, of those that may be (the nearest first), all of whose visible edges are drawn."""
    kept: list[Point] = []
    for back in rears:
        before = kept[-1] if kept else (0.0, 0.0)
        if abs(back[1]) <= abs(before[1]) + 1 or not _far_edges(front, back, lines):
            continue
        stairs = _stairs(front, before, back, lines)
        if (
            not kept
            and _slanted(front, back, lines.every)
            and not (stairs and _steps_rather(front, back, lines.every))
        ):
            return _Solid((back,), True)
        near = _is_near(front, before, back, em)
        if near and (stairs or _in_step(kept, back)):
            kept.append(back)
    return _Solid(tuple(kept[:_MOST_SHEETS]), False) if kept else None


def _is_near(front: Area, before: Point, back: Point, em: float) -> bool:
    """Whether a sheet is not far behind the one before it, which hides most of it."""
    across, down = abs(back[0] - before[0]), abs(back[1] - before[1])
    covered = across < _COVERED * (front[2] - front[0]) and down < _COVERED * (front[3] - front[1])
    return max(across, down) <= _STEP * em and covered


def _in_step(kept: Sequence[Point], back: Point) -> bool:
    """Whether a rear is as far behind the last one as the first rear is behind the front (or twice as far)."""
    if not kept:
        return False
    step = kept[0]
    return any(
        all(abs(back[i] - kept[-1][i] - times * step[i]) <= _UNEVEN for i in (0, 1)) for times in (1, 2)
    )


def _is_shadow(front: Area, seen: _Solid, grey: Pixels, em: float) -> bool:
    """Whether what looks out behind a front has no outline: it is the front's shadow."""
    (x0, y0, x1, y1), (dx, dy) = front, seen.rears[0]
    if seen.outlined or len(seen.rears) > 1 or (seen.slanted and max(abs(dx), abs(dy)) > _SHADOW * em):
        return False
    side = x1 if dx > 0 else x0
    ys = np.linspace(y0 + max(0, dy) + 2, y1 + min(0, dy) - 2, 15)
    steps = np.arange(-2, 3)[:, None]
    line = values_at(grey, side + dx + steps, ys[None, :]).min(axis=0)
    strip = values_at(grey, np.full_like(ys, side + dx / 2), ys)
    return median(line.astype(np.int16) - strip) > -_OUTLINED


def _is_shaded(one: Found, by: Point, grey: Pixels) -> bool:
    """Whether a strip of one shade, darker than what lies beyond it, runs beside a front and above or below it."""
    (x0, y0, x1, y1), (dx, dy) = one.box.area, by
    half = one.margin - (float(one.contour[:, 0].min()) - x0)  # where its line surely ends
    if min(abs(dx), abs(dy)) < half:
        return False
    side, end = (x1, 1) if dx > 0 else (x0, -1), (y1, 1) if dy > 0 else (y0, -1)
    ys = np.linspace(max(y0, y0 + dy) + 3, min(y1, y1 + dy) - 3, 15)
    xs = np.linspace(max(x0, x0 + dx) + 3, min(x1, x1 + dx) - 3, 15)
    inner = (abs(dx) + half) / 2, (abs(dy) + half) / 2
    strips = [
        (
            values_at(grey, np.full_like(ys, side[0] + side[1] * inner[0]), ys),
            np.full_like(ys, side[0] + dx + 3 * side[1]),
            ys,
        ),
        (
            values_at(grey, xs, np.full_like(xs, end[0] + end[1] * inner[1])),
            xs,
            np.full_like(xs, end[0] + dy + 3 * end[1]),
        ),
    ]
    return all(_is_darker(strip, values_at(grey, far_x, far_y)) for strip, far_x, far_y in strips)


def _is_darker(strip: Array, beyond: Array) -> bool:
    """Whether most of a strip has one shade, which is darker than what lies beyond."""
    usual = median(strip)
    even = float((np.abs(strip - usual) <= _OUTLINED).mean()) >= 0.7
    return even and usual < median(beyond) - _OUTLINED / 2


def _rears(front: Area, edges: Mask, right: bool, em: float) -> list[Point]:
    """Offsets at which a line as long as the front's side runs beside it, further up or down: the nearest
    first."""
    x0, y0, x1, y1 = (round(v) for v in front)
    high, reach = y1 - y0, _reach(front, em)
    top, bottom = max(0, y0 - reach), min(edges.shape[0], y1 + reach)
    least = max(_LEAST, 0.2 * em)
    steps = np.arange(round(least), reach)
    columns = (x1 + steps) if right else (x0 - steps)
    steps = steps[(columns >= 0) & (columns < edges.shape[1])]
    columns = columns[(columns >= 0) & (columns < edges.shape[1])]
    if len(columns) == 0 or high < 4:
        return []
    window = edges[top:bottom, int(columns.min()) : int(columns.max()) + 1]
    window = window if right else window[:, ::-1]
    found = []
    beyond = x1 - front[2] if right else front[0] - x0  # by rounding
    slack = max(5.0, 0.06 * high)
    for index, start, end in _runs(window, 0.9 * high, high - slack):
        exact = end - start <= high + slack
        offs = [start + (end - start - high) / 2] if exact else [start + 1.0, end - high - 1.0]
        placed = [off + top - front[1] for off in offs]
        found += [(float(steps[index]) + beyond, off) for off in placed if abs(off) >= least]
    return [(x if right else -x, y) for x, y in _merged(found)]


def _runs(marked: Mask, most: float, least: float) -> list[tuple[int, int, int]]:
    """Runs of at least so many marks in the columns that have `most` or more: the column, where it begins and ends."""
    count = cv2.reduce(marked, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0]
    full = np.flatnonzero(count >= 255 * most)
    padded = np.zeros((len(full), len(marked) + 2), bool)
    padded[:, 1:-1] = marked[:, full].T
    column, place = np.nonzero(padded[:, 1:] != padded[:, :-1])
    begin, end = place[::2], place[1::2]
    long = np.flatnonzero(end - begin >= least)
    return list(zip(full[column[::2][long]].tolist(), begin[long].tolist(), end[long].tolist(), strict=True))


def _merged(found: Sequence[Point]) -> list[Point]:
    """One offset for each line, which is marked some pixels wide; the nearest first."""
    lines: list[list[Point]] = []
    for x, y in found:
        near = (line for line in lines if 0 <= x - line[-1][0] <= 1 and abs(y - line[-1][1]) <= 3)
        home = next(near, None)
        if home is None:
            lines.append([(x, y)])
        else:
            home.append((x, y))
    return [(sum(x for x, _ in line) / len(line), sum(y for _, y in line) / len(line)) for line in lines]


def _far_edges(front: Area, back: Point, lines: Ridges) -> bool:
    """Whether the two edges of a rear that lie furthest from the front are drawn."""
    x0, y0, x1, y1 = _moved(front, back)
    x, y = (x1 if back[0] > 0 else x0), (y1 if back[1] > 0 else y0)
    upright = _drawn(lines.upright, (x, y0), (x, y1))
    return upright and _drawn(lines.level, (x0, y), (x1, y))


def _slanted(front: Area, back: Point, edges: Mask) -> bool:
    """Whether edges lead from three of the front's corners to the rear's."""
    dx, dy = back
    return sum(_drawn(edges, c, (c[0] + dx, c[1] + dy), 0.75) for c in _slants(front, back)) == 3


def _slants(front: Area, back: Point) -> list[Point]:
    """The three of a front's corners from which edges to the rear are seen."""
    x0, y0, x1, y1 = front
    hidden = (x0 if back[0] > 0 else x1, y1 if back[1] < 0 else y0)
    return [(x, y) for x in (x0, x1) for y in (y0, y1) if (x, y) != hidden]


def _steps_rather(front: Area, back: Point, edges: Mask) -> bool:
    """Whether a small offset is joined to the front by steps rather than by slants: both are near the marks."""
    (x0, y0, x1, y1), (dx, dy) = front, back
    ends = [(x0, y0 if dy < 0 else y1), (x1, y1 if dy < 0 else y0)] if dx > 0 else []
    ends = ends or [(x1, y0 if dy < 0 else y1), (x0, y1 if dy < 0 else y0)]
    slants = [_marked(edges, (x, y), (x + dx, y + dy)) for x, y in ends]
    steps = [_marked(edges, a, b) for a, b in _ends(front, (0.0, 0.0), back)]
    return sum(steps) >= sum(slants)


def _stairs(front: Area, before: Point, back: Point, lines: Ridges) -> bool:
    """Whether a sheet's two visible short ends join it to the sheet before it."""
    return all(_drawn(lines.every, a, b, 0.7) for a, b in _ends(front, before, back))


def _ends(front: Area, before: Point, back: Point) -> tuple[tuple[Point, Point], tuple[Point, Point]]:
    """Where the two short visible ends of a sheet would be."""
    ax0, ay0, ax1, ay1 = _moved(front, before)
    bx0, by0, bx1, by1 = _moved(front, back)
    x, y = (bx0 if back[0] > 0 else bx1), (by0 if back[1] > 0 else by1)
    top, other_top = (by0, ay0) if back[1] < 0 else (by1, ay1)
    side, other_side = (bx1, ax1) if back[0] > 0 else (bx0, ax0)
    return ((x, top), (x, other_top)), ((side, y), (other_side, y))


def _marked(edges: Mask, a: Point, b: Point) -> float:
    """The part of a line between two places that is marked."""
    t = np.linspace(0.0, 1.0, max(2, int(max(abs(a[0] - b[0]), abs(a[1] - b[1])))))
    return float(marked_at(edges, a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])).mean())


def _drawn(edges: Mask, a: Point, b: Point, least: float = _INKED) -> bool:
    """Whether a line between two places is marked nearly all along."""
    count = max(2, int(max(abs(a[0] - b[0]), abs(a[1] - b[1]))))
    t = np.linspace(0.0, 1.0, count)[1:-1] if count > 4 else np.linspace(0.0, 1.0, count)
    xs, ys = a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])
    hit: Array = np.any(marked_at(edges, xs + _AROUND[0], ys + _AROUND[1]), axis=0)
    return share_of(hit) >= least


def _moved(area: Area, by: Point) -> Area:
    return area[0] + by[0], area[1] + by[1], area[2] + by[0], area[3] + by[1]
