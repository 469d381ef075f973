"""A figure's drawing from the paths and characters of its page."""

from __future__ import annotations

from collections.abc import Sequence

from dlc.frontends.figure.drawing import Area, Box, Connector, Drawing, Outline, likely_size, usual_size
from dlc.frontends.figure.geometry import centre, contains, inside, length, size
from dlc.frontends.figure.vector.boxes import boxes, without_background, without_hidden
from dlc.frontends.figure.vector.labels import labels
from dlc.frontends.figure.vector.lines import (
    Line,
    connectors,
    joined,
    junctions,
    strokes,
    walls,
    with_heads,
    without_stubs,
)
from dlc.frontends.figure.vector.loops import loops
from dlc.frontends.figure.vector.shapes import Role, Shape, shapes
from dlc.frontends.figure.vector.signs import signs
from dlc.frontends.pdf.artwork import Artwork, Path
from dlc.frontends.pdf.page import Page

#: A figure with more painted paths than this is a plot; only its curves and ticks are counted.
MOST_PATHS = 4000


def read_vector(page: Page, drawn: Artwork, area: Area) -> Drawing:
    """The drawing inside an area of a page (points from its top left corner)."""
    text = labels(page.chars, area)
    paths = [path for path in drawn.paths if _belongs(path, area)]
    em = usual_size(text) or likely_size(area, [min(size(path.box)) for path in paths if path.fill])
    if len(paths) > MOST_PATHS:
        return Drawing(area, labels=tuple(text), curves=len(paths))
    found = shapes(paths, em)
    placed = without_hidden(without_background(boxes(found, em), area))
    lines = strokes(found, em)
    made, lines = loops(lines, em)
    whole = [p.box for p in placed] + made
    marks, lines = signs(whole, lines, found, text, em)
    text = labels(page.chars, area, [box.area for box in whole], page.rules) + marks
    alone = with_heads(lines, [shape for shape in found if shape.role is Role.HEAD], em)
    lines = joined(without_stubs(lines, em), walls(whole), em)
    linked = connectors(lines) + _fat(found) + alone
    pictures = [Box(p.box, Outline.IMAGE) for p in drawn.pictures if not p.shading and _seen(p.box, area, em)]
    return Drawing(
        area,
        (*whole, *pictures),
        tuple(linked),
        tuple(text),
        tuple(junctions(linked, em)),
        *_plot_signs(lines, em),
    )


def _belongs(path: Path, area: Area) -> bool:
    return inside(area, centre(path.box)) and contains(area, path.box, 8.0)


def _seen(box: Area, area: Area, em: float) -> bool:
    return inside(area, centre(box)) and min(box[2] - box[0], box[3] - box[1]) > 0.8 * em


def _fat(found: Sequence[Shape]) -> list[Connector]:
    """Fat arrows as connectors."""
    return [
        Connector(
            shape.points, head=True, tail=shape.double, width=shape.width, colour=shape.fill or shape.stroke
        )
        for shape in found
        if shape.role is Role.ARROW
    ]


def _plot_signs(lines: Sequence[Line], em: float) -> tuple[int, int]:
    """How many short lone strokes (ticks) and how many long lines of many bends (curves) there are."""
    ticks = sum(len(line.points) == 2 and length(line.points) < 0.7 * em and not line.last for line in lines)
    curves = sum(len(line.points) > 12 and length(line.points) > 8 * em and not line.last for line in lines)
    return ticks, curves
