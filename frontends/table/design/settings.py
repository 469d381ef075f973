"""The columns of hyper-parameters: what each states, and for which layer of its row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import attrs

from dlc.frontends.phrases import read_phrases
from dlc.frontends.phrases.normal import normalise
from dlc.frontends.phrases.values import Number
from dlc.frontends.table.design.changes import first_changed, give, spread, widened
from dlc.frontends.table.design.extras import further, pooled
from dlc.frontends.table.design.inception import inception
from dlc.frontends.table.design.parts import CONVS, POOLS, RECURRENT, Layer, Part, Stack, layers_of
from dlc.frontends.table.design.roles import Role
from dlc.frontends.table.design.row import WINDOWS, Row
from dlc.frontends.table.design.sizes import Size, read_size
from dlc.frontends.table.design.texts import quantity, sides, window


def apply_columns(row: Row, parts: tuple[Part, ...]) -> tuple[tuple[Part, ...], Number | None]:
    """The parts with what the row's other columns state, and a width that belongs to no layer of the row."""
    parts = inception(row, parts)
    if not parts:
        return (), row.width()
    for apply in (_kernel, _stride, _padding, _dilation, _groups):
        parts = apply(row, parts)
    parts, width = _width(row, parts)
    parts = _shape(row, parts)
    parts = further(row, pooled(row, parts))
    return _repeated(row, parts), width


def _takes_window(layer: Layer) -> bool:
    return layer.op in CONVS | POOLS or layer.op == "opaque"


def _kernel(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    cell = row.first(*WINDOWS)
    if cell is None or any(g.bracket for g in cell.groups):
        return parts
    text = cell.text
    size, stride, pad = window(text)
    if size is None:
        return _phrase_of(text, parts)
    if len(size) == 1 and any(layer.op in RECURRENT | {"dense"} for layer in layers_of(parts)):
        return first_changed(parts, lambda layer: widened(layer, size[0]))
    kernel = list(size)
    conv_first = any(layer.op in CONVS for layer in layers_of(parts))
    fits = _takes_window if not conv_first else lambda layer: layer.op in CONVS
    if len(kernel) == 3 and not _counts_depths(row):
        parts = _with_rank(parts, 3)
    elif len(kernel) == 3:
        depth = kernel.pop()
        parts = first_changed(parts, lambda layer: _deep(layer, depth) if fits(layer) else None)
    return give(parts, fits, kernel=spread(kernel), stride=spread(stride), padding=pad)


_DEEPEST = 7  # a window's third side; a larger one counts channels


def _counts_depths(row: Row) -> bool:
    """Whether the third sides of a column's windows count channels."""
    cells = [c for column in row.variant.of(*WINDOWS) for c in column.cells]
    windows = [w for c in cells if (w := window(c.text)[0]) is not None and len(w) == 3]
    return any(not isinstance(w[2], int) or w[2] > _DEEPEST for w in windows)


def _deep(layer: Layer, depth: Number) -> Layer:
    return attrs.evolve(layer, phrase=attrs.evolve(layer.phrase, depth=depth))


def _with_rank(parts: tuple[Part, ...], rank: int) -> tuple[Part, ...]:
    def changed(layer: Layer) -> Layer | None:
        if layer.op not in CONVS | POOLS or layer.phrase.rank == rank:
            return None
        op = re.sub(r"\dd", f"{rank}d", layer.op)
        return attrs.evolve(layer, phrase=attrs.evolve(layer.phrase, op=op, rank=rank))

    return first_changed(parts, changed)


def _phrase_of(text: str, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """A window column with words in it: "Pool 7×7", "Global", "3×3 dw"."""
    found = read_phrases(text).phrases
    if not found:
        return parts
    if re.search(r"\bglobal\b", text, re.I):
        return first_changed(parts, _globally)
    values = {k: v for k, v in found[0].attributes.items() if k in ("kernel", "stride", "padding", "filters")}
    return give(parts, _takes_window, **values)


def _globally(layer: Layer) -> Layer | None:
    if layer.op not in POOLS:
        return None
    op = "global_pool" if layer.op == "pool" else f"global_{layer.op}"
    return attrs.evolve(layer, phrase=attrs.evolve(layer.phrase, op=op))


def _stride(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    text = row.text(Role.STRIDE)
    found = sides(text.lstrip("/")) if text else None
    return give(parts, _takes_window, stride=spread(found))


def _padding(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    text = normalise(row.text(Role.PAD)).lower()
    if not text:
        return parts
    word = next((w for w in ("same", "valid") if w in text), None)
    numbers = sides(text)
    pad: Any = word or _padding_of(numbers)
    return give(parts, lambda layer: layer.op in CONVS | POOLS, padding=pad)


def _padding_of(numbers: Sequence[Number] | None) -> Any:
    """Padding as the language writes it: a number for all sides, (vertical, horizontal) spread out."""
    if numbers is None or any(isinstance(n, str | float) for n in numbers):
        return None
    if len(set(numbers)) == 1:
        return numbers[0]
    if len(numbers) == 2:
        return (numbers[0], numbers[0], numbers[1], numbers[1])
    return tuple(numbers) if len(numbers) == 4 else None


def _dilation(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    text = row.text(Role.DILATION)
    return give(parts, lambda layer: layer.op in CONVS, dilation=spread(sides(text)) if text else None)


def _groups(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return give(parts, lambda layer: layer.op in CONVS | {"opaque"}, groups=quantity(row.text(Role.GROUPS)))


def _shape(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """A filter's whole shape: "3×3×32×64", "3×3×32 dw", "1024×1000", "Pool 7×7"."""
    text = row.text(Role.FILTER_SHAPE)
    if not text:
        return parts
    size = read_size(re.sub(r"\b(?:dw|depthwise)\b", "", text, flags=re.I).strip())
    if size is None:
        return _phrase_of(text, parts)
    return first_changed(parts, lambda layer: _shaped(layer, size, row.size(Role.OUTPUT)))


def _shaped(layer: Layer, size: Size, out: Size | None) -> Layer | None:
    if layer.op == "dense":
        return layer.given(units=size[-1])
    if layer.op == "depthwise_conv2d" and len(size) >= 2:
        return layer.given(kernel=size[:2])
    if layer.op in CONVS and len(size) == 4:
        outwards = (
            isinstance(size[0], int) and isinstance(size[2], int) and size[2] <= 11 and size[3] == size[2]
        )
        if outwards and size[0] != size[1]:
            return layer.given(kernel=size[2:], filters=size[0])
        return layer.given(kernel=size[:2], filters=size[3])
    if layer.op in CONVS and len(size) == 3:
        if out is not None and len(out) == 3 and size[2] not in (out[0], out[2]):
            return _deep(layer.given(kernel=size[:2]), size[2])
        return layer.given(kernel=size[:2], filters=size[2])
    if layer.op in POOLS and len(size) == 3:
        return layer.given(kernel=size[:2])
    if layer.op in CONVS | POOLS and len(size) == 2:
        return layer.given(kernel=size)
    return None


def _width(row: Row, parts: tuple[Part, ...]) -> tuple[tuple[Part, ...], Number | None]:
    value = row.width()
    if value is None:
        return parts, None
    made = first_changed(parts, lambda layer: widened(layer, value))
    return (made, None) if made != parts else (parts, value)


def _repeated(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    count = quantity(row.text(Role.REPEAT))
    if count in (None, 1, 0):
        return parts
    if len(parts) == 1 and isinstance(parts[0], Stack) and parts[0].repeat == 1:
        return (attrs.evolve(parts[0], repeat=count),)
    return (Stack(parts, count),)
