"""The parameters and buffers of PyTorch's modules, made of those of the catalogue (`dlc.backends.parameters`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import attrs

from dlc.backends.orders import Order
from dlc.backends.parameters import Parameter
from dlc.backends.stored import Key, Placing, Tensor, joined, units_first, whole

Held = Mapping[str, Parameter]  # a layer's, by role


@attrs.frozen
class Weight:
    """A parameter or buffer of a module: its name, and how those of a layer lie in it.

    `order` is that of the units that it takes.
    """

    name: str
    of: Callable[[Key, str, Held], Tensor]
    order: Order = ()


def one(name: str, role: str, placing: Placing = whole) -> Weight:
    """A parameter that holds one of the catalogue's."""
    return Weight(name, lambda key, node, held: placing(key, node, held[role]))


def several(name: str, roles: Sequence[str], placing: Placing = whole) -> Weight:
    """A parameter that holds several of the catalogue's, one after the other."""
    return Weight(name, lambda key, node, held: joined([placing(key, node, held[role]) for role in roles]))


def linear(name: str, role: str, order: Order = ()) -> Weight:
    """A kernel (inputs, units) as (units, inputs), its inputs in this order."""
    placing = partial(units_first, order=order)
    return attrs.evolve(one(name, role, placing), order=order)


def number(name: str) -> Weight:
    """A buffer of one number, 0, which the catalogue does not have."""
    return Weight(name, lambda key, node, held: Tensor(key, node, ()))
