"""Tables that describe no network, and tables of anything at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlc.frontends.table.model import Cell, Group, Table
from dlc.frontends.table.read import read_tables
from dlc.frontends.table.textual import read_markdown
from dlc.ir import Module
from dlc.passes.check import check

#: Results, comparisons, ablations, costs, data sets, settings of training, searches, …
OTHERS = read_markdown(Path(__file__).with_name("no_designs.md"))


@pytest.mark.parametrize("table", OTHERS, ids=lambda t: f"{t.number} {t.caption}"[:50])
def test_what_is_no_design_gives_no_network(table: Table) -> None:
    assert read_tables([table]).nets == ()


def test_together_they_give_none_either() -> None:
    assert read_tables(OTHERS).nets == ()


TEXTS = st.sampled_from(
    ["", "-", "conv", "max pool", "3×3, 64", "7×7/2", "FC-10", "64", "k", "112×112", "Layer", "Type", "Filters",
     "Output size", "stride", "0.95", "ReLU", "input", "Total", "×", "(((", "N/A", "2×", "residual", "concat",
     "conv1", "conv1 + conv2", "from", "(None, 28, 28, 1)", "same as above", "\"", "z ∈ R^128", "1/2", "3-7",
     "dense → 4×4×512", "{t-2, t, t+2}", "Fire2", "#3×3 reduce", "conv 3×3, 32 ×n", "H × W × 3", "½H", "64@28×28"]
)  # fmt: skip
BRACKETS = st.sampled_from([Group(("3×3, 64", "3×3, 64"), "2", bracket=True), Group(("conv",), bracket=True)])


@st.composite
def some_tables(draw: st.DrawFn) -> Table:
    rows, columns = draw(st.integers(1, 7)), draw(st.integers(1, 5))
    cells = [
        Cell(row, column, text=(text := draw(TEXTS)), lines=(text,) if text else (), groups=tuple(groups))
        for row in range(rows)
        for column in range(columns)
        for groups in [draw(st.lists(BRACKETS, max_size=1)) if draw(st.integers(0, 9)) == 0 else ()]
    ]
    caption = draw(st.sampled_from(["Architecture of the network", "", "(continued)", "Results, bottom up"]))
    heads = draw(st.integers(0, min(2, rows)))
    return Table(
        1, draw(st.sampled_from(["1", None])), caption, rows, columns, tuple(cells), header_rows=heads
    )


@settings(deadline=None, max_examples=200)
@given(st.lists(some_tables(), min_size=1, max_size=2))
def test_any_cells_are_read_without_failing(tables: list[Table]) -> None:
    nets = read_tables(tables).nets
    assert not [d for d in check(Module(nets=nets)).diagnostics if d.is_error]


@settings(deadline=None, max_examples=100)
@given(st.lists(st.lists(st.text(max_size=12), min_size=3, max_size=3), min_size=1, max_size=5))
def test_any_texts_are_read_without_failing(rows: list[list[str]]) -> None:
    cells = [Cell(r, c, text=text, lines=(text,)) for r, row in enumerate(rows) for c, text in enumerate(row)]
    read_tables([Table(0, None, "Architecture of the network", len(rows), 3, tuple(cells))])
