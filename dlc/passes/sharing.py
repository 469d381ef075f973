"""Weights that several layers use: who owns them, and whether the others can use them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from dlc.diagnostics import Diagnostic, Fix, codes
from dlc.ir import Action, Node, Op
from dlc.types import Type

# Attributes that say how weights are used, not which there are.
_USE = frozenset(
    {"stride", "padding", "dilation", "output_padding", "return_sequences", "eps", "momentum", "attributes"}
)


def has_weights(action: Action) -> bool:
    """Whether what a node does may have weights of its own."""
    return action.has_weights if isinstance(action, Op) else True


def sharing(body: Iterable[Node]) -> frozenset[str]:
    """The names of all layers that share weights, owners and users."""
    users = [node for node in body if node.shares is not None]
    return frozenset(name for node in users for name in (node.name, node.shares) if name is not None)


def with_owners(body: Sequence[Node]) -> list[Node]:
    """The layers; where the owner of weights is not among them, its first user owns them."""
    if all(node.shares is None for node in body):
        return list(body)
    present = {node.name for node in body}
    heirs: dict[str, str] = {}
    made = []
    for node in body:
        if node.shares is not None and node.shares not in present:
            heir = heirs.setdefault(node.shares, node.name)
            node = attrs.evolve(node, shares=None if heir == node.name else heir)
        made.append(node)
    return made


def sharing_findings(body: Sequence[Node], given: Iterable[str]) -> Iterator[Diagnostic]:
    """What forbids the layers of a body to share weights, as far as their types do not matter; `given` are
    the inputs."""
    inputs = frozenset(given)
    owners = {node.name: node for node in body}
    for node in body:
        owner = owners.get(node.shares) if node.shares is not None else None
        if node.shares in inputs:
            yield _finding(node, f"{node.shares} is an input")
        elif owner is not None and (why := _why_not(node, owner)):
            yield _finding(node, *why)


def size_findings(body: Sequence[Node], types: Mapping[str, Type | None]) -> Iterator[Diagnostic]:
    """Users of weights whose inputs need weights of other sizes than their owners have."""
    owners = {node.name: node for node in body}
    for node in body:
        owner = owners.get(node.shares) if node.shares is not None else None
        if owner is None or _why_not(node, owner):
            continue
        own, theirs = _count(node, types), _count(owner, types)
        if own is not None and theirs is not None and own != theirs:
            yield _finding(node, f"it needs {own:,} weights, {owner.name} has {theirs:,}")


def _why_not(node: Node, owner: Node) -> tuple[str, str] | tuple[str] | None:
    """Why a layer cannot use the weights of another, and the owner that is meant where that is sure."""
    if owner is node:
        return ("a layer does not share with itself",)
    if owner.shares is not None:
        return f"{owner.name} uses those of {owner.shares} itself", owner.shares
    if not has_weights(owner.op):
        return (f"{owner.name} has none",)
    return _difference(node.op, owner.op, owner.name)


def _difference(user: Action, owner: Action, name: str) -> tuple[str] | None:
    """In what two actions differ that decides on their weights."""
    if not isinstance(user, Op) or not isinstance(owner, Op):
        return None if user == owner else (f"{name} does something else",)
    if user.op_name != owner.op_name:
        return (f"it is {user.op_name}, and {name} is {owner.op_name}",)
    values = owner.attributes()
    different = [(a, v) for a, v in user.attributes().items() if a not in _USE and v != values[a]]
    if not different:
        return None
    attribute, value = different[0]
    return (f"its {attribute} is {value}, that of {name} {values[attribute]}",)


def _count(node: Node, types: Mapping[str, Type | None]) -> int | None:
    """How many weights a layer has; None where that is not known."""
    inputs, output = [types.get(name) for name in node.inputs], types.get(node.name)
    known = [kind for kind in inputs if kind is not None]
    if not isinstance(node.op, Op) or output is None or len(known) < len(inputs):
        return None
    found = node.op.parameters(known, output)
    return found if isinstance(found, int) else None


def _finding(node: Node, why: str, meant: str | None = None) -> Diagnostic:
    span = node.wording.shared() if node.wording else node.span
    fix = Fix(f"share with {meant}", meant, span) if meant is not None else None
    message = f"{node.name} cannot use the weights of {node.shares}: {why}"
    return Diagnostic(codes.SHARING_WRONG, message, span, fix=fix)
