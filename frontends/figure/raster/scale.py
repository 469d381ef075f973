"""A drawing in another unit: all its lengths multiplied."""

from __future__ import annotations

import attrs

from dlc.frontends.figure.drawing import Area, Box, Connector, Drawing, Label, Point


def scaled(
    drawing: Drawing, by: float, left: float = 0.0, top: float = 0.0, unit: str | None = None
) -> Drawing:
    """The drawing with all lengths multiplied by `by` and then moved by (`left`, `top`)."""
    if by == 1 and not left and not top and unit is None:
        return drawing
    move = _Move(by, left, top)
    return attrs.evolve(
        drawing,
        area=move.area(drawing.area),
        boxes=tuple(map(move.box, drawing.boxes)),
        connectors=tuple(map(move.connector, drawing.connectors)),
        labels=tuple(map(move.label, drawing.labels)),
        junctions=tuple(map(move.point, drawing.junctions)),
        unit=unit or drawing.unit,
        unread=by * drawing.unread,
    )


@attrs.frozen
class _Move:
    by: float
    left: float
    top: float

    def point(self, point: Point) -> Point:
        return self.left + self.by * point[0], self.top + self.by * point[1]

    def area(self, area: Area) -> Area:
        return (*self.point(area[:2]), *self.point(area[2:]))

    def box(self, box: Box) -> Box:
        corners = tuple(map(self.point, box.corners))
        return attrs.evolve(box, area=self.area(box.area), front=self.area(box.front), corners=corners)

    def connector(self, line: Connector) -> Connector:
        return attrs.evolve(line, points=tuple(map(self.point, line.points)), width=self.by * line.width)

    def label(self, label: Label) -> Label:
        return attrs.evolve(label, area=self.area(label.area), size=self.by * label.size)
