"""Kinds, dimensions and types of the values of a network."""

from dlc.types.dims import (
    HOLE,
    Dim,
    Expr,
    Hole,
    Number,
    ceil_div,
    compatible,
    floor_div,
    known,
    product,
    symbol,
    total,
)
from dlc.types.kinds import AXES, Kind, Type, fits, image, meet, sequence, vector
from dlc.types.signature import Signature, signatures

__all__ = [
    "AXES",
    "HOLE",
    "Dim",
    "Expr",
    "Hole",
    "Kind",
    "Number",
    "Signature",
    "Type",
    "ceil_div",
    "compatible",
    "fits",
    "floor_div",
    "image",
    "known",
    "meet",
    "product",
    "sequence",
    "signatures",
    "symbol",
    "total",
    "vector",
]
