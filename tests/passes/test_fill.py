"""Holes filled from declared shapes: what is said about it, by severity, and how long it takes.

What is filled with what is in `fill-holes.dlnet` and `default-holes.dlnet`.
"""

from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlc.diagnostics import Severity, codes
from dlc.ir import Input, Module, Net, Node, Op
from dlc.layers import build
from dlc.passes.check import check
from dlc.passes.fill import FillHoles
from dlc.passes.fillings import Filling, fillings
from dlc.syntax import parse
from dlc.types import HOLE, Type, image

OPEN = dict.fromkeys(("filters", "kernel", "stride", "padding"), HOLE)


def one_layer(line: str) -> Module:
    return parse(f"net n {{\n  i = input map[32, 32, 3]\n  {line}\n  output c\n}}\n").module


def test_several_fillings_are_said_with_the_one_taken_first() -> None:
    result = FillHoles().run(
        one_layer("c: map[16, 16, 8] = conv2d(i, filters=8, kernel=?, stride=2, padding=?)")
    )
    (finding,) = result.diagnostics
    assert finding.code is codes.SEVERAL_FILLINGS
    assert finding.severity is Severity.NOTE
    assert finding.span is not None
    taken, others = finding.message.split("; so does ")
    assert taken == "c: kernel=3, padding=same fits the declared types"
    assert others.startswith("kernel=1, padding=valid; or ")
    assert others.endswith(" more")


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.ERROR])
def test_where_nothing_fits_the_severity_is_as_asked(severity: Severity) -> None:
    module = one_layer("c: map[33, 64, 8] = conv2d(i, filters=8, kernel=?, stride=?, padding=valid)")
    result = FillHoles(severity).run(module)
    (finding,) = result.diagnostics
    assert (finding.code, finding.severity) == (codes.NO_FILLING, severity)
    assert finding.message == "no filling of c: kernel, stride gives c the declared map[33, 64, 8]"
    assert not result.changed


@given(st.sampled_from((1, 2, 3, 5, 7)), st.sampled_from((1, 2, 4)), st.sampled_from(("same", "valid", 1, 2)))
@settings(max_examples=60, deadline=None)
def test_a_size_that_some_layer_has_can_be_filled(kernel: int, stride: int, padding: object) -> None:
    """Whatever convolution a size comes from: one that gives it is found."""
    given_type = image(37, 41, 3)
    op = build("conv2d", {"filters": 8, "kernel": kernel, "stride": stride, "padding": padding})
    made = op.infer([given_type])
    assert isinstance(made, Type)
    node = Node("c", build("conv2d", {**OPEN}), ("i",), made)
    module = Module(nets=(Net("n", (Input("i", given_type),), (node,), ("c",)),))
    result = FillHoles().run(module)
    assert result.module.nets[0].body[0].layer.holes() == ()
    assert check(result.module).ok


# Time: 2000 layers, a third or more of which have holes.


def convolutions(count: int) -> list[Node]:
    kinds = (build("conv2d", OPEN), build("batchnorm", {}), build("relu", {}))
    nodes = [Node(f"v{i}", kinds[i % 3], (f"v{i - 1}" if i else "i",)) for i in range(count)]
    sized = image(64, 64, 8)
    return [attrs.evolve(n, declared=sized) if i % 30 == 29 else n for i, n in enumerate(nodes)]


def residuals(count: int) -> list[Node]:
    nodes: list[Node] = []
    kinds: tuple[Op, ...] = (build("conv2d", OPEN), build("batchnorm", {}), build("relu", {}))
    source = "i"
    for i in range(count // 4):
        before = source
        for word, op in zip("cbr", kinds, strict=True):
            nodes.append(Node(f"{word}{i}", op, (source,)))
            source = nodes[-1].name
        declared = image(64, 64, 8) if i % 20 == 0 else None
        nodes.append(Node(f"s{i}", build("add", {}), (source, before), declared))
        source = f"s{i}"
    return nodes


def concats(count: int) -> list[Node]:
    """Every layer is given other channels than the one before."""
    nodes: list[Node] = []
    conv = build("conv2d", {**OPEN, "filters": 8})
    source = "i"
    for i in range(count // 2):
        nodes.append(Node(f"c{i}", conv, (source,)))
        nodes.append(Node(f"s{i}", build("concat", {}), (f"c{i}", source)))
        source = f"s{i}"
    return [*nodes[:-1], attrs.evolve(nodes[-1], declared=image(64, 64, 8 * (count // 2 + 1)))]


@pytest.mark.parametrize("body", [convolutions, residuals, concats])
def test_two_thousand_layers_are_filled(body: Callable[[int], list[Node]]) -> None:
    nodes = body(2000)
    assert len(nodes) >= 1998
    net = Net("n", (Input("i", image(64, 64, 8)),), tuple(nodes), (nodes[-1].name,))
    result = FillHoles().run(Module(nets=(net,)))
    (filled,) = result.module.nets
    windows = {"kernel", "stride", "padding"}
    assert not any(windows & set(node.layer.holes()) for node in filled.body[:1900])
    assert check(result.module).ok


def test_a_size_that_nothing_gives_is_not_searched_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every layer may be one of hundreds and makes many sizes: all ways together would be millions."""
    tried = 0

    def counted(*asked: Any) -> list[Filling]:
        nonlocal tried
        found = fillings(*asked)
        tried += len(found)
        return found

    monkeypatch.setattr("dlc.passes.solve.fillings", counted)
    pools = [f"p{i} = maxpool2d(p{i - 1}, kernel=?, stride=?, padding=?, round=?)" for i in range(1, 9)]
    last = "c: map[9999, 3, 3] = maxpool2d(p8, kernel=?, stride=?, padding=?, round=?)"
    source = "\n".join(["net n {", "p0 = input map[227, 211, 3]", *pools, last, "output c", "}"])
    found = FillHoles().run(parse(source).module).diagnostics
    assert codes.NO_FILLING in [finding.code for finding in found]
    assert tried < 400_000
