"""Loads every layer of the catalogue; the order of these imports is the catalogue's."""

# isort: off
from dlc.layers import conv
from dlc.layers import transpose
from dlc.layers import depthwise
from dlc.layers import pool
from dlc.layers import resize
from dlc.layers import dense
from dlc.layers import shape
from dlc.layers import embed
from dlc.layers import recurrent
from dlc.layers import attention
from dlc.layers import activation
from dlc.layers import norm
from dlc.layers import noise
from dlc.layers import merge
from dlc.layers import opaque
# isort: on

__all__ = [
    "activation",
    "attention",
    "conv",
    "dense",
    "depthwise",
    "embed",
    "merge",
    "noise",
    "norm",
    "opaque",
    "pool",
    "recurrent",
    "resize",
    "shape",
    "transpose",
]
