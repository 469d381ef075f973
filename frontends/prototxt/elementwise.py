"""Rules for layers that keep shapes: activations, normalisations, dropout, sums.

Facts: BVLC Caffe, the layers' sources of the same names.
"""

from __future__ import annotations

from typing import Any

from dlc.diagnostics import Severity, codes
from dlc.frontends.prototxt.builder import Builder, Source, axis_of
from dlc.frontends.prototxt.registry import rule
from dlc.types import HOLE, Dim, Kind, Type, product


def _same(b: Builder, source: Source, inputs: list[str], op: str, **attributes: Any) -> list[str]:
    """One layer for each bottom."""
    names = [source.name, *source.tops[1:]]
    return [b.add(op, attributes, [x], n, source=source) for x, n in zip(inputs, names, strict=False)]


@rule("ReLU")
def relu(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """A slope below zero makes it leaky."""
    slope = source.param("relu_param").get("negative_slope", 0)
    return _same(b, source, inputs, "leaky_relu", slope=slope) if slope else _same(b, source, inputs, "relu")


@rule("ReLU6")
def relu6(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Of forks."""
    return _same(b, source, inputs, "relu6")


@rule("PReLU")
def prelu(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """A slope a channel; one for all is kept as it is."""
    if source.param("prelu_param").get("channel_shared", False):
        return _kept(b, source, inputs, "its channels share one slope", 1)
    return _same(b, source, inputs, "prelu")


@rule("ELU")
def elu(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Exponential linear unit."""
    return _same(b, source, inputs, "elu", slope=source.param("elu_param").get("alpha", 1.0))


@rule("Sigmoid")
def sigmoid(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Logistic function."""
    return _same(b, source, inputs, "sigmoid")


@rule("TanH")
def tanh(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Hyperbolic tangent."""
    return _same(b, source, inputs, "tanh")


@rule("BNLL")
def softplus(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """log(1 + exp(x))."""
    return _same(b, source, inputs, "softplus")


@rule("Swish")
def swish(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """x * sigmoid(beta * x)."""
    if source.param("swish_param").get("beta", 1.0) != 1.0:
        return _kept(b, source, inputs, "its beta is not 1")
    return _same(b, source, inputs, "silu")


@rule("Dropout")
def dropout(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Dropout, whose rate is that of what is dropped."""
    return _same(b, source, inputs, "dropout", rate=source.param("dropout_param").get("dropout_ratio", 0.5))


@rule("Softmax")
def softmax(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Softmax over channels, or another axis."""
    kind = b.type_of(inputs[0])
    axis = axis_of(source.param("softmax_param").get("axis", 1), kind)
    if axis is None and kind is not None:
        return _kept(b, source, inputs, "it runs over the batch")
    last = kind is None or axis == len(kind.shape)
    return _same(b, source, inputs, "softmax") if last else _same(b, source, inputs, "softmax", axis=axis)


@rule("LRN")
def lrn(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Caffe states alpha times the number of values that are summed; within a channel it knows no k."""
    param = source.param("lrn_param")
    within = str(param.get("norm_region", "ACROSS_CHANNELS")) in ("WITHIN_CHANNEL", "1")
    size = param.get("local_size", 5)
    values = {
        "size": size,
        "alpha": param.get("alpha", 1.0) / (size**2 if within else size),
        "beta": param.get("beta", 0.75),
        "k": 1.0 if within else param.get("k", 1.0),
    }
    if within:
        values["region"] = "within"
    return _same(b, source, inputs, "lrn", **values)


@rule("Power")
def power(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """(shift + scale * x) ^ power: a rescaling where the power is 1."""
    param = source.param("power_param")
    if param.get("power", 1.0) != 1.0:
        return _kept(b, source, inputs, f"its power is {param.get('power')}")
    values = {"scale": param.get("scale", 1.0), "offset": param.get("shift", 0.0)}
    return _same(b, source, inputs, "rescale", **values)


@rule("BatchNorm")
def batchnorm(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Mean and variance alone; a Scale after it is its gamma and beta (`read` joins the two)."""
    param = source.param("batch_norm_param")
    scale = source.param("dlc_scale")
    values = {
        "eps": param.get("eps", 1e-5),
        "momentum": param.get("moving_average_fraction", 0.999),
        "scale": bool(scale),
        "center": bool(scale) and scale.get("bias", False),
    }
    return _same(b, source, inputs, "batchnorm", **values)


@rule("BN")
def bn(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Of forks (SegNet, PSPNet): batch normalisation with its gamma and beta."""
    param = source.param("bn_param")
    return _same(
        b, source, inputs, "batchnorm", eps=param.get("eps", 1e-5), momentum=param.get("momentum", 0.9)
    )


@rule("Eltwise")
def eltwise(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Sum, product or maximum; other factors of a sum than 1 and -1 are rescalings before it."""
    param = source.param("eltwise_param")
    word = {"0": "PROD", "1": "SUM", "2": "MAX"}.get(
        str(param.get("operation", "SUM")), str(param.get("operation", "SUM"))
    )
    factors = [float(c) for c in param.all("coeff")]
    op = {"PROD": "multiply", "SUM": "add", "MAX": "maximum"}.get(word)
    if op is None or len(inputs) < 2:
        return _kept(b, source, inputs, "it joins nothing, or in a way that is not known")
    if word == "SUM" and factors == [1.0, -1.0]:
        op = "subtract"
    elif word == "SUM" and any(f != 1.0 for f in factors):
        inputs = [_weighed(b, source, x, f, i) for i, (x, f) in enumerate(zip(inputs, factors, strict=False))]
    return [b.add(op, {}, inputs, source.name, source=source)]


def _weighed(b: Builder, source: Source, value: str, factor: float, place: int) -> str:
    if factor == 1.0:
        return value
    name = f"{source.name}_coeff{place + 1}"
    return b.add("rescale", {"scale": factor}, [value], name, source=source, inferred=True)


@rule("Scale", "Bias")
def scale(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """One bottom: a factor (and summand) a channel, as a 1x1 depthwise convolution; two: their product."""
    param = source.param("scale_param")
    if len(inputs) == 1:
        kind = b.type_of(inputs[0])
        plain = param.get("axis", 1) in (1, -3) and param.get("num_axes", 1) == 1 and source.kind == "Scale"
        if kind is None or kind.kind is not Kind.MAP or not plain:
            why = "it scales a vector or several axes"
            width = kind.channels if kind is not None else HOLE
            return _kept(b, source, inputs, why, product(width, 1 + bool(param.get("bias_term", False))))
        values = {"kernel": 1, "bias": param.get("bias_term", False)}
        return [b.add("depthwise_conv2d", values, inputs, source.name, source=source)]
    op = "multiply" if source.kind == "Scale" else "add"
    weights = _spread(b, source, inputs[1], b.type_of(inputs[0]))
    return [b.add(op, {}, [inputs[0], weights], source.name, source=source)]


@rule("Axpy")
def axpy(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Of forks (SENet): a * x + y, with a factor a channel."""
    factor, x, y = inputs
    factor = _spread(b, source, factor, b.type_of(x))
    product = b.add("multiply", {}, [x, factor], f"{source.name}_scale", source=source, inferred=True)
    return [b.add("add", {}, [product, y], source.name, source=source)]


def _spread(b: Builder, source: Source, value: str, onto: Type | None) -> str:
    """A vector as map[1, 1, C], so that it meets every pixel of a map."""
    kind = b.type_of(value)
    if kind is None or onto is None or kind.kind is not Kind.VECTOR or onto.kind is not Kind.MAP:
        return value
    shape: tuple[Dim, ...] = (1, 1, kind.channels)
    return b.add("reshape", {"shape": shape}, [value], f"{source.name}_map", source=source, inferred=True)


def _kept(b: Builder, source: Source, inputs: list[str], why: str, parameters: Dim = 0) -> list[str]:
    """A layer that the catalogue cannot say exactly, kept as it is; its result has its input's type."""
    b.note(codes.LAYER_KEPT, f"{source.kind} {source.name} is kept as it is: {why}", source, Severity.WARNING)
    return b.opaque(source, inputs, [b.type_of(inputs[0])], parameters)
