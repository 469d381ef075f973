"""The backend that writes PyTorch source."""

from __future__ import annotations

from dlc.backends.base import Backend, Cell, Differences, EmitOptions, Emitted, EmittedFile, head_lines
from dlc.backends.pytorch.program import Program, program
from dlc.backends.pytorch.rules import RULES
from dlc.backends.pytorch.source import source
from dlc.ir import Module

VERSIONS = "Runs on PyTorch 2.2 or later."
FLATTENED = (
    "Flattened maps are in the order (C, H, W): so are the weights of dense layers after them, which "
    "`dlc convert` puts in that order where they come from a channels-last framework."
)


class PyTorchBackend(Backend):
    """Writes one Python file a net, with a class for the net and one for each of its blocks."""

    name = "pytorch"
    title = "PyTorch 2 source code: an nn.Module, with blocks as modules"
    keeps_blocks = True

    def emit(self, module: Module, options: EmitOptions) -> Emitted:
        differences = Differences("PyTorch", options.approximate)
        made = program(module, differences)
        found = differences.finish()
        head = [*head_lines(f"Network {module.nets[0].name}", options, found), VERSIONS]
        head += [FLATTENED] if _permutes(made) else []
        return Emitted((EmittedFile(".py", source(made, head)),), found)

    def cells(self) -> dict[str, Cell]:
        return RULES.cells()


def _permutes(made: Program) -> bool:
    """Whether weights stand in another order than in channels-last frameworks because of a flatten."""
    steps = (step for instance in made.survey.instances for step in instance.plan.steps)
    weights = (weight for step in steps for module in step.modules for weight in module.weights)
    return any(weight.order for weight in weights)
