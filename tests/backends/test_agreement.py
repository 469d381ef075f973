"""The same weights give the same outputs in Keras, PyTorch and Caffe, within 1e-4 (`support.close`).

Caffe's numbers are OpenCV's; where it lacks a layer (recurrent ones, Embed), those of the interpreter of
BVLC Caffe's layers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.drawn import EXAMPLES, SEEDED, embeds_numbers, example, is_quick, read_inputs
from support.nets import emit, expanded

from dlc.diagnostics import DlcError
from dlc.fuzz.strategies import dags, sampled_nets
from dlc.ir import Module, Net
from dlc.layers import REGISTRY

pytest.importorskip("keras", minversion="3.0")
pytest.importorskip("torch")

from support import keras_run, pytorch_run, torch_eval
from support.caffe_net import CaffeNet
from support.close import differences
from support.keras_weights import copy_weights, set_weights


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_examples(file: Path) -> None:
    module = example(file)
    (net,) = expanded(module).nets
    inputs, weights = torch_eval.drawn_inputs(net), torch_eval.drawn_weights(net)
    caffe = CaffeNet(net)
    made = caffe.in_opencv(inputs, weights) if caffe.runs_in_opencv else caffe.interpreted(inputs, weights)
    by_json = keras_run.from_json(emit("keras-json", net)[0])
    set_weights(by_json, net, weights)
    assert differences(made, outputs(by_json, net, inputs)) == {}
    assert differences(made, pytorch_run.outputs(module, net, inputs, weights)) == {}
    by_source = keras_run.from_source(emit("keras", module)[0])
    copy_weights(by_json, by_source)
    assert differences(made, outputs(by_source, net, inputs)) == {}


def outputs(model: Any, net: Net, inputs: dict[str, Any]) -> dict[str, Any]:
    made = keras_run.run(model, *(inputs[given.name] for given in net.inputs))
    return dict(zip(net.outputs, made, strict=True))


# Layers that OpenCV does not know in the form that BVLC Caffe does.
ABSENT = {"opaque", "embed", "lstm", "repeat_vector", "conv3d_transpose", "upsample3d"}
KNOWN = tuple(name for name in REGISTRY if name not in ABSENT)


def test_200_drawn_nets() -> None:
    """Keras, PyTorch, and OpenCV for Caffe."""
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
        assert differences(made, pytorch_run.outputs(Module(nets=(net,)), net, inputs, weights)) == {}
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
