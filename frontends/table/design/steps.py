"""Strides of parts: where a stage's stride goes, and that a repetition does not reduce again."""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs

from dlc.frontends.table.design.layers import stated_stride
from dlc.frontends.table.design.parts import CONVS, POOLS, Layer, Part, Stack, layers_of

Steps = int | tuple[int, ...]  # a stride, for all axes or for each


def stepping(part: Layer, stride: Steps) -> Layer:
    """A first layer with the stride that its stage is said to have, where it states none."""
    return part.given(stride=stride) if part.op in CONVS | POOLS and "stride" not in part.attributes else part


def unstrided(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Parts of a further repetition: what reduces, reduces once."""
    made: list[Part] = []
    for part in parts:
        if isinstance(part, Layer):
            made.append(unstrided_layer(part))
        elif isinstance(part, Stack):
            made.append(attrs.evolve(part, parts=unstrided(part.parts)))
        else:
            made.append(attrs.evolve(part, chains=tuple(unstrided(c) for c in part.chains)))
    return tuple(made)


def unstrided_layer(layer: Layer) -> Layer:
    """A layer of a further repetition; a pooling keeps its stride."""
    stated = layer.attributes.get("stride")
    if stated in (None, 1, (1, 1)) or layer.op in POOLS:
        return layer
    return layer.set(stride=1)


def total_stride(parts: Sequence[Part]) -> int:
    """The product of the strides that the layers of parts state."""
    return math.prod(stated_stride(layer) or 1 for layer in layers_of(tuple(parts)))
