"""How a value of the language lies in a Caffe blob.

The language is channels-last and knows no batch; Caffe's blobs have the channels before the space, and
the batch N in front, except around its recurrent layers, where the steps come before the batch.
"""

from __future__ import annotations

import enum

import attrs

from dlc.backends.orders import Order
from dlc.types import Type


class Layout(enum.Enum):
    """The order of a blob's axes."""

    CHANNELS = "N, C, then space"  # maps, volumes; sequences as N, F, T, 1
    FLAT = "N, units"  # vectors; ids as N, T
    UNFLATTENED = "N, then any axes"  # a vector that is still the tensor it was flattened from
    ROWS = "N, T, F"  # sequences
    STEPS = "T, N, F"  # sequences for recurrent layers; ids as T, N


@attrs.frozen
class Value:
    """A value of the net: the blob that holds it, how, and what may be done with that blob.

    `maker` is the Caffe layer type that computed it (empty for inputs); `free` says that nothing else
    reads the blob, so that it may be overwritten; `zeros` are (before, after) pairs an axis that the
    following convolution has to pad.
    """

    blob: str
    layout: Layout
    type: Type
    order: Order = ()
    maker: str = ""
    free: bool = False
    zeros: tuple[tuple[int, int], ...] = ()

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

    def dims(self, batch: int) -> tuple[int, ...]:
        """The blob's dimensions for so many examples; not of what is still to be flattened."""
        shape, space = self.shape, self.spatial
        if self.layout is Layout.STEPS:
            return (shape[0], batch, *shape[1:])
        if self.layout is not Layout.CHANNELS:
            return batch, *shape
        return (batch, self.channels, *space, *((1,) if len(space) == 1 else ()))


def numbers(kind: Type) -> tuple[int, ...]:
    """The dimensions of a type that has been checked to be concrete."""
    if not kind.is_concrete:
        raise ValueError(f"{kind} is not concrete")
    return kind.shape  # type: ignore[return-value]
