"""Where parameters lie in the arrays of a weights file: one description for writing and for reading.

A `Tensor` is an array of a file. It is made of parts of the catalogue's arrays (`dlc.backends.parameters`),
each of which is a *view* of one: seen in another shape, cut, its axes in another order. Since a view is the
array itself, what says how a file is written says how it is read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from dlc.backends.orders import Order
from dlc.backends.parameters import Parameter

Array = Any  # a numpy array
Shape = tuple[int, ...]
Key = tuple[str, ...]


@attrs.frozen
class Part:
    """A view of the array of `role`, which lies in the file as an array of `shape`.

    Of each axis in `cuts` the range (axis, start, stop) is taken; what is left is seen as `seen` (where
    given); then the axes are put in the order `axes` (where given). With `added` the file's framework adds
    it to another array of the same role, and the catalogue has only the sum: zeros are stored.
    """

    role: str
    shape: Shape
    cuts: tuple[tuple[int, int, int], ...] = ()
    seen: Shape | None = None
    axes: Shape | None = None
    added: bool = False

    def of(self, array: Array) -> Array:
        """The view of an array in the catalogue's layout, which must lie in memory in that order."""
        view = array
        for axis, start, stop in self.cuts:
            view = view[(slice(None),) * axis + (slice(start, stop),)]
        view = view if self.seen is None else view.reshape(self.seen)
        return view if self.axes is None else view.transpose(self.axes)

    def stored(self, array: Array) -> Array:
        """The array of `shape` that the file holds."""
        import numpy as np

        if self.added:
            return np.zeros(self.shape, np.float32)
        return self.of(np.ascontiguousarray(array)).reshape(self.shape)


@attrs.frozen
class Tensor:
    """An array of a weights file: its key, the layer (of the expanded net) that owns what it holds, its
    shape, and the parts that lie in it side by side along an axis. One without parts holds a constant."""

    key: Key
    node: str
    shape: Shape
    parts: tuple[Part, ...] = ()
    along: int = 0
    constant: float = 0.0

    def stored(self, arrays: Mapping[str, Array]) -> Array:
        """The file's array from those of the layer by role."""
        import numpy as np

        if not self.parts:
            return np.full(self.shape, self.constant, np.float32)
        made = [part.stored(arrays[part.role]) for part in self.parts]
        joined = made[0] if len(made) == 1 else np.concatenate(made, self.along)
        return np.ascontiguousarray(joined.reshape(self.shape))

    def restore(self, array: Array, arrays: Mapping[str, Array]) -> None:
        """Write the file's array, which has as many numbers as `shape` says, into those of the layer."""
        import numpy as np

        start = 0
        for part in self.parts:
            whole = list(part.shape)
            whole[self.along] = sum(p.shape[self.along] for p in self.parts)
            count = part.shape[self.along]
            cut = array.reshape(whole)[(slice(None),) * self.along + (slice(start, start + count),)]
            view = part.of(arrays[part.role])
            assert np.may_share_memory(view, arrays[part.role]), "a part is a view"
            held = cut.reshape(view.shape)
            view[...] = view + held if part.added else held
            start += count


#: Places a parameter of a layer in a tensor with this key.
Placing = Callable[[Key, str, Parameter], Tensor]


def whole(key: Key, node: str, parameter: Parameter, shape: Shape | None = None) -> Tensor:
    """A parameter as it is, perhaps in another shape."""
    stored = parameter.shape if shape is None else shape
    return Tensor(key, node, stored, (Part(parameter.role, stored),))


def turned(
    key: Key,
    node: str,
    parameter: Parameter,
    axes: Sequence[int],
    seen: Shape | None = None,
    shape: Shape | None = None,
) -> Tensor:
    """A parameter with its axes (those of `seen`) in another order, perhaps in another shape."""
    given = parameter.shape if seen is None else seen
    stored = tuple(given[axis] for axis in axes) if shape is None else shape
    return Tensor(key, node, stored, (Part(parameter.role, stored, (), seen, tuple(axes)),))


def filters_first(key: Key, node: str, kernel: Parameter, shape: Shape | None = None) -> Tensor:
    """A kernel (*window, a, b) as (b, a, *window), perhaps in another shape."""
    rank = len(kernel.shape)
    return turned(key, node, kernel, (rank - 1, rank - 2, *range(rank - 2)), shape=shape)


def channelwise(key: Key, node: str, kernel: Parameter) -> Tensor:
    """A kernel (*window, C, multiplier) as (C * multiplier, 1, *window)."""
    *window, channels, multiplier = kernel.shape
    rank = len(window)
    shape = (channels * multiplier, 1, *window)
    return turned(key, node, kernel, (rank, rank + 1, *range(rank)), shape=shape)


def units_first(key: Key, node: str, kernel: Parameter, order: Order = ()) -> Tensor:
    """A kernel (inputs, units) as (units, inputs), its inputs in the order of tensors that were flattened
    channels first (see `dlc.backends.orders`)."""
    inputs, units = kernel.shape
    parts: list[Part] = []
    start = 0
    for shape in order:
        count = math.prod(shape)
        rank = len(shape)
        axes = (rank, rank - 1, *range(rank - 1))
        rows = ((0, start, start + count),)
        parts.append(Part(kernel.role, (units, count), rows, (*shape, units), axes))
        start += count
    plain = Part(kernel.role, (units, inputs), axes=(1, 0))
    return Tensor(key, node, (units, inputs), tuple(parts) or (plain,), along=1)


def gates(
    key: Key,
    node: str,
    parameter: Parameter,
    order: Sequence[int],
    row: int | None = None,
    added: bool = False,
) -> Tensor:
    """(inputs, gates * units) as (gates * units, inputs), or a bias as it is, the gates in another order;
    of a bias of several rows one is taken."""
    *lead, wide = parameter.shape
    units = wide // len(order)
    last = len(parameter.shape) - 1
    rows = () if row is None else ((0, row, row + 1),)
    matrix = len(lead) == 1 and row is None
    shape = (units, lead[0]) if matrix else (units,)
    each = [(*rows, (last, gate * units, (gate + 1) * units)) for gate in order]
    axes = (1, 0) if matrix else None
    parts = tuple(Part(parameter.role, shape, cuts, None, axes, added) for cuts in each)
    return Tensor(key, node, (wide, lead[0]) if matrix else (wide,), parts)


def biases(key: Key, node: str, bias: Parameter, order: Sequence[int]) -> tuple[Tensor, Tensor]:
    """A recurrent layer's biases of the input and of the state, the gates in another order; where it has but
    one, frameworks that have two add them."""
    if len(bias.shape) == 2:
        return gates(key, node, bias, order, 0), gates(key, node, bias, order, 1)
    return gates(key, node, bias, order), gates(key, node, bias, order, added=True)


def joined(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors one after the other along their first axis as one."""
    first = tensors[0]
    if len(tensors) == 1:
        return first
    length = sum(tensor.shape[0] for tensor in tensors)
    parts = tuple(part for tensor in tensors for part in tensor.parts)
    return Tensor(first.key, first.node, (length, *first.shape[1:]), parts)
