"""Layers that share weights: in Keras, one layer object that is called several times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from dlc.backends.keras.classes import CLASSES
from dlc.backends.keras.plan import KerasLayer, Plan, Step
from dlc.backends.keras.statements import Statement
from dlc.ir import Module, Op


@attrs.frozen
class Common:
    """The layer object that a step calls: the value whose statement owns it, and how its name ends."""

    owner: str
    ending: str


def has_weights(layer: KerasLayer) -> bool:
    """Whether a Keras layer keeps numbers."""
    known = CLASSES.get(layer.cls)
    weights = known is not None and any(n.endswith("_initializer") or n == "layer" for n in known.config)
    return weights or layer.cls == "Normalization"


def owners(body: Iterable[Statement]) -> dict[str, Statement]:
    """The statements whose layers others call too, by their values."""
    wanted = {s.shares for s in body if s.shares is not None}
    return {s.value: s for s in body if s.value in wanted}


def common_layers(statement: Statement, owning: Mapping[str, Statement]) -> dict[int, Common]:
    """For the steps of a statement that call a layer object of several statements, that object."""
    owner = owning.get(statement.shares or statement.value)
    if owner is None:
        return {}
    pairs = zip(_weighted(_steps(statement)), _weighted(_steps(owner)), strict=True)
    return {own: Common(owner.value, f"_{s.role}" if s.role else "") for (own, _), (_, s) in pairs}


def differing(body: Sequence[Statement]) -> Iterator[tuple[Statement, str]]:
    """Statements that cannot call their owners' layer objects, and why."""
    owning = owners(body)
    for statement in body:
        owner = owning.get(statement.shares) if statement.shares is not None else None
        if owner is None:
            continue
        own, theirs = (_layers(s) for s in (statement, owner))
        if own != theirs:
            yield (
                statement,
                f"it does not use the weights of {owner.value} in the same way: {_how(own, theirs)}",
            )


def shares_calls(module: Module) -> bool:
    """Whether calls of blocks, or repeats, share weights."""
    bodies = [*(b.body for b in module.blocks), *(n.body for n in module.nets)]
    return any(n.shares is not None and not isinstance(n.op, Op) for body in bodies for n in body)


def _layers(statement: Statement) -> list[KerasLayer]:
    return [step.layer for _, step in _weighted(_steps(statement))]


def _steps(statement: Statement) -> Sequence[Step]:
    """The Keras layers of a statement; those of blocks and loops are not shared."""
    return statement.doing.steps if isinstance(statement.doing, Plan) else ()


def _weighted(steps: Sequence[Step]) -> list[tuple[int, Step]]:
    return [(index, step) for index, step in enumerate(steps) if has_weights(step.layer)]


def _how(own: Sequence[KerasLayer], theirs: Sequence[KerasLayer]) -> str:
    """The arguments in which two uses differ."""
    for a, b in zip(own, theirs, strict=False):
        names = [n for n in {**a.arguments, **b.arguments} if a.arguments.get(n) != b.arguments.get(n)]
        if names:
            return f"a layer object has one {names[0]}"
    return "it needs other layers of Keras"
