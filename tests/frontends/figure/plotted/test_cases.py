"""Golden pairs: drawings in the words of Keras' and Caffe's own routines, and the nets that they show."""

from pathlib import Path

import attrs
import pytest
from support.pairs import pairs
from support.plots import plot

from dlc.frontends.figure.read import read_drawing
from dlc.ir import Module
from dlc.passes.check import check
from dlc.syntax import print_module

HERE = Path(__file__).parent


@pytest.mark.parametrize(("drawing", "expected"), [*pairs(HERE / "keras.md"), *pairs(HERE / "caffe.md")])
def test_a_plotted_drawing_gives_its_network(drawing: str, expected: str) -> None:
    found = read_drawing(plot(drawing))
    notes = "".join(f"# {d.message}\n" for d in found.diagnostics)
    nets = tuple(
        attrs.evolve(
            net,
            origin=None,
            inputs=tuple(attrs.evolve(i, origin=None) for i in net.inputs),
            body=tuple(attrs.evolve(n, origin=None) for n in net.body),
        )
        for net in found.nets
    )
    assert notes + print_module(Module(nets=nets)) == expected
    assert check(Module(nets=nets)).ok
