"""Every layer in a tiny net, the examples and drawn nets: onnx accepts the model, and onnxruntime gives the
layers' own numbers, which are those of the emitted Keras and Caffe as well (`test_agreement`)."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from support.keras_cases import CASES, text
from support.nets import expanded, read_module, read_net

from dlc.fuzz.strategies import dags
from dlc.ir import Module, Net
from dlc.passes.check import check
from dlc.types import Kind

pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from support import torch_eval
from support.close import differences
from support.onnx_run import emitted

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
# Inputs of these are made smaller, so that they run quickly; the layers stay.
SMALLER = {
    "alexnet": (99, 99),
    "c3d": (16, 48, 48),
    "unet": (188, 188),
    **dict.fromkeys(("densenet121", "mobilenet", "mobilenetv2", "resnet50", "vgg16"), (64, 64)),
    **dict.fromkeys(("resnet152", "squeezenet"), (64, 64)),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[1]} of {case[0]}")
def test_numbers_are_the_layers_own(case: tuple[str, str]) -> None:
    assert disagreements(read_net(text(case)), batch=2) == {}


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.dlnet")), ids=lambda file: file.stem)
def test_examples(file: Path) -> None:
    module = read_module(file.read_text(encoding="utf-8"))
    (net,) = expanded(module).nets
    assert disagreements(smaller(net, SMALLER[file.stem]) if file.stem in SMALLER else net) == {}


@given(dags())
@settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    max_examples=60,
)
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


def smaller(net: Net, spatial: tuple[int, ...]) -> Net:
    """The net with its only input of this size, and without what is declared of the layers' results."""
    (image,) = net.inputs
    kind = attrs.evolve(image.type, shape=(*spatial, image.type.channels))
    body = tuple(attrs.evolve(node, declared=None) for node in net.body)
    checked = check(Module(nets=(attrs.evolve(net, inputs=(attrs.evolve(image, type=kind),), body=body),)))
    assert checked.ok, checked.diagnostics
    return checked.module.nets[0]


def read_inputs(net: Net) -> Net:
    """The net, checked, without inputs that nothing reads."""
    read = {name for node in net.body for name in node.inputs} | set(net.outputs)
    net = attrs.evolve(net, inputs=tuple(i for i in net.inputs if i.name in read))
    return check(Module(nets=(net,))).module.nets[0]


def embeds_numbers(net: Net) -> bool:
    """Whether a vector's values, which random weights make no ids, are looked up."""
    types = net.types()
    embeds = [node for node in net.body if node.layer.op_name == "embed"]
    return any(
        kind is not None and kind.kind is not Kind.IDS for n in embeds for kind in [types[n.inputs[0]]]
    )
