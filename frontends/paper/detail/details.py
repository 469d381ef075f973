"""Which networks of a paper are details of modules, and by what names: of labels, of captions, of tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from dlc.frontends.figure.drawing import Area, Drawing, Label
from dlc.frontends.figure.find import Figure
from dlc.frontends.figure.geometry import centre, contains, gap, inside
from dlc.frontends.paper.align import telling
from dlc.frontends.paper.detail.names import Name, marked, name_of, parts, subjects
from dlc.frontends.paper.evidence import Evidence, plain_number
from dlc.frontends.paper.references import references
from dlc.ir import Net

#: How sure a name is: a title beside the drawing, what a caption is about, the same without its letter.
TITLED, CAPTIONED, UNLETTERED = 0.95, 0.9, 0.6
#: A title stands this close (ems) to what it names.
_NEAR = 6.0
#: How far (share of its width) a drawing may reach over the middle of its figure and still be the left one.
_OVER = 0.1


@attrs.frozen
class Shown:
    """A network of a paper with the readings that it is made of, and the names that the paper gives it.

    Each name comes with how sure it is, and with what says so.
    """

    net: Net
    readings: tuple[Evidence, ...]
    names: tuple[tuple[Name, float, str], ...] = ()

    @property
    def keys(self) -> frozenset[tuple[str, str]]:
        """Kind and number of the tables and figures that show it."""
        return frozenset((each.kind, each.number) for each in self.readings if each.number)

    @property
    def place(self) -> str:
        """The tables and figures in words."""
        return " and ".join(dict.fromkeys(each.place for each in self.readings))

    def refers_to(self) -> frozenset[tuple[str, str]]:
        """What its captions refer to, besides itself."""
        found = frozenset(key for each in self.readings for key in references(each.caption))
        return found - self.keys


def shown(
    nets: Sequence[Net], sources: Sequence[Sequence[Evidence]], figures: Sequence[Figure]
) -> tuple[Shown, ...]:
    """The networks with their names; `sources` are the readings of each."""
    readings = [each for group in sources for each in group]
    by_key = {("figure", plain_number(f.region.number), f.region.page): f for f in figures}
    made = []
    for net, group in zip(nets, sources, strict=True):
        names = [name for each in group for name in _names(each, readings, by_key.get(each.key))]
        made.append(Shown(net, tuple(group), tuple(dict.fromkeys(names))))
    return tuple(made)


def has_detail(net: Net) -> bool:
    """Whether a network shows enough to be what is inside a box: two layers or more, not all unknown."""
    layers = [node.layer.op_name for node in net.body if not node.inferred]
    known = [node for node in telling(net, merging=False) if node.layer.op_name != "opaque"]
    return len(layers) >= 2 and bool(known)


def _names(
    reading: Evidence, readings: Iterable[Evidence], figure: Figure | None
) -> list[tuple[Name, float, str]]:
    siblings = [each for each in readings if each.key == reading.key]
    if figure is None:
        return _captioned(reading.caption) if len(siblings) == 1 else []
    areas = [area for each in siblings if (area := _area(each)) is not None]
    mine = _area(reading)
    if mine is None:
        return []
    titles = _titles(mine, areas, [n for each in siblings for n in _boxes(each.net)], figure.drawing)
    named = [(name, TITLED, "a title beside it") for words in titles if (name := name_of(words[1]))]
    return [*named, *_of_caption(reading.caption, mine, len(siblings), titles, figure)]


def _of_caption(
    caption: str, area: Area, count: int, titles: Sequence[tuple[str, str]], figure: Figure
) -> list[tuple[Name, float, str]]:
    """Names by the part of the caption that is about a drawing, or all of it where there is no other."""
    by_part = parts(caption)
    if not by_part:
        return _captioned(caption) if count == 1 else []
    letters = {letter for letter, _ in titles if letter}
    marks = letters or _sides(area, figure.region.area)
    found = [by_part[mark] for mark in marks if mark in by_part]
    return _captioned(found[0]) if len(found) == 1 else []


def _captioned(text: str) -> list[tuple[Name, float, str]]:
    return [(name, CAPTIONED, "its caption") for name in subjects(text)]


def _sides(area: Area, whole: Area) -> set[str]:
    """In which halves of a figure a drawing is."""
    found = set()
    for low, high, names in ((0, 2, ("left", "right")), (1, 3, ("top", "bottom"))):
        middle, slack = (whole[low] + whole[high]) / 2, _OVER * (whole[high] - whole[low])
        if area[high] <= middle + slack:
            found.add(names[0])
        elif area[low] >= middle - slack:
            found.add(names[1])
    return found


def _area(reading: Evidence) -> Area | None:
    return reading.net.origin.bbox if reading.net.origin is not None else None


def _boxes(net: Net) -> list[Area]:
    """Where the layers and inputs of a network were read."""
    origins = [*(given.origin for given in net.inputs), *(node.origin for node in net.body)]
    return [origin.bbox for origin in origins if origin is not None and origin.bbox is not None]


def _titles(
    area: Area, areas: Sequence[Area], taken: Sequence[Area], drawing: Drawing
) -> list[tuple[str, str]]:
    """The labels that stand beside one drawing and no other, as letter and words; no words of its boxes."""
    found = []
    for label in drawing.labels:
        if any(inside(box, label.centre) for box in taken if not contains(box, area)):
            continue
        if _in_box(label, area, drawing) or not _is_beside(label, area, drawing.em):
            continue
        rivals = [other for other in areas if other != area and _is_beside(label, other, drawing.em)]
        if not any(gap(label.area, other) <= gap(label.area, area) for other in rivals):
            found.append(marked(label.text))
    return found


def _in_box(label: Label, area: Area, drawing: Drawing) -> bool:
    """Whether a label stands in a shape that does not hold the whole drawing."""
    return any(inside(b.area, label.centre) and not contains(b.area, area, 2.0) for b in drawing.boxes)


def _is_beside(label: Label, area: Area, em: float) -> bool:
    """Whether a label stands above or below a drawing, or in it."""
    x, y = centre(label.area)
    side = (area[2] - area[0]) / 4
    return area[0] - side <= x <= area[2] + side and area[1] - _NEAR * em <= y <= area[3] + _NEAR * em
