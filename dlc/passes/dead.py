"""Removing what no output depends on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import attrs

from dlc.ir import Module, Node
from dlc.passes.base import Pass, PassResult, over_bodies
from dlc.passes.sharing import with_owners
from dlc.passes.structure import live_names


@attrs.frozen
class RemoveDead(Pass):
    """Remove the layers that reach no output, of a net or of a block. Inputs stay: they are the interface.

    Where the owner of weights that others share goes, the first of these owns them.

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
        return over_bodies(module, lambda _: _live)


def _live(body: Sequence[Node], kept: frozenset[str]) -> list[Node]:
    live = live_names(body, kept)
    return with_owners([node for node in body if node.name in live])
