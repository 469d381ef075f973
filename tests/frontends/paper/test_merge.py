"""A figure and a table of one network are one network; what is unrelated stays apart; what differs is told."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import pytest
from support.flowcharts import chain
from support.pdfs import pdf, table

from dlc.diagnostics import PageSpan, Severity
from dlc.frontends.paper import Paper, survey
from dlc.ir import Net
from dlc.syntax import print_net

HEAD = ("layer", "filter size", "stride", "maps")
ROWS = (
    ("conv1", "5 x 5", "1", "32"),
    ("pool1", "2 x 2 max pool", "2", ""),
    ("conv2", "3 x 3", "1", "64"),
    ("conv3", "3 x 3", "1", "64"),
    ("fc", "", "", "10"),
)
BOXES = ("Input", "conv 5x5, 32", "max pool 2x2", "conv 3x3, 64", "conv 3x3, 64", "fc 10")
TABLE = "Table 1: Layers of the network."
FIGURE = "Figure 1: Architecture of the network."


def paper(rows: Sequence[Sequence[str]] = ROWS, boxes: Sequence[str] = BOXES, **more: object) -> Paper:
    page = chain(str(more.get("figure", FIGURE)), boxes, around=more.get("around"))  # type: ignore[arg-type]
    return survey(pdf([page, table(str(more.get("table", TABLE)), [HEAD, *rows])]), "paper.pdf")


def ops(net: Net) -> list[str]:
    return [node.layer.op_name for node in net.body if not node.inferred]


def of(net: Net, name: str) -> dict[str, object]:
    return next(node.layer.attributes() for node in net.body if node.name == name)


def test_a_figure_and_a_table_of_one_network_are_one_net() -> None:
    (net,) = paper().nets
    assert ops(net) == ["conv2d", "maxpool2d", "conv2d", "conv2d", "dense"]
    assert all(node.origin is not None and node.origin.page for node in net.body if not node.inferred)


def test_agreement_makes_surer() -> None:
    (net,) = paper().nets
    alone = [
        survey(pdf([page]), "p.pdf").nets[0].confidence or 1
        for page in (chain(FIGURE, BOXES), table(TABLE, [HEAD, *ROWS]))
    ]
    assert (net.confidence or 1) >= max(alone)


def test_the_figure_gives_the_joints_and_the_table_the_numbers() -> None:
    boxes = ("Input", "conv1", "max pool", "conv2", "conv3", "Add", "fc")
    (net,) = paper(boxes=boxes, around={3: 5}, figure="Figure 1: The network of Table 1.").nets
    added = next(node for node in net.body if node.layer.op_name == "add")
    assert {of(net, name)["filters"] for name in added.inputs} == {64}
    assert [node.layer.attributes()["kernel"] for node in net.body if node.layer.op_name == "conv2d"] == [
        (5, 5),
        (3, 3),
        (3, 3),
    ]


def test_what_differs_is_told_with_both_places() -> None:
    found = paper(rows=(*ROWS[:3], ("conv3", "3 x 3", "1", "96"), ROWS[4]))
    (net,) = found.nets
    (told,) = [d for d in found.diagnostics if d.code.number == "DLC0612"]
    assert told.severity is Severity.WARNING
    assert "64 in figure 1" in told.message
    assert "96 in table 1" in told.message
    places = [told.span, told.notes[0].span]
    assert {str(place).split(": ")[-1].split(", ")[0] for place in places} == {"page 1", "page 2"}
    assert any(isinstance(place, PageSpan) for place in places)
    doubted = [n for n in net.body if n.layer.op_name == "conv2d" and (n.confidence or 1) < 0.8]
    assert len(doubted) == 1


def test_a_layer_that_one_of_them_lacks_is_told() -> None:
    named = {"figure": "Figure 1: SmallNet.", "table": "Table 1: Layers of SmallNet."}
    found = paper(boxes=(*BOXES[:4], BOXES[5]), **named)
    assert len(found.nets) == 1
    assert len(ops(found.nets[0])) == 5
    found = paper(rows=(*ROWS[:3], ROWS[4]), **named)
    assert len(found.nets) == 1
    assert len(ops(found.nets[0])) == 5


@pytest.mark.parametrize(
    "boxes",
    [
        ("Input", "conv 7x7, 16", "max pool 3x3", "conv 5x5, 24", "conv 1x1, 48", "fc 100"),
        ("Input", "LSTM 128", "LSTM 64", "fc 10", "softmax"),
        ("Input", "conv 5x5, 32", "fc 10"),
    ],
    ids=["other numbers", "other layers", "a part"],
)
def test_unrelated_networks_stay_apart(boxes: tuple[str, ...]) -> None:
    found = paper(boxes=boxes)
    assert len(found.nets) == 2
    assert not [d for d in found.diagnostics if d.code.number == "DLC0612"]


def test_networks_of_other_names_stay_apart() -> None:
    rows = (*ROWS[:3], ("conv3", "3 x 3", "1", "96"), ROWS[4])
    named = {"figure": "Figure 1: Architecture of NetB-2.", "table": "Table 1: Layers of NetA-1."}
    assert len(paper(rows=rows, **named).nets) == 2


def test_a_figure_drawn_twice_is_one_network() -> None:
    again = chain("Figure 2: The same network once more.", BOXES)
    found = survey(pdf([chain(FIGURE, BOXES), again]), "paper.pdf")
    assert len(found.nets) == 1


def test_a_merged_network_as_text() -> None:
    boxes = ("Input 28x28x1", "conv1", "max pool", "conv2 3x3, 48", "conv3", "Add", "softmax")
    rows = (("conv1 + ReLU", *ROWS[0][1:]), ROWS[1], *ROWS[2:])
    named = {"figure": "Figure 1: Architecture of SmallNet.", "table": "Table 1: Layers of SmallNet."}
    (net,) = paper(rows=rows, boxes=boxes, around={3: 5}, **named).nets
    assert print_net(bare(net)).strip() == GOLDEN.strip()


def bare(net: Net) -> Net:
    """The net without places and confidence."""
    body = tuple(attrs.evolve(node, origin=None, confidence=None) for node in net.body)
    inputs = tuple(attrs.evolve(given, origin=None, confidence=None) for given in net.inputs)
    return attrs.evolve(net, origin=None, confidence=None, inputs=inputs, body=body)


GOLDEN = """
net figure_1 {
  input_28x28x1 = input map[28, 28, 1]
  conv1 = conv2d(input_28x28x1, filters=32, kernel=5, padding=?)
  relu = relu(conv1)
  maxpool = maxpool2d(relu, kernel=2, padding=?)
  conv2 = conv2d(maxpool, filters=64, kernel=3, padding=?)
  conv3 = conv2d(conv2, filters=64, kernel=3, padding=?)
  add = add(conv2, conv3)
  softmax = softmax(add)
  output softmax
}
"""
