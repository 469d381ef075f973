"""Papers laid out in other ways: captions of all forms and places, pages on their sides, very large pages."""

from __future__ import annotations

import pytest
from support.flowcharts import chain
from support.pdfs import pdf, text

from dlc.frontends.figure import find
from dlc.frontends.paper import Paper, survey
from dlc.frontends.pdf.kept import KeptDocument
from dlc.frontends.pdf.pdfium import PdfiumDocument
from dlc.ir import Net

BOXES = ("Input", "conv 3x3, 16", "max pool 2x2", "conv 3x3, 32", "fc 10", "softmax")
OPS = ["conv2d", "maxpool2d", "conv2d", "dense", "softmax"]
PROSE = text([f"Line {i} of prose about nothing in particular, as papers have it." for i in range(12)], 360)


def read(page: str) -> Paper:
    return survey(pdf([page]), "p.pdf")


def ops(net: Net) -> list[str]:
    return [node.layer.op_name for node in net.body if not node.inferred]


@pytest.mark.parametrize(
    "caption",
    [
        "Figure 1: Architecture of the network.",
        "Fig. 1 | Architecture of the network.",
        "Fig 1. Architecture of the network.",
        "FIG. 1. Architecture of the network.",
        "Figure A.1. Architecture of the network.",
        "Figure 1 Architecture of the network.",
        "Figure 1 A network of six layers.",
        "Supplementary Figure 1: Architecture of the network.",
        "Extended Data Fig. 1 | Architecture of the network.",
        "Abbildung 1: Architektur des Netzes.",
        "Figura 1: Architettura della rete.",
    ],
)
def test_captions_of_all_forms(caption: str) -> None:
    (net,) = read(chain(caption, BOXES) + PROSE).nets
    assert ops(net) == OPS
    assert net.origin is not None
    assert net.origin.number in ("1", "A.1")


def test_a_sentence_that_begins_with_a_figure_is_no_caption() -> None:
    page = chain("Figure 1 shows the network of which we speak.", BOXES) + PROSE
    assert [each.number for each in read(page).exhibits()] in ([], [""])


def test_a_shorter_figure_beside_a_taller_one_keeps_its_caption() -> None:
    short = ("Input", "conv 5x5, 8", "fc 20", "fc 10")
    page = chain("Figure 1: Network A.", BOXES, left=60) + chain("", short, left=340)
    end = 700 - 5 * 36 - 20 - 18
    found = read(page + text(["Figure 2: Architecture of network B."], end, 340) + PROSE)
    assert {each.number: len(each.nets) for each in found.exhibits()} == {"1": 1, "2": 1}


def test_a_caption_may_stand_beside_its_figure() -> None:
    words = ["Figure 1: Architecture of the", "network, of which every box", "is a layer."]
    found = read(chain("", BOXES) + text(words, 600, 222) + PROSE)
    assert [(each.number, len(each.nets)) for each in found.exhibits()] == [("1", 1)]


@pytest.mark.parametrize("turn", ["0 1 -1 0 612 0 cm", "0 -1 1 0 0 612 cm", "-1 0 0 -1 612 792 cm"])
def test_a_page_on_its_side_is_turned_upright(turn: str) -> None:
    page = chain("Figure 1: Architecture of the network.", BOXES, top=560)
    found = read(f"q {turn} {page} Q")
    (net,) = found.nets
    assert ops(net) == OPS
    area = found.exhibits()[0].area
    assert area is not None
    assert area[3] - area[1] > area[2] - area[0]  # a column again


def test_a_turned_page_stays_turned_however_often_it_is_asked_for() -> None:
    page = chain("Figure 1: Architecture of the network.", BOXES, top=560)
    document = PdfiumDocument(pdf([f"q 0 1 -1 0 612 0 cm {page} Q"]))
    assert {(document.page(1).width, document.artwork(1).paths[0].box[1]) for _ in range(3)} == {
        (792.0, 52.0)
    }
    assert document.size(1) == (792.0, 612.0)
    assert document.render(1, 0.5).size == (396, 306)


def test_a_very_large_page_is_looked_at_in_a_picture_of_bounded_size() -> None:
    page = f"q 20 0 0 20 0 0 cm {chain('Figure 1: Architecture of the network.', BOXES)} Q"
    document = KeptDocument(PdfiumDocument(pdf([page], size=(12240, 14400))))
    picture, scale = find._picture(document, 1)
    assert picture.width * picture.height < 6_100_000
    assert picture.width == pytest.approx(12240 * scale, abs=1)
    survey(pdf([page], size=(12240, 14400)), "poster.pdf")
