"""A scene as SVG."""

from __future__ import annotations

import base64
import io
from xml.sax.saxutils import escape

from PIL import Image

from dlc.simulate.scene import Bitmap, Path, Pen, Scene, Shape, Text


def svg(scene: Scene) -> bytes:
    """The scene as an SVG document whose unit is the point."""
    width, height = _n(scene.width), _n(scene.height)
    size = f'width="{width}pt" height="{height}pt" viewBox="0 0 {width} {height}"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines += [f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {size}>']
    lines += map(_element, scene.shapes)
    return "\n".join([*lines, "</svg>\n"]).encode()


def _element(shape: Shape) -> str:
    if isinstance(shape, Text):
        return _text(shape)
    if isinstance(shape, Bitmap):
        return _bitmap(shape)
    return f'<path d="{_course(shape)}" {_pen(shape.pen)}/>'


def _text(shape: Text) -> str:
    x, y = map(_n, shape.at)
    turn = f' transform="rotate({_n(-shape.angle)} {x} {y})"' if shape.angle else ""
    weight = ' font-weight="bold"' if shape.face.bold else ""
    font = f'font-family="{shape.face.family}" font-size="{_n(shape.size)}"{weight}'
    ink = f'fill="{_colour(shape.colour)}"'
    return f'<text x="{x}" y="{y}" {font} {ink}{turn}>{escape(shape.text)}</text>'


def _bitmap(shape: Bitmap) -> str:
    stream = io.BytesIO()
    Image.frombytes("RGB", (shape.columns, shape.rows), shape.pixels).save(stream, "PNG")
    left, top, right, bottom = shape.area
    place = f'x="{_n(left)}" y="{_n(top)}" width="{_n(right - left)}" height="{_n(bottom - top)}"'
    data = base64.b64encode(stream.getvalue()).decode()
    return f'<image {place} preserveAspectRatio="none" xlink:href="data:image/png;base64,{data}"/>'


def _course(shape: Path) -> str:
    made = f"M{_point(shape.start)}"
    for segment in shape.segments:
        made += ("L" if len(segment) == 1 else "C") + " ".join(map(_point, segment))
    return made + ("Z" if shape.closed else "")


def _point(point: tuple[float, float]) -> str:
    return f"{_n(point[0])},{_n(point[1])}"


def _pen(pen: Pen) -> str:
    made = f'fill="{_colour(pen.fill) if pen.fill else "none"}"'
    if pen.stroke is None:
        return made
    dash = f' stroke-dasharray="{" ".join(map(_n, pen.dash))}"' if pen.dash else ""
    return f'{made} stroke="{_colour(pen.stroke)}" stroke-width="{_n(pen.width)}"{dash}'


def _colour(colour: tuple[int, int, int]) -> str:
    return "#" + bytes(colour).hex()


def _n(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") if value else "0"
