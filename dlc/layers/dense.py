"""Fully connected layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlc.layers.base import Layer, attribute, counted, layer
from dlc.layers.domains import Flag, Integer
from dlc.types import Dim, Kind, Type, product, total


@layer("dense")
class Dense(Layer):
    """Every unit is a weighted sum of all values: y = W x + b.

    Ids are taken as the numbers that they are: ids[T] as T values.

        fc6 = dense(features, units=4096)

    Source: Rosenblatt 1958; Rumelhart et al. 1986.
    """

    units: Dim = attribute(Integer(), "number of results")
    bias: Any = attribute(Flag(), "whether a number a unit is added", True)

    def infer(self, inputs: Sequence[Type]) -> Type:
        return Type(Kind.VECTOR, (self.units,))

    def parameters(self, inputs: Sequence[Type], output: Type) -> Dim:
        return total(product(*inputs[0].shape, self.units), counted(self.bias, self.units))

    def multiply_adds(self, inputs: Sequence[Type], output: Type) -> Dim:
        return product(*inputs[0].shape, self.units)
