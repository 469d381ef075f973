"""Whole nets in PyTorch give the catalogue's numbers and those of Keras: drawn ones, with and without blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.drawn import SEEDED, embeds_numbers, is_quick, read_inputs
from support.nets import emit, expanded, read_module
from support.repeating import repeating_nets

from dlc.fuzz.strategies import dags, sampled_nets
from dlc.ir import Module, Net
from dlc.passes.check import check
from dlc.passes.rollup import RollUp
from dlc.passes.same import names

pytest.importorskip("torch")

from support import pytorch_run, torch_eval
from support.close import TOLERANCE, differences


@given(st.one_of(dags(), dags(), sampled_nets(deepest=8)))
@settings(SEEDED, max_examples=100)
def test_drawn_nets(net: Net) -> None:
    net = read_inputs(net)
    assume(is_quick(net) and not embeds_numbers(net))
    inputs, weights = torch_eval.drawn_inputs(net), torch_eval.drawn_weights(net)
    made = pytorch_run.outputs(Module(nets=(net,)), net, inputs, weights)
    values = torch_eval.evaluate(net, inputs, weights)
    assert differences(made, {name: values[name] for name in net.outputs}) == {}


@given(repeating_nets())
@settings(SEEDED, max_examples=60)
def test_blocks_and_loops_compute_the_same(net: Net) -> None:
    """What is rolled up gives what the flat net gives; values may be large here, so relative to them."""
    net = read_inputs(net)
    rolled = RollUp(at_most=1.0, at_least=0).run(Module(nets=(net,)))
    assume(rolled.changed)
    module = check(rolled.module).module
    (again,) = expanded(module).nets
    paired = names(net, again)
    assert paired is not None
    inputs, weights = torch_eval.drawn_inputs(net), torch_eval.drawn_weights(net)
    given = {paired.get(name, name): array for name, array in inputs.items()}
    held = {paired[name]: arrays for name, arrays in weights.items() if name in paired}
    made = pytorch_run.outputs(module, again, given, held)
    values = torch_eval.evaluate(net, inputs, weights)
    for (_, array), name in zip(made.items(), dict.fromkeys(net.outputs), strict=True):
        assert np.abs(array - values[name]).max() <= TOLERANCE * max(1.0, np.abs(values[name]).max())


RECURRENT = """\
net n {{
  words = input ids[9]
  a = words |> embed(vocab=30, dim=6) |> {first}(units=5, return_sequences=true, bidirectional={both})
  b = a |> {second}(units=4, bidirectional={both})
  c = words |> embed(vocab=30, dim=4) |> conv1d(filters=6, kernel=3, padding=same) |> relu |> maxpool1d(kernel=3)
  d = c |> {second}(units=3) |> dense(units=4)
  y = concat(b, d) |> dense(units=3) |> softmax
  output y, a
}}
"""


@pytest.mark.parametrize("first", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize("second", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize("both", ["true", "false"])
def test_recurrent_nets_agree_with_keras(first: str, second: str, both: str) -> None:
    from support import keras_run
    from support.keras_weights import set_weights

    keras_run.keras_module()
    net = expanded(read_module(RECURRENT.format(first=first, second=second, both=both))).nets[0]
    inputs, weights = torch_eval.drawn_inputs(net, batch=3), torch_eval.drawn_weights(net)
    model = keras_run.from_source(emit("keras", net)[0])
    set_weights(model, net, weights)
    results: Any = keras_run.run(model, inputs["words"])
    made = pytorch_run.outputs(Module(nets=(net,)), net, inputs, weights)
    assert differences(made, dict(zip(net.outputs, results, strict=True))) == {}


SHARED = """\
block tower(x, width) {
  c = x |> conv2d(filters=width, kernel=3, padding=same) |> batchnorm |> relu
  y = c |> global_avgpool2d |> dense(units=width)
  output y
}

net siamese {
  left = input map[8, 8, 3]
  right = input map[8, 8, 3]
  a = tower(left, width=5)
  b = tower(right, width=5) @ shares a
  c1 = conv2d(left, filters=8, kernel=3, padding=same)
  c2 = conv2d(right, filters=8, kernel=3, stride=2, padding=same) @ shares c1
  s1 = separable_conv2d(c1, filters=8, kernel=3)
  s2 = separable_conv2d(c2, filters=8, kernel=3, padding=same) @ shares s1
  d1 = flatten(s1) |> dense(units=3)
  f2 = reshape(s1, shape=(12, 24)) |> flatten
  d2 = dense(f2, units=3) @ shares d1
  h = global_avgpool2d(s2)
  y = concat(a, b, h, d1, d2) |> dense(units=2)
  output y
}
"""


@pytest.mark.parametrize("flat", [False, True])
def test_shared_weights(flat: bool) -> None:
    """Also where strides and the order of units differ between layers with the same weights."""
    module = read_module(SHARED)
    flattened = expanded(module)
    (net,) = flattened.nets
    inputs = torch_eval.drawn_inputs(net, batch=2)
    weights = torch_eval.drawn_weights(net)
    owned = {node.name: node.shares or node.name for node in net.body}
    shared = {name: weights[owned[name]] for name in weights}
    held = {name: arrays for name, arrays in weights.items() if owned[name] == name}
    made = pytorch_run.outputs(flattened if flat else module, net, inputs, held)
    assert differences(made, {"y": torch_eval.evaluate(net, inputs, shared)["y"]}) == {}


DEEP = """\
net n {
  x = input map[6, 6, 4]
  y = x |> repeat 2 (repeat 2 (repeat 2 (repeat 2 (conv2d(filters=4, kernel=3, padding=1) |> relu))))
  z = x |> repeat 3 (conv2d(filters=4, kernel=1) |> repeat 2 (conv2d(filters=4, kernel=3, padding=1) |> relu))
  output y, z
}
"""
ODD = """\
block same(x) {
  output x
}

block unit(x, n) {
  y = x |> repeat n (conv2d(filters=4, kernel=1) |> repeat n relu)
  output y
}

net n {
  x = input map[6, 6, 4]
  a = same(x)
  b = a |> unit(n=2) |> unit(n=1)
  y = add(a, b)
  output y
}
"""
SEQUENCES = """\
block mixed(x, width, kernel) {
  y = x |> conv1d(filters=width, kernel=kernel, padding=same) |> layernorm |> relu
  output y
}

block states(x, units) {
  y = x |> gru(units=units, return_sequences=true) |> dropout(rate=0.1)
  output y
}

net n {
  x = input sequence[8, 4]
  a = x |> repeat 3 mixed(width=4, kernel=3) |> repeat 2 states(units=4) |> mixed(width=4, kernel=2)
  b = add(a, x)
  y = b |> flatten |> dense(units=3)
  output y, b
}
"""


@pytest.mark.parametrize("text", [DEEP, ODD, SEQUENCES], ids=["deep", "odd", "sequences"])
def test_blocks_and_repeats_of_every_form(text: str) -> None:
    """Those that become classes and loops, and those that are written out since they cannot."""
    module = read_module(text)
    (net,) = expanded(module).nets
    inputs, weights = torch_eval.drawn_inputs(net, batch=2), torch_eval.drawn_weights(net)
    made = pytorch_run.outputs(module, net, inputs, weights)
    values = torch_eval.evaluate(net, inputs, weights)
    assert differences(made, {name: values[name] for name in net.outputs}) == {}
