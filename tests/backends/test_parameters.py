"""The parameters of layers: as many numbers as the catalogue counts, in the order of the interpreter's weights."""

from __future__ import annotations

import math

import pytest
from support.keras_cases import CASES, text
from support.nets import read_net

from dlc.backends.parameters import by_role, net_parameters

pytest.importorskip("torch")

from support import torch_eval


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[1]} of {case[0]}")
def test_shapes_and_counts(case: tuple[str, str]) -> None:
    net = read_net(text(case))
    owned = net_parameters(net)
    types = net.types()
    for node in net.body:
        given = [types[name] for name in node.inputs]
        counted = sum(math.prod(p.shape) for p in owned.get(node.name, ()))
        counted += node.layer.op_name == "standardize"  # how many examples it has seen does not travel
        assert counted == node.layer.parameters([kind for kind in given if kind], node.type)  # type: ignore[arg-type]
    drawn = torch_eval.drawn_weights(net)
    assert {name: [p.shape for p in found] for name, found in owned.items()} == {
        name: [array.shape for array in arrays] for name, arrays in drawn.items()
    }
    named = by_role(net, drawn)
    assert all(list(named[name]) == [p.role for p in found] for name, found in owned.items())
