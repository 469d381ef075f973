"""Dashed lines that lead round a box are that box, and no connectors; others stay what they are."""

import itertools

import pytest

from dlc.frontends.figure.drawing import Colour, Connector, Drawing, Label, Outline, Point
from dlc.frontends.figure.network.dashed import with_dashed_boxes
from dlc.frontends.figure.read import read_drawing

LEFT, TOP, RIGHT, BOTTOM = 100.0, 100.0, 180.0, 120.0
WORDS = Label("SPP", (130.0, 105.0, 150.0, 115.0), 10.0)
ROUND = [(LEFT, TOP), (RIGHT, TOP), (RIGHT, BOTTOM), (LEFT, BOTTOM), (LEFT, TOP)]


def dashes(
    *points: Point, colour: Colour = (40, 40, 40), head: bool = False, dashed: bool = True
) -> Connector:
    return Connector(points, head, dashed=dashed, width=1.0, colour=colour)


def drawing(*lines: Connector) -> Drawing:
    return Drawing((0.0, 0.0, 300.0, 300.0), connectors=lines, labels=(WORDS,))


@pytest.mark.parametrize(
    "lines",
    [
        [dashes(*ROUND)],
        [dashes(*ROUND[:3]), dashes(*ROUND[2:])],
        [dashes(a, b) for a, b in itertools.pairwise(ROUND)],
        [dashes((LEFT + 4, TOP), (RIGHT, TOP + 1), (RIGHT, BOTTOM)), dashes((RIGHT - 3, BOTTOM), *ROUND[3:])],
        [dashes(*ROUND[:3]), dashes(*ROUND[2:], colour=(90, 90, 90))],
    ],
    ids=["one", "two", "four", "gaps", "greys"],
)
def test_dashes_round_something_are_a_box(lines: list[Connector]) -> None:
    made = with_dashed_boxes(drawing(*lines))
    (box,) = made.boxes
    assert box.area == (LEFT, TOP, RIGHT, BOTTOM)
    assert box.dashed
    assert box.outline is Outline.RECTANGLE
    assert made.connectors == ()


@pytest.mark.parametrize(
    "lines",
    [
        [dashes(*ROUND[:3])],
        [dashes(*ROUND[:3]), dashes(*ROUND[2:], head=True)],
        [dashes(*ROUND, dashed=False)],
        [dashes(*ROUND[:3]), dashes(*ROUND[2:], colour=(220, 30, 30))],
        [dashes((100.0, 100.0), (180.0, 140.0), (100.0, 180.0), (100.0, 100.0))],
        [dashes((100.0, 100.0), (104.0, 100.0), (104.0, 104.0), (100.0, 104.0), (100.0, 100.0))],
    ],
    ids=["three sides", "arrow", "unbroken", "two colours", "triangle", "speck"],
)
def test_other_lines_stay(lines: list[Connector]) -> None:
    drawn = drawing(*lines)
    assert with_dashed_boxes(drawn) == drawn


def test_a_box_of_dashes_is_a_layer_of_a_chain() -> None:
    words = [
        Label("3x3 conv", (115.0, 55.0, 165.0, 65.0), 10.0),
        WORDS,
        Label("1x1 conv", (115.0, 165.0, 165.0, 175.0), 10.0),
    ]
    above, below = [(x, y - 50) for x, y in ROUND], [(x, y + 60) for x, y in ROUND]
    lines = [dashes(*ROUND[:3]), dashes(*ROUND[2:]), dashes(*above), dashes(*below)]
    lines += [
        dashes((140.0, a), (140.0, b), head=True, dashed=False) for a, b in ((70.0, 100.0), (120.0, 160.0))
    ]
    drawn = Drawing((0.0, 0.0, 300.0, 300.0), connectors=tuple(lines), labels=tuple(words))
    (net,) = read_drawing(drawn).nets
    assert [node.layer.op_name for node in net.body] == ["conv2d", "opaque", "conv2d"]
