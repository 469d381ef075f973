"""Tables that define a block in symbols, and their use where another table names the block."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from dlc.frontends.phrases.normal import normalise
from dlc.frontends.phrases.values import Number
from dlc.frontends.table.design.parts import Branches, Layer, Part, Stack, Stage, layers_of
from dlc.frontends.table.design.sizes import Size
from dlc.frontends.table.model import Table
from dlc.types import Dim, Expr
from dlc.types.dims import parse_number

_WORDS = 6  # of a caption, which name what the table shows
_MOST_LAYERS = 16


@attrs.frozen
class Definition:
    """A block in symbols: `words` of its name, its parts, and which symbols stand for what.

    `residual` tells that the caption calls it so: where shapes allow, its input is added to its result.
    """

    words: frozenset[str]
    parts: tuple[Part, ...]
    channels_in: str | None = None
    channels_out: str | None = None
    residual: bool = False

    def instance(self, layer: Layer, width: Dim) -> tuple[Part, ...]:
        """The parts with the numbers of one use; symbols that nothing gives stay."""
        stated = layer.attributes
        stride = stated.get("stride")
        bindings: dict[str, Any] = {
            self.channels_in or "": width,
            self.channels_out or "": stated.get("filters"),
            self._stride or "": stride[0] if isinstance(stride, tuple) else stride,
        }
        free = self._symbols() - bindings.keys()
        if len(free) == 1 and isinstance(stated.get("expansion"), int):
            bindings[free.pop()] = stated["expansion"]
        known = {k: v for k, v in bindings.items() if k and isinstance(v, int | Expr)}
        return _bound(self.parts, known, layer)

    def _symbols(self) -> set[str]:
        return {
            s for layer in layers_of(self.parts) for v in layer.attributes.values() for s in _symbols_of(v)
        }

    @property
    def _stride(self) -> str | None:
        for layer in layers_of(self.parts):
            stride = layer.attributes.get("stride")
            first = stride[0] if isinstance(stride, tuple) else stride
            if isinstance(first, str):
                return first
        return None


def definition_of(table: Table, stages: Sequence[Stage]) -> Definition | None:
    """What a table defines, if it describes a block in symbols; None for a network in numbers."""
    layers = [layer for stage in stages for layer in layers_of(stage.parts)]
    sizes = [s for stage in stages for s in (stage.into, stage.out) if s is not None]
    sizes += [layer.phrase.shape for layer in layers if layer.phrase.shape is not None]
    if not sizes or len(layers) > _MOST_LAYERS or not all(_symbolic(size) for size in sizes):
        return None
    parts = tuple(p for stage in stages for p in stage.parts if not _is_end(p))
    words = re.findall(r"[a-z]+", normalise(table.caption).lower())[:_WORDS]
    first, last = _channels(sizes[0]), _channels(sizes[-1])
    filters = [v for layer in layers for k, v in layer.attributes.items() if k == "filters"]
    out = last if last is not None else filters[-1] if filters and isinstance(filters[-1], str) else None
    residual = "residual" in table.caption.lower()
    parts = _with_widths(stages, parts)
    return Definition(frozenset(words), parts, first, out, residual)


def defined(layer: Layer, definitions: Sequence[Definition]) -> Definition | None:
    """The definition of the block that a layer names; None where no table defines it."""
    if layer.op != "opaque":
        return None
    words = set(re.findall(r"[a-z]+", normalise(layer.phrase.type or "").lower()))
    return next((d for d in definitions if words and words <= d.words), None)


def _with_widths(stages: Sequence[Stage], parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Convolutions with the channels that their rows report."""
    made: list[Part] = []
    for stage in stages:
        for part in stage.parts:
            if _is_end(part):
                continue
            width = stage.out[-1] if stage.out is not None and len(stage.out) == 3 else None
            if isinstance(part, Layer) and part.op == "conv2d" and width is not None:
                part = part.given(filters=width)
            made.append(part)
    return tuple(made)


def _is_end(part: Part) -> bool:
    return isinstance(part, Layer) and part.op in ("input", "output")


def _symbolic(size: Size) -> bool:
    return len(size) >= 2 and not any(isinstance(v, int) and v > 1 for v in size)


def _channels(size: Size) -> str | None:
    """The symbol for channels: the last of "h × w × k", the first of "C × H × W"."""
    names = [str(v) for v in size]
    if len(names) != 3:
        return None
    found = names[0] if names[0].upper().startswith("C") else names[-1]
    return found if re.fullmatch(r"[A-Za-z]\w*", found) else None


def _symbols_of(value: Any) -> set[str]:
    if isinstance(value, tuple):
        return {s for v in value for s in _symbols_of(v)}
    if not isinstance(value, str):
        return set()
    try:
        parsed = parse_number(value)
    except ValueError:
        return set()
    return set(parsed.symbols()) if isinstance(parsed, Expr) else set()


def _bound(parts: Sequence[Part], bindings: Mapping[str, Dim], use: Layer) -> tuple[Part, ...]:
    made: list[Part] = []
    for part in parts:
        if isinstance(part, Layer):
            values = {k: _value(v, bindings) for k, v in part.attributes.items()}
            made.append(attrs.evolve(part.set(**values), cell=use.cell))
        elif isinstance(part, Stack):
            made.append(attrs.evolve(part, parts=_bound(part.parts, bindings, use)))
        elif isinstance(part, Branches):
            made.append(attrs.evolve(part, chains=tuple(_bound(c, bindings, use) for c in part.chains)))
    return tuple(made)


def _value(value: Any, bindings: Mapping[str, Any]) -> Any:
    if isinstance(value, tuple):
        return tuple(_value(v, bindings) for v in value)
    if not isinstance(value, str):
        return value
    try:
        parsed: Number | Any = parse_number(value)
    except ValueError:
        return value
    return parsed.substitute(bindings) if isinstance(parsed, Expr) else parsed
