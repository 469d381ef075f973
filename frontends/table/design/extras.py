"""Columns that add layers of their own behind a row's: pooling, normalisation, activation, dropout."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import attrs

from dlc.frontends.phrases import Phrase, read_phrases
from dlc.frontends.table.design.changes import give, spread
from dlc.frontends.table.design.parts import (
    ACTIVATIONS,
    GLOBAL_POOLS,
    POOLS,
    RECURRENT,
    Layer,
    Part,
    Stack,
    layers_of,
)
from dlc.frontends.table.design.roles import Role
from dlc.frontends.table.design.row import Row
from dlc.frontends.table.design.texts import quantity, sides, ticked, window

_ACTIVATIONS = {
    "re": "relu",
    "hs": "hard_silu",
    "sw": "silu",
    "r": "relu",
    "lrelu": "leaky_relu",
    "s": "sigmoid",
}


def pooled(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """A pooling column: the window of the row's pooling, or a pooling of its own after the layer."""
    text = row.text(Role.POOL)
    if not text:
        return parts
    kernel, stride, _ = window(text)
    phrase = next((p for p in read_phrases(text).phrases if p.op in POOLS | GLOBAL_POOLS), None)
    cell = row.first(Role.POOL)
    stated = row.text(Role.POOL_STRIDE)
    stride = sides(stated) if stated else stride
    values: dict[str, Any] = {"kernel": spread(kernel), "stride": spread(stride)}
    values = {k: v for k, v in values.items() if v is not None}
    if any(layer.op in POOLS for layer in layers_of(parts)):
        return give(parts, lambda layer: layer.op in POOLS, **values)
    if cell is None or not (values or phrase or ticked(text)):
        return parts
    made = phrase or Phrase(op=_pool_kind(row), text=text)
    return (*parts, Layer(attrs.evolve(made, attributes=values | dict(made.attributes)), cell))


def _pool_kind(row: Row) -> str:
    titles = " ".join(t for c in row.variant.of(Role.POOL) for t in c.titles).lower()
    if "max" in titles:
        return "maxpool2d"
    return "avgpool2d" if re.search(r"av(?:g|era)", titles) else "pool"


def further(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Layers that columns of their own add: normalisation, activation, dropout, in that order."""
    blocks = [layer for layer in layers_of(parts) if layer.op == "opaque"]
    notes = {
        "expansion": quantity(row.text(Role.EXPANSION)),
        "expanded": quantity(row.text(Role.EXPANDED)),
        "activation": next((layer.op for layer in activated(row)), row.text(Role.ACTIVATION) or None),
        "squeeze_excitation": True if row.text(Role.SQUEEZE) and ticked(row.text(Role.SQUEEZE)) else None,
    }
    if blocks:
        return give(parts, lambda layer: layer.op == "opaque", **notes)
    ops = [layer.op for layer in layers_of(parts)]
    named = () if any(op in ACTIVATIONS for op in ops) else tuple(activated(row))
    if ops and ops[-1] in RECURRENT:
        named = tuple(layer for layer in named if layer.op != "tanh")  # its own
    return _together(parts, (*_normed(row), *named, *_dropped(row)))


def _together(parts: tuple[Part, ...], more: tuple[Layer, ...]) -> tuple[Part, ...]:
    """Layers of a row, then those of its columns; one that is repeated is repeated with them: "Conv ×2"."""
    first = parts[0] if len(parts) == 1 else None
    if not more or not isinstance(first, Layer) or first.phrase.repeat == 1:
        return (*parts, *more)
    once = attrs.evolve(first, phrase=attrs.evolve(first.phrase, repeat=1))
    return (Stack((once, *more), first.phrase.repeat),)


def _normed(row: Row) -> Iterable[Layer]:
    cell = row.first(Role.NORM)
    if cell is None:
        return
    named = next(
        (p for p in read_phrases(cell.text).phrases if p.op and p.op.endswith(("norm", "lrn"))), None
    )
    if named is not None or ticked(cell.text):
        yield Layer(named or Phrase(op="batchnorm", text=cell.text), cell)


def activated(row: Row) -> Iterable[Layer]:
    """The layer that a column of activations names, if it does."""
    cell = row.first(Role.ACTIVATION)
    if cell is None:
        return
    short = _ACTIVATIONS.get(cell.text.strip().lower())
    phrase = Phrase(op=short, text=cell.text) if short else None
    phrase = phrase or next((p for p in read_phrases(cell.text).phrases if p.op not in (None, "dense")), None)
    if phrase is not None and phrase.op != "linear":
        yield Layer(phrase, cell)


def _dropped(row: Row) -> Iterable[Layer]:
    cell = row.first(Role.DROPOUT)
    if cell is None:
        return
    match = re.search(r"(?P<rate>\d*\.\d+|\d+)\s*(?P<share>%)?", cell.text)
    rate = float(match["rate"]) / (100 if match["share"] else 1) if match else None
    if ticked(cell.text) and match is None:
        yield Layer(Phrase(op="dropout", text=cell.text), cell)
    elif rate is not None and 0 < rate < 1:
        yield Layer(Phrase(op="dropout", attributes={"rate": rate}, text=cell.text), cell)
