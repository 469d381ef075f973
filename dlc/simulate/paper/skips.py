"""Chains with lines that jump over layers, on one side or both; the lines cross where their spans overlap."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import attrs

from dlc.fuzz import Sampler
from dlc.ir import Net, Node, Value
from dlc.simulate.paper import words
from dlc.simulate.paper.figure import Figure, finished, shown_layers
from dlc.simulate.paper.look import Look
from dlc.simulate.paper.routes import rounded
from dlc.simulate.paper.sketch import Sketch
from dlc.simulate.paper.structure import Cell, Spec
from dlc.simulate.paper.words import Stated, random_wording


@attrs.frozen
class SkipStyle:
    """How the column is drawn. Lengths are in points."""

    upwards: bool
    gap: float
    pad: float
    lane: float  # between lines that jump
    both_sides: bool
    curved: bool
    round_corners: bool
    dashed: bool


def random_style(rng: random.Random, look: Look) -> SkipStyle:
    """A style at random."""
    return SkipStyle(
        upwards=rng.random() < 0.3,
        gap=rng.uniform(1.5, 2.6) * look.size,
        pad=rng.uniform(0.4, 0.8) * look.size,
        lane=rng.uniform(0.9, 1.6) * look.size,
        both_sides=rng.random() < 0.4,
        curved=look.routes == "curve",
        round_corners=rng.random() < 0.4,
        dashed=rng.random() < 0.15,
    )


def draw(rng: random.Random, look: Look, depth: int, name: str) -> Figure:
    """A design over the paper's Tables 1 and 2 with at least one jump where one turns up, and its drawing."""
    net = Sampler(rng.getrandbits(64)).net(depth, name)
    for _ in range(20):
        if any(len(n.inputs) > 1 for n in net.body):
            break
        net = Sampler(rng.getrandbits(64)).net(depth, name)
    return _Column(rng, Sketch(look), net, random_style(rng, look)).figure()


# A layer's name, the lines of its label, what they state of it, its operation.
Row = tuple[str, list[str], Sequence[Stated], str]


class _Column:
    """Boxes in a column, and lanes beside it for the lines that jump."""

    def __init__(self, rng: random.Random, sketch: Sketch, net: Net, style: SkipStyle) -> None:
        self.sketch = sketch
        self.net = net
        self.style = style
        self.wording = random_wording(rng)
        self.items: dict[str, int] = {}
        self.lanes: dict[int, list[list[tuple[float, float]]]] = {1: [], -1: []}
        self.side = rng.choice((1, -1))

    def figure(self) -> Figure:
        """The whole figure."""
        given = self.net.inputs[0]
        rows: list[Row] = [(given.name, ["Input"], [{}], "input")]
        rows += [(n.name, *words.label(_cell(n), self.wording), n.layer.op_name) for n in self.net.body]
        sizes = [self.sketch.measure(lines) for _, lines, _, _ in rows]
        width = max(w for w, _ in sizes) + 2 * self.style.pad
        y = 0.0
        stated: dict[str, Stated] = {}
        for (value, lines, known, op), (_, height) in zip(rows, sizes, strict=True):
            high = height + 2 * self.style.pad
            area = (-width / 2, y, width / 2, y + high)
            if self.style.upwards:
                area = (area[0], -area[3], area[2], -area[1])
            look = self.sketch.look
            box = self.sketch.box(area, look.outline, look.fill(op), lines)
            self.items[value] = self.sketch.item(box, lines, [value])
            stated[value] = dict(known[0])
            y += high + self.style.gap
        for node in self.net.body:
            self.join(node)
        layers = shown_layers(self.net, stated, {})
        return finished("2d-box", self.sketch, layers, self.net)

    def join(self, node: Node) -> None:
        """The line down from the layer before, and one for each that is farther away."""
        target = self.items[node.name]
        for name in dict.fromkeys(node.inputs):
            source = self.items[name]
            if source == target - 1:
                here, there = self.sketch.area_of(source), self.sketch.area_of(target)
                course = [(0.0, here[1] if self.style.upwards else here[3])]
                course.append((0.0, there[3] if self.style.upwards else there[1]))
                self.sketch.arrow(source, target, self.sketch.line(course))
            else:
                self.jump(source, target)

    def jump(self, source: int, target: int) -> None:
        """A line round what is between; it leaves a box below its middle and enters one above it."""
        here, there = self.sketch.area_of(source), self.sketch.area_of(target)
        way = -0.2 if self.style.upwards else 0.2
        start = (here[1] + here[3]) / 2 + way * (here[3] - here[1])
        end = (there[1] + there[3]) / 2 - way * (there[3] - there[1])
        if self.style.both_sides:
            self.side = -self.side
        side = self.side
        edge = side * here[2]
        out = edge + side * self.style.lane * (self.free_lane(side, start, end) + 1)
        if self.style.curved:
            far = edge + (out - edge) * 4 / 3
            points, curved = [(edge, start), (far, start), (far, end), (edge, end)], True
        else:
            points, curved = [(edge, start), (out, start), (out, end), (edge, end)], False
            if self.style.round_corners:
                points, curved = rounded(points, 0.6 * self.style.lane), True
        line = self.sketch.line(points, True, curved, self.style.dashed)
        self.sketch.arrow(source, target, line)

    def free_lane(self, side: int, start: float, end: float) -> int:
        """The first lane that no line takes beside this span."""
        low, high = min(start, end), max(start, end)
        for number, spans in enumerate(self.lanes[side]):
            if all(high < a or b < low for a, b in spans):
                spans.append((low, high))
                return number
        self.lanes[side].append([(low, high)])
        return len(self.lanes[side]) - 1


def _cell(node: Node) -> Cell:
    """A layer of the IR as a cell; square windows as one number."""
    given: Mapping[str, Value] = node.layer.attributes()
    plain = {k: v[0] if isinstance(v, tuple) and len(set(v)) == 1 else v for k, v in given.items()}
    return Cell((Spec(node.layer.op_name, plain),))
