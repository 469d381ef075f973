"""What a paper offers: figures from paths, from bitmaps and from scans; each looked at as closely as it is worth."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from support.drawings import page, sketch
from support.flowcharts import chain
from support.pdfs import pdf, table, text

from dlc.diagnostics import Diagnostic, DlcError, codes
from dlc.frontends.figure import find
from dlc.frontends.figure.calibration import calibrated
from dlc.frontends.figure.classify.features import Evidence
from dlc.frontends.figure.classify.judge import Kind, Verdict
from dlc.frontends.figure.find import find_figures
from dlc.frontends.paper import Paper, survey
from dlc.frontends.pdf.kept import KeptDocument
from dlc.frontends.pdf.pdfium import PdfiumDocument
from dlc.ir import Net
from dlc.syntax import print_module

BOXES = ("Input", "conv 3x3, 16", "max pool 2x2", "conv 3x3, 32", "fc 10", "softmax")
CAPTION = "Figure 1: Architecture of the network."
PROSE = [f"Line {i} of prose about nothing in particular, as papers have it." for i in range(12)]
OPS = ["conv2d", "maxpool2d", "conv2d", "dense", "softmax"]


def scanned(data: bytes, dpi: int = 200) -> bytes:
    """The pages of a PDF as pictures in another."""
    document = pypdfium2.PdfDocument(data)
    first, *others = [page.render(scale=dpi / 72).to_pil().convert("L") for page in document]
    stream = io.BytesIO()
    first.save(stream, "PDF", save_all=True, append_images=others, resolution=dpi)
    return stream.getvalue()


def ops(net: Net) -> list[str]:
    return [node.layer.op_name for node in net.body if not node.inferred]


def test_a_scanned_figure_is_read_from_its_pixels() -> None:
    page = text(PROSE) + chain(CAPTION, BOXES, top=500, left=200)
    found = survey(scanned(pdf([page])), "scan.pdf")
    (net,) = found.nets
    assert ops(net) == OPS
    assert net.origin is not None
    assert net.origin.page == 1
    assert 0 < (net.confidence or 0) < 1
    told = [d for d in found.diagnostics if d.code is codes.PDF_NO_TEXT]
    assert [d.severity.value for d in told] == ["warning"]
    assert "no tables" in told[0].message


def test_a_scan_without_figures_is_told_to_have_no_text() -> None:
    with pytest.raises(DlcError) as raised:
        survey(scanned(pdf([text(PROSE)]), 100), "scan.pdf")
    assert raised.value.diagnostics[-1].code == codes.PDF_NO_TEXT


def test_figures_without_numbers_have_their_own_networks() -> None:
    pages = chain("", BOXES, top=700, left=60) + chain(
        "", ("Input", "LSTM 64", "fc 5", "softmax"), top=330, left=320
    )
    exhibits = survey(scanned(pdf([pages])), "scan.pdf").exhibits()
    assert sorted(len(each.nets) for each in exhibits) == [1, 1]


def test_without_an_ocr_engine_a_scan_is_still_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str | None = None) -> None:
        raise DlcError(Diagnostic(codes.EXTRA_MISSING, "reading text in pictures needs an OCR engine"))

    monkeypatch.setattr("dlc.frontends.figure.ocr.engine", missing)
    document = KeptDocument(PdfiumDocument(scanned(pdf([chain(CAPTION, BOXES)]))))
    figures = list(find_figures(document, judge=_Sure()))
    assert figures[0].drawing.boxes
    assert [d.code.number for d in figures[0].findings] == ["DLC0012"]


class _Sure:
    """Takes everything for a design."""

    def __init__(self, confidence: float = 1.0) -> None:
        self.confidence = confidence
        self.seen: list[Evidence] = []

    def judge(self, evidence: Evidence) -> Verdict:
        self.seen.append(evidence)
        return Verdict(self.confidence, Kind.BOXES)


def test_what_is_hardly_a_design_is_not_looked_at_closer() -> None:
    document = KeptDocument(PdfiumDocument(pdf([chain(CAPTION, BOXES)])))
    doubter = _Sure(find.GLANCE / 2)
    (figure,) = find_figures(document, judge=doubter)
    assert (len(doubter.seen), figure.drawing.boxes) == (1, ())
    (figure,) = find_figures(document, judge=_Sure())
    assert len(figure.drawing.boxes) == len(BOXES)


@pytest.mark.parametrize("share", [0.2, 0.05])
def test_an_unlikely_figure_gives_no_network_or_only_a_good_one(
    share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "FeatureJudge", lambda: _Sure(max(share, find.GLANCE)))
    assert len(survey(pdf([chain(CAPTION, BOXES)]), "p.pdf").nets) == (share > 0.1)


def test_a_plot_and_a_table_of_results_give_nothing() -> None:
    axes = "".join(f"0.5 w {72 + 20 * i} 400 m {72 + 20 * i} 404 l S\n" for i in range(12))
    curve = "72 480 m " + " ".join(f"{72 + 10 * i} {480 + 3 * i * (-1) ** i} l" for i in range(24)) + " S\n"
    plot = f"72 400 240 160 re S\n{axes}{curve}" + text(
        ["Figure 1: Accuracy and error over epochs of training."], 380
    )
    results = table(
        "Table 1: Results.", [("method", "accuracy"), ("ours", "93.1"), ("theirs", "91.0")], top=300
    )
    found = survey(pdf([plot, results]), "p.pdf")
    assert found.nets == ()
    assert [each.kind for each in found.exhibits()] == ["figure", "table"]


COUNTED = """
box first 0 0 | 7x7 conv, 64, /2
dashed group 0 9 14 13
box a 0 5 | 3x3 conv, 64
box b 0 9 | 3x3 conv, 64
box c 0 13 | batch norm
box last 0 19 | FC 10
text 9 9 | x3
arrow first a
arrow a b
arrow b c
arrow c last
caption Figure 1: Architecture of the network.
"""


def test_a_counted_group_is_written_as_a_repeat_of_a_block() -> None:
    paper = survey(page(sketch(COUNTED)), "p.pdf")
    assert [len(net.body) for net in paper.nets] == [12]
    text = print_module(paper.module)
    assert "repeat 3 conv_unit" in text
    (block,) = paper.module.blocks
    assert [node.layer.op_name for node in block.body] == ["conv2d", "conv2d", "batchnorm"]
    assert len({node.origin for node in block.body}) == 3


def test_pages_are_kept_only_for_a_while() -> None:
    class Counting(PdfiumDocument):
        read = 0

        def page(self, number: int) -> object:  # type: ignore[override]
            Counting.read += 1
            return super().page(number)

    document = KeptDocument(Counting(pdf([text(["x"])] * 30)))
    for number in (1, 1, 2, 1):
        document.page(number)
    assert Counting.read == 2
    for number in range(2, 31):
        document.page(number)
    document.page(1)
    assert Counting.read == 31


def test_calibration_keeps_the_order() -> None:
    values = [calibrated(i / 100) for i in range(-5, 106)]
    assert values == sorted(values)
    assert 0 < values[0] < values[-1] < 1


def test_a_paper_of_nothing_is_a_paper() -> None:
    found = survey(pdf([text(PROSE)]), "prose.pdf")
    assert found == Paper((), (), text=found.text)


def test_a_network_of_which_hardly_anything_was_read_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlc.frontends.figure.read.coverage", lambda drawing, graphs: 0.05)
    found = survey(pdf([chain(CAPTION, BOXES)]), "p.pdf")
    assert found.nets == ()
    (told,) = found.diagnostics
    assert told.code == codes.NO_NETWORK
    assert str(told.span) == "p.pdf: page 1, figure 1"
