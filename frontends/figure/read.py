"""Figures to networks: regions of a paper's pages, their drawings, and the nets that these show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs

from dlc.diagnostics import Diagnostic, FileSpan, Severity, codes
from dlc.frontends.figure.drawing import Drawing
from dlc.frontends.figure.network.emit import Place, emit, facts_of
from dlc.frontends.figure.network.graph import Graph
from dlc.frontends.figure.network.layered import layered
from dlc.frontends.figure.network.legend import legend
from dlc.frontends.figure.network.mapped import mapped
from dlc.frontends.figure.network.reading import read_words
from dlc.frontends.figure.network.scene import ItemKind, scene
from dlc.frontends.figure.regions import Region, figure_regions, loose_regions, may_have_figures
from dlc.frontends.figure.vector.reader import read_vector
from dlc.frontends.pdf.pdfium import PdfiumDocument
from dlc.frontends.table.design.proof import proofread
from dlc.ir import Net

Progress = Callable[[str, int, int], None]


#: Words that tell of a network on a page without readable captions.
_LAYER_WORDS = re.compile(
    r"(?i)\b(?:conv\w*|subsampling|pooling|(?:full|fully)[ -]connect\w*|softmax|feature maps)\b"
)


@attrs.frozen
class Figures:
    """What the figures of a document offer: nets, and what was found doubtful or wrong."""

    nets: tuple[Net, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


@attrs.frozen
class Figure:
    """A figure of a page with its drawing."""

    region: Region
    drawing: Drawing


def read_figures(source: Path | bytes | PdfiumDocument, progress: Progress | None = None) -> Figures:
    """Every network that the figures of a PDF show.

    Raises `DlcError` where the file is missing, empty, damaged or encrypted.
    """
    nets: list[Net] = []
    findings: list[Diagnostic] = []
    for figure in figures(source, progress):
        found = read_drawing(figure.drawing, figure.region.caption, _place(figure.region))
        nets += found.nets
        findings += found.diagnostics
    return Figures(_named(nets), tuple(findings))


def figures(source: Path | bytes | PdfiumDocument, progress: Progress | None = None) -> Iterator[Figure]:
    """The captioned figures of a PDF with their drawings, page by page."""
    document = source if isinstance(source, PdfiumDocument) else PdfiumDocument(source)
    try:
        numbers = range(1, len(document) + 1)
        texts = {number: document.text(number) for number in numbers}
        captioned = [number for number in numbers if may_have_figures(texts[number])]
        for number in captioned or [n for n in numbers if len(_LAYER_WORDS.findall(texts[n])) >= 3]:
            page, drawn = document.page(number), document.artwork(number)
            regions = figure_regions(page, drawn) if captioned else loose_regions(page, drawn)
            for region in regions:
                yield Figure(region, read_vector(page, drawn, region.area))
            if progress is not None:
                progress("reading figures", number, len(document))
    finally:
        if document is not source:
            document.close()


def _place(region: Region) -> Place:
    return Place(region.page, region.number, region.area)


def read_drawing(drawing: Drawing, caption: str = "", place: Place | None = None) -> Figures:
    """The networks that a drawing shows; `caption` supplies what its boxes leave out."""
    place = place or Place(area=drawing.area)
    nets: list[Net] = []
    findings: list[Diagnostic] = []
    facts = facts_of(" ".join([caption, *(label.text for label in drawing.labels)]))
    for graph in _graphs(drawing):
        where = attrs.evolve(place, area=graph.area())
        net, notes = emit(graph, where, facts)
        if net is None:
            continue
        net, contradictions = proofread(net)
        findings += contradictions
        if net is not None:
            nets.append(net)
            findings += [_guess(note, where) for note in notes]
    return Figures(tuple(nets), tuple(findings))


def _graphs(drawing: Drawing) -> list[Graph]:
    """The graphs of a drawing: its boxes are layers, or they are feature maps with layers between."""
    seen = scene(drawing)
    inside = sum(1 for item in seen.of(ItemKind.BOX) if read_words(item.words).known)
    graphs = layered(seen)
    written = sum(len(arc.steps) for graph in graphs for arc in graph.arcs)
    if inside >= 2 or written >= 3 or legend(seen).fills:
        return graphs
    return mapped(seen) or graphs


def _guess(note: str, place: Place) -> Diagnostic:
    return Diagnostic(codes.GUESSED, note, FileSpan(), Severity.NOTE)


def _named(nets: list[Net]) -> tuple[Net, ...]:
    made = []
    for index, net in enumerate(nets):
        number = net.origin.number if net.origin is not None and net.origin.number else "x"
        made.append(attrs.evolve(net, name=f"figure_{number}_{index}"))
    return tuple(made)
