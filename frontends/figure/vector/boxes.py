"""Boxes of a drawing from closed shapes: printed once, stacked, in perspective, or made of single lines."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import attrs

from dlc.frontends.figure.drawing import Area, Box, Colour, Outline, Point
from dlc.frontends.figure.geometry import common, contains, extent, hull, inside, overlap, size, within
from dlc.frontends.figure.vector.shapes import Role, Shape
from dlc.frontends.groups import Groups

#: Two shapes whose sides are nearer than this (ems) are one box printed twice.
_SAME = 0.2
#: A shadow is moved against its shape by at most this (ems).
_FAR_SHADOW = 0.7
#: Sheets of a stack differ in size by at most this share.
_SHEETS_DIFFER = 0.08
#: Sheets of one stack are painted one behind the other, with at most so many other boxes between.
_LATEST = 24
#: Corners of faces that meet are nearer than this (ems).
_MEET = 0.15
_SQUARE = {Outline.RECTANGLE, Outline.ROUNDED}


@attrs.frozen
class Placed:
    """A box with the place of its (last) printing in the order of painting, and whether it hides things."""

    box: Box
    order: int
    solid: bool = False


def boxes(shapes: Sequence[Shape], em: float) -> list[Placed]:
    """The boxes among the shapes, in the order of painting."""
    plain = [shape for shape in shapes if shape.role is Role.BOX]
    merged = _once(plain, em)
    merged = _without_shadows(merged, em)
    solid = _cuboids(merged, em)
    return _stacks(solid, em)


def _once(plain: Sequence[Shape], em: float) -> list[Placed]:
    """Shapes as boxes, each once: a fill and the stroke around it are one."""
    found: list[Placed] = []
    near: dict[tuple[int, int], list[int]] = {}
    cell = max(2 * em, 1e-6)
    for shape in plain:
        key = int(shape.area[0] // cell), int(shape.area[1] // cell)
        spots = [(key[0] + dx, key[1] + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        twin = next((i for spot in spots for i in near.get(spot, ()) if _same(found[i].box, shape, em)), None)
        if twin is None:
            near.setdefault(key, []).append(len(found))
            found.append(Placed(_box(shape), shape.order, _hides(shape)))
        else:
            solid = found[twin].solid or _hides(shape)
            found[twin] = Placed(_joined(found[twin].box, shape), shape.order, solid)
    return found


def _hides(shape: Shape) -> bool:
    return shape.fill is not None and not shape.clear


def _box(shape: Shape) -> Box:
    return Box(
        shape.area,
        shape.outline,
        corners=shape.points,
        fill=shape.fill,
        stroke=shape.stroke,
        dashed=shape.dashed,
    )


def _same(box: Box, shape: Shape, em: float) -> bool:
    slack = _SAME * em
    if not all(abs(a - b) <= slack for a, b in zip(box.area, shape.area, strict=True)):
        return False
    return box.outline is shape.outline or {box.outline, shape.outline} <= _SQUARE


def _joined(box: Box, shape: Shape) -> Box:
    return attrs.evolve(
        box,
        outline=box.outline if shape.outline is Outline.RECTANGLE else shape.outline,
        corners=box.corners or shape.points,
        fill=shape.fill or box.fill,
        stroke=shape.stroke or box.stroke,
        dashed=box.dashed or shape.dashed,
    )


def _without_shadows(found: Sequence[Placed], em: float) -> list[Placed]:
    """Without fills of a box's size that lie right behind it, a little aside, in another colour."""
    kept: list[Placed] = []
    for index, placed in enumerate(found):
        after = found[index + 1 : index + 3]
        if not any(_is_shadow(placed.box, other.box, em) for other in after):
            kept.append(placed)
    return kept


def _is_shadow(back: Box, front: Box, em: float) -> bool:
    moved = [b - a for a, b in zip(back.area, front.area, strict=True)]
    near = all(abs(m) <= _FAR_SHADOW * em for m in moved) and max(abs(m) for m in moved) > 0.02 * em
    level = abs(moved[0] - moved[2]) < 0.1 * em and abs(moved[1] - moved[3]) < 0.1 * em
    return near and level and back.stroke is None and _is_grey(back.fill) and front.fill != back.fill


def _is_grey(colour: Colour | None) -> bool:
    return colour is not None and max(colour) - min(colour) < 24 and max(colour) < 235


def _cuboids(found: Sequence[Placed], em: float) -> list[Placed]:
    """Slanted faces and what shares two corners with them, painted in a row, made one cuboid."""
    slanted = [i for i, placed in enumerate(found) if _is_slanted(placed.box)]
    if not slanted:
        return list(found)
    groups = Groups(len(found))
    corners = [_face(placed.box) for placed in found]
    for i in slanted:
        for j in range(max(0, i - 7), min(len(found), i + 8)):
            if j != i and _share_edge(corners[i], corners[j], _MEET * em):
                groups.join(i, j)
    return sorted((_solid([found[i] for i in group]) for group in groups.sets()), key=lambda p: p.order)


def _is_slanted(box: Box) -> bool:
    """Whether a box is a parallelogram or another face with four corners, seen from the side."""
    return box.outline is Outline.POLYGON and len(box.corners) == 4


def _face(box: Box) -> Sequence[Point]:
    """The four corners of a box or of a solid's front; none for other shapes."""
    x0, y0, x1, y1 = box.area
    if box.outline is Outline.RECTANGLE:
        return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return box.corners if len(box.corners) == 4 else ()


def _share_edge(one: Sequence[Point], other: Sequence[Point], slack: float) -> bool:
    shared = sum(any(abs(x - p) <= slack and abs(y - q) <= slack for p, q in other) for x, y in one)
    return shared >= 2


def _solid(faces: Sequence[Placed]) -> Placed:
    """The cuboid of some faces; a single face stays what it is."""
    if len(faces) == 1:
        return faces[0]
    front = max(
        (placed.box for placed in faces),
        key=lambda box: (box.outline is Outline.RECTANGLE, extent(box.area)),
    )
    area = hull(placed.box.area for placed in faces)
    corners = tuple(_face(front))
    made = Box(area, Outline.CUBOID, front.area, corners=corners, fill=front.fill, stroke=front.stroke)
    return Placed(made, max(placed.order for placed in faces), all(placed.solid for placed in faces))


def _stacks(found: Sequence[Placed], em: float) -> list[Placed]:
    """Boxes of one size that lie behind each other, evenly moved, made one stack."""
    result: list[Placed] = []
    runs: list[list[Placed]] = []
    for placed in found:
        run = next((run for run in runs[-_LATEST:] if _next_sheet(run, placed, em)), None)
        if run is None:
            runs.append([placed])
        else:
            run.append(placed)
    for run in runs:
        result.append(run[0] if len(run) == 1 else _stack(run))
    return sorted(result, key=lambda placed: placed.order)


def _next_sheet(run: Sequence[Placed], placed: Placed, em: float) -> bool:
    """Whether a box lies before the last sheet of a run, as that does before the one behind it."""
    last, box = run[-1].box, placed.box
    if last.outline is not box.outline or box.outline not in (
        Outline.RECTANGLE,
        Outline.ROUNDED,
        Outline.POLYGON,
    ):
        return False
    (w, h), (w2, h2) = size(last.area), size(box.area)
    if abs(w - w2) > _SHEETS_DIFFER * w + 0.05 * em or abs(h - h2) > _SHEETS_DIFFER * h + 0.05 * em:
        return False
    if box.outline is Outline.POLYGON and not within(last.corners, _middle(box)):
        return False
    shift = _shift(last.area, box.area)
    if min(abs(shift[0]), abs(shift[1])) < 0.04 * em or overlap(last.area, box.area) < 0.12:
        return False
    if len(run) == 1:
        return True
    before = _shift(run[-2].box.area, last.area)
    return all(abs(a - b) < 0.5 * max(abs(a), abs(b)) + 0.1 * em for a, b in zip(before, shift, strict=True))


def _middle(box: Box) -> Point:
    return (
        sum(x for x, _ in box.corners) / len(box.corners),
        sum(y for _, y in box.corners) / len(box.corners),
    )


def _shift(one: Area, other: Area) -> Point:
    return other[0] - one[0], other[1] - one[1]


def _stack(run: Sequence[Placed]) -> Placed:
    front = run[-1].box
    area = hull(placed.box.area for placed in run)
    made = Box(area, Outline.STACK, front.area, len(run), (), front.fill, front.stroke, front.dashed)
    return Placed(made, run[-1].order, run[-1].solid)


def without_hidden(found: Sequence[Placed]) -> list[Placed]:
    """Without boxes that lie wholly behind filled ones painted later."""
    return [
        placed
        for index, placed in enumerate(found)
        if not all(_is_covered(spot, found[index + 1 :]) for spot in _spots(placed.box))
    ]


def _spots(box: Box) -> list[Point]:
    """Places just inside a box's outline, and its middle."""
    corners = list(_face(box)) or list(_face(attrs.evolve(box, outline=Outline.RECTANGLE)))
    x = sum(corner[0] for corner in corners) / len(corners)
    y = sum(corner[1] for corner in corners) / len(corners)
    sides = [((a + c) / 2, (b + d) / 2) for (a, b), (c, d) in itertools.pairwise([*corners, corners[0]])]
    return [(x, y), *((0.94 * a + 0.06 * x, 0.94 * b + 0.06 * y) for a, b in (*corners, *sides))]


def _is_covered(spot: Point, later: Sequence[Placed]) -> bool:
    return any(
        placed.solid
        and inside(placed.box.area, spot)
        and (len(_face(placed.box)) != 4 or within(_face(placed.box), spot))
        for placed in later
    )


def without_background(found: Sequence[Placed], area: Area) -> list[Placed]:
    """Without unstroked (or white) boxes that fill the whole figure, which are paper."""
    kept = []
    for placed in found:
        box = placed.box
        white = box.fill is not None and min(box.fill) > 245
        paper = box.stroke is None and (white or box.fill is None)
        whole = extent(common(box.area, area)) > 0.9 * extent(area)
        if not ((whole and box.stroke is None) or (paper and _holds_much(box, found))):
            kept.append(placed)
    return kept


def _holds_much(box: Box, found: Sequence[Placed]) -> bool:
    """Whether an unseen white box has others on it: it only covers what is behind."""
    return sum(placed.box is not box and contains(box.area, placed.box.area) for placed in found) >= 2
