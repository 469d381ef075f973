"""The lines of `forward`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dlc.backends.python.layout import INDENT, WIDTH, Argument, Call, Infix, Listing, flat, lines
from dlc.backends.python.text import literal
from dlc.backends.python.variables import Variables
from dlc.backends.pytorch.defaults import stated
from dlc.backends.pytorch.names import variable_name
from dlc.backends.pytorch.parts import Part
from dlc.backends.pytorch.plan import Form, Plan, Step
from dlc.backends.pytorch.program import Class

_NESTED = 3  # calls within calls
_DEPTH = 2  # of lines in a method


class BodyWriter:
    """Writes one `forward`; `taken` are names that mean something else there."""

    def __init__(self, made: Class, taken: Sequence[str]) -> None:
        self._class = made
        self._parts = made.body.parts
        reads = [list(part.first.inputs) for part in self._parts]
        given = {name: variable_name(name) for name in made.inputs}
        self._variables = Variables([*reads, list(made.outputs)], given, ("self", *taken))
        self._pending: dict[str, Argument] = {}  # values whose expressions stand in the next line

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of the inputs."""
        return tuple(self._variables.names[name] for name in self._class.inputs)

    def write(self) -> Iterator[str]:
        """The lines, the last one of which returns the outputs."""
        for position, part in enumerate(self._parts):
            yield from self._part(position, part)
        results = [self._result(name) for name in self._class.outputs]
        together = ", ".join(map(flat, results))
        if len(results) == 1:
            yield from lines("return ", results[0], _DEPTH)
        elif len(whole := f"{INDENT * _DEPTH}return {together}") <= WIDTH:
            yield whole
        else:
            yield from lines("return ", Call("", tuple(results), open=True), _DEPTH)

    def _result(self, name: str) -> Argument:
        operand = self._operand(name)
        if name not in self._class.body.turned:
            return operand
        return Call(f"{flat(_closed(operand))}.transpose", ("1", "2"))

    def _operand(self, name: str) -> Argument:
        return self._pending.pop(name, None) or self._variables.names[name]

    def _part(self, position: int, part: Part) -> Iterator[str]:
        operands = [self._operand(name) for name in dict.fromkeys(part.first.inputs)]
        by_name = dict(zip(dict.fromkeys(part.first.inputs), operands, strict=True))
        given = [by_name[name] for name in part.first.inputs]
        doing = part.first.link.doing
        if part.member is not None or not isinstance(doing, Plan):
            yield from self._member(position, part, given)
            return
        if not doing.steps:
            self._alias(part, given[0])
            return
        yield from self._plan(position, part, doing, given)

    def _member(self, position: int, part: Part, given: Sequence[Argument]) -> Iterator[str]:
        """One member, called on what the steps before it make."""
        doing = part.first.link.doing
        steps = doing.steps[: part.leading] if isinstance(doing, Plan) else ()
        for step in steps:
            given = [_function(step, given)]
            if not _nests(given[0]):
                variable = self._chosen(position, part)
                yield from lines(f"{variable} = ", given[0], _DEPTH)
                given = [variable]
        yield from self._settled(position, part, Call(f"self.{part.member}", tuple(given)), "{}")

    def _alias(self, part: Part, operand: Argument) -> None:
        """A layer that does nothing: another name of its input."""
        if isinstance(operand, str):
            self._variables.hold(part.value, operand)
        else:
            self._pending[part.value] = operand

    def _plan(self, position: int, part: Part, plan: Plan, given: Sequence[Argument]) -> Iterator[str]:
        made: list[Argument] = []
        for index, step in enumerate(plan.steps):
            values = [made[v] if v >= 0 else given[-1 - v] for v in step.values]
            member = part.steps.get(index)
            expression = _module(member, values, step) if member else _function(step, values)
            if index == len(plan.steps) - 1:
                yield from self._settled(position, part, expression, step.target)
                return
            if step.target == "{}" and _nests(expression):
                made.append(expression)
                continue
            chained = all(s.values == (i - 1,) for i, s in enumerate(plan.steps))
            if step.target != "{}":
                variable = self._variables.helper("state")
            elif chained:
                variable = self._chosen(position, part)
            else:
                variable = self._variables.helper("y")
            yield from lines(f"{step.target.format(variable)} = ", expression, _DEPTH)
            made.append(variable)

    def _chosen(self, position: int, part: Part) -> str:
        if part.value not in self._variables.names:
            self._variables.choose(position, part.value, variable_name(part.value), part.first.inputs)
        return self._variables.names[part.value]

    def _settled(self, position: int, part: Part, expression: Argument, target: str) -> Iterator[str]:
        """The line that gives a part's value to a variable; none where the next one takes it in itself."""
        if target == "{}" and self._goes_into_next(position, part, expression):
            self._pending[part.value] = expression
            return
        variable = self._chosen(position, part)
        yield from lines(f"{target.format(variable)} = ", expression, _DEPTH)

    def _goes_into_next(self, position: int, part: Part, expression: Argument) -> bool:
        known = part.value in self._variables.names or part.value in self._class.body.turned
        if known or not self._variables.is_sole(position, part.value):
            return False
        if position + 1 == len(self._parts):
            whole = f"{INDENT * _DEPTH}return {flat(expression)}"
            return len(self._class.outputs) == 1 and len(whole) <= WIDTH
        after = self._parts[position + 1]
        doing = after.first.link.doing
        if after.member is not None or not isinstance(doing, Plan) or len(after.first.inputs) != 1:
            return False
        if len(doing.steps) != 1 or not doing.steps[0].wraps or after.steps:
            return False
        return not _is_wrapped(expression) and _nests(_function(doing.steps[0], [expression]))


def _is_wrapped(expression: Argument) -> bool:
    """Whether an expression is an activation already."""
    return isinstance(expression, Call) and expression.function.startswith(("F.", "torch."))


def _nests(expression: Argument) -> bool:
    """Whether an expression may stand within another one."""
    return len(flat(expression)) <= WIDTH - 4 * len(INDENT) and _nesting(expression) <= _NESTED


def _nesting(part: Argument) -> int:
    if isinstance(part, Call):
        return 1 + max(map(_nesting, part.arguments), default=0)
    if isinstance(part, Infix | Listing):
        return max(map(_nesting, part.items), default=0)
    return 0


def _module(member: str, values: Sequence[Argument], step: Step) -> Call:
    return Call(f"self.{member}", (*values, *step.extra))


def _function(step: Step, values: Sequence[Argument]) -> Argument:
    function = step.function
    assert function is not None, "what holds weights is a member"
    more = [literal(value) for value in function.positional]
    named = stated(function.name, function.named, function.positional)
    more += [f"{name}={literal(value)}" for name, value in named.items()]
    first, *rest = values
    if function.form is Form.INFIX:
        return Infix(function.name, tuple(_closed(value) for value in (*values, *more)))
    if function.form is Form.LINEAR:
        return _linear(_closed(first), *function.positional)
    if function.form is Form.METHOD:
        return Call(f"{flat(_closed(first))}.{function.name}", tuple(more))
    if function.form is Form.INDEX:
        return f"{flat(_closed(first))}[{function.name}]"
    leading = [literal(value) for value in function.leading]
    if function.form is Form.LIST:
        return Call(function.name, (Listing(tuple(values)), *more))
    return Call(function.name, (*leading, first, *rest, *more))


def _linear(value: Argument, scale: float, offset: float) -> Argument:
    """`value * scale + offset`, without what changes nothing."""
    product = value if scale == 1 and offset != 0 else Infix("*", (value, literal(scale)))
    if offset == 0:
        return product
    return Infix("-" if offset < 0 else "+", (product, literal(abs(offset))))


def _closed(value: Argument) -> Argument:
    """In parentheses where an operator or a method after it would take only a part."""
    return f"({flat(value)})" if isinstance(value, Infix) else value
