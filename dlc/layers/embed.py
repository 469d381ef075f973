"""Tables of vectors."""

from __future__ import annotations

from collections.abc import Sequence

from dlc.diagnostics import codes
from dlc.ir import RuleBroken
from dlc.layers.base import Layer, attribute, layer
from dlc.layers.domains import Integer
from dlc.types import HOLE, Dim, Kind, Type, compatible, product
from dlc.types.kinds import sharper


@layer("embed")
class Embed(Layer):
    """A trained vector for every id: ids[T] gives sequence[T, dim], looked up in a table of vocab rows.

    A vector is accepted, and its values are used as ids, with a warning.

        words = embed(text, vocab=20000, dim=128, length=100)

    Source: Bengio et al. 2003; Mikolov et al. 2013.
    """

    vocab: Dim = attribute(Integer(), "number of ids")
    dim: Dim = attribute(Integer(), "length of the vectors")
    length: Dim = attribute(Integer(), "number of ids in the input, where the source states it", HOLE)

    def infer(self, inputs: Sequence[Type]) -> Type:
        steps = inputs[0].shape[0]
        if not compatible(steps, self.length):
            raise RuleBroken(codes.SHAPE_RULE, f"length is {self.length}, but {inputs[0]} has {steps} steps")
        return Type(Kind.SEQUENCE, (sharper(steps, self.length), self.dim))

    def parameters(self, inputs: Sequence[Type], output: Type) -> Dim:
        return product(self.vocab, self.dim)
