"""Passes that write a net in another way: the same weights and inputs give the same numbers."""

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.nets import read_net
from support.repeating import repeating_nets
from support.torch_eval import drawn_inputs, drawn_weights, evaluate

from dlc.fuzz.strategies import dags
from dlc.ir import Module, Net
from dlc.passes.activations import MergeActivations, SplitActivations
from dlc.passes.base import Pass
from dlc.passes.check import check
from dlc.passes.expand import ExpandBlocks
from dlc.passes.noops import RemoveNoOps
from dlc.passes.padding import CanonicalPadding
from dlc.passes.rollup import RollUp
from dlc.passes.same import names

# Layers that these passes look at, and some to stand between them.
LAYERS = (
    *("conv1d", "conv2d", "conv3d", "depthwise_conv2d", "separable_conv2d", "conv2d_transpose"),
    *("maxpool1d", "maxpool2d", "avgpool1d", "avgpool2d", "zeropad1d", "zeropad2d", "crop2d", "upsample2d"),
    *("relu", "relu6", "silu", "hard_silu", "sigmoid", "multiply", "add", "linear", "permute", "reshape"),
)
PADDED = ("zeropad2d", "relu", "conv2d", "maxpool2d", "avgpool2d", "depthwise_conv2d", "linear")
REWRITING = (CanonicalPadding(), RemoveNoOps(), MergeActivations(), SplitActivations())

nets = st.one_of(dags(layers=LAYERS), dags(layers=PADDED, most=6))

# Every way to pad by zeros first, of numbers of either sign and of none below 0.
ZEROS = read_net("""net n {
  i = input map[9, 8, 4]
  r = relu(i)
  a0 = zeropad2d(i, padding=(0, 1, 2, 0))
  a = conv2d(a0, filters=4, kernel=3, stride=2, padding=(1, 0, 0, 1), groups=2)
  b0 = zeropad2d(r, padding=(1, 0, 1, 1))
  b = maxpool2d(b0, kernel=(2, 3), stride=2)
  c0 = zeropad2d(i, padding=1)
  c = maxpool2d(c0, kernel=3, stride=2)
  d0 = zeropad2d(i, padding=(1, 0, 0, 2))
  d = avgpool2d(d0, kernel=3, stride=2)
  e0 = zeropad2d(r, padding=1)
  e = avgpool2d(e0, kernel=3, stride=2, round=ceil)
  f0 = zeropad2d(i, padding=1)
  f = separable_conv2d(f0, filters=3, kernel=3)
  g0 = zeropad2d(i, padding=1)
  g = depthwise_conv2d(g0, kernel=3, dilation=2)
  h = conv2d(i, filters=2, kernel=(4, 1), dilation=(2, 1), padding=same)
  output a, b, c, d, e, f, g, h
}
""")
GATES = read_net("""net n {
  i = input vector[6]
  a = silu(i)
  s = sigmoid(a)
  b = multiply(s, a)
  c = hard_silu(b)
  d = c |> relu |> relu6 |> relu
  output d
}
""")


@pytest.mark.parametrize("made", REWRITING, ids=lambda p: p.name)
@given(nets)
@example(ZEROS)
@example(GATES)
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_numbers_stay(made: Pass, net: Net) -> None:
    module = check(Module(nets=(net,))).module
    (after,) = check(made.run(module).module).module.nets
    assert_same(module.nets[0], after, {})


@given(repeating_nets())
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_numbers_stay_through_blocks(net: Net) -> None:
    (before,) = check(Module(nets=(net,))).module.nets
    rolled = RollUp(at_most=1.0, at_least=0).run(Module(nets=(net,))).module
    (after,) = check(ExpandBlocks().run(rolled).module).module.nets
    paired = names(before, after)
    assert paired is not None
    assert_same(before, after, paired)


def test_the_examples_above_are_rewritten() -> None:
    (padded,) = CanonicalPadding().run(Module(nets=(ZEROS,))).module.nets
    assert [n.name for n in padded.body if n.layer.op_name == "zeropad2d"] == ["c0", "e0"]
    (merged,) = MergeActivations().run(Module(nets=(GATES,))).module.nets
    assert [n.layer.op_name for n in merged.body] == ["silu", "silu", "hard_silu", "relu6"]
    (split,) = SplitActivations().run(Module(nets=(GATES,))).module.nets
    assert not {"silu", "hard_silu"} & {n.layer.op_name for n in split.body}


def assert_same(before: Net, after: Net, paired: dict[str, str]) -> None:
    """`paired` says under which names of `after` the weights of `before` are held, where they differ."""
    inputs, weights = drawn_inputs(before), drawn_weights(before)
    held = {paired.get(name, name): arrays for name, arrays in weights.items()}
    wanted, got = evaluate(before, inputs, weights), evaluate(after, inputs, held)
    for name, other in zip(before.outputs, after.outputs, strict=True):
        np.testing.assert_allclose(got[other], wanted[name], rtol=1e-4, atol=1e-5, err_msg=name)
