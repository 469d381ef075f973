"""Whole papers: every network that the tables and figures of a PDF, or a text file, describe."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import attrs

from dlc.diagnostics import Diagnostic, DlcError, FileSpan, Note, Span, codes
from dlc.frontends.figure.find import Figure, find_figures, is_scan
from dlc.frontends.figure.read import Figures, figure_nets
from dlc.frontends.paper.detail import Composed, compose
from dlc.frontends.paper.evidence import Key, evidence
from dlc.frontends.paper.exhibits import Exhibit, exhibits, nets_by_exhibit
from dlc.frontends.paper.merge import merge
from dlc.frontends.pdf import problems
from dlc.frontends.pdf.kept import KeptDocument, KeptPages
from dlc.frontends.pdf.pdfium import PdfiumDocument
from dlc.frontends.table.extract import tables as tables_of
from dlc.frontends.table.model import Table
from dlc.frontends.table.read import TableReading, read_tables
from dlc.frontends.table.textual import read_csv, read_markdown, read_tsv
from dlc.ir import Module, Net
from dlc.passes.names import Names
from dlc.passes.rollup import counted

#: No table is read more surely than this: of 42 networks in tables of real papers, 41 were exact.
SUREST = 0.97

Progress = Callable[[str, int, int], None]

_TEXT_READERS = {"csv": read_csv, "tsv": read_tsv, "markdown": read_markdown}


@attrs.frozen
class Paper:
    """What a document offers: its networks, what was found wrong or doubtful while reading them, and the
    tables and figures that were looked at. `shown` are the networks of each of those. `composed` are overviews
    with what is inside their boxes.
    """

    nets: tuple[Net, ...]
    diagnostics: tuple[Diagnostic, ...]
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    text: str = ""
    shown: Mapping[Key, Sequence[Net]] = attrs.field(factory=dict)
    composed: Composed = Composed()

    @property
    def module(self) -> Module:
        """All networks, those of overviews with their details behind the others, and their blocks.

        What the paper counts ("×6") is a repeat here; in `nets` every layer is written out.
        """
        return counted(Module(self.composed.blocks, (*self.nets, *self.composed.nets)))

    def exhibits(self) -> tuple[Exhibit, ...]:
        """Every table and figure, in the order of the pages."""
        return exhibits(self.tables, self.figures, self.text, self.shown)


def read_paper(data: bytes, name: str, progress: Progress | None = None) -> Paper:
    """Read the networks of a PDF; raises DlcError where it cannot be opened or holds none."""
    return _with_nets(survey(data, name, progress), name)


def survey(data: bytes, name: str, progress: Progress | None = None) -> Paper:
    """All that a PDF offers, networks or not; raises DlcError where it cannot be opened."""
    try:
        try:
            document = KeptDocument(PdfiumDocument(data))
        except DlcError as refusal:
            return _tables_alone(data, name, refusal, progress)
        try:
            return _everything(document, name, progress)
        finally:
            document.close()
    except DlcError as error:
        raise DlcError(_located(error.diagnostics, name)) from None


def _everything(document: KeptDocument, name: str, progress: Progress | None) -> Paper:
    """The tables and figures of an open document; of a scan figures alone."""
    scan = is_scan(document)
    tables = () if scan else tables_of(document, name, progress)
    drawn = tuple(find_figures(document, progress, tables=_areas(tables)))
    text = document.whole_text()
    shown = figure_nets(drawn)
    if scan and not shown.nets:
        raise problems.without_text(name, len(document))
    if scan:
        warning = problems.tables_unread(name, len(document))
        shown = attrs.evolve(shown, diagnostics=(warning, *shown.diagnostics))
    return _paper(tables, read_tables(tables, text), drawn, shown, name, text)


def _tables_alone(data: bytes, name: str, refusal: DlcError, progress: Progress | None) -> Paper:
    """The tables of a file whose list of pages is broken, where pages are found by searching all objects.

    Raises the refusal of the first reader where the second finds none either.
    """
    from dlc.frontends.pdf.miner import MinerDocument

    if refusal.diagnostics[0].code is not codes.PDF_DAMAGED:
        raise refusal
    try:
        document = KeptPages(MinerDocument(data))
        tables = tables_of(document, name, progress)
        text = document.whole_text()
    except DlcError:
        raise refusal from None
    warning = problems.figures_unread(name, len(document))
    return _paper(tables, read_tables(tables, text), (), Figures(diagnostics=(warning,)), name, text)


def _areas(tables: Sequence[Table]) -> dict[int, list[tuple[float, float, float, float]]]:
    """Where the tables of each page are."""
    found: dict[int, list[tuple[float, float, float, float]]] = {}
    for table in tables:
        if table.bbox is not None:
            found.setdefault(table.page, []).append(table.bbox)
    return found


def read_table_text(text: str, form: str, name: str) -> Paper:
    """Read the networks of the tables in a csv, tsv or markdown text; raises DlcError where there is none."""
    tables = _TEXT_READERS[form](text)
    return _with_nets(_paper(tables, read_tables(tables), (), Figures(), name), name)


def _paper(
    tables: Sequence[Table],
    told: TableReading,
    drawn: Sequence[Figure],
    shown: Figures,
    name: str,
    text: str = "",
) -> Paper:
    once = merge(evidence([*map(_humble, told.nets), *shown.nets], tables, drawn))
    nets = tuple(_in_file(net, name) for net in _named(once.nets))
    composed = compose(nets, once.sources, drawn)
    findings = _located([*told.diagnostics, *shown.diagnostics, *once.findings, *composed.findings], name)
    made_from = [once.sources[nets.index(overview)] for overview in composed.overviews]
    where = nets_by_exhibit([*once.sources, *made_from], [*nets, *composed.written_out()])
    return Paper(nets, findings, tuple(tables), tuple(drawn), text, where, composed)


def _humble(net: Net) -> Net:
    """The net, no surer than tables have proved to be read."""
    return attrs.evolve(net, confidence=min(SUREST, 1.0 if net.confidence is None else net.confidence))


def _named(nets: Sequence[Net]) -> list[Net]:
    """The nets with names that differ."""
    names = Names(())
    return [attrs.evolve(net, name=names.fresh(net.name)) for net in nets]


def _in_file(net: Net, name: str) -> Net:
    """The net with the file's name in the places of its layers."""
    body = tuple(
        attrs.evolve(n, span=attrs.evolve(n.span, file=name)) if n.span is not None else n for n in net.body
    )
    return attrs.evolve(net, body=body)


def _with_nets(paper: Paper, name: str) -> Paper:
    if not paper.nets:
        raise DlcError([*paper.diagnostics, nothing_found(paper, name)])
    return paper


def nothing_found(paper: Paper, name: str) -> Diagnostic:
    """The finding for a document without networks: what was looked at, and what would help."""
    seen = f"{_count(paper.tables, 'table')} and {_count(paper.figures, 'figure')} read"
    message = f"no network found in {name}: {seen}, none shows the layers of a network"
    note = Note("a table can also be given as .csv, .tsv or Markdown, a figure as a picture")
    return Diagnostic(codes.NO_NETWORK, message, FileSpan(name), notes=(note,))


def _count(things: Sequence[object], word: str) -> str:
    return f"{len(things)} {word}{'s' * (len(things) != 1)}"


def _located(diagnostics: Sequence[Diagnostic], name: str) -> tuple[Diagnostic, ...]:
    """The diagnostics with the file's name in their places."""
    return tuple(
        attrs.evolve(d, span=_in(d.span or FileSpan(), name), notes=tuple(_noted(n, name) for n in d.notes))
        for d in diagnostics
    )


def _noted(note: Note, name: str) -> Note:
    return note if note.span is None else attrs.evolve(note, span=_in(note.span, name))


def _in(span: Span, name: str) -> Span:
    return attrs.evolve(span, file=name)
