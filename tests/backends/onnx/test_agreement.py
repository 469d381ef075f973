"""The same weights give the same outputs in ONNX and in the emitted Keras, within 1e-4 (`support.close`)."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from support.drawn import SEEDED, embeds_numbers
from support.nets import emit, read_net

from dlc.diagnostics import DlcError
from dlc.fuzz.strategies import dags
from dlc.ir import Module, Net
from dlc.passes.check import check

pytest.importorskip("keras", minversion="3.0")
pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from support import keras_run, torch_eval
from support.close import differences
from support.keras_weights import set_weights
from support.onnx_run import emitted

WORDS = """
net words {{
  text = input ids[9]
  vectors = embed(text, vocab=40, dim=8)
  states = {first}
  prob = states |> {second} |> dense(units=3) |> softmax
  output prob
}}
"""
SEQUENCES = {
    "lstm, lstm": ("lstm(vectors, units=6, return_sequences=true)", "lstm(units=5)"),
    "both ways": ("lstm(vectors, units=6, return_sequences=true, bidirectional=true)", "gru(units=5)"),
    "gru, rnn": ("gru(vectors, units=6, return_sequences=true)", "rnn(units=5, bidirectional=true)"),
    "convolution": ("conv1d(vectors, filters=6, kernel=3, padding=same)", "gru(units=5, bidirectional=true)"),
    "attention": ("attention(vectors, heads=2, dim=8)", "global_avgpool1d"),
}


@pytest.mark.parametrize("word", SEQUENCES)
def test_nets_of_sequences(word: str) -> None:
    first, second = SEQUENCES[word]
    assert disagreements(read_net(WORDS.format(first=first, second=second))) == {}


@given(dags())
@settings(SEEDED, max_examples=40)
def test_drawn_nets(net: Net) -> None:
    read = {name for node in net.body for name in node.inputs} | set(net.outputs)
    assume(net.body and all(i.name in read for i in net.inputs))
    net = check(Module(nets=(net,))).module.nets[0]
    assume(not embeds_numbers(net))
    assert disagreements(net) == {}


def disagreements(net: Net) -> dict[str, object]:
    try:
        model = keras_run.from_source(emit("keras", net)[0])
    except DlcError:
        assume(False)
        raise
    inputs, weights = torch_eval.drawn_inputs(net), torch_eval.drawn_weights(net)
    set_weights(model, net, weights)
    made = keras_run.run(model, *(inputs[i.name] for i in net.inputs))
    return differences(emitted(net, inputs, weights), dict(zip(net.outputs, made, strict=True)))
