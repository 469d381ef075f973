"""What reported sizes say of a row's layers: strides, widths, and the type of the result."""

from __future__ import annotations

import math
from typing import Any

import attrs

from dlc.frontends.table.design.facts import Facts
from dlc.frontends.table.design.order import Order
from dlc.frontends.table.design.parts import (
    CONVS,
    GLOBAL_POOLS,
    POOLS,
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
from dlc.types import HOLE, Dim, Kind, Type


def spatial(size: Size | None, order: Order) -> tuple[Any, ...] | None:
    """The sides that a size reports: height and width, before them the depth of a volume."""
    sides = 3 if order.solid else 2
    if size is None or len(size) < sides:
        return None
    return order.turned(size)[:sides]


_SHAPING = POOLS | GLOBAL_POOLS | {"flatten", "reshape", "concat"}


def first_stride(stage: Stage, before: tuple[Any, ...] | None, facts: Facts, order: Order) -> Steps | None:
    """The stride of a row's first layer, where the caption or the sizes before and after say one."""
    layers = list(layers_of(stage.parts))
    first = layers[0] if layers else None
    if first is None or first.op not in CONVS or "stride" in first.attributes:
        return None
    stated = facts.reduces(stage.label)
    if stated is not None:
        return stated if any(isinstance(p, Stack) for p in stage.parts) else None
    if any(layer.attributes.get("stride") not in (None, 1, (1, 1)) for layer in layers) or any(
        layer.op in POOLS | GLOBAL_POOLS for layer in layers
    ):
        return None
    after = spatial(stage.out, order)
    if before is None or after is None:
        return None
    found = [_ratio(a, b, first) for a, b in zip(before, after, strict=False)]
    if order.solid and any(found):
        return tuple(r or 1 for r in found)
    return found[0]


def _ratio(a: Any, b: Any, first: Layer) -> int | None:
    """By how much a row shrinks a side of its input, if a window without padding does not explain it."""
    if not isinstance(a, int) or not isinstance(b, int) or b < 1 or a < 2 * b - 1:
        return None
    kernel = first.attributes.get("kernel")
    side = kernel[0] if isinstance(kernel, tuple) else kernel
    if isinstance(side, int) and a - side + 1 == b:
        return None
    return max(2, math.ceil(a / b)) if a / b >= 1.5 else None


def with_reported_width(stage: Stage, order: Order) -> Stage:
    """The last convolution or dense layer of a row without a width has that of the reported size."""
    if stage.out is None or not stage.parts:
        return stage
    size = order.turned(stage.out)
    last = stage.parts[-1]
    if not isinstance(last, Layer) or last.op not in WIDTH or last.op in ("opaque", "attention", "embed"):
        index = _last_wide(stage.parts)
        if index is None:
            return stage
        last = stage.parts[index]
    else:
        index = len(stage.parts) - 1
    name = WIDTH[last.op]  # type: ignore[union-attr]
    reported = _reported_width(last, size)  # type: ignore[arg-type]
    if reported is None or name in last.attributes:  # type: ignore[union-attr]
        return stage
    parts = (*stage.parts[:index], last.given(**{name: reported}), *stage.parts[index + 1 :])  # type: ignore[union-attr]
    return attrs.evolve(stage, parts=parts)


def _last_wide(parts: tuple[Part, ...]) -> int | None:
    """A convolution or dense layer that only layers follow which keep its width."""
    for index in range(len(parts) - 1, -1, -1):
        part = parts[index]
        if not isinstance(part, Layer):
            return None
        if part.op in CONVS | {"dense"} and part.op in WIDTH:
            return index
        if part.op in WIDTH or part.op in _SHAPING:
            return None
    return None


def _reported_width(layer: Layer, size: tuple[Any, ...]) -> Any:
    if layer.op == "dense":
        if len(size) == 1:
            return size[0]
        return size[-1] if all(v == 1 for v in size[:-1]) else None
    rank = 1 if layer.op.endswith("1d") else 2
    return size[-1] if len(size) == rank + 1 else None


def declared_type(stage: Stage, order: Order, wiring: Wiring) -> Type | None:
    """The type that a reported size stands for, given the kind of the row's result."""
    if stage.out is None:
        return None
    size = tuple(as_dim(v) for v in order.turned(stage.out))
    if wiring.kind is None:
        return _declared_unknown(stage, size)
    if wiring.kind is Kind.VECTOR:
        return _declared_vector(size)
    rank = wiring.kind.rank
    if len(size) == rank:
        return Type(wiring.kind, size)
    if len(size) == rank - 1 and rank > 2:
        return Type(wiring.kind, (*size, wiring.width))
    return None


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
