"""Choosing numbers for symbols."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

import attrs

from dlc.diagnostics import Diagnostic, Severity, codes
from dlc.ir import Action, Block, BlockCall, Module, Node, Op, Repeat, Value
from dlc.layers import CannotBuild
from dlc.layers.bind import bind_action, bind_type
from dlc.passes import preferences as custom
from dlc.passes.base import Pass, PassResult
from dlc.types import Expr, Type

_FURTHER = (2, 4, 8, 16, 32, 64, 128, 256, 512, 3, 5, 6, 7, 10, 12)  # where custom makes no layer


@attrs.frozen
class ChooseSymbols(Pass):
    """Give every symbol one customary number, the same everywhere, and note which.

    Before:

        i = input map[H, H, 3]
        c = conv2d(i, filters=16 * k, kernel=3)

    After:

        i = input map[224, 224, 3]
        c = conv2d(i, filters=16, kernel=3)

    A symbol that is a whole dimension or attribute gets what is customary there; a factor is 1, or the
    first number with which all layers can be made. Parameters of blocks are none of these symbols.
    """

    name: ClassVar[str] = "choose-symbols"

    def run(self, module: Module) -> PassResult:
        places: dict[str, int] = {}
        for name, number in _found(module):
            places[name] = places.get(name, 0) or number
        if not places:
            return PassResult(module, False)
        chosen = _workable({name: number or 1 for name, number in places.items()}, module)
        findings = tuple(_finding(name, number) for name, number in chosen.items())
        return PassResult(_bound(module, chosen), True, findings)


def _finding(name: str, number: int) -> Diagnostic:
    message = f"{name} = {number} is taken: the source does not say which number {name} is"
    return Diagnostic(codes.HOLE_FILLED, message, severity=Severity.NOTE)


def _found(module: Module) -> Iterator[tuple[str, int]]:
    """Every symbol where it stands, with what is customary there (0 where nothing is)."""
    for net in module.nets:
        for given in net.inputs:
            yield from _in_input(given.type)
        yield from _in_body(net.body, frozenset())
    for block in module.blocks:
        yield from _in_body(block.body, frozenset(p.name for p in block.parameters))


_ATTRIBUTES: dict[str, int] = {
    "filters": custom.FILTERS,
    "units": custom.HIDDEN_UNITS,
    "vocab": int(custom.OTHERS["vocab"]),
    "dim": int(custom.OTHERS["dim"]),
    "kernel": 3,
    "heads": custom.HEADS,
}


def _in_input(declared: Type) -> Iterator[tuple[str, int]]:
    for dim, number in zip(declared.shape, custom.INPUTS[declared.kind], strict=True):
        yield from _in_value(dim, number)


def _in_body(body: Iterable[Node], parameters: frozenset[str]) -> Iterator[tuple[str, int]]:
    for node in body:
        found = [*_in_action(node.op)]
        if node.declared is not None:
            found += [pair for dim in node.declared.shape for pair in _in_value(dim, 0)]
        yield from (pair for pair in found if pair[0] not in parameters)


def _in_action(action: Action) -> Iterator[tuple[str, int]]:
    if isinstance(action, Repeat):
        yield from _in_value(action.count, 0)
        for link in action.links:
            yield from _in_action(link)
        return
    values = action.arguments if isinstance(action, BlockCall) else action.attributes()
    for name, value in values.items():
        yield from _in_value(value, _ATTRIBUTES.get(name, 0) if isinstance(action, Op) else 0)


def _in_value(value: Value, number: int) -> Iterator[tuple[str, int]]:
    if isinstance(value, tuple):
        for part in value:
            yield from _in_value(part, number)
    elif isinstance(value, Expr):
        alone = str(value) in value.symbols()
        yield from ((name, number if alone else 0) for name in sorted(value.symbols()))


def _workable(chosen: dict[str, int], module: Module) -> dict[str, int]:
    """The numbers, with those changed, one after another, with which a layer cannot be made."""
    for name in chosen:
        numbers = (chosen[name], *_FURTHER)
        works = (n for n in numbers if _all_made({**chosen, name: n}, module))
        chosen[name] = next(works, chosen[name])
    return chosen


def _all_made(chosen: Mapping[str, int], module: Module) -> bool:
    """Whether every layer can be made with these numbers."""
    nets = all(_made(node, chosen) for net in module.nets for node in net.body)
    return nets and all(_made(node, _free(block, chosen)) for block in module.blocks for node in block.body)


def _made(node: Node, free: Mapping[str, int]) -> bool:
    try:
        bind_action(node.op, free)
        sizes = bind_type(node.declared, free).shape if node.declared is not None else ()
    except (CannotBuild, ValueError):
        return False
    return not any(isinstance(d, int) and d < 1 for d in sizes)


def _free(block: Block, chosen: Mapping[str, int]) -> dict[str, int]:
    """The numbers of the symbols that are not the block's own parameters."""
    own = {p.name for p in block.parameters}
    return {name: number for name, number in chosen.items() if name not in own}


def _bound(module: Module, chosen: Mapping[str, int]) -> Module:
    blocks = tuple(attrs.evolve(b, body=_bound_body(b.body, _free(b, chosen))) for b in module.blocks)
    nets = tuple(
        attrs.evolve(
            net,
            inputs=tuple(attrs.evolve(i, type=bind_type(i.type, chosen)) for i in net.inputs),
            body=_bound_body(net.body, chosen),
        )
        for net in module.nets
    )
    return Module(blocks, nets)


def _bound_body(body: Iterable[Node], free: Mapping[str, int]) -> tuple[Node, ...]:
    return tuple(_bound_node(node, free) for node in body)


def _bound_node(node: Node, free: Mapping[str, int]) -> Node:
    """The node with numbers; one that they make no layer of is left, and reported as a hole later."""
    try:
        declared = bind_type(node.declared, free) if node.declared is not None else None
        return attrs.evolve(node, op=bind_action(node.op, free), declared=declared)
    except (CannotBuild, ValueError):
        return node
