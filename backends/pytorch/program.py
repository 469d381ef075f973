"""A net made ready for printing: classes for its blocks and itself, and what cannot be said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from dlc.backends.base import Differences
from dlc.backends.nets import callees_first, refuse_holes
from dlc.backends.python.names import Namer
from dlc.backends.pytorch.custom import CUSTOM
from dlc.backends.pytorch.members import does_same, entries
from dlc.backends.pytorch.names import MODULES, class_name, variable_name
from dlc.backends.pytorch.parts import Body, body
from dlc.backends.pytorch.plan import Plan
from dlc.backends.pytorch.statements import Link, Loop, Statement, statements
from dlc.backends.pytorch.survey import CallPlan, Survey, channel_names
from dlc.ir import Block, Module, Net, Op, Parameter
from dlc.passes.check import check
from dlc.passes.expand import ExpandBlocks
from dlc.types import Expr


@attrs.frozen
class Class:
    """A block, or the net (`block` is None), as a class; `channels` are its parameters for the channels of
    its inputs, `parameters` those of the block, as far as anything uses them."""

    name: str
    block: Block | None
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    body: Body
    channels: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()

    @property
    def used(self) -> frozenset[str]:
        """The names of all its parameters."""
        return frozenset((*self.channels, *(p.name for p in self.parameters)))


@attrs.frozen
class Program:
    """A net whose layers have plans and members; `classes` come before those that use them, the net's last."""

    net: Net
    module: Module
    survey: Survey
    classes: tuple[Class, ...]

    @property
    def by_scope(self) -> dict[str, Class]:
        """The classes by block, the net's under ""."""
        return {c.block.name if c.block is not None else "": c for c in self.classes}


def program(module: Module, differences: Differences) -> Program:
    """Plan every layer of the module's one net; `differences` gets what PyTorch cannot say.

    Where calls of a block need different modules, the blocks are expanded. Raises DlcError for layers that
    cannot be said, and where a number is not known.
    """
    refuse_holes(module, differences)
    survey = Survey(module)
    net = module.nets[0]
    survey.run(net)
    bodies = None if survey.is_uneven else _bodies(module, survey)
    if bodies is None:
        return program(check(ExpandBlocks().run(module).module).module, differences)
    _report(survey, differences)
    return _assemble(module, survey, bodies)


def _bodies(module: Module, survey: Survey) -> dict[str, tuple[Statement, ...]] | None:
    """The statements of each block, and of the net under ""; None where blocks cannot be classes."""
    net = module.nets[0]
    blocks = callees_first(module, net)
    made = {b.name: statements(b.name, b.body, (b.output,), survey) for b in blocks}
    made[""] = statements("", net.body, net.outputs, survey)
    named = all(variable_name(p.name) == p.name for b in blocks for p in b.parameters)
    flat = all(isinstance(node.op, Op) for node in net.body)
    return made if flat or (named and all(map(_is_sayable, made.values()))) else None


def _is_sayable(made: Sequence[Statement]) -> bool:
    """Whether loops can be chains, functions have no block's parameters that only a module keeps, and calls
    that share weights are of one module."""
    by_value = {s.value: s for s in made}
    for statement in made:
        doing = statement.link.doing
        if isinstance(doing, Plan):
            fine = all(step.modules or not step.is_symbolic for step in doing.steps)
        else:
            fine = does_same(by_value[statement.owner].link, statement.link)
        if not fine or (isinstance(doing, Loop) and entries(statement.link) is None):
            return False
    return True


def _report(survey: Survey, differences: Differences) -> None:
    for key, plan in survey.plans.items():
        if isinstance(plan, Plan):
            node = survey.nodes[key]
            if plan.cannot is not None:
                differences.cannot(node, plan.cannot)
            for how in plan.differs:
                differences.differs(node, how)
    differences.finish()


def _assemble(module: Module, survey: Survey, bodies: dict[str, tuple[Statement, ...]]) -> Program:
    net = module.nets[0]
    namer = Namer((*MODULES, *CUSTOM))
    own = namer.unique(class_name(net.name))
    made: dict[str, Class] = {}
    for block in callees_first(module, net):
        parts = body(bodies[block.name], block.inputs, (block.output,))
        used = {name for s in bodies[block.name] for name in _used(s.link, made)}
        made[block.name] = Class(
            namer.unique(class_name(block.name)),
            block,
            block.inputs,
            (block.output,),
            parts,
            tuple(name for name in channel_names(block).values() if name in used),
            tuple(p for p in block.parameters if p.name in used),
        )
    inputs = tuple(given.name for given in net.inputs)
    whole = Class(own, None, inputs, net.outputs, body(bodies[""], inputs, net.outputs, survey.turned))
    return Program(net, module, survey, (*made.values(), whole))


def _used(link: Link, classes: dict[str, Class]) -> Iterator[str]:
    """The parameters that a link's modules are made with."""
    doing = link.doing
    if isinstance(doing, Plan):
        for step in doing.steps:
            for made in step.modules:
                yield from _symbols((made.positional, tuple(made.named.values())))
    elif isinstance(doing, CallPlan):
        used = classes[doing.block].used
        yield from _symbols(tuple(v for k, v in doing.arguments.items() if k in used))
    else:
        yield from _symbols(doing.count)
        for inner in (*doing.first, *doing.links):
            yield from _used(inner, classes)


def _symbols(value: Any) -> Iterator[str]:
    if isinstance(value, tuple):
        for inner in value:
            yield from _symbols(inner)
    elif isinstance(value, Expr):
        yield from value.symbols()
    elif hasattr(value, "positional"):
        yield from _symbols((value.positional, tuple(value.named.values())))
