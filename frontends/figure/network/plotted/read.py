"""Whether a drawing is plotted, and its network if so."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from dlc.frontends.figure.drawing import Box, Drawing, Label, Outline
from dlc.frontends.figure.geometry import contains, extent, hull, inside
from dlc.frontends.figure.network.emit import Place
from dlc.frontends.figure.network.plotted.assemble import Assembled, assemble
from dlc.frontends.figure.network.plotted.beside import numbered
from dlc.frontends.figure.network.plotted.classes import names_type
from dlc.frontends.figure.network.plotted.flow import layers_of
from dlc.frontends.figure.network.plotted.label import Said, read_box
from dlc.frontends.figure.network.plotted.links import find_links
from dlc.frontends.figure.network.reading import read_words

_FEWEST = 2  # layers that a plotted drawing has
_SIDE = 0.4  # ems: boxes that are nearer, with a whole side, are parts of one
_TYPED = 0.1  # of all boxes, cells and insides of letters among them, must have a type in their words
_KNOWN = 0.75  # share of its boxes that must be read as the routines write them
_OUTLINES = (Outline.RECTANGLE, Outline.ROUNDED, Outline.OCTAGON, Outline.CIRCLE, Outline.POLYGON)

#: What no name of a layer has.
_NO_NAME = re.compile(r"[,×@()=]")


def plotted_nets(drawing: Drawing, place: Place) -> list[Assembled] | None:
    """The network of a drawing that one of the routines made; None where it is another drawing.

    What makes it one is that its boxes' labels are in the words of the routine: a type's name in brackets
    or behind a colon, or alone in every box.
    """
    types = sum(names_type(label.text) for label in drawing.labels)
    if types < max(_FEWEST, _TYPED * len(drawing.boxes)):
        return None  # quickly, since other drawings may have thousands of boxes
    boxes = _whole(_boxes(drawing), drawing.em)
    homes = [_home(label, boxes) for label in drawing.labels]
    said = [
        read_box(box.area, [t for t, home in zip(drawing.labels, homes, strict=True) if home == n], box.fill)
        for n, box in enumerate(boxes)
    ]
    kept = [n for n, one in enumerate(said) if one.text]  # lines enclose what has no words
    boxes, said = [boxes[n] for n in kept], [said[n] for n in kept]
    free = [label for label, home in zip(drawing.labels, homes, strict=True) if home < 0]
    if not _is_plotted(said, free):
        return None
    found = find_links(drawing, [box.area for box in boxes])
    said = numbered(said, found, free, drawing)
    made = layers_of(said, found)
    return [assemble(made, place)] if made else None


def _boxes(drawing: Drawing) -> list[Box]:
    """The outermost boxes: a table's cells lie in it."""
    em = drawing.em
    large = [b for b in drawing.boxes if b.outline in _OUTLINES and min(b.width, b.height) > 0.8 * em]
    return [
        box
        for box in large
        if not any(
            other is not box
            and contains(other.area, box.area, 0.25 * em)
            and extent(other.area) > 1.05 * extent(box.area)
            for other in large
        )
    ]


def _whole(boxes: Sequence[Box], em: float) -> list[Box]:
    """The boxes, with those that share a whole side put together: the fields of one record."""
    made: list[Box] = []
    for box in sorted(boxes, key=lambda one: (one.area[1], one.area[0])):
        at = next((n for n, other in enumerate(made) if _share_side(other, box, _SIDE * em)), None)
        if at is None:
            made.append(box)
        else:
            area = hull((made[at].area, box.area))
            made[at] = attrs.evolve(made[at], area=area, front=area)
    return made


def _share_side(one: Box, other: Box, slack: float) -> bool:
    if not one.outline is other.outline is Outline.RECTANGLE:
        return False
    a, b = one.area, other.area
    beside = abs(a[1] - b[1]) < slack and abs(a[3] - b[3]) < slack
    beneath = abs(a[0] - b[0]) < slack and abs(a[2] - b[2]) < slack
    meet = min(abs(a[2] - b[0]), abs(b[2] - a[0])), min(abs(a[3] - b[1]), abs(b[3] - a[1]))
    return (beside and meet[0] < slack) or (beneath and meet[1] < slack)


def _home(label: Label, boxes: Sequence[Box]) -> int:
    """The box in which a label's middle lies; -1 outside of all."""
    return next((n for n, box in enumerate(boxes) if inside(box.area, label.centre)), -1)


def _is_plotted(said: Sequence[Said], free: Sequence[Label]) -> bool:
    """Whether labels are in the words of the routines: exact types, and nothing much besides."""
    layers = [one for one in said if one.op]
    exact = sum(one.cls is not None and one.cls.exact for one in layers)
    caffe = sum(one.caffe for one in layers) > 0.5 * len(layers)
    blobs = [one for one in said if not one.op and one.name]
    others = 0 if caffe else len(blobs)
    signed = sum(bool(one.name or one.gives) for one in layers)
    odd = sum(_NO_NAME.search(one.name) is not None for one in said)
    plain = signed == 0 and any(read_words(" ".join(blob.name.split("_"))).known for blob in blobs)
    if odd > 0.1 * len(said) or plain:
        return False  # someone's own words, of which some happen to be types
    words = sum(not _is_number(label.text) for label in free)
    if len(layers) < _FEWEST or exact < _KNOWN * len(layers) or others > (1 - _KNOWN) * len(said):
        return False
    if caffe and blobs and len(blobs) > 2 * len(layers):
        return False
    return words <= (0.2 * len(layers) if signed >= 0.5 * len(layers) else 0)


def _is_number(text: str) -> bool:
    return sum(c.isdigit() for c in text) >= 0.5 * len(text)
