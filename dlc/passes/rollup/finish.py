"""From the bodies that the search leaves to blocks with names, parameters with defaults, and nets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs

from dlc.ir import Action, Block, BlockCall, Node, Op, Parameter, Repeat, Value
from dlc.passes.names import Names
from dlc.passes.rollup.leaves import COUNT
from dlc.passes.rollup.naming import block_name, with_named_values
from dlc.passes.rollup.once import calls, without_once_used
from dlc.passes.rollup.parameters import SIZES, stem
from dlc.passes.rollup.rewrite import RESULT
from dlc.passes.rollup.work import Draft, Work
from dlc.types import Expr, Hole

_ALWAYS_GIVEN = SIZES | {COUNT, "vocab"}  # what a reader wants to see at every call

Body = tuple[Node, ...]
_Change = Callable[[Action], Action]


def finished(work: Work, taken: Iterable[str]) -> tuple[tuple[Block, ...], tuple[Body, ...]]:
    """The blocks, each after those that it calls, and the nets' bodies; `taken` are names of other blocks."""
    drafts = _callees_first(without_once_used(work.drafts, work.nets), [net.body for net in work.nets])
    found: dict[str, list[BlockCall]] = {}
    for call in calls([*(net.body for net in work.nets), *(draft.scope.body for draft in drafts)]):
        found.setdefault(call.block, []).append(call)
    parameters = {draft.name: _parameters(draft, found[draft.name]) for draft in drafts}
    fresh = Names(taken)
    names = {draft.name: fresh.fresh(block_name(draft.scope)) for draft in drafts}
    change = _called_as(names, parameters)
    blocks = tuple(_block(names[draft.name], parameters[draft.name], draft, change) for draft in drafts)
    return blocks, tuple(_changed(net.body, change) for net in work.nets)


def _callees_first(drafts: Sequence[Draft], bodies: Iterable[Body]) -> list[Draft]:
    by_name = {draft.name: draft for draft in drafts}
    order: dict[str, Draft] = {}

    def visit(body: Body) -> None:
        for call in calls([body]):
            if call.block not in order:
                visit(by_name[call.block].scope.body)
                order[call.block] = by_name[call.block]

    for body in bodies:
        visit(body)
    return list(order.values())


def _block(
    name: str, parameters: tuple[Parameter, ...], draft: Draft, change: Callable[[Action], Action]
) -> Block:
    scope = with_named_values(draft.scope, RESULT)
    return Block(name, scope.inputs, parameters, _changed(scope.body, change), RESULT)


def _changed(body: Body, change: Callable[[Action], Action]) -> Body:
    return tuple(
        attrs.evolve(node, op=op) if (op := change(node.op)) is not node.op else node for node in body
    )


# Defaults.


def _parameters(draft: Draft, found: Sequence[BlockCall]) -> tuple[Parameter, ...]:
    """The block's parameters, with what most of its calls give as the default; sizes have none."""
    made = [_with_default(name, [call.arguments[name] for call in found]) for name in draft.parameters]
    return tuple(sorted(made, key=lambda p: not p.required))


def _with_default(name: str, given: Sequence[Value]) -> Parameter:
    numbers = Counter((type(v), v) for v in given if not isinstance(v, Expr | Hole))
    if stem(name) in _ALWAYS_GIVEN or not numbers:
        return Parameter(name)
    (_, value), count = numbers.most_common(1)[0]
    return Parameter(name, value, required=False) if 2 * count > len(given) else Parameter(name)


def _called_as(names: Mapping[str, str], parameters: Mapping[str, Sequence[Parameter]]) -> _Change:
    """What makes of an action the same one with blocks called by their last names, and defaults left out."""

    def change(action: Action) -> Action:
        if isinstance(action, Repeat):
            return Repeat(action.count, tuple(change(link) for link in action.links))
        if isinstance(action, Op):
            return action
        own, given = parameters[action.block], action.arguments
        return BlockCall(
            names[action.block], {p.name: given[p.name] for p in own if _is_given(p, given[p.name])}
        )

    return change


def _is_given(parameter: Parameter, value: Value) -> bool:
    default = parameter.default
    return parameter.required or type(value) is not type(default) or value != default
