"""Where the weights of catalogue layers, as `torch_eval` holds them, stand in an emitted Caffe net."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from support.prototxt import Message
from support.torch_eval import Weights

from dlc.ir import Net, Node

Array = Any
Orders = Mapping[str, Sequence[tuple[int, ...]]]
Found = Iterator[tuple[str, list[Array]]]
_RULES: dict[str, Callable[..., Found]] = {}


def caffe_weights(
    net: Net, weights: Weights, layers: Sequence[Message], orders: Orders
) -> dict[str, list[Array]]:
    """The blobs of every layer with weights; `orders` as the emitter's `Writer` records them."""
    by_name = {layer["name"]: layer for layer in layers}
    blobs: dict[str, list[Array]] = {}
    for node in net.body:
        held = weights.get(node.name)
        if held:
            rule = _RULES[node.layer.op_name]
            blobs.update(rule(node, node.layer, held, by_name, orders.get(node.name, ())))
    missing = sorted(set(blobs) - set(by_name))
    assert not missing, f"no layers {missing}"
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


def _rule(*names: str) -> Callable[[Callable[..., Found]], Callable[..., Found]]:
    def register(function: Callable[..., Found]) -> Callable[..., Found]:
        _RULES.update(dict.fromkeys(names, function))
        return function

    return register


def _filters_first(kernel: Array) -> Array:
    """(window, inputs, outputs) as (outputs, inputs, window)."""
    return np.moveaxis(np.moveaxis(kernel, -1, 0), -1, 1)


@_rule("conv1d", "conv2d", "conv3d")
def _convolution(node: Node, op: Any, held: Any, layers: Any, order: Any) -> Found:
    kernel = _filters_first(held[0])
    if (
        kernel.ndim == 3
    ):  # a sequence is a map that is 1 wide, or an image of one channel as wide as it has features
        wide = window(layers[node.name]["convolution_param"], 2)[1] == kernel.shape[1]
        kernel = np.moveaxis(kernel, 1, -1)[:, None] if wide else kernel[..., None]
    yield node.name, [kernel, *held[1:]]


@_rule("depthwise_conv2d")
def _depthwise(node: Node, op: Any, held: Any, layers: Any, order: Any) -> Found:
    yield node.name, [_channelwise(held[0]), *held[1:]]


def _channelwise(kernel: Array) -> Array:
    """(height, width, channels, multiplier) as (channels * multiplier, 1, height, width)."""
    return np.moveaxis(kernel.reshape(*kernel.shape[:2], -1), -1, 0)[:, None]


@_rule("separable_conv2d")
def _separable(node: Node, op: Any, held: Any, layers: Any, order: Any) -> Found:
    yield f"{node.name}_depthwise", [_channelwise(held[0])]
    yield node.name, [_filters_first(held[1]), *held[2:]]


@_rule("conv1d_transpose", "conv2d_transpose", "conv3d_transpose")
def _transposed(node: Node, op: Any, held: Any, layers: Any, order: Any) -> Found:
    kernel = _filters_first(held[0])
    yield node.name, [kernel[..., None] if kernel.ndim == 3 else kernel, *held[1:]]


@_rule("dense")
def _dense(node: Node, op: Any, held: Any, layers: Any, order: Any) -> Found:
    yield node.name, [held[0].T[:, _places(order)] if order else held[0].T, *held[1:]]


def _places(order: Sequence[tuple[int, ...]]) -> Array:
    """Where the units stand in the language's order, as they come: each shape with its channels first."""
    places, start = [], 0
    for shape in order:
        count = math.prod(shape)
        places.append(start + np.moveaxis(np.arange(count).reshape(shape), -1, 0).ravel())
        start += count
    return np.concatenate(places)


@_rule("embed", "prelu")
def _as_it_is(node: Node, op: Any, held: Any, layers: Any, order: Any) -> Found:
    yield node.name, held


@_rule("batchnorm")
def _batchnorm(node: Node, op: Any, held: Any, layers: Any, order: Any) -> Found:
    yield node.name, [*held[-2:], np.ones(1, np.float32)]
    if op.scale or op.center:
        yield f"{node.name}_scale", _affine(op, held[:-2])


def _affine(op: Any, held: Any) -> list[Array]:
    return list(held) if op.scale else [np.ones_like(held[0]), *held]


@_rule("layernorm", "groupnorm", "instancenorm")
def _normal(node: Node, op: Any, held: Any, layers: Any, order: Any) -> Found:
    yield node.name, _affine(op, held)


@_rule("lstm", "rnn", "gru")
def _recurrent(node: Node, op: Any, held: Any, layers: Any, order: Any) -> Found:
    if not op.bidirectional:
        return _direction(node.name, op, held, layers)
    half = len(held) // 2
    ways = zip(("forwards", "backwards"), (held[:half], held[half:]), strict=True)
    return (found for way, part in ways for found in _direction(f"{node.name}_{way}", op, part, layers))


def _direction(name: str, op: Any, held: Any, layers: Any) -> Found:
    kernel, recurrent, bias = held
    if op.op_name == "lstm":
        yield name, [_gates(kernel.T), _gates(bias), _gates(recurrent.T)]
        return
    biases = list(bias) if op.op_name == "gru" else [bias]
    yield name, [kernel.T, biases[0]]
    for layer in layers.values():  # a layer a step, all of which share their weights
        if layer.get("param", [{}])[0].get("name") == f"{name}_recurrent":
            yield layer["name"], [recurrent.T, *biases[1:]]


def _gates(rows: Array) -> Array:
    """Keras's gates i, f, g, o in Caffe's order i, f, o, g."""
    i, f, g, o = np.split(rows, 4)
    return np.concatenate([i, f, o, g])


@_rule("attention")
def _attention(node: Node, op: Any, held: Any, layers: Any, order: Any) -> Found:
    names = (*(f"{node.name}_{word}" for word in ("query", "key", "value")), node.name)
    for index, name in enumerate(names):
        kernel, bias = held[2 * index : 2 * index + 2]
        yield name, [kernel.T[..., None, None], bias]
