"""The two readers of PDF files: they see the same pages, and the second finds pages that the first cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
from pdfminer.pdfinterp import PDFPageInterpreter
from support.flowcharts import chain
from support.pdfs import locked, pdf, table, text
from support.sheets import tables_of
from support.typeset import Style, page

from dlc.diagnostics import DlcError, codes
from dlc.frontends.paper import survey
from dlc.frontends.pdf.miner import MinerDocument
from dlc.frontends.pdf.page import Document
from dlc.frontends.pdf.pdfium import PdfiumDocument
from dlc.frontends.table.extract import tables

CASES = Path(__file__).parents[1] / "table" / "cases"
STYLES = {"booktabs": Style(), "grid": Style("grid"), "lines": Style("lines", centred=True)}
LAYERS = [
    ("layer", "kernel", "filters"),
    ("conv1", "3x3", "32"),
    ("conv2", "3x3", "64"),
    ("pool1", "2x2", "-"),
]
CAPTION = "Table 1: Architecture of the network."


def with_broken_list(data: bytes) -> bytes:
    """A file whose catalogue no longer says where its pages are listed."""
    return data.replace(b"/Pages 2 0 R", b"/P#ges 2 0 R")


def rows(document: Document) -> list[list[str]]:
    """The cells of all tables, row by row."""
    return [
        [
            cell.text
            for cell in sorted(found.cells, key=lambda cell: (cell.row, cell.column))
            if cell.row == row
        ]
        for found in tables(document)
        for row in range(found.rows)
    ]


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
@pytest.mark.parametrize("name", ["dqn.md", "darknet53.md", "unet.md"])
def test_both_readers_see_the_same_tables(name: str, style: Style) -> None:
    (given,) = tables_of(CASES / name)
    data = page(given, style)
    seen = rows(PdfiumDocument(data))
    assert len(seen) > 3
    assert rows(MinerDocument(data)) == seen


def test_both_readers_see_the_same_letters_at_the_same_places() -> None:
    data = pdf([table(CAPTION, LAYERS, top=700)])
    first, second = PdfiumDocument(data).page(1), MinerDocument(data).page(1)
    assert [char.text for char in first.chars if char.text != " "] == [
        char.text for char in second.chars if char.text != " "
    ]
    for one, other in zip(first.chars, second.chars, strict=False):
        assert (one.x0, one.baseline, one.size) == pytest.approx(
            (other.x0, other.baseline, other.size), abs=0.5
        )


def test_a_file_whose_list_of_pages_is_broken_is_read_for_its_tables() -> None:
    whole = pdf(
        [table(CAPTION, LAYERS, top=700) + chain("Figure 1: The network.", ["conv 3x3, 16", "fc 10"])]
    )
    broken = with_broken_list(whole)
    with pytest.raises(DlcError):
        PdfiumDocument(broken)
    found = survey(broken, "cut.pdf")
    assert [[n.layer.op_name for n in net.body if not n.inferred] for net in found.nets] == [
        ["conv2d", "conv2d", "maxpool2d"]
    ]
    assert found.figures == ()
    (warning,) = [d for d in found.diagnostics if d.code is codes.PDF_DAMAGED]
    assert warning.severity.value == "warning"
    assert warning.fix is not None
    assert "tables alone" in warning.message


def test_the_second_reader_interprets_every_page_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    process = PDFPageInterpreter.process_page

    def counting(interpreter: PDFPageInterpreter, page: object) -> None:
        seen.append(page)
        process(interpreter, page)  # type: ignore[arg-type]

    monkeypatch.setattr(PDFPageInterpreter, "process_page", counting)
    pages = [table(CAPTION, LAYERS, top=700), text(["no table here"])]
    assert survey(with_broken_list(pdf(pages)), "cut.pdf").nets
    assert len(seen) == len(pages)


def test_a_damaged_file_behind_a_locked_one_is_no_locked_one() -> None:
    with pytest.raises(DlcError):
        PdfiumDocument(locked())
    with pytest.raises(DlcError) as raised:
        PdfiumDocument(with_broken_list(pdf([table(CAPTION, LAYERS, top=700)])))
    assert raised.value.diagnostics[0].code is codes.PDF_DAMAGED


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.4\n1 0 obj\n<<" + b"\xff" * 400, pdf([])])
def test_what_neither_reader_opens_is_damaged(data: bytes) -> None:
    with pytest.raises(DlcError) as raised:
        survey(data, "cut.pdf")
    (error,) = raised.value.diagnostics
    assert error.code is codes.PDF_DAMAGED
    assert error.severity.value == "error"


@pytest.mark.parametrize("name", ["1512.02595", "1512.03385"])
def test_both_readers_agree_on_real_papers(name: str, shared: Path) -> None:
    path = shared / "papers" / "pdf" / f"{name}.pdf"
    if not path.exists():
        pytest.skip("this paper is not here")
    seen, again = rows(PdfiumDocument(path)), rows(MinerDocument(path))
    same = sum(row in again for row in seen)
    assert same >= 0.8 * len(seen)
