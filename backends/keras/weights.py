"""Rules for dense layers, embeddings and normalisations."""

from __future__ import annotations

from typing import Any

from dlc.backends.keras.plan import RULES, Ask


@RULES.rule("dense")
def dense(ask: Ask) -> None:
    ask.put("Dense", units=ask.layer.units, use_bias=ask.layer.bias)


@RULES.rule("embed")
def embed(ask: Ask) -> None:
    ask.put("Embedding", input_dim=ask.layer.vocab, output_dim=ask.layer.dim)


@RULES.rule("batchnorm")
def batchnorm(ask: Ask) -> None:
    ask.put("BatchNormalization", momentum=ask.layer.momentum, epsilon=ask.layer.eps)


@RULES.rule("layernorm")
def layernorm(ask: Ask) -> None:
    ask.put("LayerNormalization", epsilon=ask.layer.eps)


@RULES.rule("groupnorm")
def groupnorm(ask: Ask) -> None:
    ask.put("GroupNormalization", groups=ask.layer.groups, epsilon=ask.layer.eps)


@RULES.rule("instancenorm")
def instancenorm(ask: Ask) -> None:
    """Each channel is a group of its own."""
    ask.put("GroupNormalization", groups=ask.inputs[0].channels, epsilon=ask.layer.eps)


@RULES.rule("lrn")
def lrn(ask: Ask) -> None:
    layer = ask.layer
    if ask.own_classes:
        sizes: dict[str, Any] = {"size": layer.size, "alpha": layer.alpha, "beta": layer.beta, "k": layer.k}
        ask.put("LocalResponseNormalization", **sizes)
    else:
        _lrn_composed(ask)


def _lrn_composed(ask: Ask) -> None:
    """x * (k + alpha * the average of padded squares over `size` channels) ** -beta."""
    layer, shape = ask.layer, ask.inputs[0].shape
    before = (layer.size - 1) // 2
    square = ask.put("Multiply", -1, -1, role="square")
    column = ask.put("Reshape", square, role="column", target_shape=(shape[0] * shape[1], shape[2], 1))  # type: ignore[operator]
    margins = ((0, 0), (before, layer.size - 1 - before))
    padded = ask.put("ZeroPadding2D", column, role="pad", padding=margins)
    window = {"pool_size": (1, layer.size), "strides": (1, 1), "padding": "valid"}
    mean = ask.put("AveragePooling2D", padded, role="mean", **window)
    back = ask.put("Reshape", mean, role="map", target_shape=shape)
    scale = ask.put("Rescaling", back, role="scale", scale=layer.alpha, offset=layer.k)
    power = ask.put("Power", scale, role="power", exponent=-layer.beta)
    ask.put("Multiply", -1, power)
