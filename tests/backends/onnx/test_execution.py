"""Every layer in a tiny net, the examples and drawn nets: onnx accepts the model, and onnxruntime gives the
layers' own numbers, which are those of the emitted Keras and Caffe as well (`test_agreement`)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from support.drawn import EXAMPLES, SEEDED, embeds_numbers, example, read_inputs
from support.keras_cases import CASES, text
from support.nets import expanded, read_net

from dlc.fuzz.strategies import dags
from dlc.ir import Net

pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from support import torch_eval
from support.close import differences
from support.onnx_run import emitted


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[1]} of {case[0]}")
def test_numbers_are_the_layers_own(case: tuple[str, str]) -> None:
    assert disagreements(read_net(text(case)), batch=2) == {}


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_examples(file: Path) -> None:
    (net,) = expanded(example(file)).nets
    assert disagreements(net) == {}


@given(dags())
@settings(SEEDED, max_examples=60)
def test_drawn_nets(net: Net) -> None:
    net = read_inputs(net)
    assume(not embeds_numbers(net))
    assert disagreements(net) == {}


MORE = {
    "sequences": """
net n {
  words = input ids[7]
  states = embed(words, vocab=30, dim=6) |> lstm(units=5, return_sequences=true, bidirectional=true)
  narrow = states |> conv1d(filters=4, kernel=3, padding=same) |> gru(units=3, return_sequences=true)
  last = narrow |> rnn(units=4, bidirectional=true) |> dense(units=2) |> softmax
  output last, narrow
}
""",
    "flattened for dense and not": """
net n {
  image = input map[6, 5, 3]
  a = image |> conv2d(filters=4, kernel=3) |> flatten |> relu |> dropout(rate=0.5)
  b = image |> maxpool2d(kernel=2) |> flatten
  both = concat(a, b)
  first = dense(both, units=4)
  kept = image |> conv2d(filters=2, kernel=2) |> flatten |> softmax
  output first, kept
}
""",
    "shared weights": """
net n {
  left = input map[6, 5, 3]
  right = input map[6, 5, 3]
  a = conv2d(left, filters=4, kernel=3)
  b = conv2d(right, filters=4, kernel=3) @ shares a
  c = a |> flatten |> dense(units=5)
  d = b |> flatten |> dense(units=5) @ shares c
  output add(c, d)
}
""".replace("  output add(c, d)", "  e = add(c, d)\n  output e"),
    "outputs of every layout": """
net n {
  x = input map[5, 4, 3]
  s = input sequence[6, 4]
  normal = layernorm(x)
  steps = lstm(s, units=3, return_sequences=true)
  features = conv1d(s, filters=2, kernel=2)
  after = relu(features)
  output normal, steps, features, after
}
""",
    "degenerate lrn": """
net n {
  x = input map[3, 3, 5]
  a = lrn(x, size=3, alpha=0.0, beta=0.5, k=2.0)
  b = lrn(x, size=3, alpha=0.5, beta=-0.5, k=1.0)
  output a, b
}
""",
}


@pytest.mark.parametrize("word", MORE)
def test_nets(word: str) -> None:
    assert disagreements(read_net(MORE[word]), batch=3) == {}


def disagreements(net: Net, batch: int = 1) -> dict[str, object]:
    inputs, weights = torch_eval.drawn_inputs(net, batch=batch), torch_eval.drawn_weights(net)
    weights |= {node.name: weights[node.shares] for node in net.body if node.shares in weights}
    values = torch_eval.evaluate(net, inputs, weights)
    return differences(emitted(net, inputs, weights), {name: values[name] for name in net.outputs})
