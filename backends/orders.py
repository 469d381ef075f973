"""Vectors flattened channels first: where their units may stand in that order, and where each then stands.

Frameworks that keep the channels before the space flatten a map to (C, H, W); the language means (H, W, C).
Where dense layers alone are made of the units, the weights of those layers can stand in the framework's
order, and nothing is moved; everywhere else a backend moves the axes first.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

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

    Dense layers that share their weights must all meet units in the same order, be it the language's.
    """
    kept: set[str] = set()  # owners of weights whose users would meet units in several orders
    while True:
        found = _any_order(order, outputs, kept)
        uneven = {owner for owner, users in _sharing(order).items() if len(_met(users, order, found)) > 1}
        if uneven <= kept:
            return found
        kept |= uneven


def _sharing(order: Sequence[Node]) -> dict[str, list[Node]]:
    """The dense layers that use the weights of each owner, itself among them."""
    owners = {node.shares for node in order if node.shares is not None}
    found: dict[str, list[Node]] = {}
    for node in order:
        owner = node.shares or node.name
        if owner in owners and node.layer.op_name == "dense":
            found.setdefault(owner, []).append(node)
    return found


def _met(users: Iterable[Node], order: Sequence[Node], free: Mapping[str, bool]) -> set[object]:
    """The orders in which dense layers meet units: for each the shape that is flattened channels first."""
    by_name = {node.name: node for node in order}
    met: set[object] = set()
    for user in users:
        source = by_name.get(user.inputs[0])
        while source is not None and source.layer.op_name in ELEMENTWISE:
            source = by_name.get(source.inputs[0])
        if source is None or source.layer.op_name == "dense":
            met.add(())
        elif source.layer.op_name != "flatten":
            met.add(source.name)  # a join of several: not looked into
        else:
            map_ = by_name.get(source.inputs[0])
            shape = map_.type.shape if map_ is not None and map_.type is not None else source.inputs[0]
            met.add(shape if free.get(source.name, False) else ())
    return met


def _any_order(order: Sequence[Node], outputs: Iterable[str], kept: Collection[str]) -> dict[str, bool]:
    found: dict[str, bool] = dict.fromkeys(outputs, False)
    for node in reversed(order):
        op = node.layer.op_name
        passes = op in ELEMENTWISE or op == "concat"
        takes = op == "dense" and (node.shares or node.name) not in kept
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
