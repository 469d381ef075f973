"""Statements as Python source: which variable holds which value, and the lines of each statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from dlc.backends.keras.arguments import construct
from dlc.backends.keras.classes import MERGES
from dlc.backends.keras.names import identifier
from dlc.backends.keras.naming import Naming, expression, loop_part
from dlc.backends.keras.plan import Plan, Step
from dlc.backends.keras.sharing import Common, common_layers, owners
from dlc.backends.keras.statements import Doing, Loop, Statement
from dlc.backends.python.layout import INDENT, Argument, Call, Listing, lines
from dlc.backends.python.text import literal
from dlc.backends.python.variables import PASSING, Variables
from dlc.ir import BlockCall

_COUNTERS = ("i", "j", "k")


class BodyWriter:
    """Writes the statements of one function.

    `inputs` maps values that are given to their variables, `functions` maps blocks to their functions.
    With `keeps_inputs` the variables of the inputs are needed once more at the end.
    """

    def __init__(
        self,
        naming: Naming,
        scope: str,
        inputs: Mapping[str, str],
        functions: Mapping[str, str],
        taken: Iterable[str],
        keeps_inputs: bool = False,
    ) -> None:
        self._inputs = inputs
        self._naming = naming
        self._scope = scope
        self._functions = functions
        kept = inputs.values() if keeps_inputs else ()
        self._fixed = (*taken, *functions.values(), *kept, *_COUNTERS)
        self._variables = Variables((), inputs)
        self._owners: Mapping[str, Statement] = {}
        self._objects: dict[Common, str] = {}  # variables of layer objects that are called several times

    @property
    def variables(self) -> Mapping[str, str]:
        """The variable that holds each value."""
        return self._variables.names

    def write(self, body: Sequence[Statement], outputs: Sequence[str], returns: bool) -> Iterator[str]:
        """The lines; with `returns`, the last one returns the sole output."""
        self._owners = owners(body)
        reads = (*(statement.inputs for statement in body), outputs)
        self._variables = Variables(reads, self._inputs, self._fixed)
        ends_in_output = bool(body) and outputs == (body[-1].value,)
        for position, statement in enumerate(body):
            last = returns and ends_in_output and position == len(body) - 1
            if last and not isinstance(statement.doing, Loop):
                yield from self._statement(position, statement, "return ")
                return
            yield from self._statement(position, statement, "")
        if returns:
            yield f"{INDENT}return {self.variables[outputs[0]]}"

    def _statement(self, position: int, statement: Statement, ending: str) -> Iterator[str]:
        operands = [self.variables[name] for name in statement.inputs]
        value, wanted = statement.value, identifier(statement.name)
        target = self._variables.choose(position, value, wanted, statement.inputs)
        template = self._naming.template(self._scope, statement.value)
        common = common_layers(statement, self._owners)
        if common and isinstance(statement.doing, Plan):
            yield from self._shared_objects(statement.doing, common)
            yield from self._plan(
                ending or f"{target} = ", target, statement.doing, operands, template, 1, common
            )
            return
        yield from self._doing(ending or f"{target} = ", target, statement.doing, operands, template, 1)

    def _shared_objects(self, plan: Plan, common: Mapping[int, Common]) -> Iterator[str]:
        """Lines that make the layer objects, before they are called for the first time."""
        for index, one in common.items():
            if one not in self._objects:
                self._objects[one] = self._variables.helper(f"{identifier(one.owner)}{one.ending}_layer")
                name = self._naming.template(self._scope, one.owner) + one.ending
                made = construct(plan.steps[index].layer, expression(name))
                yield from lines(f"{self._objects[one]} = ", made, 1)

    def _doing(
        self, lead: str, target: str, doing: Doing, operands: Sequence[str], template: str, depth: int
    ) -> Iterator[str]:
        """Lines that apply `doing`; the last one begins with `lead` (`x = `, or `return `)."""
        if isinstance(doing, Loop):
            yield from self._loop(target, doing, operands[0], template, depth)
        elif isinstance(doing, BlockCall):
            yield from lines(lead, self._call(doing, operands, template), depth)
        else:
            yield from self._plan(lead, target, doing, operands, template, depth)

    def _loop(self, target: str, loop: Loop, operand: str, template: str, depth: int) -> Iterator[str]:
        counter = next(c for c in (*_COUNTERS, "index") if f"{{{c}}}" not in template)
        if operand != target:
            yield f"{INDENT * depth}{target} = {operand}"
        end = loop.count + 1 if isinstance(loop.count, int) else f"{loop.count} + 1"
        yield f"{INDENT * depth}for {counter} in range(1, {end}):"
        for link in loop.links:
            inner = template + loop_part(f"{{{counter}}}", link)
            yield from self._doing(f"{target} = ", target, link.doing, [target], inner, depth + 1)

    def _call(self, call: BlockCall, operands: Sequence[str], template: str) -> Call:
        arguments = [f"{identifier(name)}={literal(value)}" for name, value in call.arguments.items()]
        return Call(self._functions[call.block], (*operands, *arguments, f"name={expression(template)}"))

    def _plan(
        self,
        lead: str,
        target: str,
        plan: Plan,
        operands: Sequence[str],
        template: str,
        depth: int,
        common: Mapping[int, Common] = MappingProxyType({}),
    ) -> Iterator[str]:
        made: list[str] = []
        for index, step in enumerate(plan.steps):
            values = [made[v] if v >= 0 else operands[-1 - v] for v in step.values]
            result = index == len(plan.steps) - 1
            variable = target if plan.is_chain or result else self._helper(target, step)
            name = f"{template}_{step.role}" if step.role else template
            called = _apply(step, values, name)
            if index in common:
                called = Call(self._objects[common[index]], (called.operands or "",))
            yield from lines(lead if result else f"{variable} = ", called, depth)
            made.append(variable)

    def _helper(self, target: str, step: Step) -> str:
        """The variable for what a helper layer gives."""
        return self._variables.helper(step.role if target in PASSING else f"{target}_{step.role}")


def _apply(step: Step, values: Sequence[str], name: str) -> Call:
    call = construct(step.layer, expression(name))
    operands: Argument = Listing(tuple(values)) if step.layer.cls in MERGES else ", ".join(values)
    return Call(call.function, call.arguments, operands)
