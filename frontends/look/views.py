"""What there is to look at in a paper: its pages with something read on them, single figures and tables."""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs

from dlc.frontends.figure.drawing import Area, Drawing
from dlc.frontends.figure.find import Figure
from dlc.frontends.figure.picture import PictureReading
from dlc.frontends.look.marks import Sign, marks_of_figure, marks_of_nets
from dlc.frontends.look.paint import Ground, paint
from dlc.frontends.paper import Paper
from dlc.frontends.paper.evidence import plain_number
from dlc.frontends.pdf.pdfium import PdfiumDocument
from dlc.frontends.table.model import Table

#: A page of more pixels than this (a poster) is drawn smaller.
_MOST_PIXELS = 40_000_000
#: Of a picture: its longer side is at least this many pixels when drawn on, and an em is this many points.
_LEAST_SIDE, _EM = 1200, 9.0


@attrs.frozen
class View:
    """A page, or the part of it with one figure or table, and the name of its picture."""

    name: str
    page: int
    area: Area | None = None


def page_views(paper: Paper, page: int | None = None) -> list[View]:
    """The pages on which networks were read, or one of them."""
    pages = {net.origin.page for net in paper.nets if net.origin is not None and net.origin.page}
    return [View(f"p{number}", number) for number in sorted(pages) if page in (None, number)]


def exhibit_view(paper: Paper, kind: str, number: str) -> View | None:
    """The figure or table of this number with its caption; None where there is none."""
    wanted = plain_number(number).casefold()
    for exhibit in paper.exhibits():
        if exhibit.kind == kind and exhibit.number.casefold() == wanted and exhibit.area is not None:
            return View(f"{kind}{exhibit.number}", exhibit.page, exhibit.area)
    return None


def draw(data: bytes, paper: Paper, views: Sequence[View], scale: float = 2.0) -> list[bytes]:
    """PNG pictures of views of a PDF; `scale` is in pixels a point."""
    document = PdfiumDocument(data)
    try:
        return [_drawn(document, paper, view, scale) for view in views]
    finally:
        document.close()


def _drawn(document: PdfiumDocument, paper: Paper, view: View, scale: float) -> bytes:
    width, height = document.size(view.page)
    scale = min(scale, math.sqrt(_MOST_PIXELS / max(1.0, width * height)))
    figures = [f for f in paper.figures if f.region.page == view.page and _wanted(f, view)]
    tables = [t for t in paper.tables if t.page == view.page]
    signs = [sign for figure in figures for sign in marks_of_figure(figure.drawing)]
    signs += marks_of_nets(paper.nets, view.page)
    words = [label.area for figure in figures for label in figure.drawing.labels]
    words += [area for table in tables for area in _cells(table)]
    return paint(Ground(document.render(view.page, scale), scale, 1.0, tuple(words)), signs, view.area)


def _wanted(figure: Figure, view: View) -> bool:
    """Whether a figure's lines are drawn: where it was asked for, or is a design."""
    return figure.verdict.design if view.area is None else view.area == figure.region.area


def _cells(table: Table) -> list[Area]:
    return [cell.bbox for cell in table.cells if cell.bbox is not None and cell.text]


def draw_picture(reading: PictureReading, scale: float = 1.0) -> bytes:
    """A PNG of a picture with what was read; `scale` further enlarges it."""
    signs: list[Sign] = [*marks_of_figure(reading.drawing), *marks_of_nets(reading.nets, None)]
    return paint(_ground(reading, scale), signs)


def _ground(reading: PictureReading, scale: float) -> Ground:
    picture, drawing = reading.ground(), reading.drawing
    wide = max(1.0, drawing.area[2] - drawing.area[0])
    larger = max(1.0, _LEAST_SIDE / max(picture.size)) * scale
    size = (round(picture.width * larger), round(picture.height * larger))
    return Ground(
        picture.resize(size), size[0] / wide, _point(drawing), tuple(label.area for label in drawing.labels)
    )


def _point(drawing: Drawing) -> float:
    """How many of a picture's pixels are a point, judged by its letters."""
    return max(drawing.em / _EM, 0.1)
