"""Random inputs and weights, the same from the same seed."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

from dlc.backends.parameters import Parameter, net_parameters
from dlc.ir import Net
from dlc.types import Kind
from dlc.weights.held import Array, Weights


def inputs(net: Net, count: int, seed: int) -> list[Array]:
    """A batch for every input, in the language's layout: normal numbers, or ids that every table has."""
    import numpy as np

    rng = np.random.default_rng(seed)
    layers: list[Any] = [node.layer for node in net.body]
    most = min((op.vocab for op in layers if op.op_name == "embed"), default=9)
    made: list[Array] = []
    for given in net.inputs:
        shape: Sequence[Any] = (count, *given.type.shape)
        ids = given.type.kind is Kind.IDS
        made.append(rng.integers(0, most, shape) if ids else rng.standard_normal(shape).astype(np.float32))
    return made


def weights(net: Net, seed: int) -> Weights:
    """Weights for every layer, such that values neither vanish nor grow; a layer's do not depend on others."""
    import numpy as np

    made: Weights = {}
    for name, held in net_parameters(net).items():
        rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
        made[name] = {p.role: _drawn(rng, p).astype(np.float32) for p in held}
    return made


def _drawn(rng: Any, parameter: Parameter) -> Array:
    if parameter.role == "variance":
        return rng.uniform(0.5, 1.5, parameter.shape)
    if parameter.fan_in:
        return rng.standard_normal(parameter.shape, "float32") / parameter.fan_in**0.5
    middle = 1.0 if parameter.role == "gamma" else 0.0
    return rng.normal(middle, 0.1, parameter.shape)
