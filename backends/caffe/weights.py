"""Fields about weights: learning rates and fillers for training, and weights that are constants."""

from __future__ import annotations

from typing import Any

from dlc.backends.caffe.writer import Writer
from dlc.ir import Node

# Activations before which He's initialisation keeps the variance (He et al. 2015); else Glorot's.
_RECTIFIERS = frozenset({"relu", "relu6", "leaky_relu", "prelu", "elu", "batchnorm"})
_RATES = [{"lr_mult": 1, "decay_mult": 1}, {"lr_mult": 2, "decay_mult": 0}]
FROZEN = {"lr_mult": 0, "decay_mult": 0}


def trained(w: Writer, node: Node, message: str, fields: dict[str, Any], bias: bool) -> dict[str, Any]:
    """The fields of a layer with a weight and perhaps a bias; how they start and learn only for training."""
    if not w.train:
        return {message: fields}
    fillers: dict[str, Any] = {"weight_filler": {"type": filler(w, node)}}
    if bias:
        fillers["bias_filler"] = {"type": "constant", "value": 0}
    return {"param": _RATES[: 1 + bias], message: fields | fillers}


def shared(w: Writer, name: str, fields: dict[str, Any], bias: bool) -> dict[str, Any]:
    """The fields of an InnerProduct whose weights other layers use too, under a common name."""
    names = [name, f"{name}_bias"][: 1 + bias]
    if not w.train:
        return {"param": [{"name": one} for one in names], "inner_product_param": fields}
    rates = [{"name": one} | rate for one, rate in zip(names, _RATES, strict=False)]
    fillers: dict[str, Any] = {"weight_filler": {"type": "xavier"}}
    if bias:
        fillers["bias_filler"] = {"type": "constant", "value": 0}
    return {"param": rates, "inner_product_param": fields | fillers}


def constant(message: str, fields: dict[str, Any], value: float) -> dict[str, Any]:
    """The fields of a layer all of whose weights are `value` and stay so."""
    return {"param": FROZEN, message: fields | {"weight_filler": {"type": "constant", "value": value}}}


def filler(w: Writer, node: Node) -> str:
    """The filler type that suits what reads a layer."""
    readers = w.survey.readers.get(node.name, ())
    return "msra" if any(op in _RECTIFIERS for op in readers) else "xavier"
