"""A graph of ONNX operators before it is encoded; it needs neither onnx nor numpy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import attrs

from dlc.backends.parameters import Parameter
from dlc.backends.stored import Tensor


@attrs.frozen
class Operation:
    """An operator of the standard domain: its inputs (empty names are left out) and its one used result.

    `layer` is the layer that it belongs to. `results` are all its outputs, in order, empty where unused.
    """

    kind: str
    inputs: tuple[str, ...]
    results: tuple[str, ...]
    attributes: Mapping[str, Any]
    layer: str


@attrs.frozen
class Constant:
    """A small initialiser that is no weight; its values say whether it is of int64 or float32."""

    name: str
    values: tuple[int, ...] | tuple[float, ...]
    shape: tuple[int, ...]

    @property
    def is_whole(self) -> bool:
        """Whether it is of int64."""
        return all(isinstance(v, int) for v in self.values)


@attrs.frozen
class Fill:
    """An initialiser of one number, for a weight that ONNX wants and the layer does not have."""

    name: str
    value: float
    shape: tuple[int, ...]


@attrs.frozen
class Weight:
    """An initialiser that holds parameters of a layer.

    `tensor` says how these parameters lie in it. `rectified` says that a rectifier follows, which He's
    initialisation suits.
    """

    name: str
    layer: str
    parameters: tuple[Parameter, ...]
    tensor: Tensor
    rectified: bool = False

    @property
    def count(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.tensor.shape)
