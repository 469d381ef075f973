"""How a value of the language lies in an ONNX tensor.

The language is channels-last and knows no batch. ONNX puts the batch N in front and, before windows and
normalisations, the channels before the space; its recurrent operators take the steps before the batch.
"""

from __future__ import annotations

import enum

import attrs

from dlc.backends.orders import Order
from dlc.types import Type


class Layout(enum.Enum):
    """The order of a tensor's axes."""

    FIRST = "N, C, then space"
    LAST = "N, then the language's own order"  # always that of vectors and ids
    STEPS = "T, N, F"  # of sequences, for recurrent operators


@attrs.frozen
class Value:
    """A value of the net: the tensor that holds it, and how. `order` is that of a vector's units."""

    tensor: str
    layout: Layout
    type: Type
    order: Order = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """The value's dimensions, channels last."""
        return numbers(self.type)

    @property
    def channels(self) -> int:
        """The last dimension."""
        return self.shape[-1]

    @property
    def spatial(self) -> tuple[int, ...]:
        """All dimensions but the last."""
        return self.shape[:-1]

    @property
    def axes(self) -> tuple[int, ...]:
        """For each axis of the tensor the language's axis, from 0; -1 is the batch."""
        return axes(self.layout, len(self.shape))


def axes(layout: Layout, rank: int) -> tuple[int, ...]:
    """For each axis of a tensor of that layout the language's axis, from 0; -1 is the batch."""
    if layout is Layout.FIRST:
        return (-1, rank - 1, *range(rank - 1))
    if layout is Layout.STEPS:
        return (0, -1, *range(1, rank))
    return (-1, *range(rank))


def between(source: Layout, wanted: Layout, rank: int) -> tuple[int, ...]:
    """The permutation that turns a tensor of one layout into another: result axis i is source axis p[i]."""
    have = axes(source, rank)
    return tuple(have.index(axis) for axis in axes(wanted, rank))


def numbers(kind: Type) -> tuple[int, ...]:
    """The dimensions of a type that has been checked to be concrete."""
    if not kind.is_concrete:
        raise ValueError(f"{kind} is not concrete")
    return kind.shape  # type: ignore[return-value]
