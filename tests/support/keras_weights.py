"""Gives the layers of a Keras model the weights of catalogue layers, as `torch_eval` holds them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from support.torch_eval import Weights

from dlc.ir import Net, Node

Array = Any


def set_weights(model: Any, net: Net, weights: Weights) -> None:
    """Set all weights of a model whose layers are called after the layers of an expanded net."""
    layers = {layer.name: layer for layer in model.layers}
    readers = net.consumers()
    for node in net.body:
        held = weights.get(node.name)
        if held:
            activations = [reader.name for reader in readers[node.name] if reader.name not in weights]
            names = [node.name, *activations]
            _set(_found(layers, node, [_legal(name) for name in names]), node, held)


def copy_weights(source: Any, target: Any) -> None:
    """Give a model the weights of another one that was built in the same order."""
    values = [weight for layer in source.layers for weight in layer.get_weights()]
    places = [weight for layer in target.layers for weight in layer.weights]
    for place, value in zip(places, values, strict=True):
        place.assign(value)


def _legal(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)


def _found(layers: dict[str, Any], node: Node, names: Sequence[str]) -> list[Any]:
    """The Keras layers of a node: one of its name or, where that was merged with it, its activation's;
    or the helpers that compute its parts."""
    own = next((name for name in names if name in layers and layers[name].weights), None)
    if own is not None:
        return [layers[own]]
    pattern = re.compile(rf"({'|'.join(map(re.escape, names))})_conv(_\d+)?")
    found = [layer for name, layer in layers.items() if pattern.fullmatch(name)]
    assert found, f"no layer has the weights of {node.name}"
    return sorted(found, key=lambda layer: int(layer.name.rpartition("_")[2]) if found[1:] else 0)


def _set(layers: Sequence[Any], node: Node, held: Sequence[Array]) -> None:
    for layer, arrays in zip(layers, _shares(node, held, len(layers)), strict=True):
        assert len(layer.weights) == len(arrays), node.name
        for place, array in zip(layer.weights, arrays, strict=True):
            assert int(np.prod(place.shape)) == array.size, node.name
            place.assign(array.reshape(place.shape))


def _shares(node: Node, held: Sequence[Array], count: int) -> Iterator[list[Array]]:
    """What each of several layers gets: a transposed convolution in groups is one layer a group."""
    if count == 1:
        yield list(held)
        return
    layer: Any = node.layer
    assert count == layer.groups
    biases = [np.split(bias, count) for bias in held[1:]]
    for group, kernel in enumerate(np.split(held[0], count, axis=-1)):
        yield [kernel, *(bias[group] for bias in biases)]
