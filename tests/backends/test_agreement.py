"""The same weights give the same outputs in Keras and in Caffe, within 1e-4 (`support.close`).

Caffe's numbers are OpenCV's; where it lacks a layer (recurrent ones, Embed), those of the interpreter of
BVLC Caffe's layers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from support.nets import emit, expanded, read_module

from dlc.diagnostics import DlcError
from dlc.fuzz.strategies import dags, sampled_nets
from dlc.ir import Module, Net
from dlc.layers import REGISTRY
from dlc.passes.check import check
from dlc.types import Kind

pytest.importorskip("keras", minversion="3.0")
pytest.importorskip("torch")

from support import keras_run, torch_eval
from support.caffe_net import CaffeNet
from support.close import differences
from support.keras_weights import copy_weights, set_weights

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
# Inputs of these are made smaller, so that they run quickly; the layers stay.
SMALLER = {
    "alexnet": (99, 99),
    "c3d": (16, 48, 48),
    "densenet121": (64, 64),
    "mobilenet": (64, 64),
    "mobilenetv2": (64, 64),
    "resnet50": (64, 64),
    "resnet152": (64, 64),
    "squeezenet": (96, 96),
    "unet": (188, 188),
    "vgg16": (64, 64),
}


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.dlnet")), ids=lambda file: file.stem)
def test_examples(file: Path) -> None:
    module = read_module(file.read_text(encoding="utf-8"))
    if file.stem in SMALLER:
        module = smaller(module, SMALLER[file.stem])
    (net,) = expanded(module).nets
    inputs, weights = torch_eval.drawn_inputs(net), torch_eval.drawn_weights(net)
    caffe = CaffeNet(net)
    made = caffe.in_opencv(inputs, weights) if caffe.runs_in_opencv else caffe.interpreted(inputs, weights)
    by_json = keras_run.from_json(emit("keras-json", net)[0])
    set_weights(by_json, net, weights)
    assert differences(made, outputs(by_json, net, inputs)) == {}
    by_source = keras_run.from_source(emit("keras", module)[0])
    copy_weights(by_json, by_source)
    assert differences(made, outputs(by_source, net, inputs)) == {}


def smaller(module: Module, spatial: tuple[int, ...]) -> Module:
    """The module with its only input of this size, and without what is declared of the layers' results."""
    (net,) = module.nets
    (given,) = net.inputs
    kind = attrs.evolve(given.type, shape=(*spatial, given.type.channels))
    body = tuple(attrs.evolve(node, declared=None) for node in net.body)
    net = attrs.evolve(net, inputs=(attrs.evolve(given, type=kind),), body=body)
    checked = check(attrs.evolve(module, nets=(net,)))
    assert checked.ok, checked.diagnostics
    return checked.module


def outputs(model: Any, net: Net, inputs: dict[str, Any]) -> dict[str, Any]:
    made = keras_run.run(model, *(inputs[given.name] for given in net.inputs))
    return dict(zip(net.outputs, made, strict=True))


SEEDED = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# Layers that OpenCV does not know in the form that BVLC Caffe does.
ABSENT = {"opaque", "embed", "lstm", "repeat_vector", "conv3d_transpose", "upsample3d"}
KNOWN = tuple(name for name in REGISTRY if name not in ABSENT)
MOST_MULTIPLY_ADDS = 20_000_000


def test_200_drawn_nets() -> None:
    """Keras, and OpenCV for Caffe."""
    compared: list[Net] = []
    anything = dags(layers=KNOWN)

    @given(st.one_of(anything, anything, anything, sampled_nets(deepest=8)))
    @settings(SEEDED, max_examples=200)
    def compare(net: Net) -> None:
        net = read_inputs(net)
        assume(is_quick(net))
        caffe = caffe_net(net)
        assume(caffe.runs_in_opencv)
        inputs, weights = torch_eval.drawn_inputs(net), torch_eval.drawn_weights(net)
        made = caffe.in_opencv(inputs, weights)
        assert differences(made, keras_outputs(net, inputs, weights)) == {}
        compared.append(net)

    compare()
    assert len(compared) >= 200


@given(dags())
@settings(SEEDED, max_examples=100)
def test_drawn_nets_of_all_layers(net: Net) -> None:
    """Keras, the interpreter of Caffe's layers, and the catalogue's definition."""
    net = read_inputs(net)
    assume(not embeds_numbers(net))
    caffe = caffe_net(net)
    inputs, weights = torch_eval.drawn_inputs(net), torch_eval.drawn_weights(net)
    made = caffe.interpreted(inputs, weights)
    values = torch_eval.evaluate(net, inputs, weights)
    assert differences(made, {name: values[name] for name in net.outputs}) == {}
    assert differences(made, keras_outputs(net, inputs, weights)) == {}


def read_inputs(net: Net) -> Net:
    """The net, checked, without inputs that nothing reads."""
    read = {name for node in net.body for name in node.inputs} | set(net.outputs)
    net = attrs.evolve(net, inputs=tuple(given for given in net.inputs if given.name in read))
    return check(Module(nets=(net,))).module.nets[0]


def is_quick(net: Net) -> bool:
    types = net.types()
    each = (node.layer.multiply_adds([types[name] for name in node.inputs], node.type) for node in net.body)
    return sum(n for n in each if isinstance(n, int)) <= MOST_MULTIPLY_ADDS


def embeds_numbers(net: Net) -> bool:
    """Whether a vector's values, which random weights make no ids, are looked up."""
    types = net.types()
    embeds = [node for node in net.body if node.layer.op_name == "embed"]
    return any(
        kind is not None and kind.kind is not Kind.IDS for n in embeds for kind in [types[n.inputs[0]]]
    )


def caffe_net(net: Net) -> CaffeNet:
    try:
        return CaffeNet(net)
    except DlcError:
        assume(False)
        raise


def keras_outputs(net: Net, inputs: dict[str, Any], weights: Any) -> dict[str, Any]:
    try:
        text = emit("keras", net)[0]
    except DlcError:
        assume(False)
        raise
    model = keras_run.from_source(text)
    set_weights(model, net, weights)
    return outputs(model, net, inputs)
