"""The models of keras.applications: as many weights as Keras counts, accepted by onnx, and Keras's numbers."""

from __future__ import annotations

import json
import math
from pathlib import Path

import attrs
import numpy as np
import pytest

from dlc.frontends.keras_json import read
from dlc.ir import Module, Net
from dlc.passes.check import check
from dlc.types import image

pytest.importorskip("onnx")
pytest.importorskip("torch")

import onnx
from support import keras_run, torch_eval
from support.keras_weights import set_weights
from support.onnx_net import parts, read_net
from support.onnx_run import run

from dlc.backends.onnx import build, plan
from dlc.backends.parameters import by_role

MOST = 10_000_000  # parameters of a model that is made whole here


@pytest.fixture(scope="module")
def zoo(shared: Path) -> Path:
    if not (shared / "zoo" / "keras_apps").is_dir():
        pytest.skip("the zoo is not here")
    return shared / "zoo" / "keras_apps"


def application(zoo: Path, name: str) -> Net:
    """The net; one whose image may have any size gets that of the others."""
    module, _ = read((zoo / f"{name}.json").read_text(encoding="utf-8"), name)
    (net,) = check(module).module.nets
    if net.inputs[0].type.is_concrete:
        return net
    given = attrs.evolve(net.inputs[0], type=image(224, 224, 3))
    body = tuple(attrs.evolve(node, declared=None) for node in net.body)
    return check(Module(nets=(attrs.evolve(net, inputs=(given,), body=body),))).module.nets[0]


def test_every_application_has_the_weights_that_keras_counts(zoo: Path) -> None:
    summaries = sorted(zoo.glob("*.summary.json"))
    assert len(summaries) == 40
    for path in summaries:
        name = path.name.removesuffix(".summary.json")
        net = application(zoo, name)
        count = sum(math.prod(p.shape) for weight in plan(net).weights.values() for p in weight.parameters)
        # Keras also counts the examples that a Normalization was adapted to: a number of no use afterwards.
        count += sum(node.layer.op_name == "standardize" for node in net.body)
        assert count == json.loads(path.read_text())["params"], name
        if count <= MOST:
            onnx.checker.check_model(build(net)[0], full_check=True)


@pytest.mark.parametrize("name", ["MobileNetV2", "MobileNetV3Small", "EfficientNetB0"])
def test_numbers_are_those_of_keras(zoo: Path, name: str) -> None:
    pytest.importorskip("keras", minversion="3.0")
    pytest.importorskip("onnxruntime")
    net = application(zoo, name)
    weights = torch_eval.drawn_weights(net)
    keras = keras_run.from_json((zoo / f"{name}.json").read_text(encoding="utf-8"))
    set_weights(keras, net, weights)
    model, _ = build(net, weights=by_role(net, weights))
    picture = np.random.default_rng(1).normal(size=(1, 224, 224, 3)).astype(np.float32)
    (wanted,) = keras_run.run(keras, picture)
    (made,) = run(model, net, {net.inputs[0].name: picture}).values()
    assert np.abs(made - wanted).max() <= 1e-4 * np.abs(wanted).max()
    assert parts(read_net(model.SerializeToString())[0]) == parts(net)
