"""What differs between two aligned nets, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from dlc.diff.align import Alignment, align, commutes
from dlc.ir import Net, Node
from dlc.layers.domains import show
from dlc.types import fits

A, B = "A", "B"


@attrs.frozen
class Difference:
    """One difference: the layer, what differs (`missing`, an attribute's name, `layer`, `inputs`, `type`,
    `outputs`), and both sides' values in words."""

    name: str
    what: str
    text: str
    a: str | None = None
    b: str | None = None


@attrs.frozen
class Comparison:
    """All differences of two canonical nets, in the order of the first, and how many layers are alike.

    `renamed` maps layers to what they are called in the second net, where that differs.
    """

    a: Net
    b: Net
    alignment: Alignment
    differences: tuple[Difference, ...]
    alike: int
    renamed: Mapping[str, str]

    @property
    def same(self) -> bool:
        """Whether nothing but names differs."""
        return not self.differences


def compare(a: Net, b: Net) -> Comparison:
    """Compare two nets that `canonical` made, aligned in the way that shows fewer differences."""
    ways = [align(a, b, by_name) for by_name in (True, False)]
    each = [(list(_found(a, b, way)), way) for way in ways]
    found, alignment = min(each, key=lambda one: len(one[0]))  # the first of equals: names that agree count
    touched = {d.name for d in found}
    pairs = [(x, y) for x, y in alignment.pairs.items() if x not in {i.name for i in a.inputs}]
    alike = sum(x not in touched for x, _ in pairs)
    renamed = {x: y for x, y in pairs if x != y}
    return Comparison(a, b, alignment, tuple(found), alike, renamed)


def _found(a: Net, b: Net, alignment: Alignment) -> Iterator[Difference]:
    yield from _inputs(a, b, alignment)
    in_b = {node.name: node for node in b.body}
    back, waiting = alignment.back, [n for n in b.body if n.name in set(alignment.only_b)]
    skipping_a, skipping_b = _Skipping(a, alignment.only_a), _Skipping(b, alignment.only_b)
    at_b = {node.name: index for index, node in enumerate(b.body)}
    for node in a.body:
        other = alignment.pairs.get(node.name)
        if other is None:
            yield Difference(node.name, "missing", f"{node.layer.op_name} missing in {B}", node.layer.op_name)
            continue
        while waiting and at_b[waiting[0].name] < at_b[other]:
            yield _missing(waiting.pop(0))
        yield from _layers(node, in_b[other])
        yield from _sharing(node, in_b[other], back)
        yield from _reads(node, in_b[other], skipping_a, skipping_b, back)
    yield from map(_missing, waiting)
    yield from _outputs(a, b, alignment, skipping_a, skipping_b)


def _missing(node: Node) -> Difference:
    op = node.layer.op_name
    return Difference(node.name, "missing", f"{op} missing in {A}", None, op)


def _inputs(a: Net, b: Net, alignment: Alignment) -> Iterator[Difference]:
    types = {i.name: i.type for i in b.inputs}
    for given in a.inputs:
        other = alignment.pairs.get(given.name)
        if other is None:
            yield Difference(given.name, "missing", f"input {given.type} missing in {B}", str(given.type))
        elif not fits(given.type, types[other]):
            one, two = str(given.type), str(types[other])
            yield Difference(given.name, "type", f"input {one} and {two}", one, two)
    taken = set(alignment.pairs.values())
    for extra in b.inputs:
        if extra.name not in taken:
            yield Difference(
                extra.name, "missing", f"input {extra.type} missing in {A}", None, str(extra.type)
            )


def _layers(node: Node, other: Node) -> Iterator[Difference]:
    first, second = node.layer, other.layer
    if first.op_name != second.op_name:
        text = f"{first.op_name} and {second.op_name}"
        yield Difference(node.name, "layer", text, first.op_name, second.op_name)
        return
    theirs = second.attributes()
    for name, value in first.attributes().items():
        if value != theirs[name]:
            one, two = _value(value), _value(theirs[name])
            yield Difference(node.name, name, f"{name} {one} and {two}", one, two)


def _sharing(node: Node, other: Node, back: Mapping[str, str]) -> Iterator[Difference]:
    """Layers that use another one's weights, or another one's than on the other side."""
    one, two = node.shares, other.shares
    if one != (back.get(two, two) if two is not None else None):
        text = f"weights of {one or 'its own'} in {A}, of {two or 'its own'} in {B}"
        yield Difference(node.name, "shares", text, one, two)


def _value(value: Any) -> str:
    """A value as a person writes it: one number for the same on all sides."""
    if isinstance(value, tuple) and value and all(v == value[0] for v in value):
        return show(value[0])
    return show(value)


class _Skipping:
    """What layers read, with those that only one of the nets has left out where they read one value."""

    def __init__(self, net: Net, only: tuple[str, ...]) -> None:
        nodes = {node.name: node for node in net.body}
        self._through = {n: nodes[n].inputs[0] for n in only if len(nodes[n].inputs) == 1}

    def __call__(self, name: str) -> str:
        while name in self._through:
            name = self._through[name]
        return name


def _reads(
    node: Node, other: Node, in_a: _Skipping, in_b: _Skipping, back: Mapping[str, str]
) -> Iterator[Difference]:
    """Layers that read something else; what a missing layer alone explains is not told again."""
    one = [in_a(name) for name in node.inputs]
    two = [in_b(name) for name in other.inputs]
    theirs = [back.get(name, "") for name in two]
    if one == theirs or (commutes(node) and sorted(one) == sorted(theirs)):
        return
    a, b = ", ".join(node.inputs), ", ".join(other.inputs)
    order = ": in another order" if sorted(one) == sorted(theirs) else ""
    text = f"reads {a} in {A}, {b} in {B}{order}"
    yield Difference(node.name, "inputs", text, a, b)


def _outputs(a: Net, b: Net, alignment: Alignment, in_a: _Skipping, in_b: _Skipping) -> Iterator[Difference]:
    back = alignment.back
    if [in_a(name) for name in a.outputs] != [back.get(in_b(name)) for name in b.outputs]:
        one, two = ", ".join(a.outputs), ", ".join(b.outputs)
        yield Difference(a.name, "outputs", f"outputs {one} in {A}, {two} in {B}", one, two)
