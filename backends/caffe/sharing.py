"""Layers that share weights: in Caffe, parameters of one name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from dlc.backends.caffe.message import Layer
from dlc.backends.caffe.writer import Writer
from dlc.ir import Node

# How the names of a layer's parameters end, in their order; a bias is there where `bias_term` says so.
_AFFINE = ("w", "b")
_ENDINGS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("Convolution", "Deconvolution", "InnerProduct", "Embed", "Scale"), _AFFINE),
    "BatchNorm": ("mean", "variance", "factor"),
    "PReLU": ("slope",),
    "LSTM": ("w_input", "b", "w_state"),
    "RNN": ("w_input", "b", "w_state", "w_output", "b_output"),
}
_BIASED = {
    "Convolution": "convolution_param",
    "Deconvolution": "convolution_param",
    "InnerProduct": "inner_product_param",
    "Embed": "embed_param",
    "Scale": "scale_param",
}


def name_shared(w: Writer) -> None:
    """Give the parameters that several layers use common names; `w.spans` says which layers are a node's."""
    for node in w.survey.order:
        if node.shares is not None and node.name in w.spans and node.shares in w.spans:
            _share(w, node, node.shares)


def _share(w: Writer, node: Node, owner: str) -> None:
    own, theirs = _weighted(w, node.name), _weighted(w, owner)
    alike = [w.layers[i].type for i in own] == [w.layers[i].type for i in theirs]
    if not alike or w.orders.get(node.name) != w.orders.get(owner):
        w.differences.cannot(node, f"Caffe computes it with other weights than {owner}, which it shares")
        return
    for user, one in zip(own, theirs, strict=True):
        names = _names(w.layers[one])
        w.layers[one] = _named(w.layers[one], names)
        w.layers[user] = _named(w.layers[user], names)


def _weighted(w: Writer, name: str) -> Sequence[int]:
    """The places of a node's layers that have parameters."""
    return [i for i in w.spans[name] if _endings(w.layers[i])]


def _endings(layer: Layer) -> tuple[str, ...]:
    known = _ENDINGS.get(layer.type)
    if known is None:
        return ("w",) * len(_listed(layer.fields.get("param")))
    if layer.type not in _BIASED:
        return known
    message = layer.fields.get(_BIASED[layer.type], {})
    return known[: 1 + bool(message.get("bias_term", layer.type != "Scale"))]


def _names(layer: Layer) -> list[str]:
    """The names of a layer's parameters: those that it has, else its own name with their endings."""
    stated = [param.get("name") for param in _listed(layer.fields.get("param"))]
    return [
        (stated[i] if i < len(stated) else None) or f"{layer.name}_{ending}"
        for i, ending in enumerate(_endings(layer))
    ]


def _named(layer: Layer, names: Sequence[str]) -> Layer:
    stated = _listed(layer.fields.get("param"))
    params = [
        {"name": n} | ({**stated[i], "name": n} if i < len(stated) else {}) for i, n in enumerate(names)
    ]
    fields = {"param": params} | {k: v for k, v in layer.fields.items() if k != "param"}
    return attrs.evolve(layer, fields=fields)


def _listed(value: Any) -> list[dict[str, Any]]:
    if value is None:
        return []
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else [value]
