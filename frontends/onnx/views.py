"""Tensors of a graph as views of the language's values: which of a value's axes each axis of a tensor is.

The language is channels-last and has no batch. A Transpose therefore makes no layer: it is another view of
the same value, and only what reads it in an order that no layer takes has the axes moved.
"""

from __future__ import annotations

import attrs

BATCH, ONE = -1, -2  # the batch, and an axis of size 1 that the value does not have
OUTER, INNER = 100, 200  # added to an axis that lies in two of the tensor's: its slow part, its fast part

# How a vector's units lie where it was flattened in another order than the language's: for each part its
# shape (channels last) and the order of its axes in memory.
Shuffle = tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]


@attrs.frozen
class View:
    """A tensor: the value that it shows and what its axes are (an axis of the value from 0, BATCH, ONE)."""

    value: str
    axes: tuple[int, ...]
    shuffle: Shuffle = ()

    @property
    def is_natural(self) -> bool:
        """Whether the batch comes first and the value's axes follow in order."""
        return self.axes == natural(len(self.axes) - 1)


def natural(rank: int) -> tuple[int, ...]:
    """The batch, then the axes of a value of that rank in order."""
    return (BATCH, *range(rank))


def first(rank: int) -> tuple[int, ...]:
    """The batch, the channels, then the space."""
    return (BATCH, rank - 1, *range(rank - 1))


def steps() -> tuple[int, ...]:
    """A sequence as recurrent operators take it: steps, batch, features."""
    return (0, BATCH, 1)


def places(shuffle: Shuffle) -> list[int]:
    """For each unit as it lies in the tensor, its place in the language's order."""
    import numpy as np

    found: list[int] = []
    for shape, order in shuffle:
        count = int(np.prod(shape))
        found += (len(found) + np.arange(count).reshape(shape).transpose(order).reshape(-1)).tolist()
    return found
