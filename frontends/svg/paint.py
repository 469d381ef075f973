"""A plain picture of an SVG's paths and characters, to draw on what was read: no gradients, no clips."""

from __future__ import annotations

from typing import Any

from PIL import Image, ImageDraw, ImageFont

from dlc.frontends.pdf.artwork import Path
from dlc.frontends.pdf.page import Char
from dlc.frontends.svg.read import Sheet

#: The longer side in pixels.
_SIDE = 1600


def painted(sheet: Sheet) -> Image.Image:
    """The sheet as a picture, on white."""
    scale = _SIDE / max(sheet.page.width, sheet.page.height)
    size = (max(1, round(sheet.page.width * scale)), max(1, round(sheet.page.height * scale)))
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    for path in sheet.drawn.paths:
        _path(pen, path, scale)
    for spot in sheet.drawn.pictures:
        pen.rectangle([side * scale for side in spot.box], fill=(225, 225, 225))
    for char in sheet.page.chars:
        _letter(picture, pen, char, scale)
    return picture


def _path(pen: ImageDraw.ImageDraw, path: Path, scale: float) -> None:
    for stretch in path.stretches:
        points = [(x * scale, y * scale) for x, y in stretch.points]
        if path.fill is not None and len(points) > 2:
            pen.polygon(points, fill=path.fill)
        if path.stroke is not None:
            ends = [*points, points[0]] if stretch.closed else points
            pen.line(ends, fill=path.stroke, width=max(1, round(path.width * scale)), joint="curve")


def _letter(picture: Image.Image, pen: ImageDraw.ImageDraw, char: Char, scale: float) -> None:
    x0, y0, x1, y1 = (side * scale for side in (char.x0, char.y0, char.x1, char.y1))
    if x1 < 0 or y1 < 0 or x0 > picture.width or y0 > picture.height:
        return  # the library fails on letters far outside
    font: Any = ImageFont.load_default(size=max(1.0, char.size * scale))
    if char.angle == 0:
        pen.text((char.x0 * scale, char.baseline * scale), char.text, fill=(0, 0, 0), font=font, anchor="ls")
        return
    side = max(4, round(2 * char.size * scale))
    tile = Image.new("L", (side, side), 0)
    ImageDraw.Draw(tile).text((side / 2, side / 2), char.text, fill=255, font=font, anchor="mm")
    turned = tile.rotate(char.angle)
    x, y = (char.x0 + char.x1) / 2 * scale - side / 2, (char.y0 + char.y1) / 2 * scale - side / 2
    picture.paste((0, 0, 0), (round(x), round(y)), turned)
