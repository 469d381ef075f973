"""Putting a call of a block, or a repeat, where layers stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from dlc.ir import Action, BlockCall, Node, Origin
from dlc.passes.rollup.leaves import join
from dlc.passes.rollup.parameters import Parameters
from dlc.passes.rollup.phrases import Occurrence
from dlc.passes.rollup.series import Item, Scope

ENTRY = "x"  # a block's input
RESULT = "y"  # a block's result


def call(occurrence: Occurrence, block: str, parameters: Parameters, place: int) -> Node:
    """The call that stands for the phrase at one place, under the name of its last layer."""
    return standing_for(occurrence.items, BlockCall(block, parameters.arguments(place)))


def standing_for(items: Sequence[Item], op: Action) -> Node:
    """A node that does what the items do: it has the last one's name and declared type, the origin that
    all share, and the least of their confidences."""
    nodes = [node for item in items for node in item.nodes]
    sure = [node.confidence for node in nodes if node.confidence is not None]
    return attrs.evolve(
        nodes[-1],
        op=op,
        inputs=(items[0].entry,),
        origin=common_origin(node.origin for node in nodes),
        confidence=min(sure, default=None),
        inferred=all(node.inferred for node in nodes),
    )


def replaced(scope: Scope, made: Mapping[str, tuple[Sequence[Item], Node]]) -> Scope:
    """The scope with nodes in place of items; `made` has them by the name of the items' last node."""
    gone = {node.name for items, _ in made.values() for item in items for node in item.nodes}
    body = [
        made[n.name][1] if n.name in made else n for n in scope.body if n.name in made or n.name not in gone
    ]
    return attrs.evolve(scope, body=tuple(body))


def block_scope(occurrence: Occurrence, parameters: Parameters) -> Scope:
    """The body of a phrase's block, written from one of its places: it makes `y` of `x`."""
    nodes = [node for item in occurrence.items for node in item.nodes]
    names = {node.name: f"{RESULT}.{i}" for i, node in enumerate(nodes, 1)}
    names |= {nodes[-1].name: RESULT, occurrence.items[0].entry: ENTRY}
    values = iter(parameters.inside)
    body = tuple(_inner(node, join(node.op, values), names) for node in nodes)
    return Scope((ENTRY,), body, frozenset({RESULT}))


def _inner(node: Node, op: Action, names: Mapping[str, str]) -> Node:
    """A layer inside a block: what differs from place to place, its origin and its type, is not there."""
    keeps = getattr(node.op, "declares_result", False)
    return Node(
        names[node.name],
        op,
        tuple(names[source] for source in node.inputs),
        declared=node.declared if keeps else None,
        inferred=node.inferred,
    )


def common_origin(origins: Iterable[Origin | None]) -> Origin | None:
    """What several origins have in common; None where that is nothing."""
    known = [origin for origin in origins if origin is not None]
    fields = [field.name for field in attrs.fields(Origin)]
    agreed = {name: getattr(known[0], name) for name in fields if len({getattr(o, name) for o in known}) == 1}
    if None in (agreed.get("kind"), agreed.get("number")):  # a row says nothing without its table
        agreed = {k: v for k, v in agreed.items() if k not in ("kind", "number", "row", "column")}
    return Origin(**agreed) if any(v is not None for v in agreed.values()) else None
