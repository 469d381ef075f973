"""What a catalogue layer becomes in PyTorch: a plan, that is, modules and functions applied to values.

A rule is asked about one layer with what is known of its inputs, and puts steps one after another; the last
one gives the result. A step that holds weights, or differs in training, is a module of the class; any other
is an expression in `forward`, or a module where it stands in an `nn.Sequential`.

In memory the channels come before the space: a map is (N, C, H, W), a volume (N, C, D, H, W). A sequence is
(N, T, F) where the net is given one or gives one, and (N, F, T) between layers that slide along it.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from dlc.backends.base import Rules
from dlc.backends.orders import Order
from dlc.backends.pytorch.weights import Weight
from dlc.layers.bind import Bindings, bind_value
from dlc.types import Expr, Kind, Type


class Layout(enum.Enum):
    """The order of a tensor's axes after the batch."""

    FIRST = "channels, then space"
    LAST = "as in the language"  # sequences (T, F), vectors and ids

    @staticmethod
    def given(kind: Kind) -> Layout:
        """That of the net's inputs and outputs."""
        return Layout.FIRST if kind in (Kind.MAP, Kind.VOLUME) else Layout.LAST


@attrs.frozen
class Known:
    """What is known of a value at one place: its type, the type that its block can state of it (whose
    channels may be an expression of the block's parameters), how it lies, and its units' order."""

    type: Type
    general: Type
    layout: Layout
    order: Order = ()

    @property
    def channels(self) -> Any:
        """The channels, as the block can state them."""
        return self.general.channels

    @property
    def sizes(self) -> tuple[int, ...]:
        """The dimensions but the last, as they are at this place."""
        return self.type.spatial  # type: ignore[return-value]


@attrs.frozen
class Made:
    """A module as it is made: `nn.Conv2d(3, 64, 7, stride=2)`."""

    cls: str
    positional: tuple[Any, ...] = ()
    named: Mapping[str, Any] = attrs.field(factory=dict)
    weights: tuple[Weight, ...] = attrs.field(default=(), eq=False)

    def bound(self, bindings: Bindings) -> Made:
        """The same with block parameters replaced by their values."""
        named = {k: bound(v, bindings) for k, v in self.named.items()}
        return attrs.evolve(self, positional=bound(self.positional, bindings), named=named)

    @property
    def is_symbolic(self) -> bool:
        """Whether a block's parameter is among its arguments."""
        return is_symbolic((*self.positional, *self.named.values()))


class Form(enum.Enum):
    """How a function is written."""

    CALL = "f(x, y, ...)"
    LIST = "f([x, y], ...)"
    METHOD = "x.f(...)"
    INFIX = "x + y"
    INDEX = "x[...]"
    LINEAR = "x * a + b"


@attrs.frozen
class Function:
    """A function of values: `F.relu(x)`. `name` is the function, operator or index; `leading` are arguments
    before the values."""

    name: str
    form: Form = Form.CALL
    positional: tuple[Any, ...] = ()
    named: Mapping[str, Any] = attrs.field(factory=dict)
    leading: tuple[Any, ...] = ()

    def bound(self, bindings: Bindings) -> Function:
        """The same with block parameters replaced by their values."""
        named = {k: bound(v, bindings) for k, v in self.named.items()}
        return attrs.evolve(self, positional=bound(self.positional, bindings), named=named)

    @property
    def is_symbolic(self) -> bool:
        """Whether a block's parameter is among its arguments."""
        return is_symbolic((*self.positional, *self.named.values()))


@attrs.frozen
class Step:
    """A module or function (or both, of the same effect) applied to values: steps of the plan count from 0,
    inputs of the node are -1, -2, ...

    `modules` follow one another; `target` is how the result is taken apart (`_, (y, _)`); `extra` are
    arguments of the module's call; `role` names a module that is not the layer's main one; `wraps` says
    that the function reads well around the call before it.
    """

    values: tuple[int, ...]
    modules: tuple[Made, ...] = ()
    function: Function | None = None
    target: str = "{}"
    extra: tuple[str, ...] = ()
    role: str = ""
    wraps: bool = False

    @property
    def is_module(self) -> bool:
        """Whether it can stand in an `nn.Sequential`."""
        return bool(self.modules) and len(self.values) == 1 and self.target == "{}" and not self.extra

    @property
    def is_held(self) -> bool:
        """Whether it has to be a member of the class."""
        return self.function is None

    @property
    def is_symbolic(self) -> bool:
        """Whether it is a function that a block's parameter is an argument of."""
        return self.function is not None and self.function.is_symbolic

    def bound(self, bindings: Bindings) -> Step:
        """The same with block parameters replaced by their values."""
        modules = tuple(made.bound(bindings) for made in self.modules)
        function = None if self.function is None else self.function.bound(bindings)
        return attrs.evolve(self, modules=modules, function=function)


@attrs.frozen
class Plan:
    """The steps, how the result lies, where it differs from the layer's definition, and why there are none."""

    steps: tuple[Step, ...]
    layout: Layout = Layout.LAST
    order: Order = attrs.field(default=(), eq=False)
    differs: tuple[str, ...] = ()
    cannot: str | None = None

    def bound(self, bindings: Bindings) -> Plan:
        """The same plan with block parameters replaced by their values."""
        return attrs.evolve(self, steps=tuple(step.bound(bindings) for step in self.steps))


class Refused(Exception):
    """A rule found that PyTorch has no rendering; the message says why."""


@attrs.define
class Ask:
    """What a rule is asked, and what it answers.

    `layer` may have parameters of its block for attributes; `exact` is the layer at one place, whose
    attributes are all numbers, and `stated` the one with parameters, whichever of the two is asked about.
    `dynamic`: whether padding that depends on the input's size has to be found when the module runs,
    because one line stands for layers of several sizes. `any_order`: whether the units of the result may
    stand in any order.
    """

    layer: Any
    exact: Any
    stated: Any
    inputs: tuple[Known, ...]
    output: Type
    general: Type
    any_order: bool = False
    dynamic: bool = False
    steps: list[Step] = attrs.field(factory=list)
    different: list[str] = attrs.field(factory=list)
    layout: Layout | None = None
    order: Order = ()

    @property
    def rank(self) -> int:
        """How many spatial axes the first input has."""
        return len(self.inputs[0].type.spatial)

    @property
    def values(self) -> tuple[int, ...]:
        """References to all inputs of the node."""
        return tuple(-1 - i for i in range(len(self.inputs)))

    @property
    def last(self) -> int:
        """A reference to what was put last, or to the first input."""
        return len(self.steps) - 1 if self.steps else -1

    def put(self, made: Made | Sequence[Made] = (), *values: int, **rest: Any) -> int:
        """Add a step, on what was put last where no values are given; gives its reference."""
        modules = (made,) if isinstance(made, Made) else tuple(made)
        self.steps.append(Step(values or (self.last,), modules, **rest))
        return len(self.steps) - 1

    def laid(self, layout: Layout, index: int = 0) -> int:
        """A reference to an input that lies so; a sequence that does not is turned."""
        reference, known = -1 - index, self.inputs[index]
        if known.layout is layout or known.type.kind in (Kind.VECTOR, Kind.IDS):
            return reference
        if known.type.kind is not Kind.SEQUENCE:
            return self.permuted(reference, known, layout)
        return self.put((), reference, function=Function("transpose", Form.METHOD, (1, 2)))

    def permuted(self, value: int, known: Known, layout: Layout) -> int:
        """A map or volume, or its reverse, with the channels moved to the end or back."""
        rank = len(known.type.spatial)
        order = (0, *range(2, rank + 2), 1) if layout is Layout.LAST else (0, rank + 1, *range(1, rank + 1))
        return self.put((), value, function=Function("permute", Form.METHOD, order))

    def differs(self, how: str) -> None:
        """State that the result is only approximately what the layer's definition says."""
        self.different.append(how)


Rule = Callable[[Ask], None]
RULES: Rules[Rule] = Rules()


def plan(ask: Ask) -> Plan:
    """What the rule of the asked layer answers; where it refuses or is missing, a plan that says why."""
    rule = RULES.get(ask.exact.op_name)
    if rule is None:
        return Plan((), cannot=RULES.reason(ask.exact.op_name))
    try:
        rule(ask)
    except Refused as refused:
        return Plan((), cannot=str(refused))
    layout = ask.layout or Layout.given(ask.output.kind)
    return Plan(tuple(ask.steps), layout, ask.order, tuple(ask.different))


def is_symbolic(value: Any) -> bool:
    """Whether a value is, or contains, a block's parameter."""
    if isinstance(value, tuple):
        return any(map(is_symbolic, value))
    if isinstance(value, Made | Function):
        return value.is_symbolic
    return isinstance(value, Expr)


def bound(value: Any, bindings: Bindings) -> Any:
    """An argument with block parameters replaced by their values."""
    if isinstance(value, Made | Function):
        return value.bound(bindings)
    if isinstance(value, tuple):
        return tuple(bound(v, bindings) for v in value)
    return bind_value(value, bindings) if isinstance(value, Expr) else value


def shortest(value: Any) -> Any:
    """One number for sizes that are all the same."""
    alike = isinstance(value, tuple) and value and all(v == value[0] for v in value)
    return value[0] if alike else value
