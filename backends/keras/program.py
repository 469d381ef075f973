"""A net made ready for printing: functions for its blocks, statements, and what cannot be said."""

from __future__ import annotations

import attrs

from dlc.backends.base import Differences
from dlc.backends.keras.naming import Naming, input_names
from dlc.backends.keras.plan import Plan
from dlc.backends.keras.sharing import differing, shares_calls
from dlc.backends.keras.statements import Statement, statements
from dlc.backends.keras.survey import Survey
from dlc.backends.nets import callees_first, refuse_holes
from dlc.ir import Block, Module, Net
from dlc.passes.expand import ExpandBlocks


@attrs.frozen
class Function:
    """A block and its statements."""

    block: Block
    body: tuple[Statement, ...]


@attrs.frozen
class Program:
    """A net whose layers have plans and names; `functions` come before those that call them."""

    net: Net
    functions: tuple[Function, ...]
    body: tuple[Statement, ...]
    naming: Naming
    inputs: dict[str, str]  # the inputs' layer names

    @property
    def is_chain(self) -> bool:
        """Whether each layer takes only what the one before it gives, from the input to the output."""
        if self.functions or len(self.net.inputs) != 1 or not self.body:
            return False
        if any(s.shares is not None for s in self.body):
            return False
        values = [self.net.inputs[0].name, *(s.value for s in self.body)]
        follows = all(s.inputs == (before,) for s, before in zip(self.body, values, strict=False))
        return follows and self.net.outputs == (values[-1],) and all(map(_is_plain, self.body))


def program(module: Module, differences: Differences, as_source: bool = True) -> Program:
    """Plan and name every layer of the module's one net; `differences` gets what Keras cannot say.

    Where calls of a block need different layers, the blocks are expanded. Raises DlcError for layers that
    cannot be said, and where a number is not known.
    """
    refuse_holes(module, differences)
    survey = Survey(module, as_source)
    survey.run(module.nets[0])
    if survey.is_uneven or shares_calls(module):
        return program(ExpandBlocks().run(module).module, differences, as_source)
    _report(survey, differences)
    made = _assemble(module, survey)
    for scope, body in ((f.block.name, f.body) for f in made.functions):
        _report_sharing(scope, body, survey, differences)
    _report_sharing("", made.body, survey, differences)
    differences.finish()
    return made


def _assemble(module: Module, survey: Survey) -> Program:
    net = module.nets[0]
    naming = Naming()
    functions: list[Function] = []
    for block in callees_first(module, net):
        body = statements(block.name, block.body, (block.output,), survey.plans)
        naming.name_block(block.name, body, block.output)
        functions.append(Function(block, body))
    body = statements("", net.body, net.outputs, survey.plans)
    inputs = input_names(i.name for i in net.inputs)
    naming.name_net(body, inputs.values())
    return Program(net, tuple(functions), body, naming, inputs)


def _report(survey: Survey, differences: Differences) -> None:
    for key, plan in survey.plans.items():
        node = survey.nodes[key]
        if plan.cannot is not None:
            differences.cannot(node, plan.cannot)
        for how in plan.differs:
            differences.differs(node, how)
    differences.finish()


def _report_sharing(
    scope: str, body: tuple[Statement, ...], survey: Survey, differences: Differences
) -> None:
    for statement, why in differing(body):
        differences.cannot(survey.nodes[scope, statement.value, ()], why)


def _is_plain(statement: Statement) -> bool:
    return isinstance(statement.doing, Plan) and statement.doing.is_chain
