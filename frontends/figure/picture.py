"""A picture file of a figure to networks: bitmaps by the raster reader, SVG by its vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs
from PIL.Image import fromarray as from_array

from dlc.diagnostics import Diagnostic, FileSpan, Severity, codes
from dlc.frontends.figure.drawing import Drawing
from dlc.frontends.figure.network.emit import Place
from dlc.frontends.figure.ocr import engine
from dlc.frontends.figure.raster.picture import decode
from dlc.frontends.figure.raster.reader import read_raster
from dlc.frontends.figure.read import read_drawing
from dlc.frontends.figure.vector.reader import read_vector
from dlc.frontends.svg import is_svg, painted, read_svg
from dlc.ir import Net

if TYPE_CHECKING:
    from PIL.Image import Image


@attrs.frozen
class PictureReading:
    """What a picture shows: its networks, what was seen drawn, and what was found doubtful or wrong.

    `ground` gives the picture itself, to draw on.
    """

    nets: tuple[Net, ...]
    drawing: Drawing
    diagnostics: tuple[Diagnostic, ...]
    ground: Callable[[], Image]


def read_picture(data: bytes, name: str, ocr: str | None = None) -> PictureReading:
    """Read a PNG, JPEG or other bitmap, or an SVG; `ocr` names the engine for a bitmap's text.

    Raises DlcError where it is no picture, too large, asks for what is outside it, or an engine is missing.
    """
    if is_svg(data) or name.lower().endswith((".svg", ".svgz")):
        sheet = read_svg(data, name)
        area = (0.0, 0.0, sheet.page.width, sheet.page.height)
        return reading_of(read_vector(sheet.page, sheet.drawn, area), name, lambda: painted(sheet))
    picture = decode(data, name)
    drawing = read_raster(picture, engine(ocr))
    return reading_of(drawing, name, lambda: from_array(picture.pixels))


def reading_of(drawing: Drawing, name: str, ground: Callable[[], Image]) -> PictureReading:
    """The networks of a file's drawing."""
    found = read_drawing(drawing, place=Place(area=drawing.area))
    findings = found.diagnostics
    if not found.nets:
        findings = (*findings, _nothing(drawing, name))
    return PictureReading(found.nets, drawing, findings, ground)


def _nothing(drawing: Drawing, name: str) -> Diagnostic:
    seen = f"{len(drawing.boxes)} boxes, {len(drawing.connectors)} lines, {len(drawing.labels)} labels"
    message = f"{name} shows no network that could be read ({seen})"
    return Diagnostic(codes.NO_NETWORK, message, FileSpan(name), Severity.WARNING)
