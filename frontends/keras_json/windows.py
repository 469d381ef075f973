"""Rules for convolutions, poolings and what resizes maps."""

from __future__ import annotations

import re
from typing import Any

from dlc.frontends.keras_json.activations import activated
from dlc.frontends.keras_json.builder import Builder, Use, rule
from dlc.types import HOLE

_CONVS = (
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "Convolution1D",
    "Convolution2D",
    "Convolution3D",
    "AtrousConvolution2D",
)
_TRANSPOSED = (
    "Conv1DTranspose",
    "Conv2DTranspose",
    "Conv3DTranspose",
    "Deconvolution2D",
    "Convolution2DTranspose",
)


def _rank(use: Use) -> int:
    match = re.search(r"([123])D", use.layer.kind)
    return int(match[1]) if match else 2


@rule(*_CONVS)
def convolution(b: Builder, use: Use) -> str:
    """Convolution, with its activation as a layer of its own; causal padding goes before the steps."""
    a, rank = use.args, _rank(use)
    values = {
        "filters": a.number("filters", HOLE),
        "kernel": a.kernel(rank),
        "stride": a.sizes("strides", rank),
        "padding": _padding(use),
        "dilation": a.sizes("dilation_rate", rank),
        "groups": a.get("groups", 1),
        "bias": bool(a.get("use_bias", True)),
    }
    if a.padding() == "causal":
        kernel, dilation = _one(values["kernel"]), _one(values["dilation"])
        values["padding"] = (dilation * (kernel - 1), 0)
    return activated(b, use, b.add(use, f"conv{rank}d", values))


def _one(value: Any) -> int:
    return int(value[0] if isinstance(value, tuple) else value)


def _padding(use: Use) -> Any:
    word = use.args.padding()
    return word if word in ("same", "valid") else HOLE


@rule(*_TRANSPOSED)
def transposed(b: Builder, use: Use) -> str:
    """The transposed convolution; Keras 1 states its result's shape besides."""
    a, rank = use.args, _rank(use)
    values = {
        "filters": a.number("filters", HOLE),
        "kernel": a.kernel(rank),
        "stride": a.sizes("strides", rank),
        "padding": _padding(use),
        "dilation": a.sizes("dilation_rate", rank),
        "bias": bool(a.get("use_bias", True)),
    }
    extra = a.get("output_padding")
    if extra is not None and a.padding() == "valid":
        values["output_padding"] = tuple(extra) if isinstance(extra, list) else extra
    return activated(b, use, b.add(use, f"conv{rank}d_transpose", values))


@rule("DepthwiseConv2D")
def depthwise(b: Builder, use: Use) -> str:
    """Every channel on its own."""
    a = use.args
    values = {
        "kernel": a.kernel(2),
        "stride": a.sizes("strides", 2),
        "padding": _padding(use),
        "dilation": a.sizes("dilation_rate", 2),
        "multiplier": a.get("depth_multiplier", 1),
        "bias": bool(a.get("use_bias", True)),
    }
    return activated(b, use, b.add(use, "depthwise_conv2d", values))


@rule("SeparableConv2D", "SeparableConvolution2D")
def separable(b: Builder, use: Use) -> str:
    """Depthwise, then 1x1."""
    a = use.args
    values = {
        "filters": a.number("filters", HOLE),
        "kernel": a.kernel(2),
        "stride": a.sizes("strides", 2),
        "padding": _padding(use),
        "dilation": a.sizes("dilation_rate", 2),
        "multiplier": a.get("depth_multiplier", 1),
        "bias": bool(a.get("use_bias", True)),
    }
    return activated(b, use, b.add(use, "separable_conv2d", values))


@rule(
    "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D",
    "MaxPool1D", "MaxPool2D", "MaxPool3D", "AvgPool1D", "AvgPool2D", "AvgPool3D",
)  # fmt: skip
def pooling(b: Builder, use: Use) -> str:
    """Maximum or mean of windows; the step is the window's size unless stated."""
    a, rank = use.args, _rank(use)
    op = "maxpool" if use.layer.kind.startswith("Max") else "avgpool"
    kernel = a.sizes("pool_size", rank, 2)
    values = {"kernel": kernel, "stride": a.sizes("strides", rank, kernel), "padding": _padding(use)}
    return b.add(use, f"{op}{rank}d", values)


@rule(
    "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D", "GlobalMaxPooling1D",
    "GlobalMaxPooling2D", "GlobalMaxPooling3D", "GlobalAvgPool1D", "GlobalAvgPool2D", "GlobalMaxPool1D",
    "GlobalMaxPool2D",
)  # fmt: skip
def global_pooling(b: Builder, use: Use) -> str:
    """One number a channel; with `keepdims` as a map of one pixel."""
    op = "global_maxpool" if "Max" in use.layer.kind else "global_avgpool"
    rank = _rank(use)
    if not use.args.get("keepdims", False):
        return b.add(use, f"{op}{rank}d", {})
    pooled = b.add(use, f"{op}{rank}d", {}, name=f"{use.name}_pool", inferred=True)
    kind = b.type_of(pooled)
    channels = kind.channels if kind is not None else HOLE
    return b.add(use, "reshape", {"shape": (*[1] * rank, channels)}, [pooled])


@rule("UpSampling1D", "UpSampling2D", "UpSampling3D")
def upsampling(b: Builder, use: Use) -> str:
    """Larger by whole factors."""
    rank = _rank(use)
    mode = str(use.args.get("interpolation", "nearest"))
    if mode not in ("nearest", "bilinear"):
        return b.keep(use, f"its interpolation is {mode}", parameters=0)
    return b.add(use, f"upsample{rank}d", {"size": use.args.sizes("size", rank, 2), "mode": mode})


@rule("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D")
def zero_padding(b: Builder, use: Use) -> str:
    """Zeros around."""
    return b.add(use, f"zeropad{_rank(use)}d", {"padding": _margins(use, "padding")})


@rule("Cropping1D", "Cropping2D", "Cropping3D")
def cropping(b: Builder, use: Use) -> str:
    """Margins cut off."""
    return b.add(use, f"crop{_rank(use)}d", {"cropping": _margins(use, "cropping")})


def _margins(use: Use, name: str) -> Any:
    """A number, one an axis, or a pair an axis."""
    value = use.args.get(name, 1)
    if not isinstance(value, list):
        return value
    if _rank(use) == 1:
        return tuple(value)
    flat = [side for v in value for side in (v if isinstance(v, list) else (v, v))]
    if len(value) == 4 and not any(isinstance(v, list) for v in value):
        return tuple(value)  # Keras 1: (top, bottom, left, right)
    return tuple(flat)
