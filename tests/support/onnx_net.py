"""Nets that are read from ONNX models, with their weights, against the nets and models that they came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from support import torch_eval

from dlc.backends.onnx import build
from dlc.backends.parameters import by_role, net_parameters
from dlc.frontends.onnx import read_with_weights
from dlc.ir import Module, Net
from dlc.passes.check import check
from dlc.passes.padding import CanonicalPadding

Array = Any


def read_back(net: Net, weights: torch_eval.Weights) -> tuple[Net, torch_eval.Weights]:
    """The net of the model that is emitted for a net, and its weights, as the interpreter takes them."""
    model, _ = build(net, weights=by_role(net, weights))
    return read_net(model.SerializeToString())


def read_net(data: bytes) -> tuple[Net, torch_eval.Weights]:
    """The checked net of a model that is understood as a whole, and its weights."""
    net, arrays, findings = read_with_weights(data, "net.onnx")
    assert not findings, findings
    checked = check(Module(nets=(net,)))
    assert checked.ok, checked.diagnostics
    (net,) = checked.module.nets
    return net, ordered(net, arrays)


def ordered(net: Net, arrays: Mapping[str, Mapping[str, Array]]) -> torch_eval.Weights:
    """Weights as the interpreter takes them: in their order, also for layers that share another's."""
    owned = net_parameters(net)
    held = {name: [np.array(arrays[name][p.role]) for p in parameters] for name, parameters in owned.items()}
    return held | {node.name: held[node.shares] for node in net.body if node.shares in held}


def parts(net: Net) -> tuple[Any, ...]:
    """What two nets have in common that are the same: inputs, layers by name, outputs; paddings are written in
    one way."""
    (net,) = CanonicalPadding().run(Module(nets=(net,))).module.nets
    layers = {node.name: (node.op, node.inputs, node.shares) for node in net.body}
    return [(i.name, i.type) for i in net.inputs], layers, tuple(dict.fromkeys(net.outputs))
