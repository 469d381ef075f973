"""Rules for dense layers, embeddings and normalisations."""

from __future__ import annotations

from typing import Any

from dlc.backends.keras.plan import RULES, Ask, Refused, is_symbolic, sizes


@RULES.rule("dense")
def _dense(ask: Ask) -> None:
    ask.put("Dense", units=ask.layer.units, use_bias=ask.layer.bias)


@RULES.rule("embed")
def _embed(ask: Ask) -> None:
    ask.put("Embedding", input_dim=ask.layer.vocab, output_dim=ask.layer.dim)


@RULES.rule("batchnorm")
def _batchnorm(ask: Ask) -> None:
    ask.put("BatchNormalization", momentum=ask.layer.momentum, **_normal(ask))


@RULES.rule("layernorm")
def _layernorm(ask: Ask) -> None:
    ask.put("LayerNormalization", **_normal(ask))


@RULES.rule("groupnorm")
def _groupnorm(ask: Ask) -> None:
    ask.put("GroupNormalization", groups=ask.layer.groups, **_normal(ask))


@RULES.rule("instancenorm")
def _instancenorm(ask: Ask) -> None:
    """Each channel is a group of its own: -1 in source, their number once a model is built."""
    groups = -1 if ask.as_source else ask.inputs[0].channels
    ask.put("GroupNormalization", groups=groups, **_normal(ask))


def _normal(ask: Ask) -> dict[str, Any]:
    return {"epsilon": ask.layer.eps, "center": ask.layer.center, "scale": ask.layer.scale}


@RULES.rule("lrn")
def _lrn(ask: Ask) -> None:
    layer = ask.layer
    if is_symbolic(layer.region):
        raise Refused("its region depends on parameters")
    if layer.region == "within":
        _lrn_within(ask)
    elif ask.as_source:
        sizes: dict[str, Any] = {"size": layer.size, "alpha": layer.alpha, "beta": layer.beta, "k": layer.k}
        ask.put("LocalResponseNormalization", **sizes)
    else:
        _lrn_composed(ask)


def _lrn_within(ask: Ask) -> None:
    """x * (k + alpha * size^2 * the mean of squares, padded with zeros, over size x size pixels) ** -beta."""
    layer = ask.layer
    if ask.as_source:
        sizes = {"size": layer.size, "alpha": layer.alpha, "beta": layer.beta, "k": layer.k}
        ask.put("SpatialResponseNormalization", **sizes)
        return
    square = ask.put("Multiply", -1, -1, role="square")
    padded = ask.put("ZeroPadding2D", square, role="pad", padding=((layer.size // 2,) * 2,) * 2)
    window = {"pool_size": (layer.size,) * 2, "strides": (1, 1)}
    mean = ask.put("AveragePooling2D", padded, role="mean", **window)
    scale = ask.put("Rescaling", mean, role="scale", scale=layer.alpha * layer.size**2, offset=layer.k)
    power = ask.put("Power", scale, role="power", exponent=-layer.beta)
    ask.put("Multiply", -1, power)


def _lrn_composed(ask: Ask) -> None:
    """x * (k + alpha * size * the mean of squares, padded with zeros, over `size` channels) ** -beta."""
    layer = ask.layer
    height, width, channels = sizes(ask.inputs[0])
    half = layer.size // 2
    square = ask.put("Multiply", -1, -1, role="square")
    pixels = (height * width, channels, 1)
    column = ask.put("Reshape", square, role="column", target_shape=pixels)
    padded = ask.put("ZeroPadding2D", column, role="pad", padding=((0, 0), (half, half)))
    window = {"pool_size": (1, layer.size), "strides": (1, 1)}
    mean = ask.put("AveragePooling2D", padded, role="mean", **window)
    back = ask.put("Reshape", mean, role="map", target_shape=(height, width, channels))
    scale = ask.put("Rescaling", back, role="scale", scale=layer.alpha * layer.size, offset=layer.k)
    power = ask.put("Power", scale, role="power", exponent=-layer.beta)
    ask.put("Multiply", -1, power)
