"""What a node of a network does: a layer of the catalogue, a call of a block, or a repeat.

The catalogue itself is in `dlc.layers`; here is only what every stage may rely on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import attrs

from dlc.diagnostics import Code, Note
from dlc.types import Dim, Expr, Hole, Type

Value = int | float | bool | str | None | Hole | Expr | tuple["Value", ...]


class RuleBroken(Exception):
    """A layer's shape rule does not hold for its inputs; the checker gives it the layer's place.

    `message` names the values; `notes` show the arithmetic.
    """

    def __init__(self, code: Code, message: str, notes: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.notes = tuple(Note(n) for n in notes)


class Op:
    """A layer: a frozen value whose fields are its hyper-parameters.

    Concrete layers live in `dlc.layers`, one class each. `op_name` is the name in the language, the
    JSON export and everywhere else.
    """

    __slots__ = ()
    op_name: ClassVar[str] = ""
    least: ClassVar[int] = 1  # inputs it takes at least
    most: ClassVar[int | None] = 1  # and at most; None where any number goes
    declares_result: ClassVar[bool] = False  # whether the result's type is only what the node declares
    has_weights: ClassVar[bool] = False  # whether there are numbers that it keeps, and another may share

    def attributes(self) -> dict[str, Value]:
        """Every hyper-parameter by name, defaults included, in catalogue order."""
        raise NotImplementedError

    def infer(self, inputs: Sequence[Type]) -> Type | None:
        """The result's type from the inputs' types; unknown sizes are holes; None for an unknown kind.

        Kinds and the number of inputs have been checked by the caller. Raises RuleBroken where the
        sizes do not work out.
        """
        raise NotImplementedError

    def parameters(self, inputs: Sequence[Type], output: Type) -> Dim:
        """How many trained (or kept) numbers the layer has; a hole when a size is unknown."""
        raise NotImplementedError

    def multiply_adds(self, inputs: Sequence[Type], output: Type) -> Dim:
        """How many multiply-additions one example costs; a hole when a size is unknown."""
        raise NotImplementedError

    def holes(self) -> tuple[str, ...]:
        """The names of the attributes that are, or contain, a hole."""
        return tuple(name for name, value in self.attributes().items() if has_hole(value))


def _copied(arguments: Mapping[str, Value]) -> dict[str, Value]:
    return dict(arguments)


@attrs.frozen
class BlockCall:
    """A call of a block with arguments for its parameters."""

    block: str
    arguments: Mapping[str, Value] = attrs.field(factory=dict, converter=_copied)

    def __hash__(self) -> int:
        return hash((self.block, tuple(sorted(self.arguments.items(), key=lambda a: a[0]))))


@attrs.frozen
class Repeat:
    """Links applied `count` times, each time to the last result: `repeat 3 bottleneck(width=64)`."""

    count: Dim
    links: tuple[Op | BlockCall | Repeat, ...]


Action = Op | BlockCall | Repeat


def has_hole(value: Value) -> bool:
    """Whether a value is a hole or contains one."""
    if isinstance(value, tuple):
        return any(map(has_hole, value))
    return isinstance(value, Hole)
