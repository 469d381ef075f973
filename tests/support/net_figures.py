"""Any net as a drawing in paper style: boxes in a column that state everything, arrows beside them for the rest."""

from __future__ import annotations

import random
from collections.abc import Iterator

import attrs

from dlc.evaluate.reader import Reading
from dlc.frontends.figure.drawing import Outline
from dlc.frontends.figure.read import read_drawing
from dlc.frontends.figure.vector.reader import read_vector
from dlc.frontends.pdf.pdfium import PdfiumDocument
from dlc.ir import Net, Node
from dlc.layers import REGISTRY
from dlc.simulate.paper.figure import Figure, finished, shown_layers
from dlc.simulate.paper.look import random_look
from dlc.simulate.paper.sketch import Sketch
from dlc.simulate.pdf import pdf
from dlc.simulate.truth import Truth
from dlc.types import HOLE

#: What labels of papers call layers.
_WORDS = {"conv2d_transpose": "deconv", "global_avgpool2d": "global average pooling", "crop2d": "crop"}
#: What no paper writes into a box.
_UNWRITTEN = ("bias", "alpha", "k", "cropping")
_PITCH, _LANE = 3.2, 0.9  # from box to box and from line to line, in font sizes


def figure_of(net: Net, seed: int) -> Figure:
    """A drawing of a net whose blocks are written out, in a look at random."""
    look = attrs.evolve(random_look(random.Random(seed)), routes="straight", shadow=False)
    return _Column(Sketch(look), net).figure()


def read(figure: Figure) -> Reading:
    """What the page of a figure gives."""
    document = PdfiumDocument(pdf(figure.scene))
    try:
        page = document.page(1)
        drawing = read_vector(page, document.artwork(1), (0, 0, page.width, page.height))
        return Reading(read_drawing(drawing).nets, drawing)
    finally:
        document.close()


def truth(figure: Figure) -> Truth:
    """What is true of a figure in points."""
    return Truth(
        "paper",
        figure.kind,
        figure.drawing,
        figure.items,
        figure.arrows,
        figure.layers,
        figure.outputs,
        1.0,
        (),
    )


class _Column:
    """Draws one net, each layer below the one before it."""

    def __init__(self, sketch: Sketch, net: Net) -> None:
        self._sketch = sketch
        self._net = net
        self._size = sketch.look.size
        self._labels = dict(_labels(net))
        self._rows = {name: row for row, name in enumerate(self._labels)}
        self._half = max(sketch.measure([label])[0] for label in self._labels.values()) / 2 + self._size
        self._items: dict[str, int] = {}
        self._lanes: list[int] = []  # the last row that the line in each lane reaches
        self._taken: dict[str, int] = {}

    def figure(self) -> Figure:
        sides = [
            (s, node.name) for node in self._net.body for s in node.inputs if not self._next(s, node.name)
        ]
        self._ports = {name: sum(name in pair for pair in sides) for name in self._rows}
        for name, label in self._labels.items():
            area = (
                -self._half,
                self._y(name) - 0.8 * self._size,
                self._half,
                self._y(name) + 0.8 * self._size,
            )
            box = self._sketch.box(area, Outline.RECTANGLE, (255, 255, 255), [label])
            self._items[name] = self._sketch.item(box, [label], [name])
        for node in self._net.body:
            for source in node.inputs:
                self._arrow(source, node.name)
        stated = {n.name: _stated(n) for n in self._net.body} | {i.name: {} for i in self._net.inputs}
        sizes = {i.name: tuple(int(d) for d in i.type.shape if isinstance(d, int)) for i in self._net.inputs}
        return finished("2d-box", self._sketch, shown_layers(self._net, stated, sizes), self._net)

    def _next(self, source: str, target: str) -> bool:
        return self._rows[target] == self._rows[source] + 1

    def _y(self, name: str) -> float:
        return self._rows[name] * _PITCH * self._size

    def _arrow(self, source: str, target: str) -> None:
        top, bottom = self._y(source) + 0.8 * self._size, self._y(target) - 0.8 * self._size
        course = [(0.0, top), (0.0, bottom)]
        if not self._next(source, target):
            x = self._half + (1 + self._lane(source, target)) * _LANE * self._size
            start, end = self._port(source), self._port(target)
            course = [(self._half, start), (x, start), (x, end), (self._half, end)]
        line = self._sketch.line(course, head=True)
        self._sketch.arrow(self._items[source], self._items[target], line)

    def _lane(self, source: str, target: str) -> int:
        """The first lane that is free from one row to the other."""
        first, last = self._rows[source], self._rows[target]
        free = next((n for n, end in enumerate(self._lanes) if end < first), len(self._lanes))
        self._lanes[free : free + 1] = [last]
        return free

    def _port(self, name: str) -> float:
        """The height of the next free place at a box's side."""
        self._taken[name] = self._taken.get(name, 0) + 1
        share = self._taken[name] / (self._ports[name] + 1) - 0.5
        return self._y(name) + 1.6 * share * self._size


def _labels(net: Net) -> Iterator[tuple[str, str]]:
    for given in net.inputs:
        yield given.name, f"Input {'×'.join(map(str, given.type.shape))}"
    for node in net.body:
        name = _WORDS.get(node.layer.op_name, node.layer.op_name)
        stated = ", ".join(f"{key}={_written(value)}" for key, value in _stated(node).items())
        yield node.name, f"{name}, {stated}" if stated else name


def _stated(node: Node) -> dict[str, object]:
    """The attributes that a label states: all that are not as usual, and how windows are moved and padded."""
    usual = {a.name: a.default for a in REGISTRY[node.layer.op_name].table if not a.required}
    known = node.layer.attributes()
    shown = {k: v for k, v in known.items() if v is not HOLE and (k not in usual or v != usual[k])}
    shown |= {k: known[k] for k in ("stride", "padding") if "kernel" in known and k in known}
    return {k: v for k, v in shown.items() if k not in _UNWRITTEN}


def _written(value: object) -> str:
    """A value as labels write it: windows as 3×3, what has equal sides as one number."""
    if isinstance(value, tuple):
        return str(value[0]) if len(set(value)) == 1 else "×".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
