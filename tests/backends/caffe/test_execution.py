"""Every layer in a tiny net: what is emitted for Caffe gives the layer's own numbers.

They are compared with the catalogue's definition (`torch_eval`), by an interpreter of Caffe's layers in every
case, and by OpenCV where it knows them.
"""

from __future__ import annotations

import pytest
from support.keras_cases import CASES, text
from support.nets import read_net

from dlc.diagnostics import DlcError
from dlc.layers import REGISTRY

pytest.importorskip("torch")

from support import torch_eval
from support.caffe_net import CaffeNet
from support.close import differences

# What Caffe has no exact words for; `test_refusals` looks at the reasons.
REFUSED = {("volume[3, 4, 5, 2]", "upsample3d(size=(2, 1, 3), mode=trilinear)")}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[1]} of {case[0]}")
def test_numbers_are_the_layers_own(case: tuple[str, str]) -> None:
    net = read_net(text(case))
    try:
        emitted = CaffeNet(net)
    except DlcError:
        assert case in REFUSED
        return
    inputs, weights = torch_eval.drawn_inputs(net), torch_eval.drawn_weights(net)
    values = torch_eval.evaluate(net, inputs, weights)
    expected = {name: values[name] for name in net.outputs}
    assert differences(emitted.interpreted(inputs, weights), expected) == {}
    if emitted.runs_in_opencv:
        assert differences(emitted.in_opencv(inputs, weights), expected) == {}


def test_every_layer_has_a_case() -> None:
    assert {call.partition("(")[0] for _, call in CASES} == set(REGISTRY) - {"opaque"}


CHAINS = """
x |> flatten |> relu
x |> flatten |> dense(units=3)
x |> flatten |> relu |> dense(units=3)
x |> global_avgpool2d |> tanh
x |> global_avgpool2d |> dense(units=2)
x |> global_avgpool2d |> softmax
x |> relu |> relu |> batchnorm |> relu
x |> zeropad2d(padding=(0, 1, 0, 1)) |> conv2d(filters=2, kernel=3, stride=2)
x |> zeropad2d(padding=1) |> zeropad2d(padding=(0, 2, 1, 0)) |> depthwise_conv2d(kernel=3)
x |> zeropad2d(padding=1) |> maxpool2d(kernel=3, stride=2)
x |> reshape(shape=(30, 4)) |> lstm(units=3, return_sequences=true) |> conv1d(filters=2, kernel=1) |> flatten
x |> reshape(shape=(30, 4)) |> rnn(units=3) |> reshape(shape=(1, 1, 3))
x |> reshape(shape=(30, 4)) |> gru(units=3, return_sequences=true) |> attention(heads=2, dim=4) |> layernorm
x |> reshape(shape=(30, 4)) |> conv1d(filters=5, kernel=3) |> lstm(units=2) |> repeat_vector(times=4)
x |> flatten |> repeat_vector(times=2) |> permute(order=(2, 1))
x |> flatten |> repeat_vector(times=3) |> conv1d(filters=2, kernel=2)
x |> conv2d(filters=6, kernel=3) |> permute(order=(3, 2, 1)) |> flatten |> dense(units=2)
x |> avgpool2d(kernel=3, stride=(2, 4), padding=same)
x |> maxpool2d(kernel=3, stride=(2, 4), padding=(1, 1, 0, 0), round=ceil)
x |> lrn(k=0) |> softmax(axis=2)
"""


@pytest.mark.parametrize("chain", CHAINS.strip().splitlines())
def test_chains(chain: str) -> None:
    """Layouts change between layers; outputs always lie as their type says."""
    net = read_net(f"net chain {{\n  x = input map[6, 5, 4]\n  it = {chain}\n  output it\n}}\n")
    emitted = CaffeNet(net)
    inputs, weights = torch_eval.drawn_inputs(net), torch_eval.drawn_weights(net)
    expected = {"it": torch_eval.evaluate(net, inputs, weights)["it"]}
    assert differences(emitted.interpreted(inputs, weights), expected) == {}
    if emitted.runs_in_opencv:
        assert differences(emitted.in_opencv(inputs, weights), expected) == {}


JOINED = """
net joined {
  a = input map[6, 5, 4]
  b = input map[6, 5, 3]
  both = concat(a, b) |> relu
  a1 = flatten(a)
  b1 = flatten(b)
  most = global_maxpool2d(both)
  flat = concat(a1, b1, most)
  score = dense(flat, units=3)
  again = add(flat, flat) |> sigmoid
  output score, again, both
}
"""


def test_orders_of_joined_vectors() -> None:
    """A dense layer over several flattened maps takes each of them channels first; other readers do not."""
    net = read_net(JOINED)
    emitted = CaffeNet(net)
    inputs, weights = torch_eval.drawn_inputs(net), torch_eval.drawn_weights(net)
    values = torch_eval.evaluate(net, inputs, weights)
    expected = {name: values[name] for name in net.outputs}
    assert differences(emitted.interpreted(inputs, weights), expected) == {}
    assert differences(emitted.in_opencv(inputs, weights), expected) == {}
