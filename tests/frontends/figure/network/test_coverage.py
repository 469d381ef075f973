"""A network that accounts for little of its figure is a fragment, and less sure than the same one alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.drawings import drawing, sketch

from dlc.frontends.figure.network.coverage import coverage
from dlc.frontends.figure.network.kinds import graphs_of
from dlc.frontends.figure.read import read_drawing

CHAIN = [
    "box a 0 0 | Input",
    "box b 0 6 | 3x3 conv, 8",
    "box c 0 12 | fc, 10",
    "arrow a b",
    "arrow b c",
]


def covered(*lines: str) -> float:
    """The share of a chain of two layers, with more beside it, that the chain is."""
    drawn = drawing(sketch("\n".join([*CHAIN, *lines])))
    return coverage(drawn, graphs_of(drawing(sketch("\n".join(CHAIN)))))


def confidence(*lines: str) -> float:
    (net,) = read_drawing(drawing(sketch("\n".join([*CHAIN, *lines])))).nets
    return net.confidence or 1.0


def test_a_network_that_is_all_of_its_figure_covers_it() -> None:
    assert covered() == 1
    assert covered("text -14 6 | (a) A small network") == 1


@pytest.mark.parametrize(
    "more",
    [
        ["box d 12 0 | x", "box e 12 6 | y", "arrow d e"],
        ["image p 12 0", "image q 12 8", "line p q"],
        ["line 12,0 30,0", "line 12,4 30,4", "line 12,8 30,8"],
    ],
    ids=["boxes", "pictures", "lines"],
)
def test_what_no_network_accounts_for_is_not_covered(more: list[str]) -> None:
    assert covered(*more) < 0.8


def test_frames_and_legends_do_not_count() -> None:
    assert covered("dashed frame 0 6 14 20") == 1
    legend = ["box s 16 0 1 1", "fill s 200 30 30", "text 20 0 | Convolution"]
    legend += ["box t 16 3 1 1", "fill t 30 30 200", "text 19 3 | Pooling"]
    legend += ["fill b 200 30 30", "fill c 30 30 200"]
    assert covered(*legend) == 1


def test_a_fragment_is_less_sure_than_the_same_network_alone() -> None:
    others = [f"box o{i} {14 + 8 * (i % 3)} {6 * (i // 3)} | x{i}" for i in range(9)]
    others += [f"line o{i} o{i + 3}" for i in range(6)]
    assert confidence(*others) < 0.7 * confidence()


@given(st.integers(0, 6), st.integers(0, 6))
def test_each_thing_more_that_is_not_read_costs_something(one: int, more: int) -> None:
    boxes = [f"box o{i} 14 {6 * i} | x{i}" for i in range(one + more)]
    assert covered(*boxes) <= covered(*boxes[:one])


def test_a_frame_that_passes_a_value_on_accounts_for_nothing_in_it() -> None:
    whole = ["box a 0 0 | Input", "box z 0 30 | fc, 10", "dashed f 0 15 24 20", "arrow a f", "arrow f z"]
    inner = [f"box o{i} {8 * (i % 3) - 8} {10 + 5 * (i // 3)} | x{i}" for i in range(9)]
    drawn = drawing(sketch("\n".join([*whole, *inner])))
    graphs = [graph for graph in graphs_of(drawn) if any(v.text == "fc, 10" for v in graph.vertices.values())]
    assert coverage(drawn, graphs) < 0.6


def test_things_of_which_nothing_is_told_make_a_network_less_sure() -> None:
    """A row of boxes of which two are named; between named ones as many may be maps."""

    def row(*names: str) -> float:
        lines = [f"box b{i} 0 {6 * i} | {name}" for i, name in enumerate(names)]
        lines += [f"arrow b{i} b{i + 1}" for i in range(len(names) - 1)]
        (net,) = read_drawing(drawing(sketch("\n".join(lines)))).nets
        return net.confidence or 1.0

    maps = row("3x3 conv, 8", "", "3x3 conv, 8", "", "fc, 10")
    blank = row("3x3 conv, 8", "", "", "", "", "", "", "", "fc, 10")
    assert blank < 0.7 * maps
