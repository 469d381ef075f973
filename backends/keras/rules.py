"""The rules of all layers, gathered: importing this module fills the table."""

from dlc.backends.keras import (
    activation,
    conv,
    kept,
    merge,
    pool,
    recurrent,
    scale,
    shape,
    transpose,
    weights,
)
from dlc.backends.keras.plan import RULES

__all__ = [
    "RULES",
    "activation",
    "conv",
    "kept",
    "merge",
    "pool",
    "recurrent",
    "scale",
    "shape",
    "transpose",
    "weights",
]
