"""Names for blocks that were found, and for the values in them, by what they do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from dlc.ir import Action, BlockCall, Node, Op, Repeat
from dlc.passes.rollup.parameters import numbered
from dlc.passes.rollup.series import Scope

_SUMS = frozenset({"add", "subtract", "average", "maximum", "minimum"})
_GATES = frozenset({"sigmoid", "hard_sigmoid", "softmax"})


def block_name(scope: Scope) -> str:
    """What a block of such a body is called: `residual`, `stage`, `unit`, ..."""
    if any(isinstance(node.op, Repeat) for node in _chains(scope)[-1]):
        return "stage"
    merge = next((node for node in reversed(scope.body) if len(node.inputs) > 1), None)
    if merge is not None:
        return _name_of_merge(_op_name(merge.op), scope.inputs[0] in merge.inputs)
    names = {name for node in scope.body for name in _op_names(node.op)}
    if any(name.startswith(("depthwise", "separable")) for name in names):
        return "separable"
    return "conv_unit" if any(name.startswith("conv") for name in names) else "unit"


def _name_of_merge(op: str, with_input: bool) -> str:
    if op == "concat":
        return "dense_layer" if with_input else "module"
    if op == "multiply":
        return "gated"
    return "residual" if with_input else "projection"


def _op_name(action: Action) -> str:
    return action.op_name if isinstance(action, Op) else ""


def _op_names(action: Action) -> Iterator[str]:
    if isinstance(action, Repeat):
        for link in action.links:
            yield from _op_names(link)
    elif isinstance(action, Op):
        yield action.op_name


def with_named_values(scope: Scope, result: str) -> Scope:
    """The body of a block with its values named by what they are for; those of a chain are numbered."""
    chains = _chains(scope)
    wanted = [*(_role(chain, chains, scope) for chain in chains[:-1]), result]
    names: dict[str, str] = {name: name for name in scope.inputs}
    for chain, base in zip(chains, numbered(wanted), strict=True):
        for i, node in enumerate(chain, 1):
            names[node.name] = base if i == len(chain) else f"{base}.{i}"
    body = tuple(_renamed(node, names) for chain in chains for node in chain)
    return attrs.evolve(scope, body=body, kept=frozenset({result}))


def _renamed(node: Node, names: Mapping[str, str]) -> Node:
    return attrs.evolve(node, name=names[node.name], inputs=tuple(names[s] for s in node.inputs))


def _chains(scope: Scope) -> list[list[Node]]:
    """The body in chains: each layer reads only the one before it, which nothing else reads."""
    made: list[list[Node]] = []
    for node in scope.body:
        before = made[-1][-1] if made else None
        if before is not None and node.inputs == (before.name,) and len(_readers(before, scope)) == 1:
            made[-1].append(node)
        else:
            made.append([node])
    return made


def _readers(node: Node, scope: Scope) -> list[Node]:
    return [other for other in scope.body if node.name in other.inputs]


def _role(chain: Sequence[Node], chains: Sequence[Sequence[Node]], scope: Scope) -> str:
    """What a chain that is not the last one is for, by what reads it."""
    readers = _readers(chain[-1], scope)
    reader = readers[0]
    if len(readers) > 1 or len(reader.inputs) == 1:
        return "stem"
    op = _op_name(reader.op)
    if op == "multiply" and _op_name(chain[-1].op) in _GATES:
        return "gate"
    others = [c for c in chains if c is not chain and c[-1].name in reader.inputs]
    shorter = any(_layers(c) > _layers(chain) for c in others)
    return "shortcut" if op in _SUMS and shorter else "branch"


def _layers(chain: Sequence[Node]) -> int:
    return sum(2 if isinstance(node.op, BlockCall | Repeat) else 1 for node in chain)
