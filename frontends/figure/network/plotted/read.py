"""Whether a drawing is plotted, and its network if so."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dlc.frontends.figure.drawing import Box, Drawing, Label, Outline
from dlc.frontends.figure.geometry import contains, extent, inside
from dlc.frontends.figure.network.emit import Place
from dlc.frontends.figure.network.plotted.assemble import Assembled, assemble
from dlc.frontends.figure.network.plotted.beside import numbered
from dlc.frontends.figure.network.plotted.flow import layers_of
from dlc.frontends.figure.network.plotted.label import Said, read_box
from dlc.frontends.figure.network.plotted.links import links
from dlc.frontends.figure.network.reading import read_words

_FEWEST = 2  # layers that a plotted drawing has
_KNOWN = 0.85  # share of its boxes that must be read as the routines write them
_OUTLINES = (Outline.RECTANGLE, Outline.ROUNDED, Outline.OCTAGON, Outline.CIRCLE, Outline.POLYGON)

#: What no name of a layer has.
_NO_NAME = re.compile(r"[,×@()=]")


def plotted_nets(drawing: Drawing, place: Place) -> list[Assembled] | None:
    """The network of a drawing that one of the routines made; None where it is another drawing.

    What makes it one is that its boxes' labels are in the words of the routine: a type's name in brackets
    or behind a colon, or alone in every box.
    """
    boxes = _boxes(drawing)
    homes = [_home(label, boxes) for label in drawing.labels]
    said = [
        read_box(box.area, [t for t, home in zip(drawing.labels, homes, strict=True) if home == n], box.fill)
        for n, box in enumerate(boxes)
    ]
    free = [label for label, home in zip(drawing.labels, homes, strict=True) if home < 0]
    if not _is_plotted(said, free):
        return None
    pairs = links(drawing, [box.area for box in boxes])
    said = numbered(said, pairs, free, drawing)
    made = layers_of(said, pairs)
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
