"""Rules for dense layers, shapes, merges, normalisations and noise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from dlc.frontends.keras_json.activations import activated
from dlc.frontends.keras_json.builder import Builder, Use, rule
from dlc.frontends.keras_json.operations import with_number
from dlc.types import HOLE, Dim, Kind, Type, product, total

_RANKS = {Kind.SEQUENCE: 1, Kind.MAP: 2, Kind.VOLUME: 3}


@rule("Dense", "TimeDistributedDense")
def dense(b: Builder, use: Use) -> str:
    """Over the last axis: a dense layer of a vector, a 1x1 convolution of anything else."""
    units, bias = use.args.number("units", HOLE), bool(use.args.get("use_bias", True))
    kind = b.source(use)
    rank = _RANKS.get(kind.kind) if kind is not None else None
    if rank is None:
        value = b.add(use, "dense", {"units": units, "bias": bias})
    else:
        value = b.add(use, f"conv{rank}d", {"filters": units, "kernel": 1, "bias": bias})
    return activated(b, use, value)


@rule("Flatten")
def flatten(b: Builder, use: Use) -> str:
    """All values in one row, in the order in which the model stores them."""
    kind = b.source(use)
    if kind is not None and kind.kind is Kind.VECTOR:
        return b.add(use, "linear", {})
    value = use.inputs[0]
    if use.args.channels_first and kind is not None and kind.kind is Kind.MAP:
        value = b.permuted(use, value, (3, 1, 2), "chw")
    return b.add(use, "flatten", {}, [value])


@rule("Reshape")
def reshape(b: Builder, use: Use) -> str:
    """The same values in another shape."""
    target = use.args.get("target_shape") or use.args.get("dims") or []
    shape = tuple(d if isinstance(d, int) else -1 for d in target)
    return b.add(use, "reshape", {"shape": shape}) if shape else b.add(use, "linear", {})


@rule("Permute")
def permute(b: Builder, use: Use) -> str:
    """Axes in another order, from 1."""
    return b.add(use, "permute", {"order": tuple(use.args.get("dims", ()))})


@rule("RepeatVector")
def repeat_vector(b: Builder, use: Use) -> str:
    """A vector again and again."""
    return b.add(use, "repeat_vector", {"times": use.args.number("n", HOLE)})


@rule("Dropout")
def dropout(b: Builder, use: Use) -> str:
    """Dropout by its rate."""
    return b.add(use, "dropout", {"rate": float(use.args.number("rate", 0.5))})


@rule("SpatialDropout2D")
def spatial_dropout(b: Builder, use: Use) -> str:
    """Whole channels are dropped."""
    return b.add(use, "spatial_dropout2d", {"rate": float(use.args.number("rate", 0.5))})


@rule("GaussianNoise")
def gaussian_noise(b: Builder, use: Use) -> str:
    """Noise while training."""
    return b.add(use, "gaussian_noise", {"stddev": float(use.args.number("stddev", 0.1))})


@rule("SpatialDropout1D", "SpatialDropout3D", "GaussianDropout", "AlphaDropout", "ActivityRegularization")
def only_training(b: Builder, use: Use) -> str:
    """Layers that do something only while a model is trained."""
    return b.same(use, "it acts while training only")


@rule("Masking")
def masking(b: Builder, use: Use) -> str:
    """Steps that recurrent layers are to leave out."""
    return b.same(use, "the catalogue has no masks")


@rule("BatchNormalization")
def batch_normalization(b: Builder, use: Use) -> str:
    """Over the channels' axis; another one is made the last meanwhile."""
    a, kind = use.args, b.source(use)
    axis = a.number("axis", -1)
    at = axis_of(axis, kind, use)
    if kind is not None and at is None:
        return b.same(use, f"it normalises along axis {axis}", _affine(use, HOLE))
    values = {
        "eps": float(a.number("epsilon", 0.001)),
        "momentum": float(a.number("momentum", 0.99)),
        "scale": bool(a.get("scale", True)),
        "center": bool(a.get("center", True)),
    }
    if kind is None or at is None or at == len(kind.shape):
        return b.add(use, "batchnorm", values)
    rank = len(kind.shape)
    order = (*(i for i in range(1, rank + 1) if i != at), at)
    turned = b.permuted(use, use.inputs[0], order, "turned")
    normal = b.add(use, "batchnorm", values, [turned])
    back = tuple(order.index(i) + 1 for i in range(1, rank + 1))
    return b.permuted(use, normal, back, "back")


def axis_of(axis: Any, kind: Type | None, use: Use) -> int | None:
    """An axis as the language counts it, from 1; None for the batch's or an unknown one.

    In a model that keeps channels first, axis 1 is that of the channels, the language's last.
    """
    if kind is None or not isinstance(axis, int):
        return None
    rank = len(kind.shape)
    axis = axis if axis >= 0 else axis + rank + 1
    if use.args.config.get("dlc_channels_first") and rank >= 2:
        axis = rank if axis == 1 else axis - 1
    return axis if 1 <= axis <= rank else None


def _affine(use: Use, size: Dim) -> Dim:
    return product(size, 2 + bool(use.args.get("scale", True)) + bool(use.args.get("center", True)))


@rule("LayerNormalization")
def layer_normalization(b: Builder, use: Use) -> str:
    """Over the last axis."""
    a, kind = use.args, b.source(use)
    axis = a.number("axis", -1)
    if kind is not None and axis not in (-1, len(kind.shape)):
        return b.same(use, f"it normalises along axis {axis}", None)
    values = {
        "eps": float(a.number("epsilon", 0.001)),
        "scale": bool(a.get("scale", True)),
        "center": bool(a.get("center", True)),
    }
    return b.add(use, "layernorm", values)


@rule("GroupNormalization")
def group_normalization(b: Builder, use: Use) -> str:
    """Groups of channels."""
    a = use.args
    groups = a.number("groups", 32)
    values = {
        "eps": float(a.number("epsilon", 0.001)),
        "scale": bool(a.get("scale", True)),
        "center": bool(a.get("center", True)),
    }
    kind = b.source(use)
    if groups == -1 or (kind is not None and kind.kind is not Kind.VECTOR and groups == kind.channels):
        return b.add(use, "instancenorm", values)
    return b.add(use, "groupnorm", values | {"groups": groups})


@rule("LocalResponseNormalization", "SpatialResponseNormalization")
def response_normalization(b: Builder, use: Use) -> str:
    """The classes that `dlc` writes along, since Keras has none."""
    config = use.args.config
    values = {name: config[name] for name in ("size", "alpha", "beta", "k") if name in config}
    if len(values) < 4:
        return b.same(use, "its class is somebody else's")
    region = {"region": "within"} if use.layer.kind.startswith("Spatial") else {}
    return b.add(use, "lrn", values | region)


_MERGES = {
    "Add": "add",
    "Subtract": "subtract",
    "Multiply": "multiply",
    "Average": "average",
    "Maximum": "maximum",
    "Minimum": "minimum",
}
_MODES = {
    "sum": "add",
    "mul": "multiply",
    "ave": "average",
    "max": "maximum",
    "concat": "concat",
    "dot": "dot",
}


@rule(*_MERGES)
def merge(b: Builder, use: Use) -> str:
    """Element by element; with a number, a rescaling."""
    if len(use.inputs) == 1:
        return with_number(b, use, use.layer.kind) or b.add(use, "linear", {})
    return b.add(use, _MERGES[use.layer.kind], {})


@rule("Concatenate")
def concatenate(b: Builder, use: Use) -> str:
    """Side by side along an axis."""
    return _joined(b, use, use.args.number("axis", -1))


def _joined(b: Builder, use: Use, axis: Any) -> str:
    kind = b.source(use)
    if len(use.inputs) == 1:
        return b.add(use, "linear", {})
    at = axis_of(axis, kind, use)
    if kind is None or at is None:
        return (
            b.keep(use, f"it joins along axis {axis}", parameters=0)
            if axis != -1
            else b.add(use, "concat", {})
        )
    return b.add(use, "concat", {} if at == len(kind.shape) else {"axis": at})


@rule("Merge")
def old_merge(b: Builder, use: Use) -> str:
    """Keras 1's one layer for all merges."""
    mode = use.args.config.get("mode", "sum")
    op = _MODES.get(str(mode))
    if op is None or op == "dot":
        return b.keep(use, f"its mode is {mode}", parameters=0)
    return _joined(b, use, use.args.number("axis", -1)) if op == "concat" else b.add(use, op, {})


@rule("Dot")
def dot(b: Builder, use: Use) -> str:
    """Product along an axis of each."""
    axes = use.args.get("axes", -1)
    if use.args.get("normalize", False):
        return b.keep(use, "it normalises first", parameters=0)
    return b.add(use, "dot", {"axis": tuple(axes) if isinstance(axes, list) else axes})


@rule("LayerScale")
def layer_scale(b: Builder, use: Use) -> str:
    """A trained factor a channel (ConvNeXt), as a 1x1 depthwise convolution without bias."""
    kind = b.source(use)
    if kind is None or kind.kind is not Kind.MAP:
        return b.same(use, "it scales no map", use.args.number("projection_dim"))
    return b.add(use, "depthwise_conv2d", {"kernel": 1, "bias": False})


@rule("Resizing", "CenterCrop", "RandomFlip", "RandomRotation", "RandomZoom",
      "RandomContrast", "RandomTranslation", "RandomCrop")  # fmt: skip
def preprocessing(b: Builder, use: Use) -> str:
    """What is done to inputs before the network proper."""
    return b.same(use, "it prepares inputs")


@rule("Rescaling")
def rescaling(b: Builder, use: Use) -> str:
    """scale * x + offset, each one number or one a channel."""
    values = {"scale": _numbers(use.args.get("scale", 1.0)), "offset": _numbers(use.args.get("offset", 0.0))}
    return b.add(use, "rescale", values)


@rule("Normalization")
def normalization(b: Builder, use: Use) -> str:
    """By a mean and a variance that are stated, or taken from data and kept."""
    a, kind = use.args, b.source(use)
    axis = a.number("axis", -1)
    if a.get("invert", False) or (kind is not None and axis_of(axis, kind, use) != len(kind.shape)):
        return b.same(use, f"it is inverted, or runs along axis {axis}", _kept_numbers(use, kind))
    mean, variance = _flat(a.get("mean")), _flat(a.get("variance"))
    if mean is None or variance is None:
        return b.add(use, "standardize", {})
    deviations = [max(math.sqrt(max(v, 0.0)), 1e-7) for v in variance]
    means = mean if len(mean) == len(deviations) else mean[:1] * len(deviations)
    values = {
        "scale": tuple(1 / d for d in deviations),
        "offset": tuple(-m / d for m, d in zip(means, deviations, strict=True)),
    }
    return b.add(use, "rescale", values)


def _kept_numbers(use: Use, kind: Type | None) -> Dim:
    if use.args.get("mean") is not None or kind is None:
        return 0
    return total(product(2, kind.channels), 1)


def _numbers(value: Any) -> Any:
    """A number, or a flat list of them as a tuple."""
    found = _flat(value)
    return value if found is None else found[0] if len(found) == 1 else tuple(found)


def _flat(value: Any) -> list[float] | None:
    """The numbers of nested lists, or of one number; None where there are none."""
    if isinstance(value, Mapping):
        value = value.get("config", {}).get("value") if isinstance(value.get("config"), Mapping) else None
    if isinstance(value, list):
        parts = [_flat(v) for v in value]
        return [n for part in parts for n in part or ()] or None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return [float(value)] if is_number else None


@rule("CustomScaleLayer")
def custom_scale(b: Builder, use: Use) -> str:
    """The first input plus the second times a constant (Inception-ResNet)."""
    if len(use.inputs) != 2:
        return b.same(use, "it does not weigh the second of two")
    scaled = b.add(
        use, "rescale", {"scale": float(use.args.number("scale", 1.0))}, use.inputs[1:],
        f"{use.name}_scaled", inferred=True,
    )  # fmt: skip
    return b.add(use, "add", {}, [use.inputs[0], scaled])
