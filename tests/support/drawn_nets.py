"""What figures give, as text without origins."""

from __future__ import annotations

import attrs
from support.drawings import Sketch, drawing, page
from support.sheets import bare

from dlc.frontends.figure.drawing import Drawing
from dlc.frontends.figure.read import Figures, read_drawing
from dlc.frontends.figure.regions import figure_regions
from dlc.frontends.figure.vector.reader import read_vector
from dlc.frontends.pdf.pdfium import PdfiumDocument
from dlc.ir import Module, Net
from dlc.syntax import print_module


def written(found: Figures) -> str:
    """The findings, one a line, and the nets without places, names and confidence."""
    notes = "".join(f"# {d.severity.value}[{d.code.number}]: {d.message}\n" for d in found.diagnostics)
    nets = tuple(_plain(net, number) for number, net in enumerate(found.nets, 1))
    return notes + print_module(Module(nets=nets))


def _plain(net: Net, number: int) -> Net:
    body = tuple(attrs.evolve(node, confidence=None) for node in bare(net).body)
    inputs = tuple(attrs.evolve(given, origin=None) for given in net.inputs)
    return attrs.evolve(bare(net), name=f"net_{number}", inputs=inputs, body=body, confidence=None)


def from_drawing(given: Sketch | Drawing, caption: str = "") -> str:
    """What a drawing gives that a perfect reader saw."""
    if isinstance(given, Sketch):
        return written(read_drawing(drawing(given), given.caption))
    return written(read_drawing(given, caption))


def from_page(given: Sketch) -> str:
    """What the same drawing gives when it is printed and read from the page's paths and characters."""
    document = PdfiumDocument(page(given))
    try:
        shown, drawn = document.page(1), document.artwork(1)
        (region,) = figure_regions(shown, drawn)
        return from_drawing(read_vector(shown, drawn, region.area), region.caption)
    finally:
        document.close()
