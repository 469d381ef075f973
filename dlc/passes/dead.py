"""Removing what no output depends on."""

from __future__ import annotations

from typing import ClassVar

import attrs

from dlc.ir import Module, Net
from dlc.passes.base import Pass, PassResult, over_nets
from dlc.passes.structure import live_names


@attrs.frozen
class RemoveDead(Pass):
    """Remove the layers that reach no output. Inputs stay: they are the net's interface.

    Before:

        i = input map[8, 8, 3]
        a = relu(i)
        unused = tanh(i)
        output a

    After:

        i = input map[8, 8, 3]
        a = relu(i)
        output a
    """

    name: ClassVar[str] = "remove-dead"

    def run(self, module: Module) -> PassResult:
        return over_nets(module, _live)


def _live(net: Net) -> Net:
    live = live_names(net.body, net.outputs)
    return attrs.evolve(net, body=tuple(node for node in net.body if node.name in live))
