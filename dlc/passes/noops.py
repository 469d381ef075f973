"""Removing layers that change nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import attrs

from dlc.ir import Action, Block, BlockCall, Module, Net, Node, Op, Repeat, RuleBroken, Value
from dlc.layers.shape import Reshape
from dlc.passes.base import Change, Pass, PassResult, over_bodies
from dlc.passes.check import infer_types
from dlc.types import Type, fits, meet


@attrs.frozen
class RemoveNoOps(Pass):
    """Remove layers whose result is their input.

    Before:

        i = input map[8, 8, 4]
        a = linear(i)
        b = dropout(a, rate=0.0)
        c = maxpool2d(b, kernel=1)
        d = reshape(c, shape=(8, 8, -1))
        e = relu(d)
        output e

    After:

        i = input map[8, 8, 4]
        e = relu(i)
        output e

    These are: linear; dropout and noise of strength 0; padding and cropping by 0; upsampling by 1; pooling
    with a window and a stride of 1; permute that permutes nothing; reshape to the shape that is there;
    a repeat of these, and these in a repeat. One that is an output stays, since it carries the output's name.
    """

    name: ClassVar[str] = "remove-no-ops"

    def run(self, module: Module) -> PassResult:
        def change(place: Net | Block) -> Change:
            types = infer_types(place, module) if isinstance(place, Net) and _reshapes(place) else {}
            return lambda body, kept: _without(body, kept, types)

        return over_bodies(module, change)


_Types = Mapping[str, Type | None]


def _reshapes(net: Net) -> bool:
    return any(isinstance(node.op, Reshape) for node in net.body)


def _without(body: Sequence[Node], kept: frozenset[str], types: _Types) -> list[Node]:
    """The body without what does nothing; a declared type goes to the layer before."""
    made: dict[str, Node] = {}
    stands_for: dict[str, str] = {}
    for node in body:
        sources = tuple(stands_for.get(source, source) for source in node.inputs)
        node = attrs.evolve(node, op=_shortened(node.op), inputs=sources)
        source = node.inputs[0] if node.inputs else ""
        before = made.get(source)
        if node.name in kept or not _does_nothing(node.op, types.get(source)):
            made[node.name] = node
        elif node.declared is None:
            stands_for[node.name] = source
        elif before is not None and fits(before.declared, node.declared):
            made[source] = attrs.evolve(before, declared=meet(before.declared, node.declared))
            stands_for[node.name] = source
        else:
            made[node.name] = node
    return list(made.values())


def _shortened(action: Action) -> Action:
    """A repeat without the links that do nothing; one that does nothing at all stays to be removed."""
    if not isinstance(action, Repeat):
        return action
    links = tuple(_shortened(link) for link in action.links)
    kept = tuple(link for link in links if not _does_nothing(link, None))
    return Repeat(action.count, kept or links)


def _does_nothing(action: Action, given: Type | None) -> bool:
    if isinstance(action, BlockCall):
        return False
    if isinstance(action, Repeat):
        return isinstance(action.count, int) and all(_does_nothing(link, None) for link in action.links)
    rule = _RULES.get(action.op_name)
    return rule is not None and rule(action, given)


def _always(op: Any, given: Type | None) -> bool:
    return True


def _is_zero(name: str) -> Callable[[Any, Type | None], bool]:
    """The rule that nothing is done where an attribute, or every number of it, is 0."""
    return lambda op, given: _all(getattr(op, name), 0)


def _is_one(op: Any, given: Type | None) -> bool:
    return _all(op.size, 1)


def _takes_each(op: Any, given: Type | None) -> bool:
    pads = op.padding in ("same", "valid") or _all(op.padding, 0)
    return _all(op.kernel, 1) and _all(op.stride, 1) and pads


def _keeps_order(op: Any, given: Type | None) -> bool:
    return isinstance(op.order, tuple) and op.order == tuple(range(1, len(op.order) + 1))


def _keeps_type(op: Op, given: Type | None) -> bool:
    if given is None or not given.is_concrete:
        return False
    try:
        return op.infer([given]) == given
    except RuleBroken:
        return False


def _all(value: Value, number: int) -> bool:
    """Whether a value is this number, or many of it."""
    return all(v == number for v in value) if isinstance(value, tuple) else value == number


_Rule = Callable[[Any, Type | None], bool]
_RANKS = (1, 2, 3)
_RULES: dict[str, _Rule] = {
    "linear": _always,
    "dropout": _is_zero("rate"),
    "spatial_dropout2d": _is_zero("rate"),
    "gaussian_noise": _is_zero("stddev"),
    "permute": _keeps_order,
    "reshape": _keeps_type,
    **{f"zeropad{rank}d": _is_zero("padding") for rank in _RANKS},
    **{f"crop{rank}d": _is_zero("cropping") for rank in _RANKS},
    **{f"upsample{rank}d": _is_one for rank in _RANKS},
    **{f"{word}pool{rank}d": _takes_each for word in ("max", "avg") for rank in _RANKS},
}
