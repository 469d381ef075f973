"""Attention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from dlc.diagnostics import codes
from dlc.ir import RuleBroken
from dlc.layers.base import Layer, attribute, layer
from dlc.layers.domains import Integer
from dlc.types import Dim, Kind, Type, compatible, product, total


@layer("attention")
class Attention(Layer):
    """Multi-head scaled dot-product attention.

    Queries, keys and values are projected to `dim` values each, which the heads share equally; a head
    gives softmax(Q K' / sqrt(dim / heads)) V; the heads' results, joined, are projected to `dim` again.
    All four projections have a bias. One input attends to itself; of two, the first asks and the second
    gives keys and values; three are queries, keys and values. The result has the queries' steps.

        mixed = attention(words, heads=8, dim=512)

    Source: Vaswani et al. 2017.
    """

    least: ClassVar[int] = 1
    most: ClassVar[int | None] = 3
    heads: Dim = attribute(Integer(), "number of heads")
    dim: Dim = attribute(Integer(), "width of the result, shared by the heads")

    def infer(self, inputs: Sequence[Type]) -> Type:
        queries, keys, values = _roles(inputs)
        if isinstance(self.heads, int) and isinstance(self.dim, int) and self.dim % self.heads:
            raise RuleBroken(codes.SHAPE_RULE, f"dim {self.dim} does not divide into {self.heads} heads")
        if not compatible(keys.shape[0], values.shape[0]):
            message = f"there are {keys.shape[0]} keys, but {values.shape[0]} values"
            raise RuleBroken(codes.INPUTS_DISAGREE, message)
        return Type(Kind.SEQUENCE, (queries.shape[0], self.dim))

    def parameters(self, inputs: Sequence[Type], output: Type) -> Dim:
        widths = total(*(t.channels for t in _roles(inputs)), self.dim, 4)
        return product(widths, self.dim)

    def multiply_adds(self, inputs: Sequence[Type], output: Type) -> Dim:
        queries, keys, values = _roles(inputs)
        projections = [product(t.shape[0], t.channels, self.dim) for t in (queries, keys, values)]
        scores = product(2, queries.shape[0], keys.shape[0], self.dim)
        return total(*projections, scores, product(queries.shape[0], self.dim, self.dim))


def _roles(inputs: Sequence[Type]) -> tuple[Type, Type, Type]:
    """Queries, keys and values."""
    if len(inputs) == 3:
        return inputs[0], inputs[1], inputs[2]
    return inputs[0], inputs[-1], inputs[-1]
