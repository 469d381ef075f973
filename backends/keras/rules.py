"""The rules of all layers, gathered: importing this module fills the table."""

from dlc.backends.keras import activation, conv, merge, pool, recurrent, scale, shape, transpose, weights
from dlc.backends.keras.plan import RULES

__all__ = [
    "RULES",
    "activation",
    "conv",
    "merge",
    "pool",
    "recurrent",
    "scale",
    "shape",
    "transpose",
    "weights",
]

RULES.refuse("opaque", reason="what the layer computes is not known")
