"""Tables that describe no network, and tables of anything at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlc.frontends.table.model import Cell, Table
from dlc.frontends.table.read import read_tables
from dlc.frontends.table.textual import read_markdown
from dlc.ir import Module
from dlc.passes.check import check

RESULTS = """Table 10: Comparison of results on the test set.

| Method | Conv layers | Top-1 error (%) | Top-5 error (%) |
|---|---|---|---|
| VGG-16 [12] | 13 | 28.5 | 9.9 |
| ResNet-50 [13] | 49 | 22.9 | 6.7 |
| Ours (max pool) | 30 | 21.4 | 6.1 |
"""
SETTINGS = """Table 11: Training settings.

| Setting | Value |
|---|---|
| batch size | 128 |
| learning rate | 0.1 |
| momentum | 0.9 |
| dropout | 0.5 |
"""
COSTS = """Table 2: Resource per layer type.

| Type | Mult-Adds | Parameters |
|---|---|---|
| Conv 1 × 1 | 94.86% | 74.59% |
| Conv DW 3 × 3 | 3.06% | 1.06% |
| Fully Connected | 0.18% | 24.33% |
"""


@pytest.mark.parametrize("text", [RESULTS, SETTINGS, COSTS], ids=["results", "settings", "costs"])
def test_what_is_no_design_gives_no_network(text: str) -> None:
    assert read_tables(read_markdown(text)).nets == ()


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
