"""What types need where values of unlike sizes are merged: projections, enlargements and crops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from dlc.diagnostics import Diagnostic, Severity, codes
from dlc.ir import Net, Node
from dlc.layers import build
from dlc.types import HOLE, Kind, Type

Repaired = tuple[Net, Diagnostic | None]


def unprojected(net: Net, node: Node) -> bool:
    """Whether a node adds values none of which is a projection yet."""
    last = next((n for n in net.body if n.name == node.inputs[-1]), None)
    return node.layer.op_name == "add" and (last is None or not last.inferred)


def projected(net: Net, node: Node) -> Repaired:
    """The net with a projection, of sizes that the other input decides, on an addition's last input."""
    values: Mapping[str, object] = {"filters": HOLE, "kernel": 1, "stride": HOLE, "padding": "valid"}
    return _behind(net, node, {len(node.inputs) - 1: ("projection", "conv2d", values)}), None


def resized(net: Net, node: Node) -> Repaired | None:
    """The net with inputs of a merge enlarged or cropped to one size; None where sizes do not tell how."""
    found = net.types()
    types = [found.get(name) for name in node.inputs]
    areas = [t.spatial if t is not None and t.kind is Kind.MAP else None for t in types]
    sides = [_sides(a) for a in areas]
    if len(sides) < 2 or None in sides or len(set(sides)) < 2:
        return None
    known = [s for s in sides if s is not None]
    for target in _targets(node.declared, known):
        changes = {i: _change(s, target) for i, s in enumerate(known) if s != target}
        if all(changes.values()):
            return _behind(net, node, {i: c for i, c in changes.items() if c}), _note(node, known, target)
    return None


def _sides(area: Sequence[object] | None) -> tuple[int, int] | None:
    match area:
        case [int(height), int(width)]:
            return height, width
    return None


def _targets(declared: Type | None, sides: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sizes to bring all inputs to: the one reported, the largest, the smallest."""
    stated = _sides(declared.spatial) if declared is not None and declared.kind is Kind.MAP else None
    return [*([stated] if stated else []), max(sides), min(sides)]


def _change(size: tuple[int, int], target: tuple[int, int]) -> tuple[str, str, Mapping[str, object]] | None:
    """A layer that makes one size of another: an enlargement by whole numbers, or a crop round the middle."""
    if all(t % s == 0 for s, t in zip(size, target, strict=True)):
        factors = tuple(t // s for s, t in zip(size, target, strict=True))
        return "enlarged", "upsample2d", {"size": factors}
    surplus = [s - t for s, t in zip(size, target, strict=True)]
    if all(0 <= v < t for v, t in zip(surplus, target, strict=True)):
        cut = tuple(side for v in surplus for side in (v // 2, v - v // 2))
        return "cropped", "crop2d", {"cropping": cut}
    return None


def _note(node: Node, sides: Sequence[tuple[int, int]], target: tuple[int, int]) -> Diagnostic:
    sizes = " and ".join(dict.fromkeys("×".join(map(str, s)) for s in sides))
    message = f"{node.name} merges maps of {sizes}: all are brought to {target[0]}×{target[1]}"
    return Diagnostic(codes.GUESSED, message, node.span, Severity.NOTE)


def _behind(net: Net, node: Node, changes: Mapping[int, tuple[str, str, Mapping[str, object]]]) -> Net:
    """The net with a layer between a node and some of its inputs, marked as inferred."""
    taken = {n.name for n in net.body} | {i.name for i in net.inputs}
    inputs = list(node.inputs)
    made: list[Node] = []
    for index, (word, op, values) in changes.items():
        name = _free(f"{node.name}_{word}", taken)
        taken.add(name)
        span = attrs.evolve(node.span) if node.span is not None else None
        made.append(Node(name, build(op, dict(values)), (inputs[index],), inferred=True, span=span))
        inputs[index] = name
    at = next(i for i, n in enumerate(net.body) if n.name == node.name)
    merged = attrs.evolve(node, inputs=tuple(inputs))
    return attrs.evolve(net, body=(*net.body[:at], *made, merged, *net.body[at + 1 :]))


def _free(name: str, taken: set[str]) -> str:
    return next(n for n in (name, *(f"{name}{i}" for i in range(2, len(taken) + 3))) if n not in taken)
