"""How parameters lie in ONNX initialisers: each arrangement goes both ways.

An arrangement takes arrays in the language's layout (`dlc.backends.parameters`) to the array of an
initialiser, and back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import attrs

from dlc.backends.orders import Order, places
from dlc.backends.parameters import Parameter

Array = Any  # a numpy array


class Arrangement(Protocol):
    """From parameters to an initialiser, and back."""

    @property
    def doc(self) -> str:
        """The initialiser's axes, for people."""

    def arranged(self, arrays: Sequence[Array]) -> Array:
        """The initialiser's array."""

    def taken_apart(self, array: Array) -> list[Array]:
        """The parameters' arrays."""

    def count(self, parts: Sequence[Parameter]) -> int:
        """How many numbers the initialiser holds."""


def _total(parts: Sequence[Parameter]) -> int:
    return sum(math.prod(part.shape) for part in parts)


@attrs.frozen
class AsItIs:
    """One parameter, seen in another shape where one is given."""

    shape: tuple[int, ...] | None = None
    was: tuple[int, ...] | None = None
    doc: str = "as in the language"

    def arranged(self, arrays: Sequence[Array]) -> Array:
        return arrays[0] if self.shape is None else arrays[0].reshape(self.shape)

    def taken_apart(self, array: Array) -> list[Array]:
        return [array if self.was is None else array.reshape(self.was)]

    def count(self, parts: Sequence[Parameter]) -> int:
        return _total(parts)


@attrs.frozen
class FiltersFirst:
    """A kernel (*window, a, b) as (b, a, *window): Conv's (filters, C / groups, *window), and
    ConvTranspose's (C, filters / groups, *window)."""

    doc: str = "outputs, inputs / groups, *window"

    def arranged(self, arrays: Sequence[Array]) -> Array:
        (kernel,) = arrays
        rank = kernel.ndim
        return kernel.transpose(rank - 1, rank - 2, *range(rank - 2))

    def taken_apart(self, array: Array) -> list[Array]:
        return [array.transpose(*range(2, array.ndim), 1, 0)]

    def count(self, parts: Sequence[Parameter]) -> int:
        return _total(parts)


@attrs.frozen
class Depthwise:
    """A kernel (*window, C, multiplier) as Conv's (C * multiplier, 1, *window)."""

    multiplier: int
    doc: str = "C * multiplier, 1, *window"

    def arranged(self, arrays: Sequence[Array]) -> Array:
        (kernel,) = arrays
        *window, _, _ = kernel.shape
        return kernel.reshape(*window, 1, -1).transpose(len(window) + 1, len(window), *range(len(window)))

    def taken_apart(self, array: Array) -> list[Array]:
        window = array.shape[2:]
        return [array.transpose(*range(2, array.ndim), 1, 0).reshape(*window, -1, self.multiplier)]

    def count(self, parts: Sequence[Parameter]) -> int:
        return _total(parts)


@attrs.frozen
class UnitsFirst:
    """A kernel (inputs, units) as (units, inputs), the inputs in the order of a tensor that was flattened
    channels first."""

    order: Order = ()

    @property
    def doc(self) -> str:
        """The axes, and the order of the inputs."""
        return f"units, inputs{' in the order (C, H, W)' if self.order else ''}"

    def arranged(self, arrays: Sequence[Array]) -> Array:
        (kernel,) = arrays
        return (kernel[places(self.order)] if self.order else kernel).T

    def taken_apart(self, array: Array) -> list[Array]:
        if not self.order:
            return [array.T]
        kernel = array.T.copy()
        kernel[places(self.order)] = array.T
        return [kernel]

    def count(self, parts: Sequence[Parameter]) -> int:
        return _total(parts)


@attrs.frozen
class Gates:
    """Kernels (inputs, gates * units), one a direction, as (directions, gates * units, inputs); `gates` are
    the language's gates in the order of ONNX."""

    gates: tuple[int, ...]
    doc: str = "directions, gates * units, inputs"

    def arranged(self, arrays: Sequence[Array]) -> Array:
        import numpy as np

        return np.stack([_turned(kernel, self.gates).T for kernel in arrays])

    def taken_apart(self, array: Array) -> list[Array]:
        return [_turned(kernel.T, _inverse(self.gates)) for kernel in array]

    def count(self, parts: Sequence[Parameter]) -> int:
        return _total(parts)


@attrs.frozen
class GateBiases:
    """Biases, one a direction, as (directions, 2 * gates * units): those of the input, then those of the
    state. Where a layer has but one, the second is 0; `double` says that it has both."""

    gates: tuple[int, ...]
    double: bool = False
    doc: str = "directions, 2 * gates * units"

    def arranged(self, arrays: Sequence[Array]) -> Array:
        import numpy as np

        rows = []
        for bias in arrays:
            first, second = bias if self.double else (bias, np.zeros_like(bias))
            rows.append(np.concatenate([_turned(first, self.gates), _turned(second, self.gates)]))
        return np.stack(rows)

    def taken_apart(self, array: Array) -> list[Array]:
        import numpy as np

        back = _inverse(self.gates)
        found = []
        for row in array:
            first, second = (_turned(half, back) for half in np.split(row, 2))
            found.append(np.stack([first, second]) if self.double else first + second)
        return found

    def count(self, parts: Sequence[Parameter]) -> int:
        return _total(parts) * (1 if self.double else 2)


def _turned(array: Array, gates: tuple[int, ...]) -> Array:
    """The last axis, whose parts are gates, with the gates in another order."""
    import numpy as np

    parts = np.split(array, len(gates), axis=-1)
    return np.concatenate([parts[gate] for gate in gates], axis=-1)


def _inverse(gates: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(gates.index(i) for i in range(len(gates)))
