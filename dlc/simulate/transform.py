"""A drawing moved, scaled or turned as a whole, as its picture is."""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs

from dlc.frontends.figure.drawing import Area, Box, Connector, Drawing, Label, Outline, Point


@attrs.frozen
class Affine:
    """x' = a x + b y + c and y' = d x + e y + f."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 1.0
    f: float = 0.0

    def point(self, point: Point) -> Point:
        """Where a point goes."""
        x, y = point
        return self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f

    def area(self, area: Area) -> Area:
        """The hull of where a rectangle's corners go."""
        left, top, right, bottom = area
        corners = [self.point(p) for p in ((left, top), (right, top), (right, bottom), (left, bottom))]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def scale(self) -> float:
        """By how much lengths grow."""
        return math.sqrt(abs(self.a * self.e - self.b * self.d))

    @property
    def turn(self) -> float:
        """By how many degrees counter-clockwise directions turn."""
        return -math.degrees(math.atan2(self.d, self.a))

    def then(self, next_: Affine) -> Affine:
        """First this, then the next."""
        x, y = next_.point((self.c, self.f))
        return Affine(
            next_.a * self.a + next_.b * self.d,
            next_.a * self.b + next_.b * self.e,
            x,
            next_.d * self.a + next_.e * self.d,
            next_.d * self.b + next_.e * self.e,
            y,
        )


def scaled(factor: float) -> Affine:
    """Everything larger by a factor."""
    return Affine(a=factor, e=factor)


def turned(degrees: float, centre: Point) -> Affine:
    """Everything turned counter-clockwise round a point."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x, y = centre
    return Affine(c, s, x - c * x - s * y, -s, c, y + s * x - c * y)


def transformed(drawing: Drawing, by: Affine, area: Area, unit: str) -> Drawing:
    """The drawing where `by` moves it, inside `area`."""
    return Drawing(
        area,
        tuple(_box(box, by) for box in drawing.boxes),
        tuple(_connector(line, by) for line in drawing.connectors),
        tuple(_label(label, by) for label in drawing.labels),
        tuple(map(by.point, drawing.junctions)),
        drawing.ticks,
        drawing.curves,
        unit,
    )


def _box(box: Box, by: Affine) -> Box:
    corners: Sequence[Point] = box.corners
    upright = box.outline in (Outline.RECTANGLE, Outline.STACK) and not corners
    if upright and abs(by.turn) > 1e-6:
        left, top, right, bottom = box.front
        corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    moved = tuple(map(by.point, corners))
    return attrs.evolve(box, area=by.area(box.area), front=by.area(box.front), corners=moved)


def _connector(line: Connector, by: Affine) -> Connector:
    return attrs.evolve(line, points=tuple(map(by.point, line.points)), width=line.width * by.scale)


def _label(label: Label, by: Affine) -> Label:
    angle = round(label.angle + by.turn, 2)
    return attrs.evolve(label, area=by.area(label.area), size=label.size * by.scale, angle=angle)
