"""What a catalogue layer becomes in Keras: a plan, that is, one Keras layer or a few of them.

A rule is asked about one layer with the types of its inputs, and puts Keras layers one after another;
the last one gives the result. Source code and JSON are both written from plans.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from dlc.backends.base import Rules
from dlc.layers.bind import Bindings, bind_value
from dlc.types import Expr, Type


@attrs.frozen
class KerasLayer:
    """A Keras layer with the arguments that a rule states, by their Keras 3 names."""

    cls: str
    arguments: Mapping[str, Any]

    def bound(self, bindings: Bindings) -> KerasLayer:
        """The same layer with block parameters replaced by their values."""
        return KerasLayer(self.cls, {k: _bound(v, bindings) for k, v in self.arguments.items()})


@attrs.frozen
class Brought:
    """A function as an argument, of those that a file brings along (`dlc.backends.keras.custom`)."""

    name: str


@attrs.frozen
class Step:
    """A layer applied to values: steps of the plan count from 0, inputs of the node are -1, -2, ...

    `role` ends the name of a helper layer (`conv1_pad`); the last step, which gives the result, has none.
    """

    layer: KerasLayer
    values: tuple[int, ...]
    role: str = ""


@attrs.frozen
class Plan:
    """The steps, where the result differs from the layer's definition, and why there are none."""

    steps: tuple[Step, ...]
    differs: tuple[str, ...] = ()
    cannot: str | None = None

    @property
    def is_chain(self) -> bool:
        """Whether every step reads only the one before it, and the first one only the first input."""
        return all(step.values == (i - 1,) for i, step in enumerate(self.steps))

    def bound(self, bindings: Bindings) -> Plan:
        """The same plan with block parameters replaced by their values."""
        steps = tuple(attrs.evolve(s, layer=s.layer.bound(bindings)) for s in self.steps)
        return attrs.evolve(self, steps=steps)


class Refused(Exception):
    """A rule found that Keras has no rendering; the message says why."""


@attrs.define
class Ask:
    """What a rule is asked, and what it answers.

    `non_negative` says of every input whether its values are known to be 0 or more; `as_source`,
    whether the answer is for source code, which may bring classes along and also runs on Keras 2, and not
    for the JSON of a built Keras 3 model; `literal`, whether numbers must stay as they are stated, because
    one line stands for layers of several sizes.
    """

    layer: Any  # the catalogue layer; rules read its attributes
    inputs: tuple[Type, ...]
    output: Type
    non_negative: tuple[bool, ...] = ()
    as_source: bool = True
    literal: bool = False
    steps: list[Step] = attrs.field(factory=list)
    different: list[str] = attrs.field(factory=list)

    @property
    def values(self) -> tuple[int, ...]:
        """References to all inputs of the node."""
        return tuple(-1 - i for i in range(len(self.inputs)))

    def put(self, cls: str, /, *values: int, role: str = "", **arguments: Any) -> int:
        """Add a layer (to the node's first input where no values are given); gives its reference."""
        self.steps.append(Step(KerasLayer(cls, arguments), values or (-1,), role))
        return len(self.steps) - 1

    def differs(self, how: str) -> None:
        """State that the result is only approximately what the layer's definition says."""
        self.different.append(how)


Rule = Callable[[Ask], None]
RULES: Rules[Rule] = Rules()


def plan(ask: Ask) -> Plan:
    """What the rule of the asked layer answers; where it refuses or is missing, a plan that says why."""
    rule = RULES.get(ask.layer.op_name)
    if rule is None:
        return Plan((), cannot=RULES.reason(ask.layer.op_name))
    try:
        rule(ask)
    except Refused as refused:
        return Plan((), cannot=str(refused))
    *helpers, result = ask.steps
    if result.role:
        result = attrs.evolve(result, role="")
    return Plan((*helpers, result), tuple(ask.different))


def sizes(value: Type) -> tuple[int, ...]:
    """The dimensions of a type whose dimensions are all numbers, as a backend's are."""
    return value.shape  # type: ignore[return-value]


def is_symbolic(value: Any) -> bool:
    """Whether a value is, or contains, a block's parameter."""
    if isinstance(value, tuple):
        return any(map(is_symbolic, value))
    if isinstance(value, KerasLayer):
        return any(map(is_symbolic, value.arguments.values()))
    return isinstance(value, Expr)


def _bound(value: Any, bindings: Bindings) -> Any:
    if isinstance(value, KerasLayer):
        return value.bound(bindings)
    if isinstance(value, tuple | Expr):
        return bind_value(value, bindings)
    return value
