"""Drawings as Keras' and Caffe's routines make them, written down as text.

A line `a [conv1: Conv2D / (None, 4, 4, 3) / (None, 4, 4, 8)]` is a box with its lines of text; round brackets
make it a blob. `a > b` is an arrow; `a > b: 64` has a number beside it. Boxes stand below each other.
"""

from __future__ import annotations

import re

import attrs

from dlc.frontends.figure.drawing import Box, Connector, Drawing, Label, Outline, Point

_BOX = re.compile(r"(\w+) ([\[(])(.*)[\])]$")
_ARROW = re.compile(r"(\w+) > (\w+)(?:: (\S+))?$")
_SIZE, _WIDE, _STEP = 18.0, 400.0, 200.0


@attrs.define
class _Sketch:
    boxes: dict[str, Box] = attrs.field(factory=dict)
    connectors: list[Connector] = attrs.field(factory=list)
    labels: list[Label] = attrs.field(factory=list)

    def add_box(self, key: str, bracket: str, words: str) -> None:
        top = _STEP * len(self.boxes)
        lines = [line.strip() for line in words.split(" / ")]
        area = (0.0, top, _WIDE, top + 24.0 * len(lines) + 20)
        outline = Outline.OCTAGON if bracket == "(" else Outline.RECTANGLE
        fill = (144, 238, 144) if words.startswith("!") else None
        self.boxes[key] = Box(area, outline, fill=fill, stroke=(0, 0, 0))
        for number, line in enumerate(lines):
            self.write(line.removeprefix("!"), 10.0, top + 10 + 24 * number)

    def write(self, text: str, x: float, y: float) -> None:
        self.labels.append(Label(text, (x, y, x + 9.0 * len(text), y + _SIZE), _SIZE))

    def add_arrow(self, source: str, target: str, number: str | None) -> None:
        points = self.course(self.boxes[source], self.boxes[target])
        self.connectors.append(Connector(points, head=True, width=1.3))
        if number:
            (x, y), (_, end) = points[0], points[1]
            self.write(number, x + 4, (y + end) / 2 - _SIZE / 2)

    def course(self, source: Box, target: Box) -> tuple[Point, ...]:
        """Straight down to the next box, else around on the right, each arrow on its own way."""
        middle = _WIDE / 2
        if 0 < target.area[1] - source.area[3] < _STEP:
            return (middle, source.area[3]), (middle, target.area[1])
        out = _WIDE + 30.0 * (1 + len(self.connectors))
        leave, arrive = source.area[3] - 8, target.area[1] + 8
        return (_WIDE, leave), (out, leave), (out, arrive), (_WIDE, arrive)


def plot(text: str) -> Drawing:
    """The drawing that a text describes."""
    sketch = _Sketch()
    for line in text.strip().splitlines():
        if match := _ARROW.match(line):
            sketch.add_arrow(*match.groups())
        elif match := _BOX.match(line):
            sketch.add_box(*match.groups())
        else:
            raise ValueError(line)
    area = (0.0, 0.0, 2000.0, _STEP * len(sketch.boxes))
    boxes, connectors, labels = sketch.boxes.values(), sketch.connectors, sketch.labels
    return Drawing(area, tuple(boxes), tuple(connectors), tuple(labels), unit="px")
