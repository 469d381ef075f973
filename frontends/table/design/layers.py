"""From a stated layer to one of the catalogue: what is not stated becomes a hole."""

from __future__ import annotations

from typing import Any

from dlc.frontends.table.design.facts import Facts
from dlc.frontends.table.design.parts import CONVS, GLOBAL_POOLS, GUESSED_POOLING, POOLS, Layer
from dlc.layers import REGISTRY, CannotBuild, build
from dlc.types import HOLE, Kind
from dlc.types.dims import parse_number

_RANK_OF = {Kind.SEQUENCE: 1, Kind.MAP: 2, Kind.VOLUME: 3}


def catalogue_layer(
    layer: Layer, kind: Kind | None, facts: Facts
) -> tuple[str, dict[str, Any], float | None, str | None]:
    """The operation, its attributes, the confidence in it, and a note on what was guessed.

    `kind` is that of the layer's input, where it is known.
    """
    op, note = _operation(layer, kind)
    stated = dict(layer.attributes)
    if op == "opaque":
        return (
            op,
            {"type": layer.phrase.type or layer.phrase.text or "layer", "attributes": _raw(stated)},
            _sure(layer),
            note,
        )
    attributes = _from_caption(op, stated, facts)
    known = {a.name: a for a in REGISTRY[op].table}
    values = {name: _value(v) for name, v in attributes.items() if name in known}
    values = {name: _fitting(op, name, value) for name, value in values.items()}
    for a in known.values():
        if a.name not in values and (a.required or _left_open(op, a.name)):
            values[a.name] = HOLE
    sure = _sure(layer)
    guessed = note is not None and layer.note is None
    return op, values, (sure or 1.0) * GUESSED_POOLING if guessed else sure, note


def _sure(layer: Layer) -> float | None:
    return layer.phrase.confidence if layer.phrase.confidence < 1 else None


def _operation(layer: Layer, kind: Kind | None) -> tuple[str, str | None]:
    op, note = layer.op, layer.note
    rank = layer.phrase.rank or _RANK_OF.get(kind, 2) if kind is not None else layer.phrase.rank or 2
    if op == "pool":
        op, note = (
            f"maxpool{rank}d",
            f"{layer.phrase.text or 'pooling'}: the kind of pooling is not stated, maximum taken",
        )
    elif op == "global_pool":
        op, note = (
            f"global_avgpool{rank}d",
            f"{layer.phrase.text}: the kind of pooling is not stated, average taken",
        )
    elif layer.phrase.rank is None and "2d" in op and rank != 2 and not _planar(layer):
        other = op.replace("2d", f"{rank}d")
        op = other if other in REGISTRY else op
    return (op if op in REGISTRY else "opaque"), note


def _planar(layer: Layer) -> bool:
    """Whether a window of two sides says that a layer has two axes."""
    kernel = layer.attributes.get("kernel")
    return isinstance(kernel, tuple) and len(kernel) == 2


def _from_caption(op: str, stated: dict[str, Any], facts: Facts) -> dict[str, Any]:
    """With what the caption says of every layer of the kind."""
    if op in CONVS:
        usual = {"stride": facts.conv_stride, "kernel": facts.conv_kernel, "padding": facts.padding}
        stated = {k: v for k, v in usual.items() if v is not None} | stated
    if op in POOLS and facts.pool_disjoint and "kernel" in stated:
        stated = {"stride": stated["kernel"]} | stated
    if op == "leaky_relu" and facts.leak is not None:
        stated = {"slope": facts.leak} | stated
    return stated


def _left_open(op: str, name: str) -> bool:
    if op in CONVS:
        return name == "padding" or (name == "stride" and "transpose" in op)
    return op in POOLS and name in ("stride", "padding")


def _value(value: Any) -> Any:
    """A value as the catalogue takes it: symbols parsed, sequences as tuples; a hole where it is no value."""
    if isinstance(value, tuple | list):
        return tuple(_value(v) for v in value)
    if isinstance(value, str) and value not in ("same", "valid", "nearest", "bilinear"):
        try:
            return parse_number(value)
        except ValueError:
            return HOLE
    return value


def _fitting(op: str, name: str, value: Any) -> Any:
    """The value if the catalogue accepts it, else its first element, else a hole."""
    domain = next(a.domain for a in REGISTRY[op].table if a.name == name)
    candidates = [value, *([value[0]] if isinstance(value, tuple) and value else [])]
    for candidate in candidates:
        try:
            domain.convert(candidate)
        except ValueError:
            continue
        return candidate
    return HOLE


def _raw(stated: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(value) if not isinstance(value, str) else value for name, value in stated.items()}


def stated_stride(layer: Layer) -> int | None:
    """The stride that a layer states, if it is one number for all axes."""
    stride = layer.attributes.get("stride")
    if isinstance(stride, tuple) and len(set(stride)) == 1:
        stride = stride[0]
    return stride if isinstance(stride, int) else None


def buildable(op: str, attributes: dict[str, Any]) -> bool:
    """Whether the catalogue makes a layer of these attributes."""
    try:
        build(op, attributes)
    except CannotBuild:
        return False
    return True


__all__ = ["GLOBAL_POOLS", "buildable", "catalogue_layer", "stated_stride"]
