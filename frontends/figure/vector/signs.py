"""Signs that are drawn rather than written: the plus and the cross in an operator's circle."""

from __future__ import annotations

from collections.abc import Sequence

from dlc.frontends.figure.drawing import Box, Label, Outline
from dlc.frontends.figure.geometry import bounds, centre, contains, extent, inside, size, upright
from dlc.frontends.figure.vector.lines import Line
from dlc.frontends.figure.vector.shapes import Role, Shape

#: An operator's circle is at most this wide (ems).
_WIDEST = 4.0
#: A filled cross, upright or turned.
_CORNERS, _CROSSES = 12, (Role.SCRAP, Role.BOX)


def signs(
    boxes: Sequence[Box], lines: Sequence[Line], shapes: Sequence[Shape], text: Sequence[Label], em: float
) -> tuple[list[Label], list[Line]]:
    """Labels for the signs drawn inside small empty boxes, and the lines that are none of them."""
    found: list[Label] = []
    used: set[int] = set()
    places = [(bounds(line.points), line) for line in lines]
    crosses = [shape for shape in shapes if shape.role in _CROSSES and len(shape.points) == _CORNERS]
    for box in boxes:
        if max(size(box.area)) > _WIDEST * em or any(inside(box.area, label.centre) for label in text):
            continue
        within = [line for place, line in places if contains(box.area, place, 0.15 * em)]
        sign = _of_lines(box, within, em) or _of_shapes(box, crosses)
        if sign:
            used |= {id(line) for line in within}
            found.append(Label(sign, box.area, min(size(box.area)) / 1.4))
    return found, [line for line in lines if id(line) not in used]


def _of_lines(box: Box, within: Sequence[Line], em: float) -> str:
    """The sign of two strokes that cross in a circle's middle."""
    if box.outline not in (Outline.CIRCLE, Outline.ROUNDED, Outline.RECTANGLE) or not 2 <= len(within) <= 4:
        return ""
    middle = centre(box.area)
    if not all(_near(centre(bounds(line.points)), middle, 0.25 * min(size(box.area))) for line in within):
        return ""
    ways = {upright(line.points[0], line.points[-1], 0.15 * em) for line in within}
    if ways == {"h", "v"}:
        return "+"
    return "×" if ways == {""} and len(within) == 2 else ""


def _near(one: tuple[float, float], other: tuple[float, float], slack: float) -> bool:
    return abs(one[0] - other[0]) <= slack and abs(one[1] - other[1]) <= slack


def _of_shapes(box: Box, shapes: Sequence[Shape]) -> str:
    """The sign of a filled cross with twelve corners, upright or turned."""
    for shape in shapes:
        if contains(box.area, shape.area) and extent(shape.area) < 0.8 * extent(box.area):
            sides = {
                upright(a, b, 0.1 * size(shape.area)[0])
                for a, b in zip(shape.points, shape.points[1:], strict=False)
            }
            return "+" if "" not in sides else "×"
    return ""
