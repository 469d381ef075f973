"""Tables as pages show them: whatever their rules, letters and places, they read as their text does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.sheets import bare, tables_of
from support.typeset import Style, page

from dlc.frontends.paper import read_paper
from dlc.frontends.table.read import read_tables
from dlc.ir import Module, Net
from dlc.syntax import print_module

CASES = Path(__file__).parent / "cases"
STYLES = {
    "booktabs": Style(),
    "centred": Style(centred=True),
    "grid": Style("grid"),
    "lines": Style("lines", centred=True),
    "inner": Style("inner"),
    "caption-below": Style("grid", above=False),
    "small": Style(size=5.5, centred=True),
    "two-columns": Style(size=6, columns=2),
    "turned": Style(turned=True),
    "turned-grid": Style("grid", turned=True),
}
NAMES = [
    "c3d",
    "channels_first",
    "counts_in_labels",
    "darknet53",
    "ditto",
    "dqn",
    "fitnet",
    "header_units",
    "keras_summary",
    "lenet_geron",
    "mnasnet",
    "mobilenetv3",
    "monodepth",
    "progan",
    "siamese",
    "unet",
    "wgangp",
    "xvector",
    "efficientnet",
    "sections",
    "calls",
]


def printed(nets: tuple[Net, ...]) -> str:
    """The nets without places and confidence, and with one sign for `x` and `×`."""
    text = print_module(Module(nets=tuple(map(bare, nets))))
    return re.sub(r"confidence [\d.]+", "", text).replace("×", "x")


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_reads_as_its_text(name: str, style: Style) -> None:
    (path,) = (p for p in CASES.glob(f"{name}.*") if p.suffix != ".dlnet")
    (table,) = tables_of(path)
    paper = read_paper(page(table, style), "page.pdf")
    assert printed(paper.nets) == printed(read_tables([table]).nets)


def test_layers_have_boxes_on_the_page() -> None:
    (table,) = tables_of(CASES / "dqn.md")
    (net, *_) = read_paper(page(table, Style("grid")), "page.pdf").nets
    assert net.origin is not None
    assert net.origin.page == 1
    outer = net.origin.bbox
    assert outer is not None
    boxes = [node.origin.bbox for node in net.body if node.origin is not None and not node.inferred]
    assert boxes
    for box in boxes:
        assert box is not None
        assert outer[0] - 2 <= box[0] < box[2] <= outer[2] + 2
        assert outer[1] - 2 <= box[1] < box[3] <= outer[3] + 2
