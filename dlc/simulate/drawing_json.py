"""A `Drawing` as JSON and back; lengths are rounded to a hundredth of the drawing's unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from dlc.frontends.figure.drawing import Area, Box, Connector, Drawing, Label, Outline, Point

Json = dict[str, Any]


def drawing_json(drawing: Drawing) -> Json:
    """Every field that differs from its default."""
    return {
        "unit": drawing.unit,
        "area": _numbers(drawing.area),
        "boxes": [_box(box) for box in drawing.boxes],
        "connectors": [_connector(line) for line in drawing.connectors],
        "labels": [_label(label) for label in drawing.labels],
        "junctions": [_numbers(point) for point in drawing.junctions],
    }


def drawing_from_json(value: Mapping[str, Any]) -> Drawing:
    """Read what `drawing_json` gives; raises KeyError, TypeError or ValueError on anything else."""
    return Drawing(
        _area(value["area"]),
        tuple(map(_box_from, value["boxes"])),
        tuple(map(_connector_from, value["connectors"])),
        tuple(map(_label_from, value["labels"])),
        tuple(map(_point, value["junctions"])),
        unit=value["unit"],
    )


def _box(box: Box) -> Json:
    made: Json = {"area": _numbers(box.area), "outline": box.outline.value}
    if box.front != box.area:
        made["front"] = _numbers(box.front)
    if box.corners:
        made["corners"] = [_numbers(corner) for corner in box.corners]
    return made | _changed(box, "sheets", "fill", "stroke", "dashed")


def _box_from(value: Mapping[str, Any]) -> Box:
    area = _area(value["area"])
    return Box(
        area,
        Outline(value["outline"]),
        _area(value["front"]) if "front" in value else area,
        value.get("sheets", 1),
        tuple(map(_point, value.get("corners", ()))),
        _colour(value.get("fill")),
        _colour(value.get("stroke")),
        value.get("dashed", False),
    )


def _connector(line: Connector) -> Json:
    points = {"points": [_numbers(point) for point in line.points]}
    return points | _changed(line, "head", "tail", "dashed", "width", "colour")


def _connector_from(value: Mapping[str, Any]) -> Connector:
    return Connector(
        tuple(map(_point, value["points"])),
        value.get("head", False),
        value.get("tail", False),
        value.get("dashed", False),
        value.get("width", 0.0),
        _colour(value.get("colour")),
    )


def _label(label: Label) -> Json:
    made = {"text": label.text, "area": _numbers(label.area), "size": round(label.size, 2)}
    return made | _changed(label, "angle", "bold", "colour")


def _label_from(value: Mapping[str, Any]) -> Label:
    return Label(
        value["text"],
        _area(value["area"]),
        value["size"],
        value.get("angle", 0.0),
        value.get("bold", False),
        _colour(value.get("colour")),
    )


def _changed(thing: Box | Connector | Label, *names: str) -> Json:
    """The named fields that are not as they are by default."""
    defaults = {field.name: field.default for field in attrs.fields(type(thing))}
    found = {name: getattr(thing, name) for name in names}
    return {name: _plain(value) for name, value in found.items() if value != defaults[name]}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return round(value, 2) if isinstance(value, float) else value


def _numbers(values: Iterable[float]) -> list[float]:
    return [round(float(value), 2) for value in values]


def _point(value: Any) -> Point:
    x, y = value
    return float(x), float(y)


def _area(value: Any) -> Area:
    left, top, right, bottom = value
    return float(left), float(top), float(right), float(bottom)


def _colour(value: Any) -> tuple[int, int, int] | None:
    if value is None:
        return None
    red, green, blue = value
    return int(red), int(green), int(blue)
