"""Whole papers: every network that the tables of a PDF, or of a text file, describe."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from dlc.diagnostics import Diagnostic, DlcError, FileSpan, Note, codes
from dlc.frontends.pdf.page import Document
from dlc.frontends.table.extract import tables as tables_of
from dlc.frontends.table.model import Table
from dlc.frontends.table.read import read_tables
from dlc.frontends.table.textual import read_csv, read_markdown, read_tsv
from dlc.ir import Net

Progress = Callable[[str, int, int], None]

_TEXT_READERS = {"csv": read_csv, "tsv": read_tsv, "markdown": read_markdown}


@attrs.frozen
class Paper:
    """What a document offers: its networks, and what was found wrong or doubtful while reading them."""

    nets: tuple[Net, ...]
    diagnostics: tuple[Diagnostic, ...]


def read_paper(data: bytes, name: str, progress: Progress | None = None) -> Paper:
    """Read the networks of a PDF; raises DlcError where it cannot be opened or holds none."""
    from dlc.frontends.pdf.pdfium import PdfiumDocument

    try:
        document = PdfiumDocument(data)
        try:
            tables = tables_of(document, name, progress)
            text = _text(document)
        finally:
            document.close()
    except DlcError as error:
        raise DlcError(_located(error.diagnostics, name)) from None
    return _read(tables, name, text)


def _text(document: Document) -> str:
    """The words of all pages, which settle what tables leave open."""
    return "\n".join(document.text(number) for number in range(1, len(document) + 1))


def read_table_text(text: str, form: str, name: str) -> Paper:
    """Read the networks of the tables in a csv, tsv or markdown text; raises DlcError where there is none."""
    return _read(_TEXT_READERS[form](text), name)


def _read(tables: Sequence[Table], name: str, document: str = "") -> Paper:
    reading = read_tables(tables, document)
    found = _located(reading.diagnostics, name)
    if not reading.nets:
        raise DlcError([*found, _nothing(tables, name)])
    return Paper(tuple(_in_file(net, name) for net in reading.nets), found)


def _in_file(net: Net, name: str) -> Net:
    """The net with the file's name in the places of its layers."""
    body = tuple(
        attrs.evolve(n, span=attrs.evolve(n.span, file=name)) if n.span is not None else n for n in net.body
    )
    return attrs.evolve(net, body=body)


def _nothing(tables: Sequence[Table], name: str) -> Diagnostic:
    """The finding for a document without networks: what was looked at, and what would help."""
    count = f"{len(tables)} table{'s' * (len(tables) != 1)}"
    message = f"no network found in {name}: {count} read, none lists the layers of a network"
    note = Note("figures are not read yet; a table can also be given as .csv, .tsv or Markdown")
    return Diagnostic(codes.NO_NETWORK, message, FileSpan(name), notes=(note,))


def _located(diagnostics: Sequence[Diagnostic], name: str) -> tuple[Diagnostic, ...]:
    """The diagnostics with the file's name in their places."""
    return tuple(attrs.evolve(d, span=attrs.evolve(d.span or FileSpan(), file=name)) for d in diagnostics)
