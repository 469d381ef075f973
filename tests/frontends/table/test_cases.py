"""Tables as papers print them, and the networks that they are read as.

Each `cases/*.md` has the expected nets beside it as `.dlnet`, without the places in the table; none where
no net may come out. `--update-golden` rewrites them.
"""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlc.frontends.table.model import Cell, Table
from dlc.frontends.table.read import read_tables
from dlc.frontends.table.textual import read_markdown
from dlc.ir import Module, Net
from dlc.passes.check import check
from dlc.syntax import print_module

CASES = sorted((Path(__file__).parent / "cases").glob("*.md"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_case(case: Path, request: pytest.FixtureRequest) -> None:
    nets = read_tables(read_markdown(case.read_text(encoding="utf-8"))).nets
    printed = print_module(Module(nets=tuple(map(bare, nets))))
    golden = case.with_suffix(".dlnet")
    if request.config.getoption("--update-golden"):
        golden.write_text(printed, encoding="utf-8")
    assert printed == golden.read_text(encoding="utf-8")
    assert not [d for d in check(Module(nets=nets)).diagnostics if d.is_error]


def bare(net: Net) -> Net:
    """The net without places and confidence, which would drown what was read."""
    body = tuple(attrs.evolve(node, origin=None, confidence=None) for node in net.body)
    return attrs.evolve(net, body=body, origin=None, confidence=None)


def test_every_layer_knows_its_cell() -> None:
    (chain,) = (case for case in CASES if case.stem == "chain")
    (net,) = read_tables(read_markdown(chain.read_text(encoding="utf-8"))).nets
    conv = next(node for node in net.body if node.name == "conv2")
    assert conv.origin is not None
    assert (conv.origin.kind, conv.origin.number, conv.origin.row) == ("table", "1", 5)


WORDS = st.sampled_from(
    ["", "-", "conv", "max pool", "3×3, 64", "[3×3, 64] ×2", "7×7/2", "FC-10", "64", "k", "112×112", "Layer",
     "Output size", "stride", "0.95", "ReLU", "input", "Total", "×", "(((", "N/A"]
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=1, max_size=7))
def test_any_cells_are_read_without_failing(rows: list[list[str]]) -> None:
    cells = tuple(
        Cell(r, c, text=text, lines=(text,) if text else ())
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )
    table = Table(1, "1", "Architecture of the network", len(rows), 3, cells)
    nets = read_tables([table]).nets
    assert not [d for d in check(Module(nets=nets)).diagnostics if d.is_error]
