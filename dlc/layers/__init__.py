"""The layer catalogue: one class a layer, the single source of truth about it."""

from dlc.layers import catalogue
from dlc.layers.base import (
    REGISTRY,
    REQUIRED,
    Attribute,
    AttributeProblem,
    CannotBuild,
    Layer,
    attribute,
    build,
    layer,
)
from dlc.layers.domains import Domain, OutsideDomain
from dlc.layers.names import called_here, nearest

__all__ = [
    "REGISTRY",
    "REQUIRED",
    "Attribute",
    "AttributeProblem",
    "CannotBuild",
    "Domain",
    "Layer",
    "OutsideDomain",
    "attribute",
    "build",
    "called_here",
    "catalogue",
    "layer",
    "nearest",
]
