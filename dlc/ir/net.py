"""The IR: modules of blocks and nets, nets of inputs and nodes; immutable, so passes build new ones."""

from __future__ import annotations

from typing import Protocol

import attrs

from dlc.diagnostics import Span
from dlc.ir.op import Action, Op, Value
from dlc.ir.origin import Origin
from dlc.types import Type

JSON_FORMAT = "dlnet-json/1"  # the name of the exported graph's format


def _place() -> Span | None:
    """A source range that takes no part in equality: two nets are equal wherever they were written."""
    made: Span | None = attrs.field(default=None, eq=False, repr=False, kw_only=True)
    return made


class Wording(Protocol):
    """Where the names of a statement stand in its text; worked out only when something is wrong there."""

    def name(self) -> Span:
        """The name that the statement defines."""

    def source(self, index: int) -> Span:
        """The value at this place among those that the statement reads."""

    def argument(self, name: str) -> Span:
        """The name of an argument of the call."""

    def shared(self) -> Span:
        """The name of the layer whose weights the statement's layer uses."""


def _wording() -> Wording | None:
    made: Wording | None = attrs.field(default=None, eq=False, repr=False, kw_only=True)
    return made


@attrs.frozen
class Input:
    """A named value that a net is given; its type may have holes and symbols."""

    name: str
    type: Type
    origin: Origin | None = None
    confidence: float | None = None
    span: Span | None = _place()
    wording: Wording | None = _wording()


@attrs.frozen
class Node:
    """A named application of a layer, a block or a repeat to named values.

    `declared` is the author's assertion about the result; `type` is what inference found and is no part
    of the node's identity. `inferred` marks a layer that the source does not show but types need. `shares`
    names the layer of the same body whose weights this one uses instead of its own; that one owns them.
    """

    name: str
    op: Action
    inputs: tuple[str, ...]
    declared: Type | None = None
    origin: Origin | None = None
    confidence: float | None = None
    inferred: bool = False
    type: Type | None = attrs.field(default=None, eq=False, repr=False)
    shares: str | None = attrs.field(default=None, kw_only=True)
    span: Span | None = _place()
    wording: Wording | None = _wording()

    @property
    def layer(self) -> Op:
        """The layer, where blocks and repeats have been expanded; TypeError otherwise."""
        if not isinstance(self.op, Op):
            raise TypeError(f"{self.name} is not a single layer")
        return self.op


@attrs.frozen
class Parameter:
    """A parameter of a block; without a default every call must give it."""

    name: str
    default: Value = None
    required: bool = True


@attrs.frozen
class Block:
    """A named sub-network with input values, parameters and one result."""

    name: str
    inputs: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    body: tuple[Node, ...]
    output: str
    span: Span | None = _place()


@attrs.frozen
class Net:
    """A network: inputs, nodes in the order in which they were written, and the names of its outputs."""

    name: str
    inputs: tuple[Input, ...]
    body: tuple[Node, ...]
    outputs: tuple[str, ...]
    origin: Origin | None = None
    confidence: float | None = None
    span: Span | None = _place()
    wording: Wording | None = _wording()

    def types(self) -> dict[str, Type | None]:
        """The type of every value: inputs as declared, nodes as inferred, else as declared."""
        found: dict[str, Type | None] = {i.name: i.type for i in self.inputs}
        found.update({n.name: n.type or n.declared for n in self.body})
        return found

    def consumers(self) -> dict[str, list[Node]]:
        """For every value the nodes that read it, in order."""
        found: dict[str, list[Node]] = {name: [] for name in self.types()}
        for node in self.body:
            for source in dict.fromkeys(node.inputs):
                found.setdefault(source, []).append(node)
        return found


@attrs.frozen
class Module:
    """What one file holds: blocks, and nets that may call them."""

    blocks: tuple[Block, ...] = ()
    nets: tuple[Net, ...] = ()

    def block(self, name: str) -> Block | None:
        """The block of that name, or None."""
        return next((b for b in self.blocks if b.name == name), None)
