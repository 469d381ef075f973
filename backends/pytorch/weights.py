"""How PyTorch's parameters are made of those of the catalogue (`dlc.backends.parameters`), and back.

Arrays are numpy's, or anything with `transpose`, `reshape` and fancy indexing as numpy has them.
"""

from __future__ import annotations

from typing import Any

import attrs

from dlc.backends.orders import Order, places

Array = Any


@attrs.frozen
class Part:
    """One parameter of the catalogue as (a part of) one of PyTorch's.

    Of the array, `row` is taken where its first axis is not wanted as a whole; then its axes are put in the
    order `axes`, and read as `shape` where that is given; then the blocks along the first axis (the gates)
    are put in the order `gates`; last, the units along the last axis are put in the order in which they are
    stored (`units`, see `dlc.backends.orders`).
    """

    role: str
    axes: tuple[int, ...] = (0,)
    shape: tuple[int, ...] | None = None
    gates: tuple[int, ...] = ()
    units: Order = ()
    row: int | None = None

    def stored(self, array: Array) -> Array:
        """The catalogue's array as PyTorch stores it."""
        made = array if self.row is None else array[self.row]
        made = made.transpose(self.axes)
        if self.shape is not None:
            made = made.reshape(self.shape)
        if self.gates:
            made = _gated(made, self.gates)
        return made[..., places(self.units)] if self.units else made

    def restored(self, made: Array, shape: tuple[int, ...]) -> Array:
        """The catalogue's array, of this shape, from PyTorch's; of one row where `row` says which."""
        if self.units:
            made = made[..., _inverse(places(self.units))]
        if self.gates:
            made = _gated(made, tuple(_inverse(list(self.gates))))
        own = shape if self.row is None else shape[1:]
        return made.reshape([own[axis] for axis in self.axes]).transpose(_inverse(list(self.axes)))


@attrs.frozen
class Weight:
    """A parameter or buffer of a module: `parts` joined along the first axis; one 0 without any.

    With `added`, PyTorch adds it to another one of the same role, and the catalogue has only the sum: zeros
    are stored here.
    """

    name: str
    parts: tuple[Part, ...]
    added: bool = False


def _gated(array: Array, gates: tuple[int, ...]) -> Array:
    whole = array.shape
    blocks = array.reshape((len(gates), whole[0] // len(gates), *whole[1:]))
    return blocks[list(gates)].reshape(whole)


def _inverse(order: list[int]) -> list[int]:
    made = [0] * len(order)
    for at, place in enumerate(order):
        made[place] = at
    return made


def kernel(rank: int, role: str = "kernel") -> Weight:
    """A convolution's weight: (*window, in, out) becomes (out, in, *window)."""
    return Weight("weight", (Part(role, (rank + 1, rank, *range(rank))),))


def depthwise(role: str, count: Any, window: tuple[int, ...]) -> Weight:
    """A depthwise weight: (*window, C, multiplier) becomes (C * multiplier, 1, *window)."""
    rank = len(window)
    return Weight("weight", (Part(role, (rank, rank + 1, *range(rank)), (count, 1, *window)),))


def one(name: str, role: str, units: Order = ()) -> Weight:
    """A vector as it is, its numbers in the order of the units."""
    return Weight(name, (Part(role, units=units),))
