"""Target `dlnet`: the canonical text of the language itself."""

from __future__ import annotations

from dlc.backends.base import Backend, Cell, EmitOptions, Emitted, EmittedFile, Support
from dlc.ir import Module
from dlc.layers import REGISTRY
from dlc.syntax import print_module


class DlnetBackend(Backend):
    """Prints the module; every layer, hole, block and origin is kept."""

    name = "dlnet"
    title = "dlc's own typed language, canonical form"
    keeps_holes = True
    keeps_blocks = True
    whole_module = True

    def emit(self, module: Module, options: EmitOptions) -> Emitted:
        return Emitted((EmittedFile(".dlnet", print_module(module)),))

    def cells(self) -> dict[str, Cell]:
        return dict.fromkeys(REGISTRY, Cell(Support.EXACT))
