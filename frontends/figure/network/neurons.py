"""Drawings of neurons: columns (or rows) of circles, each column a dense layer."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import attrs

from dlc.frontends.figure.drawing import Area, Box, Connector, Drawing, Label, Outline, Point
from dlc.frontends.figure.geometry import Grid, bounds, centre, distance, grown, hull
from dlc.frontends.figure.network.graph import Arc, Graph, Vertex
from dlc.frontends.figure.network.reading import SIGNS, Reading, Role, read_words
from dlc.frontends.figure.network.scene import joined
from dlc.frontends.groups import Groups
from dlc.frontends.phrases import Phrase

#: Circles of one drawing differ in width by at most this share, and columns are this many widths apart.
_ALIKE, _APART = 0.35, 0.6
#: An end of a line belongs to a circle this near (of its width).
_TOUCH = 0.45
#: Words of a column are at most this far (of its width) beyond its ends.
_BEYOND = 3.0
#: So many lines from column to column, of all that join circles, make a drawing of neurons.
_FORWARD = 0.9
#: So many of all possible lines between two columns are drawn.
_DENSE = 0.6
_DOTS = re.compile(r"[.…⋮⋯·•∙:\s]{1,9}")
_COUNT = re.compile(
    r"(?:\b(?:n|N|k|K|d|D|m|M)(?:_\w+)?\s*=\s*|^\s*\(?|\b(?:of|with)\s+)(?P<n>\d{1,6})"
    r"(?:\s*(?:-?d\b|dims?\b|units?|neurons?|nodes?|cells?|inputs?|outputs?|hidden\b.*|classes))?\s*\)?$"
    r"|(?P<units>\d{1,6})\s*-?(?:units?|neurons?|nodes?|cells?|dims?)\b",
    re.I,
)

#: Two circles and whether the line from one to the other has a head.
_Link = tuple[int, int, bool]


@attrs.frozen
class _Column:
    """The circles of a layer, with where they stand along the flow and whether some are left out."""

    circles: tuple[Box, ...]
    dotted: bool = False
    words: str = ""
    count: int | None = None

    @property
    def area(self) -> Area:
        return hull(circle.area for circle in self.circles)

    @property
    def units(self) -> int | None:
        """How many neurons there are: as written, else as drawn where all are drawn."""
        return self.count if self.count is not None else None if self.dotted else len(self.circles)


def neurons(drawing: Drawing) -> list[Graph]:
    """The networks of dense layers that columns of circles show; none where circles are something else."""
    circles = _circles(drawing)
    if len(circles) < 4:
        return []
    links = _links(circles, drawing.connectors)
    found = []
    for part in _together(circles, links):
        columns = _columns(sorted(part), circles, links, drawing)
        if columns:
            found.append(_graph(columns))
    return found


def _circles(drawing: Drawing) -> list[Box]:
    """Circles of about one size; what is written inside counts nothing but must be short."""
    signs = [label.centre for label in drawing.labels if label.text.strip() in SIGNS]
    round_ = [
        box
        for box in drawing.boxes
        if box.outline is Outline.CIRCLE and _is_round(box) and not _holds_any(box, signs)
    ]
    if not round_:
        return []
    widths = sorted(box.width for box in round_)
    usual = widths[len(widths) // 2]
    return [box for box in round_ if abs(box.width - usual) <= _ALIKE * usual]


def _holds_any(box: Box, places: Sequence[Point]) -> bool:
    return any(distance(box.area, place) == 0 for place in places)


def _is_round(box: Box) -> bool:
    return 0.8 * box.height <= box.width <= 1.25 * box.height


def _links(circles: Sequence[Box], connectors: Sequence[Connector]) -> list[_Link]:
    """Pairs of circles that a line joins, in its direction where it has a head."""
    width = circles[0].width
    grid: Grid[int] = Grid(4 * width)
    for index, circle in enumerate(circles):
        grid.add(circle.area, index)

    def at(place: Point) -> int | None:
        near = grid.near(grown(bounds([place]), _TOUCH * width))
        fitting = [(distance(circles[i].area, place), i) for i in near]
        best = min(fitting, default=(width, -1))
        return best[1] if best[0] <= _TOUCH * width else None

    found = []
    for line in connectors:
        one, other = at(line.start), at(line.end)
        if one is not None and other is not None and one != other:
            found.append((one, other, line.head and not line.tail))
    return found


def _together(circles: Sequence[Box], links: Sequence[_Link]) -> list[list[int]]:
    """Circles that lines join, part by part, from the left; parts of fewer than four are none."""
    groups = Groups(len(circles))
    for one, other, _ in links:
        groups.join(one, other)
    parts = groups.sets()
    kept = [_with_strays(part, circles, parts) for part in parts if len(part) >= 4]
    return sorted(kept, key=lambda part: min(circles[i].area[0] for i in part))


def _with_strays(part: Sequence[int], circles: Sequence[Box], parts: Sequence[list[int]]) -> list[int]:
    """A part with the lone circles that stand in its area: their lines were not seen."""
    area = hull(circles[i].area for i in part)
    lone = [p[0] for p in parts if len(p) == 1]
    return [*part, *(i for i in lone if distance(area, circles[i].centre) == 0)]


def _columns(
    numbers: Sequence[int], circles: Sequence[Box], links: Sequence[_Link], drawing: Drawing
) -> list[_Column]:
    """The columns of a part in the direction of the flow; none where lines do not run from one to the next."""
    own = [circles[i] for i in numbers]
    for axis in (0, 1):
        groups = _grouped(own, axis)
        place = {numbers[i]: g for g, group in enumerate(groups) for i in group}
        inner = [(place[a], place[b], sure) for a, b, sure in links if a in place and b in place]
        if _is_dense(groups, inner):
            columns = [_column([own[i] for i in group], axis, drawing, own) for group in groups]
            return columns[::-1] if _runs_back(inner, axis) else columns
    return []


def _is_dense(groups: Sequence[Sequence[int]], links: Sequence[_Link]) -> bool:
    """Whether lines join each column to the next, most circles to most, and hardly anything else."""
    forward = sum(abs(a - b) == 1 for a, b, _ in links)
    if len(groups) < 2 or not links or forward < _FORWARD * len(links):
        return False
    if sum(len(group) > 1 for group in groups) < 2:
        return False  # a plot's marks on one line
    for number, (one, other) in enumerate(itertools.pairwise(groups)):
        joined = sum(min(a, b) == number and abs(a - b) == 1 for a, b, _ in links)
        if joined < _DENSE * len(one) * len(other):
            return False
    return True


def _grouped(circles: Sequence[Box], axis: int) -> list[list[int]]:
    """Circles by their place along an axis, in order."""
    width = circles[0].width
    groups: list[list[int]] = []
    for index in sorted(range(len(circles)), key=lambda i: circles[i].centre[axis]):
        if groups and circles[index].centre[axis] - circles[groups[-1][-1]].centre[axis] < _APART * width:
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def _runs_back(links: Sequence[_Link], axis: int) -> bool:
    """Whether the flow runs leftwards, or upwards: as heads say, else upwards where layers are rows."""
    sure = [a < b for a, b, headed in links if headed]
    return sum(sure) < len(sure) / 2 if sure else axis == 1


def _column(circles: Sequence[Box], axis: int, drawing: Drawing, everything: Sequence[Box]) -> _Column:
    area = hull(circle.area for circle in circles)
    width = circles[0].width
    labels = [label for label in drawing.labels if _is_of(label.centre, area, width, axis, everything)]
    inside = [label for label in labels if any(distance(c.area, label.centre) == 0 for c in circles)]
    free = [label for label in labels if label not in inside]
    dotted = _has_gap(circles, 1 - axis) or any(_is_dots(label) for label in free)
    said = joined(label for label in free if not _is_dots(label)).splitlines()
    counts = [count for row in said if (count := _counted(row)) is not None]
    ordered = sorted(circles, key=lambda circle: circle.centre[1 - axis])
    return _Column(tuple(ordered), dotted, " ".join(said), next(iter(counts), None))


def _is_of(spot: Point, area: Area, width: float, axis: int, everything: Sequence[Box]) -> bool:
    """Whether words stand in a column's strip: nearer to it than to any other, and not far beyond its ends."""
    middle = centre(area)
    whole = hull(circle.area for circle in everything)
    away = max(whole[1 - axis] - spot[1 - axis], spot[1 - axis] - whole[3 - axis], 0.0)
    lines = sorted({round(circle.centre[axis], 1) for circle in everything})
    nearest = min(lines, key=lambda line: abs(line - spot[axis]))
    return abs(nearest - middle[axis]) < width and away <= (_BEYOND + 2.0 * axis) * max(width, 12.0)


def _is_dots(label: Label) -> bool:
    return _DOTS.fullmatch(label.text) is not None


def _has_gap(circles: Sequence[Box], axis: int) -> bool:
    """Whether circles of a column do not stand at even distances: some are left out between."""
    places = sorted(circle.centre[axis] for circle in circles)
    steps = [b - a for a, b in itertools.pairwise(places)]
    return bool(steps) and max(steps) > 1.5 * min(steps)


def _counted(words: str) -> int | None:
    """How many neurons words state."""
    match = _COUNT.search(words.strip())
    if match is None:
        return None
    return int(match["n"] or match["units"])


def _graph(columns: Sequence[_Column]) -> Graph:
    vertices = {}
    arcs = []
    for key, column in enumerate(columns):
        vertices[key] = _vertex(key, column)
        if key:
            arcs.append(Arc(key - 1, key))
    return Graph(vertices, tuple(arcs))


def _vertex(key: int, column: _Column) -> Vertex:
    units = column.units
    shape = (units,) if units is not None else None
    if key == 0:
        return Vertex(key, Reading(Role.INPUT, shape=shape), column.area, column.words, shape)
    attributes = {"units": units} if units is not None else {}
    steps = (Phrase("dense", attributes=attributes, text=column.words), *_activations(column.words))
    return Vertex(key, Reading(Role.LAYERS, steps, known=True), column.area, column.words, shape)


def _activations(words: str) -> tuple[Phrase, ...]:
    """An activation that a column's words name."""
    steps = read_words(words).steps
    return tuple(step for step in steps if step.op in ("relu", "tanh", "sigmoid", "softmax"))
