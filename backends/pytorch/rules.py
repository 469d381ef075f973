"""The rules of all layers, gathered: importing this module fills the table."""

from dlc.backends.pytorch import (
    activation,
    conv,
    dense,
    merge,
    norm,
    pool,
    recurrent,
    scale,
    shape,
    transpose,
)
from dlc.backends.pytorch.plan import RULES

__all__ = [
    "RULES",
    "activation",
    "conv",
    "dense",
    "merge",
    "norm",
    "pool",
    "recurrent",
    "scale",
    "shape",
    "transpose",
]

RULES.refuse("opaque", reason="what the layer computes is not known")
