"""Drawings of feature maps, as sheets or as cuboids: the layers are between them, and named there."""

from __future__ import annotations

import math
import random

import attrs

from dlc.frontends.figure.drawing import Area, Outline
from dlc.ir import Net, Node
from dlc.simulate.paper.figure import Figure, finished, shown_layers
from dlc.simulate.paper.look import Look
from dlc.simulate.paper.sketch import Sketch
from dlc.simulate.paper.structure import Cell, Chain, Spec, grow
from dlc.simulate.paper.words import Stated
from dlc.types import Kind, Type

Size = tuple[int, ...]
_STEP, _THIN = 2.6, 7.0  # points from sheet to sheet, and the width of a vector
_SLANT = 0.35  # of a cuboid's height: how far its back is to the right and up


@attrs.frozen
class MapStyle:
    """How maps are drawn and written."""

    cuboids: bool
    times: str
    form: int  # of a map's size
    sides: bool  # a cuboid's three numbers at its edges
    conv: int
    pool: int
    dense: int
    sized: bool
    windows: bool  # operations say their windows
    joined: str  # arrow, projection
    above: bool  # operations above the maps, sizes below
    titled: bool  # maps have names such as C1


def random_style(rng: random.Random, cuboids: bool) -> MapStyle:
    """A style at random; what does not state sizes states windows."""
    sized = rng.random() < 0.9
    return MapStyle(
        cuboids=cuboids,
        times=rng.choice(("×", "×", "x", " × ")),
        form=rng.randrange(3),
        sides=cuboids and rng.random() < 0.4,
        conv=rng.randrange(3),
        pool=rng.randrange(4),
        dense=rng.randrange(4),
        sized=sized,
        windows=not sized or rng.random() < 0.6,
        joined=rng.choice(("arrow", "arrow", "projection")),
        above=rng.random() < 0.4,
        titled=rng.random() < 0.2,
    )


def plan(rng: random.Random, depth: int) -> tuple[Chain, Type]:
    """Convolutions and poolings, then dense layers: what such drawings show. Sizes never vanish."""
    side = rng.choice((28, 32, 64, 112, 224))
    channels = 1 if side in (28, 32) else 3
    filters, room = rng.choice((4, 6, 8, 16, 32, 64)), side
    made: list[Cell] = []
    ends = rng.randint(1, min(3, max(1, depth - 2)))
    while len(made) < max(2, depth - ends):
        kernel = rng.choice((3, 3, 5, 5, 7))
        valid = rng.random() < 0.5 and room > 2 * kernel
        stride = 2 if room > 100 and rng.random() < 0.5 else 1
        stated = {"filters": filters, "kernel": kernel, "stride": stride}
        made.append(Cell((Spec("conv2d", {**stated, "padding": "valid" if valid else "same"}),)))
        room = (room - kernel) // stride + 1 if valid else -(-room // stride)
        if room >= 6 and rng.random() < 0.6:
            op = rng.choice(("maxpool2d", "maxpool2d", "avgpool2d"))
            made.append(Cell((Spec(op, {"kernel": 2, "stride": 2}),)))
            room //= 2
        filters = min(512, round(filters * rng.choice((1, 1.5, 2, 2))))
    units = [rng.choice((64, 84, 120, 128, 256, 512, 1024, 4096)) for _ in range(ends - 1)]
    made += [Cell((Spec("dense", {"units": n}),)) for n in (*units, rng.choice((2, 10, 100, 1000)))]
    return Chain(tuple(made)), Type(Kind.MAP, (side, side, channels))


def draw(rng: random.Random, look: Look, depth: int, cuboids: bool, name: str) -> Figure:
    """A network and its drawing."""
    chain, given = plan(rng, depth)
    net = grow(chain, name, given).net
    style = random_style(rng, cuboids)
    return _Drawer(rng, Sketch(look), net, style).figure()


class _Drawer:
    """Draws maps from left to right; the label of a layer stands over or under the gap before its map."""

    def __init__(self, rng: random.Random, sketch: Sketch, net: Net, style: MapStyle) -> None:
        self.rng = rng
        self.sketch = sketch
        self.net = net
        self.style = style
        self.stated: dict[str, Stated] = {}
        self.sizes: dict[str, Size] = {}
        self.labels: dict[str, str] = {}
        self.taken = {True: -math.inf, False: -math.inf}  # how far words reach, by row
        self.largest = max(int(net.inputs[0].type.shape[0]), 1)  # type: ignore[arg-type]
        self.height = rng.uniform(60, 110)

    def figure(self) -> Figure:
        """The whole figure."""
        given = self.net.inputs[0]
        x = 0.0
        size = tuple(int(d) for d in given.type.shape if isinstance(d, int))
        before, x = self.map(size, x, "Input")
        self.stated[given.name] = {}
        if self.style.sized:
            self.sizes[given.name] = size
        self.sketch.items[before] = attrs.evolve(self.sketch.items[before], layers=(given.name,))
        for number, node in enumerate(n for n in self.net.body if not n.inferred):
            before, x = self.layer(node, number, before, x)
        layers = shown_layers(self.net, self.stated, self.sizes, self.labels)
        kind = "3d-box" if self.style.cuboids else "stacked-2d-box"
        return finished(kind, self.sketch, layers, self.net)

    def layer(self, node: Node, number: int, before: int, x: float) -> tuple[int, float]:
        """A layer's words, the map that it gives, and the line between."""
        assert node.type is not None
        size = tuple(int(d) for d in node.type.shape if isinstance(d, int))
        lines, stated = self.words(node)
        width, _ = self.sketch.measure(lines)
        left = x + max(22.0, 0.7 * width, 2 * (self.taken[True] + self.apart() + width / 2 - x))
        left = self.clear(size, left, f"{node.layer.op_name[0].upper()}{number + 1}")
        after, right = self.map(size, left, f"{node.layer.op_name[0].upper()}{number + 1}")
        if self.style.sized:
            stated |= {key: size[-1] for key in ("filters", "units") if key in node.layer.attributes()}
            self.sizes[node.name] = size
        middle = ((x + left) / 2, self.row(operations=True))
        self.taken[True] = self.sketch.text(lines, middle)[2]
        self.labels[node.name] = " ".join(map(self.sketch.look.face.shown, lines))
        self.stated[node.name] = stated
        self.join(before, after)
        return after, right

    def row(self, operations: bool) -> float:
        """The height at which words stand: operations on one side of the maps, sizes on the other."""
        away = self.height / 2 + 4 * self.sketch.look.size
        return -away if operations == self.style.above else away

    # Maps.

    def map(self, size: Size, x: float, title: str) -> tuple[int, float]:
        """Draw what a layer gives, from x on; its item, and where it ends."""
        look = self.sketch.look
        fill = look.fill("conv2d" if len(size) == 3 else "dense")
        if len(size) == 1:
            box = self.vector(size[0], x)
        elif self.style.cuboids:
            box = self.cuboid(size, x)
        else:
            high = self.high(size[0])
            sheets = _sheets(size[2])
            step = (_STEP, -_STEP)
            top = -(high + step[1] * (sheets - 1)) / 2
            box = self.sketch.stack((x, top, x + high, top + high), sheets, step, fill)
        area = self.sketch.boxes[box].area
        lines = self.size_words(size, title)
        by_sides = self.style.sides and len(size) == 3 and self.style.sized
        if lines and not by_sides:
            middle = ((area[0] + area[2]) / 2, self.row(operations=False))
            self.taken[False] = self.sketch.text(lines, middle)[2]
        return self.sketch.item(box, [] if by_sides else lines), area[2]

    def clear(self, size: Size, left: float, title: str) -> float:
        """Where a map may begin so that its label does not run into the one before."""
        width, _ = self.sketch.measure(self.size_words(size, title))
        return max(left, self.taken[False] + self.apart() + (width - self.wide(size)) / 2)

    def apart(self) -> float:
        """How far words of two labels in a row are from each other: more than from each other in one."""
        return max(6.0, 0.9 * self.sketch.look.size)

    def wide(self, size: Size) -> float:
        """How wide a map is drawn."""
        if len(size) == 1:
            return _THIN + 4 * self.style.cuboids
        if self.style.cuboids:
            return _thick(size[2]) + _SLANT * 0.8 * self.high(size[0])
        return self.high(size[0]) + _STEP * (_sheets(size[2]) - 1)

    def high(self, side: int) -> float:
        return float(self.height * max(0.14, (side / self.largest) ** 0.6))

    def vector(self, units: int, x: float) -> int:
        high = self.height * max(0.25, min(1.0, math.log2(units + 1) / 11))
        fill = self.sketch.look.fill("dense")
        if self.style.cuboids:
            return self.sketch.cuboid((x, -high / 2, x + _THIN, high / 2), (4, -4), _some(fill))
        return self.sketch.stack((x, -high / 2, x + _THIN, high / 2), 1, (0, 0), fill)

    def cuboid(self, size: Size, x: float) -> int:
        high = self.high(size[0]) * 0.8
        wide = _thick(size[2])
        back = (_SLANT * high, -_SLANT * high)
        front = (x, -high / 2 + back[1] / -2, x + wide, high / 2 + back[1] / -2)
        box = self.sketch.cuboid(front, back, _some(self.sketch.look.fill("conv2d")))
        if self.style.sides and self.style.sized:
            self.three_numbers(front, back, size)
        return box

    def three_numbers(self, front: Area, back: tuple[float, float], size: Size) -> None:
        """Height left of the front, depth beside its slanted edge, channels below."""
        small = 0.85 * self.sketch.look.size
        left, top, right, bottom = front
        width, height = self.sketch.measure([str(size[0])], small)
        self.sketch.text([str(size[0])], (left - 3 - width / 2, (top + bottom) / 2), small)
        self.sketch.text([str(size[2])], ((left + right) / 2, bottom + 2 + height / 2), small)
        middle = (left + back[0] / 2 - 2 - width / 2, top + back[1] / 2 - height / 2)
        self.sketch.text([str(size[1])], middle, small)

    def size_words(self, size: Size, title: str) -> list[str]:
        """A map's size as its label, after its name where maps have names."""
        if not self.style.sized:
            return []
        times = self.style.times
        if len(size) == 1:
            text = str(size[0])
        elif self.style.form == 0 and not self.style.cuboids:
            text = f"{size[2]}@{size[0]}{times}{size[1]}"
        elif self.style.form == 1 and not self.style.cuboids:
            text = f"{size[2]} @ {size[0]}{times}{size[1]}"
        else:
            text = times.join(map(str, size))
        if not self.style.titled and title != "Input":
            return [text]
        return [title, text]

    # Operations.

    def words(self, node: Node) -> tuple[list[str], Stated]:
        """An operation's words and what they state."""
        op, given = node.layer.op_name, node.layer.attributes()
        if op == "dense":
            return [["Full", "connection"], ["Dense"], ["FC"], ["Fully", "connected"]][self.style.dense], {}
        kernel, stride = _first(given["kernel"]), _first(given["stride"])
        window = f"{kernel}{self.style.times}{kernel}"
        stated: Stated = {"kernel": kernel} if self.style.windows else {}
        lines, known = self.operation(op, window)
        if stride > 1 and op == "conv2d" and self.style.windows:
            lines, stated = [*lines, f"stride {stride}"], {**stated, "stride": stride}
        return lines, stated | known

    def operation(self, op: str, window: str) -> tuple[list[str], Stated]:
        if op == "conv2d":
            forms = [["Convolution", window], [window, "conv"], ["Conv", window]]
            plain = [["Convolutions"], ["Convolution"], ["Conv"]]
            return (forms if self.style.windows else plain)[self.style.conv], {}
        kind = {"maxpool2d": "max", "avgpool2d": "average"}[op]
        if self.style.pool == 0:
            return (["Subsampling", window] if self.style.windows else ["Subsampling"]), {"any": True}
        words = [kind, f"{kind.capitalize()} pooling", f"{kind}-pooling", f"{kind.capitalize()} pool"]
        named = words[self.style.pool]
        return ([named, window] if self.style.windows else [named]), {}

    def join(self, before: int, after: int) -> None:
        """The line between two maps: an arrow, or what a window of one becomes in the other."""
        here, there = self.sketch.boxes[self.sketch.items[before].box], self.sketch.area_of(after)
        if self.style.joined == "arrow":
            gap = there[0] - here.area[2]
            margin = min(3.0, 0.15 * gap)
            y = (here.front[1] + here.front[3]) / 2 if self.style.cuboids else 0.0
            end = there[0] - margin
            if self.style.sides and self.style.sized:  # a number stands before the next one's front
                end -= min(gap / 3, self.sketch.measure(["000"])[0])
            course = [(here.area[2] + margin, y), (end, y)]
            self.sketch.arrow(before, after, self.sketch.line(course))
            return
        left, top, right, bottom = here.front
        side = 0.3 * min(right - left, bottom - top)
        x, y = left + 0.55 * (right - left), top + self.rng.uniform(0.2, 0.6) * (bottom - top)
        window = (x, y, x + side, y + side)
        self.sketch.box(window, Outline.RECTANGLE, None)
        aim = (there[0] + 0.3 * (there[2] - there[0]), (there[1] + there[3]) / 2)
        corners = [(window[2], window[1]), (window[2], window[3])]
        lines = [self.sketch.line([corner, aim], head=False) for corner in corners]
        self.sketch.arrow(before, after, *lines)


def _sheets(channels: int) -> int:
    """How many sheets stand for channels."""
    return max(2, min(9, round(math.log2(channels + 1)) + 1)) if channels > 1 else 1


def _thick(channels: int) -> float:
    """How wide the front of a cuboid is."""
    return 4 + 2 * math.log2(channels + 1)


def _first(value: object) -> int:
    return int(value[0]) if isinstance(value, tuple) else int(value)  # type: ignore[call-overload]


def _some(fill: tuple[int, int, int]) -> tuple[int, int, int]:
    """A colour with shades: white is a light grey."""
    return (225, 225, 225) if sum(fill) > 750 else fill
