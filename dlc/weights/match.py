"""Which layer of a net that was prepared for a target is which of the net that weights were read for."""

from __future__ import annotations

from collections.abc import Mapping

from dlc.backends.parameters import net_parameters
from dlc.diff import align, canonical
from dlc.ir import Module, Net
from dlc.passes.check import check
from dlc.passes.expand import ExpandBlocks
from dlc.weights.held import Weights


def same_layers(a: Net, b: Net) -> dict[str, str]:
    """For the layers of `b` that own weights those of `a`, where there are any: by name where the names of
    all agree, else by what surrounds them. Both nets are expanded and checked, and one is made of the other.
    """
    own_a, own_b = net_parameters(a), net_parameters(b)
    if all(own_a.get(name) == held for name, held in own_b.items()):
        return {name: name for name in own_b}
    found = align(canonical(Module(nets=(a,))), canonical(Module(nets=(b,))), by_name=False)
    return {
        other: name
        for name, other in found.pairs.items()
        if other in own_b and own_a.get(name) == own_b[other]
    }


def renamed(weights: Weights, layers: Mapping[str, str]) -> Weights:
    """The weights under the names of another net; `layers` says for each of its layers whose they are."""
    return {name: weights[owner] for name, owner in layers.items() if owner in weights}


def expanded(module: Module) -> Module:
    """The module with blocks written out, and types."""
    return check(ExpandBlocks().run(module).module).module
