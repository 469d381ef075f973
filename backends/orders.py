"""Vectors flattened channels first: where their units may stand in that order, and where each then stands.

Frameworks that keep the channels before the space flatten a map to (C, H, W); the language means (H, W, C).
Where dense layers alone are made of the units, the weights of those layers can stand in the framework's
order, and nothing is moved; everywhere else a backend moves the axes first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from dlc.ir import Node

# Layers that compute each number from the number at its place: they take every layout and keep it.
ELEMENTWISE = frozenset(
    {"relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "hard_silu", "sigmoid", "hard_sigmoid"}
    | {"tanh", "softplus", "softsign", "linear", "dropout", "gaussian_noise"}
)

# The order of a vector's units: the shapes (channels last) of tensors that are stored with their
# channels first, one after the other. `()` is the language's own order.
Order = tuple[tuple[int, ...], ...]


def channels_first(shape: tuple[int, ...]) -> Order:
    """The order of units when a tensor of this channels-last shape is flattened channels first."""
    alike = shape[-1] == 1 or math.prod(shape[:-1]) == 1
    return () if alike else (shape,)


def any_order(order: Sequence[Node], outputs: Iterable[str]) -> dict[str, bool]:
    """For every value whether dense layers alone are made of its units, perhaps after layers that keep
    their places: the weights of those layers can stand in any order. `order` is topological.

    Dense layers that share their weights may meet units in several orders, so these keep the language's.
    """
    shared = {name for node in order if node.shares for name in (node.name, node.shares)}
    found: dict[str, bool] = dict.fromkeys(outputs, False)
    for node in reversed(order):
        op = node.layer.op_name
        passes = op in ELEMENTWISE or op == "concat"
        takes = op == "dense" and node.name not in shared
        fine = takes or (passes and found.get(node.name, False))
        for name in node.inputs:
            found[name] = fine and found.get(name, True)
    return found


def places(order: Order) -> list[int]:
    """For each unit as it is stored, its place in the language's order."""
    found: list[int] = []
    for shape in order:
        *spatial, channels = shape
        pixels, start = math.prod(spatial), len(found)
        found += [
            start + pixel * channels + channel for channel in range(channels) for pixel in range(pixels)
        ]
    return found
