"""The input of a net: its kind from the first layer, its size from an input row or the first row's input."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import attrs

from dlc.frontends.phrases.normal import compact
from dlc.frontends.table.design.order import Order
from dlc.frontends.table.design.parts import (
    CONVS,
    GLOBAL_POOLS,
    POOLS,
    RECURRENT,
    Layer,
    Stage,
    layers_of,
)
from dlc.frontends.table.design.sizes import as_dim
from dlc.ir import Input
from dlc.types import HOLE, Dim, Kind, Type

_INPUT_NAMES = {
    Kind.MAP: "image",
    Kind.VECTOR: "features",
    Kind.SEQUENCE: "sequence_in",
    Kind.IDS: "tokens",
    Kind.VOLUME: "clip",
}


#: What rows call the net's input.
GIVEN = ("input", "inputs", "image", "images", "data", "inputimage", "inputimages", "rgb", "x")
_TAKING = CONVS | POOLS | GLOBAL_POOLS | {"upsample2d", "flatten"}


def is_input(stage: Stage) -> bool:
    """Whether a row only tells what goes in."""
    layers = list(layers_of(stage.parts))
    return bool(layers) and all(layer.op == "input" for layer in layers)


def inputs_of(stages: Sequence[Stage], order: Order) -> list[tuple[tuple[str, ...], Input]]:
    """The net's inputs, each with what rows may call it; several where several input rows are named."""
    rows = [s for s in stages if is_input(s)]
    named = {compact(source) for s in stages for source in s.sources}
    several = [s for s in rows if compact(s.label) in named]
    if len(several) < 2:
        names = tuple(s.label for s in rows if s.label)
        return [((*GIVEN, *names), _input(_last_sized(rows), stages, order))]
    made: list[tuple[tuple[str, ...], Input]] = []
    for row in several:
        uses = [s for s in stages if any(compact(source) == compact(row.label) for source in s.sources)]
        given = _input(row, uses or stages, order)
        made.append(((row.label,), attrs.evolve(given, name=_identifier(row.label) or given.name)))
    return made


def _last_sized(rows: Sequence[Stage]) -> Stage | None:
    """The last of several rows that say what goes in: "raw clip", then "data layer"."""
    sized = [s for s in rows if s.out or s.into or any(p.phrase.shape for p in layers_of(s.parts))]
    return sized[-1] if sized else next(iter(rows), None)


def _identifier(label: str) -> str:
    made = re.sub(r"\W+", "_", label.strip().lower()).strip("_")
    return made if re.match(r"[a-z_]", made) else ""


def _input(row: Stage | None, stages: Sequence[Stage], order: Order) -> Input:
    """One input: its kind from the first layer that takes it, its size from its row or that layer's."""
    layers = [layer for s in stages for layer in layers_of(s.parts) if layer.op != "input"]
    kind = _input_kind(layers[0] if layers else None, order.flat)
    size = _input_size(row, stages, order)
    if size is not None:
        kind = _kind_of(size, kind, layers)
    channels = next((s.channels_in for s in stages if s.channels_in is not None and not is_input(s)), None)
    dims = _dims(size, kind, channels)
    return Input(_INPUT_NAMES[kind], Type(kind, dims))


def _kind_of(size: tuple[Any, ...], kind: Kind, layers: Sequence[Layer]) -> Kind:
    """The kind that as many sides as reported can be of, where the first layer leaves it open."""
    if kind is Kind.VECTOR and len(size) >= 2:
        return Kind.MAP
    shaping = layers and (layers[0].op in RECURRENT or layers[0].op in _TAKING)
    return Kind.VECTOR if kind is Kind.MAP and len(size) == 1 and not shaping else kind


def _input_kind(first: Layer | None, flat: bool) -> Kind:
    op = first.op if first is not None else ""
    rank = first.phrase.rank if first is not None else None
    if op == "embed":
        return Kind.IDS
    if op in RECURRENT or op == "attention":
        return Kind.SEQUENCE
    if op in ("dense", "repeat_vector"):
        return Kind.VECTOR
    if rank == 3 or op.endswith("3d"):
        return Kind.VOLUME
    return Kind.SEQUENCE if flat or rank == 1 or op.endswith("1d") else Kind.MAP


def _input_size(row: Stage | None, stages: Sequence[Stage], order: Order) -> tuple[Any, ...] | None:
    if row is not None:
        layer = next((p for p in layers_of(row.parts) if p.phrase.shape is not None), None)
        if layer is not None and layer.phrase.shape is not None:
            shape = layer.phrase.shape
            # "94×24 pixels" is how widths and heights of pictures are said.
            pixels = "pixel" in layer.cell.text.lower() and len(shape) >= 2 and not order.width_first
            return (shape[1], shape[0], *shape[2:]) if pixels else order.turned(shape)
        size = row.out or row.into
        if size is None and row.width is not None:
            return (row.width,)
        if size is not None:
            turned = order.turned(size)
            return (*turned, row.width) if len(turned) == 2 and row.width is not None else turned
    first = next((s for s in stages if not is_input(s)), None)
    return order.turned(first.into) if first is not None and first.into is not None else None


def _dims(size: tuple[Any, ...] | None, kind: Kind, channels: Any) -> tuple[Dim, ...]:
    """Dimensions of a kind's rank: what is not reported is a hole."""
    last = as_dim(channels)
    if size is None or len(size) > kind.rank:
        return (*[HOLE] * (kind.rank - 1), last)
    dims = tuple(as_dim(v) for v in size)
    if len(dims) == kind.rank:
        return dims
    if len(dims) == kind.rank - 1:
        return (*dims, last)
    return (*[HOLE] * (kind.rank - 1), last)


def follows_sources(stages: Sequence[Stage]) -> bool:
    """Whether the input column names rows: most of its names are labels of rows above."""
    seen = set(GIVEN)
    known = total = 0
    for stage in stages:
        total += len(stage.sources)
        known += sum(compact(source) in seen for source in stage.sources)
        names = (layer.phrase.name or "" for layer in layers_of(stage.parts))
        seen.update(compact(part) for name in (stage.label, *names) for part in (name, *name.split("+")))
    return total >= 2 and known >= 0.6 * total
