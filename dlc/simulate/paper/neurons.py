"""Drawings of neurons: a column (or row) of circles a dense layer, each joined to all of the next."""

from __future__ import annotations

import itertools
import random

import attrs

from dlc.frontends.figure.drawing import Outline, Point
from dlc.simulate.paper.figure import Figure, finished, shown_layers
from dlc.simulate.paper.look import Look
from dlc.simulate.paper.routes import towards
from dlc.simulate.paper.sketch import Sketch
from dlc.simulate.paper.structure import Cell, Chain, Spec, grow
from dlc.simulate.paper.words import Stated
from dlc.types import Kind, Type


@attrs.frozen
class NeuronStyle:
    """How columns are drawn. Lengths are in points."""

    upwards: bool
    radius: float
    between: float  # circles of a column
    gap: float  # columns
    most: int  # circles of a column; what is more is dots
    titled: bool
    heads: bool


def random_style(rng: random.Random) -> NeuronStyle:
    """A style at random."""
    radius = rng.uniform(4, 8)
    return NeuronStyle(
        upwards=rng.random() < 0.2,
        radius=radius,
        between=rng.uniform(2.6, 3.4) * radius,
        gap=rng.uniform(6, 10) * radius,
        most=rng.choice((3, 4, 5, 6)),
        titled=rng.random() < 0.7,
        heads=rng.random() < 0.4,
    )


def draw(rng: random.Random, look: Look, depth: int, name: str) -> Figure:
    """A network of dense layers and its drawing; sizes are written where not every neuron is drawn."""
    style = random_style(rng)
    counted = rng.random() < 0.5
    choices = range(2, style.most + 1) if counted else (8, 10, 16, 32, 64, 100, 128, 256, 784)
    sizes = [rng.choice(choices) for _ in range(max(2, min(depth, 6)))]
    chain = Chain(tuple(Cell((Spec("dense", {"units": n}),)) for n in sizes[1:]))
    net = grow(chain, name, Type(Kind.VECTOR, (sizes[0],))).net
    sketch = Sketch(look)
    if style.titled and not style.upwards:  # titles stand side by side
        style = attrs.evolve(style, gap=max(style.gap, sketch.measure(["Hidden layer 1"])[0] + 8))
    drawer = _Drawer(sketch, style)
    names = [net.inputs[0].name, *(n.name for n in net.body)]
    last = len(sizes) - 1
    columns = [drawer.column(i, sizes[i], names[i], i == last) for i in range(len(sizes))]
    for before, after in itertools.pairwise(columns):
        drawer.join(before, after)
    stated: dict[str, Stated] = {v: {"units": n} for n, v in zip(sizes, names, strict=True)}
    stated[names[0]] = {}
    known = {v: (n,) for n, v in zip(sizes, names, strict=True)}
    layers = shown_layers(net, stated, known, drawer.labels)
    return finished("neurons", drawer.sketch, layers, net)


class _Drawer:
    def __init__(self, sketch: Sketch, style: NeuronStyle) -> None:
        self.sketch = sketch
        self.style = style
        self.labels: dict[str, str] = {}

    def column(self, number: int, size: int, layer: str, last: bool) -> list[int]:
        """Draw a column; the items of its circles."""
        style = self.style
        shown = min(size, style.most)
        slots = shown + (1 if size > shown else 0)
        centres = [self.at(number, (i - (slots - 1) / 2) * style.between) for i in range(slots)]
        if size > shown:
            self.dots(centres.pop(-2))
        items = [self.circle(centre, layer, number) for centre in centres]
        self.words(number, size, shown, slots, layer, last)
        return items

    def circle(self, centre: Point, layer: str, number: int) -> int:
        (x, y), r = centre, self.style.radius
        ops = ("conv2d", "dense", "relu", "lstm")
        fill = self.sketch.look.fill(ops[min(number, 3)])
        box = self.sketch.box((x - r, y - r, x + r, y + r), Outline.CIRCLE, fill)
        return self.sketch.item(box, [], [layer])

    def dots(self, centre: Point) -> None:
        """Three points in place of the neurons that are not drawn."""
        x, y = centre
        step = 0.28 * self.style.between
        for i in (-1, 0, 1):
            at = (x + i * step, y) if self.style.upwards else (x, y + i * step)
            self.sketch.dot(at, 0.15 * self.style.radius)

    def words(self, number: int, size: int, shown: int, slots: int, layer: str, last: bool) -> None:
        """The column's title, and its size where circles do not show it."""
        title = "Input layer" if number == 0 else "Output layer" if last else f"Hidden layer {number}"
        lines = [title] if self.style.titled else []
        if size > shown:
            lines.append(f"n = {size}" if self.style.titled else str(size))
        if not lines:
            return
        width, height = self.sketch.measure(lines)
        away = slots / 2 * self.style.between + 4 + (width if self.style.upwards else height) / 2
        self.sketch.text(lines, self.at(number, away if self.style.upwards else -away))
        self.labels[layer] = " ".join(map(self.sketch.look.face.shown, lines))

    def join(self, before: list[int], after: list[int]) -> None:
        """Lines from every circle to every one of the next column."""
        r = self.style.radius
        for source in before:
            for target in after:
                a, b = self.centre(source), self.centre(target)
                course = [towards(a, b, r), towards(b, a, r)]
                self.sketch.arrow(source, target, self.sketch.line(course, self.style.heads))

    def centre(self, item: int) -> Point:
        left, top, right, bottom = self.sketch.area_of(item)
        return (left + right) / 2, (top + bottom) / 2

    def at(self, number: int, along: float) -> Point:
        """A place in a column."""
        across = number * self.style.gap
        return (along, -across) if self.style.upwards else (across, along)
