"""Putting values in place of symbols: block parameters into layers, calls, repeats and types."""

from __future__ import annotations

from collections.abc import Mapping

from dlc.ir import Action, BlockCall, Op, Repeat, Value
from dlc.layers.base import build
from dlc.layers.opaque import Raw
from dlc.types import Dim, Expr, Type

Bindings = Mapping[str, Value]


def bind_value(value: Value, bindings: Bindings) -> Value:
    """The value with bound symbols replaced; a symbol alone may become any value, a hole makes a hole."""
    if isinstance(value, tuple):
        return tuple(bind_value(v, bindings) for v in value)
    if isinstance(value, Raw):
        return Raw(tuple((name, bind_value(v, bindings)) for name, v in value.entries))
    if not isinstance(value, Expr) or bindings.keys().isdisjoint(value.symbols()):
        return value
    name = str(value)
    if name in bindings:
        return bindings[name]
    return _calculate(value, bindings)


def bind_dim(dim: Dim, bindings: Bindings) -> Dim:
    """A dimension with bound symbols replaced; raises ValueError where a value is no integer."""
    bound = bind_value(dim, bindings)
    if isinstance(bound, bool | float | str | tuple) or bound is None:
        raise ValueError(f"{dim} would be {bound}, which is no integer")
    return bound


def bind_type(declared: Type, bindings: Bindings) -> Type:
    """A type with bound symbols replaced in its dimensions."""
    return Type(declared.kind, tuple(bind_dim(d, bindings) for d in declared.shape))


def bind_action(action: Action, bindings: Bindings) -> Action:
    """What a node does, with bound symbols replaced; raises CannotBuild where a layer refuses the result."""
    if not bindings:
        return action
    if isinstance(action, BlockCall):
        bound = {name: bind_value(value, bindings) for name, value in action.arguments.items()}
        return BlockCall(action.block, bound)
    if isinstance(action, Repeat):
        links = tuple(bind_action(link, bindings) for link in action.links)
        return Repeat(bind_dim(action.count, bindings), links)
    return _bind_layer(action, bindings)


def _bind_layer(op: Op, bindings: Bindings) -> Op:
    before = op.attributes()
    after = {name: bind_value(value, bindings) for name, value in before.items()}
    changed = any(after[name] is not before[name] for name in before)
    return build(op.op_name, after) if changed else op


def _calculate(value: Expr, bindings: Bindings) -> Value:
    used = {name: bindings[name] for name in value.symbols() if name in bindings}
    numbers = {n: v for n, v in used.items() if isinstance(v, int | Expr) and not isinstance(v, bool)}
    for name, bound in used.items():
        if name not in numbers:
            if isinstance(bound, str | float | tuple | bool) or bound is None:
                raise ValueError(f"{value} needs an integer for {name}, not {bound}")
            return bound
    return value.substitute(numbers)
