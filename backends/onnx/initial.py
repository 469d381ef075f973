"""Initial weights, drawn from a seed: He's where a rectifier follows, else Glorot's."""

from __future__ import annotations

import zlib
from typing import Any

from dlc.backends.onnx.graph import Weight
from dlc.backends.parameters import Parameter

SEED = 0
DOC = (
    f"Weights are drawn from seed {SEED}, not trained: normal after He et al. 2015 before rectifiers, else "
    "uniform after Glorot and Bengio 2010; biases are 0."
)
_ONES = ("gamma", "variance")


def drawn(weight: Weight) -> list[Any]:
    """Arrays for the parameters of a weight, the same in every run."""
    import numpy as np

    generator = np.random.default_rng([SEED, zlib.crc32(weight.name.encode())])
    return [_drawn(generator, part, weight.rectified) for part in weight.parameters]


def _drawn(generator: Any, part: Parameter, rectified: bool) -> Any:
    import numpy as np

    if part.role == "slope":
        return np.full(part.shape, 0.25, np.float32)
    if not part.fan_in:
        fill = 1.0 if part.role in _ONES else 0.0
        return np.full(part.shape, fill, np.float32)
    if part.role == "embeddings":
        return _uniform(generator, part.shape, 0.05)
    if rectified:
        scale = np.float32((2.0 / part.fan_in) ** 0.5)
        return generator.standard_normal(part.shape, np.float32) * scale
    return _uniform(generator, part.shape, (6.0 / (part.fan_in + part.fan_out)) ** 0.5)


def _uniform(generator: Any, shape: tuple[int, ...], limit: float) -> Any:
    import numpy as np

    unit = generator.random(shape, np.float32)
    return (unit * 2 - 1) * np.float32(limit)
