"""Which faces are boxes: outlined or filled shapes, divided boxes, and none of what arrows enclose."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import attrs
import cv2
import numpy as np

from dlc.frontends.figure.drawing import Area, Box, Outline, Point
from dlc.frontends.figure.geometry import common, extent, hull
from dlc.frontends.figure.raster.arrays import Array, Mask, Points
from dlc.frontends.figure.raster.candidate import Candidate
from dlc.frontends.figure.raster.candidates import find_candidates
from dlc.frontends.figure.raster.canvas import Canvas
from dlc.frontends.figure.raster.faces import Face, Faces, differ, is_narrow
from dlc.frontends.figure.raster.ink import Ink
from dlc.frontends.groups import Groups

#: Two faces whose borders are nearer than this (ems) share a wall.
_WALL = 0.3
#: Faces further apart than this (ems) are not cells of one box, even with a thick line between them.
_THICKEST = 0.75
#: A cell that is a little away from the border spans so much of its box, across or down.
_SPANS = 0.5
#: A shadow's edge is so wide (pixels).
_SHADE = 0.4
_SQUARE = (Outline.RECTANGLE, Outline.ROUNDED)


@attrs.frozen(eq=False)
class Found:
    """A box with what it takes away from the picture: the contour of its face, grown by `margin` pixels.

    `cells` are the hulls of its cells where it is a divided box, in which text does not run from one to
    the next. `half` is half the thickness of its border; where something is drawn right behind it, the box
    seems too large by `behind` pixels. `shadow` tells how far behind it its shadow is seen, where it has one.
    What is `narrow` is a box only as the front of a solid, whose `edges` are the lines (x and y of their points)
    drawn inside its contour.
    """

    box: Box
    contour: Points
    margin: float
    faces: frozenset[int]
    cells: tuple[Area, ...] = ()
    half: float = 0.5
    behind: float = 0.0
    shadow: Point | None = None
    narrow: bool = False
    edges: tuple[Points, ...] = ()


def find_boxes(drawn: Canvas, faces: Faces, ink: Ink, texted: frozenset[int]) -> list[Found]:
    """The boxes of a picture, larger ones first; `texted` are the faces with letters on them."""
    candidates = find_candidates(drawn, faces, ink, texted)
    groups = _sharing_walls(candidates, ink.mask, drawn.em)
    groups = [part for group in groups for part in _parted(group, faces, ink.mask, drawn.em)]
    found = [box for group in groups for box in _boxes_of(group, drawn.em)]
    found = _without_frames(_without_cells(found, drawn.em), drawn.em)
    return sorted(found, key=lambda f: -extent(f.box.area))


def _sharing_walls(candidates: Sequence[Candidate], ink: Mask, em: float) -> list[list[Candidate]]:
    """Rectangles gathered into groups that touch each other; all else alone."""
    square = [c for c in candidates if c.shape.outline in _SQUARE]
    others = [[c] for c in candidates if c.shape.outline not in _SQUARE]
    groups = Groups(len(square))
    for i, j in _neighbours(np.array([c.face.area for c in square]), max(_wall(em), _THICKEST * em)):
        pair = square[i].face, square[j].face
        if _share_wall(*pair, em) or _share_thick_wall(*pair, ink, em):
            groups.join(i, j)
    return [*([square[i] for i in group] for group in groups.sets()), *others]


def _parted(group: list[Candidate], faces: Faces, ink: Mask, em: float) -> list[list[Candidate]]:
    """Tables that only empty paper joins, which an arrow and a line beside them happen to enclose; else the group."""
    bare = [c for c in group if not c.texted and faces.is_bare(c.face)]
    if not bare or len(group) - len(bare) < 4:
        return [group]
    parts = _sharing_walls([c for c in group if c not in bare], ink, em)
    tables = [part for part in parts if len(part) > 1]
    return parts if len(parts) > 1 and tables and all(_is_divided(part, em) for part in tables) else [group]


def _neighbours(areas: Array, apart: float) -> Iterator[tuple[int, int]]:
    """Pairs of boxes (numbers of rows of `areas`) that are no further apart, level and upright, than so much."""
    order = np.argsort(areas[:, 0], kind="stable") if len(areas) else ()
    for at, i in enumerate(order):
        y0, x1, y1 = areas[i, 1:]
        rest = order[at + 1 :]
        near = (
            (areas[rest, 0] <= x1 + apart) & (areas[rest, 1] <= y1 + apart) & (areas[rest, 3] >= y0 - apart)
        )
        yield from ((int(i), int(j)) for j in rest[near])


def _wall(em: float) -> float:
    """How far apart faces are, at most, between which a thin wall stands; edges take some pixels."""
    return _WALL * em + 3


def _share_wall(one: Face, other: Face, em: float) -> bool:
    """Whether two faces lie side by side with only a thin wall between."""
    shared = common(one.area, other.area)
    across, down = shared[2] - shared[0], shared[3] - shared[1]
    wall = _wall(em)
    beside = -wall <= across < 0 and down > 0.5 * min(one.height, other.height)
    below = -wall <= down < 0 and across > 0.5 * min(one.width, other.width)
    return beside or below


def _share_thick_wall(one: Face, other: Face, ink: Mask, em: float) -> bool:
    """Whether all that lies between two faces of one height (or width) is a thick line."""
    x0, y0, x1, y1 = common(one.area, other.area)
    slack = 0.25 * em
    level = abs(one.area[1] - other.area[1]) <= slack and abs(one.area[3] - other.area[3]) <= slack
    upright = min(one.width, other.width) > 0.3 * max(one.width, other.width)
    if -_THICKEST * em <= x1 - x0 < 0 and level:
        between = ink[round(y0) + 2 : round(y1) - 1, (round(x0) + round(x1)) // 2]
    elif -_THICKEST * em <= y1 - y0 < 0 and x1 > x0 and upright:
        between = ink[(round(y0) + round(y1)) // 2, round(x0) + 2 : round(x1) - 1]
    else:
        return False
    return between.size > 0 and bool((between > 0).mean() > 0.98)


def _boxes_of(group: Sequence[Candidate], em: float) -> list[Found]:
    """One divided box where the group is one; else a box a face."""
    if len(group) > 1 and _is_divided(group, em):
        return [_divided(group)]
    return [_single(one, em) for one in group]


def _is_divided(group: Sequence[Candidate], em: float) -> bool:
    """Whether faces are the cells of one box, rather than boxes that touch."""
    whole = hull(c.face.area for c in group)
    wall = max(c.border.outer for c in group)
    covered = sum((c.face.width + wall) * (c.face.height + wall) for c in group)
    if covered < 0.93 * extent(whole):
        return False
    rows = _bands(group, 1, em)
    columns = _bands(group, 0, em)
    fills = [c.face.colour for c in group]
    alike = max(differ(a, b) for a, b in itertools.combinations(fills, 2)) < 20
    if rows > 1 and columns > 1:
        return alike or min(map(max, fills)) < 90
    if not alike:
        dark = [max(fill) < 90 for fill in fills]
        return len(group) == 2 and sum(dark) == 1 and rows == 2
    return columns > 1


def _bands(group: Sequence[Candidate], axis: int, em: float) -> int:
    """Into how many columns (axis 0) or rows (axis 1) walls part the group somewhere."""
    starts = sorted(c.face.area[axis] for c in group)
    return 1 + sum(b - a > 0.5 * em for a, b in itertools.pairwise(starts))


def _divided(group: Sequence[Candidate]) -> Found:
    faces = [c.face for c in group]
    area = hull(c.area for c in group)
    first = max(group, key=lambda c: extent(c.area))
    x0, y0, x1, y1 = hull(f.area for f in faces)
    contour = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.int32)
    rounded = all(c.shape.outline is Outline.ROUNDED for c in group)
    outline = Outline.ROUNDED if rounded else Outline.RECTANGLE
    box = Box(area, outline, fill=first.face.colour, stroke=first.border.colour)
    margin = max(c.border.outer for c in group)
    cells = tuple(c.area for c in group)
    return Found(box, contour, margin, frozenset(f.number for f in faces), cells)


def _single(one: Candidate, em: float) -> Found:
    shape, area = one.shape, one.area
    by = one.border.middle
    corners = _grown_corners(shape.corners, one.face.area, by)
    fill = one.face.colour if one.filled else None
    sure = 1.0 if one.texted or one.filled else 0.9
    box = Box(
        area,
        shape.outline,
        corners=corners,
        fill=fill,
        stroke=one.border.colour,
        confidence=round(sure * min(1.0, shape.agreement + 0.02), 3),
    )
    faces = frozenset({one.face.number})
    return Found(
        box,
        one.face.contour,
        one.border.outer,
        faces,
        half=one.border.half,
        behind=one.border.behind,
        narrow=is_narrow(one.face, em),
    )


def _grown_corners(
    corners: tuple[Point, ...], area: tuple[int, int, int, int], by: float
) -> tuple[Point, ...]:
    """Corners moved outwards with the sides of their hull."""
    x, y = (area[0] + area[2]) / 2, (area[1] + area[3]) / 2
    across = 1 + 2 * by / max(1, area[2] - area[0])
    down = 1 + 2 * by / max(1, area[3] - area[1])
    return tuple((x + (px - x) * across, y + (py - y) * down) for px, py in corners)


def _without_cells(found: Sequence[Found], em: float) -> list[Found]:
    """Leave out boxes that fill a part of another up to its border: they are its cells."""
    cells: dict[int, list[Found]] = {}  # by the number of the box that they are cells of
    ordered = sorted(found, key=lambda f: -extent(f.box.area))
    areas = np.array([one.box.area for one in ordered]).reshape(-1, 4)
    low, high = areas[:, :2] - 1.0, areas[:, 2:] + 1.0
    for at, one in enumerate(ordered):
        around = ((low[:at] <= areas[at, :2]) & (high[:at] >= areas[at, 2:])).all(axis=1)
        outer = (i for i in np.flatnonzero(around).tolist() if i in cells)
        home = next((i for i in outer if _is_cell(one.box.area, ordered[i], em)), None)
        if home is None:
            cells[at] = []
        else:
            cells[home].append(one)
    return [_with_cells(ordered[i], own) for i, own in cells.items()]


def _is_cell(area: Area, outer: Found, em: float) -> bool:
    """Whether what lies in a box fills a part of it."""
    box = outer.box
    if box.outline not in _SQUARE:
        return False
    apart = sorted(abs(area[i] - box.area[i]) for i in range(4))
    long = max((area[2] - area[0]) / max(1.0, box.width), (area[3] - area[1]) / max(1.0, box.height))
    touches = apart[0] <= 0.25 * em or (apart[1] <= 0.4 * em and long > _SPANS)
    return touches and extent(area) < 0.95 * extent(box.area)


def _with_cells(one: Found, cells: Sequence[Found]) -> Found:
    if not cells:
        return one
    faces = one.faces.union(*(c.faces for c in cells))
    return attrs.evolve(one, faces=faces, cells=(*one.cells, *(c.box.area for c in cells)))


def _without_frames(found: Sequence[Found], em: float) -> list[Found]:
    """Leave out a box that lies in another at nearly the same place: a double line."""
    kept: list[Found] = []
    ordered = sorted(found, key=lambda f: -extent(f.box.area))
    areas = np.array([one.box.area for one in ordered]).reshape(-1, 4)
    for at, one in enumerate(ordered):
        twins = (np.abs(areas[:at] - areas[at]) <= 0.4 * em).all(axis=1)
        if not any(ordered[i] in kept for i in np.flatnonzero(twins).tolist()):
            kept.append(one)
    return kept


def paint(mask: Mask, found: Found, value: int, extra: float = 0.4) -> None:
    """Paint a box with its border onto a mask."""
    by = max(1, round(found.margin + extra))
    paint_shadow(mask, found, value)
    if found.box.outline is Outline.RECTANGLE:
        x0, y0 = found.contour.min(axis=0) - by
        x1, y1 = found.contour.max(axis=0) + by
        cv2.rectangle(mask, (int(x0), int(y0)), (int(x1), int(y1)), value, cv2.FILLED)
        return
    contour = [found.contour.reshape(-1, 1, 2)]
    cv2.drawContours(mask, contour, -1, value, cv2.FILLED)
    cv2.drawContours(mask, contour, -1, value, 2 * by + 1)


def paint_shadow(mask: Mask, found: Found, value: int) -> None:
    """Paint what a box's shadow covers onto a mask, and as much of the box."""
    if found.shadow is not None:
        by = np.rint(np.array(found.shadow) + np.sign(found.shadow) * _SHADE).astype(np.int32)
        contour = (found.contour + by).reshape(-1, 1, 2)
        border = max(found.half + 1, found.box.area[2] - float(found.contour[:, 0].max()))
        side = 2 * round(border) + 1
        cv2.drawContours(mask, [contour], -1, value, cv2.FILLED)
        cv2.drawContours(mask, [contour], -1, value, side)


def paint_borders(mask: Mask, found: Sequence[Found], extra: float = 1.5) -> None:
    """Paint only the boxes' border lines onto a mask, the walls between their cells, and the edges of solids.

    Boxes come with the larger ones first; what lies inside a border stays as it is but for inner borders.
    """
    if not found:
        return
    borders = np.zeros_like(mask)
    for one in found:
        by = max(1, round(one.margin + extra))
        contour = [one.contour.reshape(-1, 1, 2)]
        cv2.drawContours(borders, contour, -1, 255, 2 * by + 1)
        cv2.drawContours(borders, contour, -1, 0, cv2.FILLED)
        for x0, y0, x1, y1 in one.cells:
            corners = (round(x0), round(y0)), (round(x1), round(y1))
            cv2.rectangle(borders, *corners, 255, max(3, round(2 * one.margin / 3)))
        cv2.polylines(borders, [edge.reshape(-1, 1, 2) for edge in one.edges], False, 255, 2 * by + 1)
    cv2.bitwise_or(mask, borders, mask)
