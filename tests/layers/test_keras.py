"""Result shapes and parameter counts are those of Keras 3, where Keras has the layer."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dlc.fuzz.strategies import layers_named
from dlc.ir import RuleBroken
from dlc.layers import Layer
from dlc.types import Kind, Type, signatures

os.environ.setdefault("KERAS_BACKEND", "torch")
keras = pytest.importorskip("keras", minversion="3.0")
L: Any = keras.layers

Make = Callable[[Any], Any]
MAKE: dict[str, Make] = {}
SLIDING = ("conv1d", "conv2d", "conv3d")
POOLS = [f"{word}pool{rank}d" for word in ("max", "avg") for rank in (1, 2, 3)]
SAME = {
    "relu": L.ReLU,
    "leaky_relu": L.LeakyReLU,
    "elu": L.ELU,
    "dropout": lambda: L.Dropout(0.5),
    "gaussian_noise": lambda: L.GaussianNoise(0.5),
    "spatial_dropout2d": lambda: L.SpatialDropout2D(0.5),
    "softmax": L.Softmax,
    "flatten": L.Flatten,
}


def make(*names: str) -> Callable[[Make], Make]:
    def register(function: Make) -> Make:
        MAKE.update(dict.fromkeys(names, function))
        return function

    return register


def window(op: Any) -> dict[str, Any]:
    assume(op.padding in ("same", "valid"))
    assume(max(op.stride) == 1 or max(op.dilation) == 1)  # Keras has no both
    sizes = {"kernel_size": op.kernel, "strides": op.stride, "dilation_rate": op.dilation}
    return sizes | {"padding": op.padding, "use_bias": op.bias}


@make(*SLIDING)
def conv(op: Any) -> Any:
    return getattr(L, f"Conv{op.rank}D")(op.filters, groups=op.groups, **window(op))


@make(*(f"{name}_transpose" for name in SLIDING))
def transposed(op: Any) -> Any:
    assume(op.groups == 1 and not any(op.output_padding))
    # Keras lets a valid result reach to the end of the last step, also where no window does.
    assume(op.padding == "same" or all(w.extent >= w.stride for w in op.windows()))
    return getattr(L, f"Conv{op.rank}DTranspose")(op.filters, **window(op))


@make("depthwise_conv2d")
def depthwise(op: Any) -> Any:
    return L.DepthwiseConv2D(depth_multiplier=op.multiplier, **window(op))


@make("separable_conv2d")
def separable(op: Any) -> Any:
    return L.SeparableConv2D(op.filters, depth_multiplier=op.multiplier, **window(op))


@make(*POOLS)
def pool(op: Any) -> Any:
    assume(op.padding in ("same", "valid") and op.round == "floor")
    word = "Average" if op.op_name.startswith("avg") else "Max"
    return getattr(L, f"{word}Pooling{op.rank}D")(op.kernel, op.stride, op.padding)


@make(*(f"global_{name}" for name in POOLS))
def global_pool(op: Any) -> Any:
    word = "Average" if "avg" in op.op_name else "Max"
    return getattr(L, f"Global{word}Pooling{op.op_name[-2]}D")()


@make("upsample1d", "upsample2d", "upsample3d")
def upsample(op: Any) -> Any:
    rank = len(op.size)
    return getattr(L, f"UpSampling{rank}D")(op.size if rank > 1 else op.size[0])


@make("zeropad1d", "zeropad2d", "zeropad3d")
def zeropad(op: Any) -> Any:
    return getattr(L, f"ZeroPadding{len(op.padding) // 2}D")(in_pairs(op.padding))


@make("crop1d", "crop2d", "crop3d")
def crop(op: Any) -> Any:
    return getattr(L, f"Cropping{len(op.cropping) // 2}D")(in_pairs(op.cropping))


def in_pairs(sides: tuple[int, ...]) -> Any:
    made = tuple(zip(sides[::2], sides[1::2], strict=True))
    return made if len(made) > 1 else made[0]


@make("dense")
def dense(op: Any) -> Any:
    return L.Dense(op.units, use_bias=op.bias)


@make("embed")
def embed(op: Any) -> Any:
    return L.Embedding(op.vocab, op.dim)


@make("rnn", "lstm", "gru")
def recurrent(op: Any) -> Any:
    cls = {"rnn": L.SimpleRNN, "lstm": L.LSTM, "gru": L.GRU}[op.op_name]
    made = cls(op.units, return_sequences=op.return_sequences)
    return L.Bidirectional(made) if op.bidirectional else made


@make("reshape")
def reshape(op: Any) -> Any:
    return L.Reshape(op.shape)


@make("permute")
def permute(op: Any) -> Any:
    return L.Permute(op.order)


@make("repeat_vector")
def repeat_vector(op: Any) -> Any:
    return L.RepeatVector(op.times)


@make("batchnorm")
def batchnorm(op: Any) -> Any:
    return L.BatchNormalization(scale=op.scale, center=op.center)


@make("layernorm")
def layernorm(op: Any) -> Any:
    return L.LayerNormalization(scale=op.scale, center=op.center)


@make("groupnorm")
def groupnorm(op: Any) -> Any:
    return L.GroupNormalization(op.groups, scale=op.scale, center=op.center)


@make("add", "subtract", "multiply", "average", "maximum", "minimum")
def merge(op: Any) -> Any:
    return getattr(L, op.op_name.capitalize())()


@make("concat")
def concat(op: Any) -> Any:
    return L.Concatenate(op.axis)


@make("dot")
def dot(op: Any) -> Any:
    return L.Dot(op.axis)


@make("attention")
def attention(op: Any) -> Any:
    return L.MultiHeadAttention(op.heads, op.dim // op.heads, output_shape=op.dim)


for _name, _cls in SAME.items():
    MAKE[_name] = lambda op, cls=_cls: cls()


def types(kind: Kind) -> st.SearchStrategy[Type]:
    sizes = st.tuples(*[st.integers(1, 9)] * kind.rank)
    return sizes.map(lambda shape: Type(kind, shape))


@st.composite
def calls(draw: Any, name: str) -> tuple[Any, list[Type], Type]:
    """A layer, inputs that it takes, and its result."""
    op: Layer = draw(layers_named(name))
    kind = draw(st.sampled_from(sorted(signatures()[name].takes, key=str)))
    inputs = draw(st.lists(types(kind), min_size=op.least, max_size=min(op.most or 3, 3)))
    if op.least > 1 and draw(st.booleans()):
        inputs = [inputs[0]] * len(inputs)
    try:
        made = op.infer(inputs)
    except RuleBroken:
        assume(False)
    assert made is not None
    return op, inputs, made


@pytest.mark.parametrize("name", MAKE)
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_agrees_with_keras(name: str, data: Any) -> None:
    op, inputs, made = data.draw(calls(name))
    layer = MAKE[name](op)
    shapes = [(2, *t.shape) for t in inputs]
    assert shape_of(layer, name, shapes) == (2, *made.shape)
    assert count(layer, name, shapes) == op.parameters(inputs, made)


def shape_of(layer: Any, name: str, shapes: list[tuple[int, ...]]) -> tuple[int, ...]:
    if name == "attention":
        return tuple(layer.compute_output_shape(shapes[0], shapes[-1], shapes[len(shapes) // 2]))
    return tuple(layer.compute_output_shape(shapes if len(shapes) > 1 else shapes[0]))


def count(layer: Any, name: str, shapes: list[tuple[int, ...]]) -> int:
    if name == "attention":
        layer.build(shapes[0], shapes[-1], shapes[len(shapes) // 2])
    else:
        layer.build(shapes if len(shapes) > 1 else shapes[0])
    return sum(math.prod(w.shape) for w in layer.weights if "seed" not in w.path)
