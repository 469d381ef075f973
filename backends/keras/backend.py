"""The backend that writes Keras source."""

from __future__ import annotations

from dlc.backends.base import Backend, Cell, Differences, EmitOptions, Emitted, EmittedFile, head_lines
from dlc.backends.keras.program import program
from dlc.backends.keras.rules import RULES
from dlc.backends.keras.source import source
from dlc.ir import Module

VERSIONS = "Runs on Keras 3 and on tf.keras 2.11 or later."


class KerasBackend(Backend):
    """Writes one Python file a net, with a function `build_<net>()` that makes the model."""

    name = "keras"
    title = "Keras 3 source code, which tf.keras 2.11 and later run too"
    keeps_blocks = True

    def emit(self, module: Module, options: EmitOptions) -> Emitted:
        differences = Differences("Keras", options.approximate)
        made = program(module, differences)
        found = differences.finish()
        head = [*head_lines(f"Network {module.nets[0].name}", options, found), VERSIONS]
        return Emitted((EmittedFile(".py", source(made, head)),), found)

    def cells(self) -> dict[str, Cell]:
        return RULES.cells()
