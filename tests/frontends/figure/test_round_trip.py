"""Nets drawn in paper style, printed as PDF and read again are the same nets."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.net_figures import figure_of, read, truth
from support.nets import read_net

from dlc.evaluate.measure import measure

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*.dlnet"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_a_drawn_net_is_read_as_it_was(path: Path) -> None:
    net = read_net(path.read_text(encoding="utf-8"))
    figure = figure_of(net, seed=len(net.body))
    found = measure(truth(figure), read(figure))
    assert found.layers.true == len(net.body) - sum(n.inferred for n in net.body) + len(net.inputs)
    assert found.exact, found
