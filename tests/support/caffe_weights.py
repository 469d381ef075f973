"""Where the weights of catalogue layers, as `torch_eval` holds them, stand in an emitted Caffe net."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from support.prototxt import Message
from support.torch_eval import Weights

from dlc.backends.caffe.params import written
from dlc.backends.caffe.writer import Writer
from dlc.backends.parameters import by_role
from dlc.ir import Net

Array = Any


def caffe_weights(net: Net, weights: Weights, writer: Writer) -> dict[str, list[Array]]:
    """The blobs of every layer with weights that the writer made of an expanded net."""
    held = by_role(net, weights)
    blobs: dict[str, list[Array]] = {}
    for tensor in written(writer):
        layer, index = tensor.key
        made = blobs.setdefault(layer, [])
        assert len(made) == int(index), tensor.key
        made.append(tensor.stored(held.get(tensor.node, {})))
    return blobs


def constants(layers: Sequence[Message], shapes: Mapping[str, Sequence[int]]) -> dict[str, list[Array]]:
    """Blobs of the layers whose weights are constants, for programs that run no fillers.

    `shapes` are those of the net's blobs.
    """
    made = {}
    for layer in layers:
        for field in ("convolution_param", "inner_product_param"):
            filler = layer.get(field, {}).get("weight_filler", {}).get("type")
            if filler in ("constant", "bilinear"):
                shape = _weight_shape(layer, layer[field], shapes[layer["bottom"][0]])
                made[layer["name"]] = [_fill(layer[field]["weight_filler"], shape)]
    return made


def _weight_shape(layer: Message, parameters: Message, given: Sequence[int]) -> tuple[int, ...]:
    filters, group = parameters["num_output"], parameters.get("group", 1)
    if layer["type"] == "InnerProduct":
        return filters, math.prod(given[parameters.get("axis", 1) :])
    kernel = window(parameters, len(given) - 2)
    if layer["type"] == "Deconvolution":
        return (given[1], filters // group, *kernel)
    return (filters, given[1] // group, *kernel)


def window(parameters: Message, rank: int) -> tuple[int, ...]:
    """The kernel's size along each axis."""
    if "kernel_h" in parameters:
        return parameters["kernel_h"], parameters["kernel_w"]
    stated = parameters["kernel_size"]
    return tuple(stated * rank if len(stated) == 1 else stated)


def _fill(filler: Message, shape: tuple[int, ...]) -> Array:
    if filler["type"] == "constant":
        return np.full(shape, filler.get("value", 0.0), np.float32)
    half = math.ceil(shape[-1] / 2)
    line = np.array([1 - abs(i / half - (shape[-1] - 1) / (2 * half)) for i in range(shape[-1])])
    return np.broadcast_to(np.outer(line, line), shape).astype(np.float32)
