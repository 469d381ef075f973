"""What reported sizes say of a row's layers: strides, widths, and the type of the result."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import attrs

from dlc.frontends.table.design.facts import Facts
from dlc.frontends.table.design.order import Order
from dlc.frontends.table.design.parts import (
    CONVS,
    GLOBAL_POOLS,
    POOLS,
    RECURRENT,
    WIDTH,
    Layer,
    Part,
    Stack,
    Stage,
    layers_of,
)
from dlc.frontends.table.design.sizes import Size, as_dim
from dlc.frontends.table.design.steps import Steps
from dlc.frontends.table.design.wiring import Wiring
from dlc.types import HOLE, Dim, Expr, Kind, Type, product


def spatial(size: Size | None, order: Order) -> tuple[Dim, ...] | None:
    """The sides that a size reports: height and width, before them the depth of a volume."""
    sides = 3 if order.solid else 2
    if size is None or len(size) < sides:
        return None
    return tuple(as_dim(v) for v in order.turned(size)[:sides])


_FACTORS = (2, 3, 4, 8)
_SHAPING = POOLS | GLOBAL_POOLS | {"flatten", "concat"}


def first_stride(stage: Stage, before: tuple[Dim, ...] | None, facts: Facts, order: Order) -> Steps | None:
    """The stride of a row's first layer, where the caption or the sizes before and after say one."""
    layers = list(layers_of(stage.parts))
    first = layers[0] if layers else None
    if first is None or first.op not in CONVS or "stride" in first.attributes:
        return None
    stated = facts.reduces(stage.label)
    if stated is not None:
        return stated if any(isinstance(p, Stack) for p in stage.parts) else None
    after = spatial(stage.out, order)
    if before is None or after is None or any(_resizes(layer) for layer in layers):
        return None
    if "transpose" in first.op:
        return _steps([_enlargement(a, b) for a, b in zip(before, after, strict=False)])
    return _steps([_reduction(a, b, first) for a, b in zip(before, after, strict=False)])


def _resizes(layer: Layer) -> bool:
    """Whether a layer is known to change the size, so that the first one need not."""
    return layer.attributes.get("stride") not in (None, 1, (1, 1)) or layer.op in POOLS | GLOBAL_POOLS


def _steps(found: Sequence[int | None]) -> Steps | None:
    """A stride of the sides' ratios; None where no side changes."""
    steps = tuple(f or 1 for f in found)
    if not any(found):
        return None
    return steps[0] if len(set(steps)) == 1 else steps


def _reduction(a: Dim, b: Dim, first: Layer) -> int | None:
    """By how much a row shrinks a side of its input, if a window without padding does not explain it."""
    if isinstance(a, Expr) and isinstance(b, Expr):
        return next((n for n in _FACTORS if a // n == b), None)
    if not isinstance(a, int) or not isinstance(b, int) or b < 1 or a < 2 * b - 1:
        return None
    kernel = first.attributes.get("kernel")
    side = kernel[0] if isinstance(kernel, tuple) else kernel
    if isinstance(side, int) and a - side + 1 == b:
        return None
    return max(2, math.ceil(a / b)) if a / b >= 1.5 else None


def _enlargement(a: Dim, b: Dim) -> int | None:
    """The whole number by which a row enlarges a side of its input."""
    if isinstance(a, Expr) and isinstance(b, Expr):
        return next((n for n in _FACTORS if b // n == a or a * n == b), None)
    if not isinstance(a, int) or not isinstance(b, int) or not 1 < a < b or b % a:
        return None
    return b // a


def with_reported_sizes(
    stage: Stage, before: tuple[Dim, ...] | None, order: Order, kind: Kind | None = None
) -> Stage:
    """The row with what its reported size says of its layers: a width, a factor, a shape.

    `kind` is that of what goes in.
    """
    if stage.out is None or not stage.parts:
        return stage
    size = order.turned(stage.out)
    stage = _with_factor(stage, before, spatial(stage.out, order))
    index = _last_wide(stage.parts)
    last = stage.parts[index] if index is not None else None
    if index is None or not isinstance(last, Layer):
        return stage
    made = _unfolded(last, size) if kind is Kind.VECTOR and last.op == "dense" else _sized(last, size)
    return attrs.evolve(stage, parts=(*stage.parts[:index], made, *stage.parts[index + 1 :]))


def _with_factor(stage: Stage, before: tuple[Dim, ...] | None, after: tuple[Dim, ...] | None) -> Stage:
    """An enlargement that does not say its factor has that of the sizes."""
    first = stage.parts[0]
    if not isinstance(first, Layer) or "upsample" not in first.op or "size" in first.attributes:
        return stage
    if before is None or after is None:
        return stage
    factors = _steps([_enlargement(a, b) for a, b in zip(before, after, strict=False)])
    return attrs.evolve(stage, parts=(first.given(size=factors), *stage.parts[1:])) if factors else stage


def _last_wide(parts: tuple[Part, ...]) -> int | None:
    """The last layer with a width, where only layers follow that keep it."""
    for index in range(len(parts) - 1, -1, -1):
        part = parts[index]
        if not isinstance(part, Layer) or part.op == "attention":
            return None
        if part.op == "opaque":
            before = parts[index - 1] if index else None
            if part.attributes or not isinstance(before, Layer) or before.op != "dense":
                return None
            continue  # an activation that the catalogue lacks
        if part.op in WIDTH or part.op == "reshape":
            return index
        if part.op in _SHAPING:
            return None
    return None


def _sized(layer: Layer, size: tuple[Any, ...]) -> Layer:
    """A layer with the width (of a reshaping: the shape) of the size reported after it."""
    if layer.op == "reshape":
        return layer.given(shape=size)
    if layer.op in RECURRENT and len(size) == 2 and size[0] != 1:
        layer = layer.set(return_sequences=True)
    reported = _reported_width(layer, size)
    return layer if reported is None else layer.given(**{WIDTH[layer.op]: reported})


def _unfolded(layer: Layer, size: tuple[Any, ...]) -> Layer:
    """A dense layer whose values a table reports as a map's: they are reshaped to it afterwards."""
    if len(size) != 3 or all(v == 1 for v in size[:-1]):
        return _sized(layer, size)
    units = product(*(as_dim(v) for v in size))
    if layer.attributes.get("units", units) != units:
        return layer
    return attrs.evolve(
        layer.given(units=units), phrase=attrs.evolve(layer.given(units=units).phrase, shape=size)
    )


def _reported_width(layer: Layer, size: tuple[Any, ...]) -> Any:
    if layer.op in RECURRENT and len(size) <= 2:
        twice = layer.attributes.get("bidirectional") and isinstance(size[-1], int) and size[-1] % 2 == 0
        return size[-1] // 2 if twice else size[-1]
    if layer.op == "dense":
        return size[-1] if all(v == 1 for v in size[:-1]) else None
    rank = 1 if layer.op.endswith(("1d", "embed")) else 3 if "3d" in layer.op else 2
    return size[-1] if len(size) == rank + 1 else None


def declared_type(stage: Stage, order: Order, wiring: Wiring) -> Type | None:
    """The type that a reported size stands for, given the kind of the row's result."""
    if stage.out is None:
        return None
    size = tuple(as_dim(v) for v in order.turned(stage.out))
    if wiring.kind is None:
        return (_declared_vector(size) if wiring.fed is Kind.VECTOR else None) or _declared_unknown(
            stage, size
        )
    if wiring.kind is Kind.VECTOR:
        return _declared_vector(size)
    rank = wiring.kind.rank
    if (
        wiring.kind is Kind.SEQUENCE
        and len(size) == 2
        and isinstance(wiring.width, int)
        and wiring.width != size[1]
    ):
        return _declared_tokens(size, wiring.width)
    if len(size) == rank:
        return Type(wiring.kind, size)
    if len(size) == rank - 1 and rank > 2:
        return Type(wiring.kind, (*size, wiring.width))
    return None


def _declared_tokens(size: tuple[Dim, ...], width: int) -> Type | None:
    """A map's height and width beside a sequence of another width: as many steps as it has pixels."""
    if not all(isinstance(v, int) for v in size) or size[0] != size[1]:
        return Type(Kind.SEQUENCE, size)
    return Type(Kind.SEQUENCE, (product(*(v for v in size if isinstance(v, int))), width))


def _declared_vector(size: tuple[Dim, ...]) -> Type | None:
    if len(size) == 1:
        return Type(Kind.VECTOR, size)
    if all(d == 1 for d in size[:-1]) and (len(size) > 2 or size[-1] != 1):
        return Type(Kind.VECTOR, size[-1:])
    return None


def _declared_unknown(stage: Stage, size: tuple[Dim, ...]) -> Type | None:
    """The result of a layer that the catalogue does not know: as many dimensions as reported."""
    last = list(layers_of(stage.parts))
    width = as_dim(last[-1].attributes.get("filters")) if last else HOLE
    kinds = {1: Kind.VECTOR, 3: Kind.MAP, 4: Kind.VOLUME}
    if len(size) == 2:
        return Type(Kind.MAP, (*size, width))
    kind = kinds.get(len(size))
    return Type(kind, size) if kind is not None else None
