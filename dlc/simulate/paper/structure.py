"""What a drawing in a paper is made of before it has a form: cells, forks and repeated parts.

A cell is one box and the layers that it stands for. Chains, forks and repeats of cells give the network,
in which a repeated part comes as often as it is counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import attrs

from dlc.diagnostics import DlcError
from dlc.ir import Input, Module, Net, Node, Op
from dlc.layers import build
from dlc.passes.check import check
from dlc.types import Kind, Type, signatures

Place = tuple[int, ...]  # where a cell is: its number in its chain, in the fork's branch, and so on


@attrs.frozen
class Spec:
    """A layer that is to be: its operation and attributes."""

    op: str
    attrs: Mapping[str, Any] = attrs.field(factory=dict)

    def layer(self) -> Op:
        """The layer of the catalogue."""
        return build(self.op, dict(self.attrs))


@attrs.frozen
class Cell:
    """One box: a layer, and those that its label also names (batch norm, activation)."""

    specs: tuple[Spec, ...]

    @property
    def main(self) -> Spec:
        """The layer that gives the box its look."""
        return self.specs[0]


@attrs.frozen
class Fork:
    """Branches side by side that begin at one value and end in a merge; an empty branch is a shortcut."""

    branches: tuple[Chain, ...]
    merge: Spec


@attrs.frozen
class Again:
    """A part that comes several times in a row, drawn once."""

    body: Chain
    count: int


Part = Cell | Fork | Again


@attrs.frozen
class Chain:
    """Parts one after another."""

    parts: tuple[Part, ...] = ()


@attrs.frozen
class Grown:
    """The network of a structure, and the nodes of each place (a cell, a fork's merge), copies included."""

    net: Net
    nodes: Mapping[Place, tuple[str, ...]]


class Unsound(Exception):
    """A structure does not give a sound network."""


def grow(chain: Chain, name: str, given: Type, prefix: str = "") -> Grown:
    """The network that a structure stands for, with types; flatten is put in, unseen, where types need it.

    `prefix` begins the names of all its values. Raises Unsound where sizes do not work out.
    """
    grower = _Grower(given, prefix)
    last = grower.chain(chain, f"{prefix}x", ())
    net = Net(name, (Input(f"{prefix}x", given),), tuple(grower.body), (last,))
    try:
        checked = check(Module(nets=(net,)))
    except DlcError as error:
        raise Unsound(str(error)) from None
    if not checked.ok:
        raise Unsound("; ".join(d.message for d in checked.diagnostics if d.is_error))
    return Grown(checked.module.nets[0], {k: tuple(v) for k, v in grower.nodes.items()})


class _Grower:
    """Collects nodes; kinds are followed so that it is known where flatten is needed."""

    def __init__(self, given: Type, prefix: str) -> None:
        self.prefix = prefix
        self.body: list[Node] = []
        self.nodes: dict[Place, list[str]] = {}
        self.kinds: dict[str, Kind] = {f"{prefix}x": given.kind}
        self.counts: dict[str, int] = {}

    def chain(self, chain: Chain, value: str, place: Place) -> str:
        for number, part in enumerate(chain.parts):
            value = self.part(part, value, (*place, number))
        return value

    def part(self, part: Part, value: str, place: Place) -> str:
        if isinstance(part, Cell):
            for spec in part.specs:
                value = self.node(spec, (value,), place)
            return value
        if isinstance(part, Again):
            for _ in range(part.count):
                value = self.chain(part.body, value, place)
            return value
        ends = [self.chain(branch, value, (*place, i)) for i, branch in enumerate(part.branches)]
        return self.node(part.merge, tuple(ends), place)

    def node(self, spec: Spec, inputs: tuple[str, ...], place: Place) -> str:
        op = spec.layer()
        kind = self.kinds[inputs[0]]
        if kind not in signatures()[op.op_name].takes and kind in (Kind.MAP, Kind.SEQUENCE):
            inputs = (self.put(Spec("flatten").layer(), inputs, inferred=True),)
            kind = Kind.VECTOR
        name = self.put(op, inputs)
        self.nodes.setdefault(place, []).append(name)
        return name

    def put(self, op: Op, inputs: tuple[str, ...], inferred: bool = False) -> str:
        self.counts[op.op_name] = count = self.counts.get(op.op_name, 0) + 1
        name = f"{self.prefix}{op.op_name}_{count}"
        self.body.append(Node(name, op, inputs, inferred=inferred))
        results = signatures()[op.op_name].results(self.kinds[inputs[0]])
        self.kinds[name] = self.kind(op, results)
        return name

    def kind(self, op: Op, results: Collection[Kind]) -> Kind:
        """The kind that a layer gives: a recurrent one gives a vector unless it returns sequences."""
        if len(results) == 1:
            return next(iter(results))
        return Kind.SEQUENCE if op.attributes().get("return_sequences") else Kind.VECTOR


def cells(chain: Chain, place: Place = ()) -> Iterator[tuple[Place, Cell]]:
    """Every cell with its place, in drawing order."""
    for number, part in enumerate(chain.parts):
        here = (*place, number)
        if isinstance(part, Cell):
            yield here, part
        elif isinstance(part, Again):
            yield from cells(part.body, here)
        else:
            for i, branch in enumerate(part.branches):
                yield from cells(branch, (*here, i))
