"""Gives the layers of a Keras model the weights of catalogue layers, as `torch_eval` holds them."""

from __future__ import annotations

from typing import Any

from support.torch_eval import Weights

from dlc.backends.keras.params import tensors
from dlc.backends.parameters import by_role
from dlc.ir import Module, Net

Array = Any


def set_weights(model: Any, net: Net, weights: Weights) -> None:
    """Set all weights of a model that was emitted from an expanded net."""
    held = by_role(net, weights)
    values: dict[str, list[Array]] = {}
    for tensor in tensors(Module(nets=(net,))):
        if tensor.node in held:
            values.setdefault(tensor.key[0], []).append(tensor.stored(held[tensor.node]))
    for layer in model.layers:
        if layer.weights:
            layer.set_weights(values.pop(layer.name))
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()
    assert not values, f"no layers {sorted(values)}"


def copy_weights(source: Any, target: Any) -> None:
    """Give a model the weights of another one that was built in the same order."""
    values = [weight for layer in source.layers for weight in layer.get_weights()]
    places = [weight for layer in target.layers for weight in layer.weights]
    for place, value in zip(places, values, strict=True):
        place.assign(value)
