"""Recurrent layers whose gates are hard sigmoids: targets give the layer's numbers, and Keras's own, or refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.keras_cases import text
from support.nets import emit, read_net

from dlc.diagnostics import DlcError, codes
from dlc.frontends import keras_json
from dlc.ir import Module, Net

pytest.importorskip("keras", minversion="3.0")
pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

import keras
from support import keras_run, onnx_run, pytorch_run, torch_eval
from support.close import differences
from support.keras_weights import copy_weights, set_weights
from support.onnx_net import read_back

CALLS = [
    "lstm(units=3, gates={})",
    "lstm(units=3, return_sequences=true, bidirectional=true, gates={})",
    "gru(units=3, return_sequences=true, gates={})",
    "gru(units=3, bidirectional=true, gates={})",
]


@keras.utils.register_keras_serializable(package="tests")
def before_3(x: Any) -> Any:
    """What Keras 1 and 2 call hard_sigmoid."""
    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)


KERAS = {"hard_sigmoid": "hard_sigmoid", "hard_sigmoid_keras2": before_3}
each = pytest.mark.parametrize("call", CALLS)
both = pytest.mark.parametrize("gates", KERAS)


def made(call: str, gates: str) -> Net:
    return read_net(text(("sequence[6, 4]", call.format(gates))))


def drawn(net: Net) -> tuple[Any, Any]:
    """Inputs and weights with which gates are often fully open or shut."""
    inputs, weights = torch_eval.drawn_inputs(net, batch=2), torch_eval.drawn_weights(net)
    return inputs, {name: [3 * array for array in arrays] for name, arrays in weights.items()}


@each
@both
def test_targets_give_the_layers_numbers(call: str, gates: str) -> None:
    net = made(call, gates)
    inputs, weights = drawn(net)
    expected = {"it": torch_eval.evaluate(net, inputs, weights)["it"]}
    model = keras_run.from_source(emit("keras", net)[0])
    set_weights(model, net, weights)
    (value,) = keras_run.run(model, inputs["x"])
    assert differences({"it": value}, expected) == {}
    assert differences(pytorch_run.outputs(Module(nets=(net,)), net, inputs, weights), expected) == {}
    assert differences(onnx_run.emitted(net, inputs, weights), expected) == {}


@each
@both
def test_they_are_what_keras_computes(call: str, gates: str) -> None:
    """The emitted model, and Keras's own layers with the function of the name in that version."""
    net = made(call, gates)
    inputs, weights = drawn(net)
    model = keras_run.from_source(emit("keras", net)[0])
    set_weights(model, net, weights)
    op: Any = net.body[0].layer
    cls = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[op.op_name]
    own = cls(op.units, return_sequences=op.return_sequences, recurrent_activation=KERAS[gates])
    own = keras.layers.Bidirectional(own) if op.bidirectional else own
    other = keras.Sequential([keras.Input((6, 4)), own])
    copy_weights(model, other)
    values, expected = keras_run.run(model, inputs["x"]), keras_run.run(other, inputs["x"])
    assert differences({"it": values[0]}, {"it": expected[0]}) == {}


@each
def test_json_has_the_hard_sigmoid_of_keras_3(call: str) -> None:
    net = made(call, "hard_sigmoid")
    written = emit("keras-json", net)[0]
    inputs, weights = drawn(net)
    model = keras_run.from_json(written)
    set_weights(model, net, weights)
    (value,) = keras_run.run(model, inputs["x"])
    assert differences({"it": value}, {"it": torch_eval.evaluate(net, inputs, weights)["it"]}) == {}
    assert keras_json.read(written)[0].nets[0].body[0].layer == net.body[0].layer


@each
@pytest.mark.parametrize(
    ("target", "gates"), [("keras-json", "hard_sigmoid_keras2"), *(("caffe", g) for g in KERAS)]
)
def test_others_refuse(call: str, target: str, gates: str) -> None:
    net = made(call, gates)
    with pytest.raises(DlcError) as raised:
        emit(target, net)
    (finding,) = raised.value.diagnostics
    assert finding.code is codes.TARGET_CANNOT
    assert finding.span is not None


@each
@both
def test_onnx_is_read_back(call: str, gates: str) -> None:
    net = made(call, gates)
    again, _ = read_back(net, drawn(net)[1])
    assert again.body[0].layer == net.body[0].layer


@each
def test_the_code_of_a_model_is_read_back_from_its_json(call: str) -> None:
    """Where gates are a function that the code registers, its name says which."""
    net = made(call, "hard_sigmoid_keras2")
    model = keras_run.from_source(emit("keras", net)[0])
    module, _ = keras_json.read(model.to_json())
    assert module.nets[0].body[0].layer == net.body[0].layer


def recurrent(kind: str, **config: Any) -> Any:
    return {"class_name": kind, "config": {"name": "it", "units": 3, **config}}


@pytest.mark.parametrize(
    ("version", "config", "gates"),
    [
        ("1.2.2", {"inner_activation": "hard_sigmoid"}, "hard_sigmoid_keras2"),
        ("2.2.4", {"recurrent_activation": "hard_sigmoid"}, "hard_sigmoid_keras2"),
        ("2.8.0", {"recurrent_activation": "sigmoid"}, "sigmoid"),
        ("3.1.0", {"recurrent_activation": "hard_sigmoid"}, "hard_sigmoid"),
        ("3.1.0", {}, "sigmoid"),
        ("2.2.4", {"recurrent_activation": "relu"}, None),
        ("3.1.0", {"recurrent_activation": {"class_name": "function", "config": "mine>gate"}}, None),
    ],
)
def test_json_of_a_version_says_which(version: str, config: dict[str, Any], gates: str | None) -> None:
    """Keras before 3 had 0.2 x + 0.5 under the name of another hard sigmoid."""
    layers = [recurrent("LSTM", batch_input_shape=[None, 6, 4], **config)]
    module, findings = keras_json.read(
        json.dumps({"class_name": "Sequential", "keras_version": version, "config": layers})
    )
    layer: Any = module.nets[0].body[0].layer
    if gates is None:
        assert layer.op_name == "opaque"
        assert "its gates are" in findings[0].message
    else:
        assert (layer.op_name, layer.gates, findings) == ("lstm", gates, ())
