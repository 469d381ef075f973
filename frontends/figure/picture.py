"""A picture file of a figure to networks: bitmaps by the raster reader, SVG by its vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from dlc.diagnostics import Diagnostic, FileSpan, Note, Severity, codes
from dlc.frontends.figure.choice import HOPELESS
from dlc.frontends.figure.classify.features import Evidence
from dlc.frontends.figure.classify.judge import FeatureJudge
from dlc.frontends.figure.drawing import Drawing
from dlc.frontends.figure.network.emit import Place
from dlc.frontends.figure.network.reading import read_words
from dlc.frontends.figure.read import read_drawing
from dlc.frontends.figure.scripts import unread
from dlc.frontends.figure.vector.reader import read_vector
from dlc.frontends.svg import is_svg, painted, read_svg
from dlc.ir import Module, Net
from dlc.passes.rollup import counted

if TYPE_CHECKING:
    from PIL.Image import Image

#: The share of designs among pictures that are given to be read, by guess, and among figures of papers.
_CHOSEN, _DESIGNS = 0.8, 0.3


@attrs.frozen
class PictureReading:
    """What a picture shows: its networks, what was seen drawn, and what was found doubtful or wrong.

    `ground` gives the picture itself, to draw on.
    """

    nets: tuple[Net, ...]
    drawing: Drawing
    diagnostics: tuple[Diagnostic, ...]
    ground: Callable[[], Image]

    @property
    def module(self) -> Module:
        """The nets, with repeats of what the picture counts ("×6"); in `nets` every layer is written out."""
        return counted(Module(nets=self.nets))


def read_picture(data: bytes, name: str, ocr: str | None = None) -> PictureReading:
    """Read a PNG, JPEG or other bitmap, or an SVG; `ocr` names the engine for a bitmap's text.

    Raises DlcError where it is no picture, too large, asks for what is outside it, or an engine is missing.
    """
    if is_svg(data) or name.lower().endswith((".svg", ".svgz")):
        sheet = read_svg(data, name)
        area = (0.0, 0.0, sheet.page.width, sheet.page.height)
        return reading_of(read_vector(sheet.page, sheet.drawn, area), name, lambda: painted(sheet))
    return _read_bitmap(data, name, ocr)


def _read_bitmap(data: bytes, name: str, ocr: str | None) -> PictureReading:
    # An SVG needs none of these, and they take longer to load than an SVG to read.
    from PIL.Image import fromarray

    from dlc.frontends.figure.ocr import engine
    from dlc.frontends.figure.raster.picture import decode
    from dlc.frontends.figure.raster.reader import read_raster

    picture = decode(data, name)
    drawing = read_raster(picture, engine(ocr))
    return reading_of(drawing, name, lambda: fromarray(picture.pixels), pixels=True)


def reading_of(
    drawing: Drawing, name: str, ground: Callable[[], Image], pixels: bool = False
) -> PictureReading:
    """The networks of a file's drawing."""
    likely = _likely(Evidence("", drawing, ground(), pixels))
    found = read_drawing(drawing, place=Place(area=drawing.area), likely=likely)
    findings = tuple(
        attrs.evolve(d, span=attrs.evolve(d.span or FileSpan(), file=name)) for d in found.diagnostics
    )
    if not found.nets:
        findings = (*findings, _nothing(drawing, name, likely))
    return PictureReading(found.nets, drawing, findings, ground)


def _likely(evidence: Evidence) -> float:
    """How likely a picture shows a network: likelier than a figure of a paper, since somebody has chosen it."""
    sure = min(FeatureJudge().judge(evidence).confidence, 1 - 1e-9)
    odds = sure / (1 - sure) * _CHOSEN / (1 - _CHOSEN) * (1 - _DESIGNS) / _DESIGNS
    return odds / (1 + odds)


def _nothing(drawing: Drawing, name: str, likely: float) -> Diagnostic:
    """The finding that nothing was read: what was seen, and what is most likely amiss."""
    counts = (
        (drawing.boxes, "box", "boxes"),
        (drawing.connectors, "line", "lines"),
        (drawing.labels, "label", "labels"),
    )
    seen = ", ".join(f"{len(things)} {one if len(things) == 1 else many}" for things, one, many in counts)
    message = f"{name} shows no network that could be read ({seen})"
    note = Note(_why(drawing, likely))
    return Diagnostic(codes.NO_NETWORK, message, FileSpan(name), Severity.WARNING, notes=(note,))


def _why(drawing: Drawing, likely: float) -> str:
    named = sum(reading.known for label in drawing.labels if (reading := read_words(label.text)))
    if likely < HOPELESS:
        return "it looks like a photograph, a plot or a drawing of something else"
    if unread(drawing, FileSpan()):
        return "too few of its words were read to know what it shows"
    if not named:
        return "none of its words names a layer; the names of layers are known in English"
    if not drawing.connectors:
        return "it has names of layers, but no line or arrow between them was found, so that their order is not known"
    return "it has names of layers and lines, but the lines do not lead from layer to layer"
