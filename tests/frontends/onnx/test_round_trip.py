"""Net to ONNX and back is the same net with the same weights: every layer, the examples and drawn nets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from support.drawn import SEEDED
from support.keras_cases import CASES, text
from support.nets import expanded, read_module
from support.nets import read_net as read_text

from dlc.fuzz.strategies import dags
from dlc.ir import Module, Net
from dlc.passes.check import check

pytest.importorskip("onnx")
pytest.importorskip("torch")

from support import torch_eval
from support.onnx_net import parts, read_back

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[1]} of {case[0]}")
def test_every_layer(case: tuple[str, str]) -> None:
    assert_same(read_text(text(case)))


# The others have more weights than a test should move about.
SMALL = (
    "autoencoder",
    "charcnn",
    "crnn",
    "densenet121",
    "googlenet",
    "lenet",
    "mlp",
    "mobilenetv2",
    "resnet50",
)


@pytest.mark.parametrize("name", [*SMALL, "sentiment", "tagger", "two_inputs"])
def test_examples(name: str) -> None:
    (net,) = expanded(read_module((EXAMPLES / f"{name}.dlnet").read_text(encoding="utf-8"))).nets
    assert_same(net)


@given(dags())
@settings(SEEDED, max_examples=60)
def test_drawn_nets(net: Net) -> None:
    read = {name for node in net.body for name in node.inputs} | set(net.outputs)
    assume(net.body and all(i.name in read for i in net.inputs))
    assert_same(check(Module(nets=(net,))).module.nets[0])


def test_layers_that_share_weights() -> None:
    net = read_text(
        "net n {\n  x = input map[6, 5, 3]\n  a = conv2d(x, filters=3, kernel=3, padding=1)\n"
        "  b = conv2d(a, filters=3, kernel=3, padding=1) @ shares a\n  output b\n}\n"
    )
    assert_same(net)


def assert_same(net: Net) -> None:
    weights = torch_eval.drawn_weights(net)
    weights |= {node.name: weights[node.shares] for node in net.body if node.shares in weights}
    made, held = read_back(net, weights)
    assert parts(made) == parts(net)
    assert held.keys() == weights.keys()
    for name, arrays in weights.items():
        for mine, theirs in zip(held[name], arrays, strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-6)
