"""Boxes of an overview become what another place shows under their name; where that is in doubt they stay."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from support.flowcharts import chain
from support.pdfs import pdf, table, text

from dlc.diagnostics import Diagnostic, Severity
from dlc.frontends.paper import Paper, survey
from dlc.frontends.paper.detail.names import Name, marked, name_of, parts, subjects
from dlc.ir import BlockCall, Module, Net, Op, Repeat
from dlc.passes.check import check
from dlc.passes.expand import ExpandBlocks
from dlc.syntax import parse, print_module

OVERVIEW = chain(
    "Figure 1: Architecture of the network.",
    ("Input 32x32x16", "Residual block", "conv 3x3, 32, /2", "Residual block x3", "fc 10"),
)
BOXES = ("Input", "conv 3x3", "conv 3x3", "Add")
CAPTION = "Figure 2: The residual block."


def detail(caption: str = CAPTION, boxes: Sequence[str] = BOXES, **more: object) -> str:
    return chain(caption, boxes, around={0: 3} if len(boxes) == 4 else None, **more)  # type: ignore[arg-type]


def read(*pages: str) -> Paper:
    return survey(pdf(pages), "paper.pdf")


def told(paper: Paper, code: str) -> list[Diagnostic]:
    return [d for d in paper.diagnostics if d.code.number == code]


def calls(net: Net) -> list[tuple[str, object]]:
    """The blocks that a net calls, and how often in a row."""
    found: list[tuple[str, object]] = []
    for node in net.body:
        if isinstance(node.op, BlockCall):
            found.append((node.op.block, 1))
        elif isinstance(node.op, Repeat):
            found += [(link.block, node.op.count) for link in node.op.links if isinstance(link, BlockCall)]
    return found


def test_a_box_becomes_a_block_where_a_caption_names_it() -> None:
    paper = read(OVERVIEW, detail())
    (whole,) = paper.composed.nets
    assert whole.name == "figure_1_whole"
    assert calls(whole) == [("residual", 1), ("residual", 3)]
    (block,) = paper.composed.blocks
    assert [node.layer.op_name for node in block.body] == ["conv2d", "conv2d", "add"]
    (note,) = told(paper, "DLC0616")
    assert note.severity is Severity.NOTE
    assert "figure 2 shows" in note.message
    assert "% sure, by its caption" in note.message


def test_the_overview_stays_as_it_is_drawn() -> None:
    paper = read(OVERVIEW, detail())
    assert [net.name for net in paper.nets] == ["figure_1", "figure_2"]
    assert [n.layer.op_name for n in paper.nets[0].body].count("opaque") == 4


def test_layers_say_where_in_the_paper_they_are() -> None:
    paper = read(OVERVIEW, detail())
    assert {node.origin.number for node in paper.composed.blocks[0].body if node.origin} == {"2"}
    (whole,) = paper.composed.nets
    assert {node.origin.number for node in whole.body if node.origin} == {"1"}
    boxes = [node for node in whole.body if not isinstance(node.op, Op)]
    assert all(0.5 < (node.confidence or 0) <= 0.9 for node in boxes)
    assert (whole.confidence or 0) <= min(net.confidence or 0 for net in paper.nets)


def test_the_module_checks_prints_and_expands() -> None:
    module = read(OVERVIEW, detail()).module
    assert check(module).ok
    assert parse(print_module(module)).module == module
    flat = ExpandBlocks().run(module).module.nets[-1]
    assert [node.layer.op_name for node in flat.body].count("conv2d") == 4 * 2 + 1
    assert not [node for node in flat.body if node.layer.op_name == "opaque"]


GOLDEN = """
block residual(x) {
  conv = conv2d(x, filters=?, kernel=3, padding=?)
  conv2 = conv2d(conv, filters=?, kernel=3, padding=?)
  add = add(x, conv2)
  output add
}
"""


def test_a_block_as_text() -> None:
    module = read(OVERVIEW, detail()).module
    text_ = print_module(Module(blocks=module.blocks))
    lines = [line.split(" @ ")[0].strip() for line in text_.replace("(\n", "(").splitlines()]
    bare = " ".join(lines).replace(",", ", ").replace("  ", " ").replace("( ", "(").replace(", )", ")")
    assert bare.split() == " ".join(GOLDEN.split()).split()


@pytest.mark.parametrize(
    "caption",
    [
        "Figure 2: Structure of the residual blocks.",
        "Figure 2: A building unit. This is the residual block of Figure 1.",
        "Figure 2: Details of our module (residual block).",
        "Figure 2: Residual module used in all stages.",
    ],
)
def test_captions_that_name_the_block(caption: str) -> None:
    assert len(read(OVERVIEW, detail(caption)).composed.nets) == 1


@pytest.mark.parametrize(
    "caption",
    [
        "Figure 2: The inverted residual block.",
        "Figure 2: Residual networks.",
        "Figure 2: A network with residual blocks.",
        "Figure 2: Comparison of the residual block and the dense block.",
        "Figure 2: The dense block, in place of the residual block.",
        "Figure 2: The block.",
        "Figure 2: The residual block of the network of Figure 7, which Figure 3 shows.",
    ],
)
def test_captions_about_something_else(caption: str) -> None:
    other = chain("Figure 3: Another network.", ("Input", "conv 7x7, 8", "conv 1x1, 8", "fc 3"))
    assert not read(OVERVIEW, detail(caption), other).composed.nets


def test_a_title_beside_the_drawing_names_it() -> None:
    frame = "0.8 w 62 516 150 164 re S\n" + text(["Residual block"], 664, 90)
    paper = read(OVERVIEW, detail("Figure 2: Parts of the architecture.", top=650) + frame)
    assert len(paper.composed.nets) == 1
    assert "by a title beside it" in told(paper, "DLC0616")[0].message


def test_parts_of_a_figure_by_their_letters() -> None:
    dense = chain("", ("Input", "conv 1x1, 4", "conv 5x5, 16", "relu"), top=700, left=202)
    marks = text(["(a)"], 560, 115) + text(["(b)"], 560, 245)
    caption = text(["Figure 2: (a) The dense block. (b) The residual block."], 540)
    drawn = chain("", ("Input", "conv 3x3", "batch norm", "relu"), left=72) + dense + marks + caption
    paper = read(OVERVIEW, drawn)
    (block,) = paper.composed.blocks
    assert [n.layer.attributes()["kernel"] for n in block.body if n.layer.op_name == "conv2d"] == [
        (1, 1),
        (5, 5),
    ]


def test_a_table_of_a_block() -> None:
    rows = [("layer", "kernel", "maps"), ("conv1", "3x3", "16"), ("conv2", "3x3", "16"), ("relu", "", "")]
    overview = chain("Figure 1: The network.", ("Input 32x32x16", "Stem block", "max pool 2x2", "fc 10"))
    paper = read(overview, table("Table 1: The stem block.", rows))
    assert calls(paper.composed.nets[0]) == [("stem", 1)]


def test_two_details_of_one_name_are_ambiguous() -> None:
    other = detail("Figure 3: The residual block.", ("Input", "conv 5x5", "conv 1x1", "Add"))
    paper = read(OVERVIEW, detail(), other)
    assert not paper.composed.nets
    (note,) = told(paper, "DLC0617")
    assert "several details fit" in note.message
    assert len(note.notes) == 2


def test_the_caption_tells_which_of_two_details() -> None:
    overview = OVERVIEW.replace("Architecture of the network.", "The network, for its blocks see Figure 3.")
    other = detail("Figure 3: The residual block.", ("Input", "conv 5x5", "conv 1x1", "Add"))
    (block,) = read(overview, detail(), other).composed.blocks
    assert {node.origin.number for node in block.body if node.origin} == {"3"}


def test_sizes_tell_which_of_two_details() -> None:
    sized = ("Input", "conv 3x3, 64", "conv 3x3, 64", "Add")
    overview = chain("Figure 1: The network.", ("Input 32x32x16", "Residual block", "conv 3x3, 32", "fc 10"))
    paper = read(overview, detail(boxes=sized), detail("Figure 3: The residual block."))
    (block,) = paper.composed.blocks
    assert {node.origin.number for node in block.body if node.origin} == {"3"}


def test_sizes_that_do_not_fit() -> None:
    paper = read(OVERVIEW, detail(boxes=("Input", "conv 3x3, 64", "conv 3x3, 64", "Add")))
    assert not paper.composed.nets
    (note,) = told(paper, "DLC0617")
    assert "no detail of that name fits" in note.message
    assert "64" in note.notes[0].message


def test_more_arrows_than_the_detail_takes() -> None:
    boxes = ("Input 32x32x16", "Fusion unit", "conv 3x3, 16", "Fusion unit", "fc 10")
    overview = chain("Figure 1: Architecture of the network.", boxes, around={0: 3})
    inside = chain("Figure 2: The fusion unit.", ("Input", "conv 3x3", "batch norm", "relu"))
    paper = read(overview, inside)
    assert calls(paper.composed.nets[0]) == [("fusion", 1)]
    (note,) = told(paper, "DLC0617")
    assert "2 values come into the box, 1 value comes into the detail" in note.notes[0].message


def test_an_overview_is_no_detail_of_its_own_box() -> None:
    around = chain("Figure 2: The residual block.", ("Input", "Residual", "relu", "conv 1x1"))
    paper = read(OVERVIEW, around)
    assert not paper.composed.nets


def test_details_inside_of_details() -> None:
    outer = chain(CAPTION, ("Input", "conv 1x1", "Fusion unit", "relu"))
    inner = chain("Figure 3: The fusion unit.", ("Input", "conv 3x3", "batch norm", "sigmoid"))
    paper = read(OVERVIEW, outer, inner)
    assert {block.name for block in paper.composed.blocks} == {"residual", "fusion"}
    assert [net.name for net in paper.composed.nets] == ["figure_1_whole", "figure_2_whole"]
    flat = ExpandBlocks().run(paper.module).module
    assert not [
        n for net in flat.nets if net.name == "figure_1_whole" for n in net.body if "opaque" in str(n.op)
    ]


def test_circles_of_details_are_not_followed() -> None:
    one = chain("Figure 2: The residual block.", ("Input", "conv 1x1", "Fusion unit", "relu"))
    other = chain("Figure 3: The fusion unit.", ("Input", "conv 3x3", "Residual block", "sigmoid"))
    module = read(OVERVIEW, one, other).module
    assert check(module).ok


def test_a_lettered_box_by_captions_that_lead_to_each_other() -> None:
    overview = chain(
        "Figure 1: The network. See Figure 2.", ("Input 32x32x16", "conv 3x3, 16", "Reduction-A", "fc 10")
    )
    boxes = ("Input", "conv 3x3, /2", "relu")
    (net,) = read(overview, chain("Figure 2: The reduction module.", boxes)).composed.nets
    assert calls(net) == [("reduction_a", 1)]
    unjoined = overview.replace(" See Figure 2.", "")
    assert not read(unjoined, chain("Figure 2: The reduction module.", boxes)).composed.nets


def test_symbols_of_a_detail_are_parameters() -> None:
    boxes = ("Input", "conv 3x3, k", "relu", "conv 1x1, 2k")
    paper = read(OVERVIEW.replace("Residual", "Fusion"), chain("Figure 2: The fusion block.", boxes))
    (block,) = paper.composed.blocks
    assert [parameter.name for parameter in block.parameters] == ["k"]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Inception-A", Name(("inception", "a"))),
        ("The Residual Blocks", Name(("residual",), "block")),
        ("ResBlock", Name(("res",), "block")),
        ("CBHG", Name(("cbhg",))),
        ("block", None),
        ("concat, 2g", None),
        ("A", None),
    ],
)
def test_names(words: str, name: Name | None) -> None:
    assert name_of(words) == name


def test_names_are_the_same_in_other_spellings() -> None:
    same = [("ResBlock", "Res block"), ("Inception-ResNet-A", "inception resnet A module")]
    other = [("Residual block", "Residual layer"), ("Dense block", "Dense block 1"), ("SE", "SE-Inception")]
    for group, expected in ((same, True), (other, False)):
        for one, two in group:
            a, b = name_of(one), name_of(two)
            assert a is not None
            assert b is not None
            assert a.is_same(b) is expected, (one, two)


@pytest.mark.parametrize(
    ("caption", "names"),
    [
        ("The schema for stem of the network.", [("stem",)]),
        ("The schema for 8×8 grid (Inception-C) module of the net. It is used twice.", [("inception", "c")]),
        ("The CBHG (1-D convolutions + GRU) module adapted from others.", [("cbhg",)]),
        ("“Reduction-B” 17 × 17 to 8 × 8 grid-reduction module.", [("reduction",), ("reduction", "b")]),
        ("The residual block and the dense block.", []),
    ],
)
def test_what_a_caption_is_about(caption: str, names: list[tuple[str, ...]]) -> None:
    found = [name.words for name in subjects(caption)]
    assert [words for words in names if words not in found] == []
    assert bool(found) == bool(names)


def test_parts_of_a_caption() -> None:
    assert parts("Blocks. (a) One. (b) Two.") == {"a": " One. ", "b": " Two."}
    assert parts("The old module (left) and the new module (right).") == {
        "left": "The old module ",
        "right": " and the new module ",
    }
    assert parts("One module.") == {}
    assert marked("(b) Stem block") == ("b", "Stem block")
    assert marked("add") == ("", "add")


def test_the_modules_of_inception_v4(shared: Path) -> None:
    path = shared / "papers" / "pdf" / "1602.07261.pdf"
    paper = survey(path.read_bytes(), path.name)
    first, second = paper.composed.nets
    assert calls(first) == [
        ("inception_a", 4),
        ("reduction_a", 1),
        ("inception_b", 7),
        ("reduction_b", 1),
        ("inception_c", 3),
    ]
    assert [count for _, count in calls(second)] == [1, 5, 1, 10, 1, 5]
    (note,) = told(paper, "DLC0617")  # the stem's own figure contradicts itself
    assert "Stem in figure 9" in note.message
