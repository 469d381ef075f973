"""From a variant's stages to a net: the input, reported sizes, styles of brackets, and the order of rows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from dlc.frontends.table.design.definitions import Definition
from dlc.frontends.table.design.facts import Facts
from dlc.frontends.table.design.parts import (
    CONVS,
    GLOBAL_POOLS,
    POOLS,
    RECURRENT,
    WIDTH,
    Branches,
    Layer,
    Part,
    Stack,
    Stage,
    layers_of,
)
from dlc.frontends.table.design.places import Places
from dlc.frontends.table.design.sizes import Size, channels_first, width_first
from dlc.frontends.table.design.wiring import Wiring, as_dim
from dlc.frontends.table.model import Table
from dlc.ir import Input, Net
from dlc.layers import REGISTRY
from dlc.types import HOLE, Dim, Kind, Type

Steps = int | tuple[int, ...]  # a stride, for all axes or for each
_UNRANKED = frozenset(("pool", "global_pool"))
_WINDOW_OPS = CONVS | {"attention", "opaque"}
_INPUT_NAMES = {
    Kind.MAP: "image",
    Kind.VECTOR: "features",
    Kind.SEQUENCE: "sequence_in",
    Kind.IDS: "tokens",
    Kind.VOLUME: "clip",
}


@attrs.frozen
class Draft:
    """What one variant of a table amounts to before it is wired."""

    table: Table
    title: str | None
    stages: tuple[Stage, ...]
    facts: Facts
    groups: tuple[tuple[int, int, str | None], ...] = ()


@attrs.frozen
class _Order:
    """How a table prints sizes: channels first, widths before heights; `solid` ones begin with a depth."""

    channels_first: bool
    width_first: bool
    solid: bool = False

    def turned(self, size: Size) -> tuple[Any, ...]:
        """A size as (height, width, channels), of as many dimensions as printed."""
        found = (*size[1:], size[0]) if self.channels_first and len(size) in (3, 4) else size
        if self.width_first and len(found) in (2, 3):
            return (found[1], found[0], *found[2:])
        return found


def assemble(draft: Draft, definitions: Sequence[Definition]) -> tuple[Net | None, tuple[str, ...]]:
    """The net of a draft, and notes on what was guessed; None where nothing can be wired."""
    stages = _oriented(draft)
    order = _order(stages, draft.table.caption)
    stages = [_globally_pooled(_styled(s, draft)) for s in _with_outputs(stages)]
    flat = _is_flat(draft.facts, stages)
    solid = any(_has_depth(layer) for s in stages for layer in layers_of(s.parts))
    if solid:
        order = _Order(False, False, solid=True)
        stages = [attrs.evolve(s, parts=tuple(_mapped(p, _deepened) for p in s.parts)) for s in stages]
    if flat:
        stages = [attrs.evolve(s, parts=_flattened(s.parts)) for s in stages]
    if order.width_first:
        stages = [attrs.evolve(s, parts=_turned(s.parts)) for s in stages]
    given = _input(stages, order, flat)
    wiring = Wiring(draft.facts, Places(draft.table), definitions)
    wiring.begin(given)
    _wire(wiring, [s for s in stages if not _is_input(s)], draft, order, given)
    if not wiring.nodes:
        return None, ()
    output = wiring.close()
    net = Net("net", (given,), tuple(wiring.nodes), (output,), origin=wiring.places.whole())
    return net, tuple(dict.fromkeys(wiring.notes))


def _wire(wiring: Wiring, stages: Sequence[Stage], draft: Draft, order: _Order, given: Input) -> None:
    follow = _follows_sources(stages)
    before: tuple[Any, ...] | None = (
        given.type.spatial if given.type.kind in (Kind.MAP, Kind.VOLUME) else None
    )
    for stage, opens in _grouped(stages, draft.groups):
        if opens:
            wiring.open_group()
        stage = _output_row(stage)
        stride = _first_stride(stage, before, draft.facts, order)
        stage = _with_reported_width(stage, order)
        area = _spatial(stage.out, order)
        wiring.stage(stage, stride, follow, (as_dim(area[-2]), as_dim(area[-1])) if area else None)
        if stage.out is not None:
            declared = _declared(stage, order, wiring)
            if declared is not None:
                wiring.declare(declared)
        before = _spatial(stage.out, order) or (before if not _reduces(stage) else None)


def _reduces(stage: Stage) -> bool:
    """Whether a row without a reported size may have changed the size."""
    return any(layer.op in POOLS | GLOBAL_POOLS | CONVS for layer in layers_of(stage.parts))


def _oriented(draft: Draft) -> list[Stage]:
    """Rows from the input on: turned round where the table runs upwards."""
    stages = [s for s in draft.stages if not s.unread]
    upward = draft.facts.bottom_up or (len(stages) > 2 and _is_input(stages[-1]) and not _is_input(stages[0]))
    return stages[::-1] if upward else stages


def _is_input(stage: Stage) -> bool:
    layers = list(layers_of(stage.parts))
    return bool(layers) and all(layer.op == "input" for layer in layers)


def _order(stages: Sequence[Stage], caption: str) -> _Order:
    sizes = [s for stage in stages for s in (stage.into, stage.out) if s is not None]
    shapes = [p.phrase.shape for s in stages for p in layers_of(s.parts) if p.phrase.shape is not None]
    shapes = [s for s in shapes if len(s) >= 2]
    return _Order(channels_first([*sizes, *shapes]), width_first([*sizes, *shapes]))


def _with_outputs(stages: Sequence[Stage]) -> list[Stage]:
    """Rows with the size after them: their own, else what the next row says goes in."""
    made = []
    for index, stage in enumerate(stages):
        after = stages[index + 1] if index + 1 < len(stages) else None
        if stage.out is None and after is not None and after.into is not None and not after.sources:
            stage = attrs.evolve(stage, out=after.into)
        made.append(stage)
    return made


def _styled(stage: Stage, draft: Draft) -> Stage:
    label = f"{stage.label} {draft.title or ''}"
    return attrs.evolve(stage, parts=tuple(_style(p, label, draft.facts) for p in stage.parts))


def _style(part: Part, label: str, facts: Facts) -> Part:
    """A bracket's meaning: a dense layer, a residual block, or layers that are merely repeated."""
    if not isinstance(part, Stack):
        return part
    inner = tuple(_style(p, label, facts) for p in part.parts)
    made = attrs.evolve(part, parts=inner)
    if part.style != "bracket":
        return made
    layers = [p for p in inner if isinstance(p, Layer)]
    windows = [p for p in layers if p.op in _WINDOW_OPS]
    if len(windows) < 2 or any(p.op in POOLS for p in layers):
        return attrs.evolve(made, style="chain")
    if re.search(r"dense", label, re.I):
        return attrs.evolve(made, style="dense", parts=_growing(inner, facts))
    return attrs.evolve(made, style="residual" if facts.residual else "chain")


def _growing(parts: tuple[Part, ...], facts: Facts) -> tuple[Part, ...]:
    """The last convolution of a dense layer makes as many channels as the growth rate."""
    last = parts[-1]
    if facts.growth is None or not isinstance(last, Layer):
        return parts
    return (*parts[:-1], last.given(filters=facts.growth))


def _globally_pooled(stage: Stage) -> Stage:
    """A pooling without a window whose result is one pixel is global."""
    if stage.out is None or not stage.out[:2] or any(v != 1 for v in stage.out[:2]):
        return stage
    parts = tuple(
        _global(p) if isinstance(p, Layer) and p.op in POOLS and "kernel" not in p.attributes else p
        for p in stage.parts
    )
    return attrs.evolve(stage, parts=parts)


def _global(layer: Layer) -> Layer:
    op = "global_pool" if layer.op == "pool" else f"global_{layer.op}"
    return attrs.evolve(layer, phrase=attrs.evolve(layer.phrase, op=op, attributes={}))


def _is_flat(facts: Facts, stages: Sequence[Stage]) -> bool:
    """Whether the data have one dimension: the paper says so, and no window or size has two."""
    layers = [layer for s in stages for layer in layers_of(s.parts)]
    if any(layer.phrase.rank in (2, 3) for layer in layers) or not facts.flat:
        return False
    sizes = [s for stage in stages for s in (stage.into, stage.out) if s is not None and len(s) > 2]
    pairs = [
        w for layer in layers if isinstance(w := layer.phrase.attributes.get("kernel"), tuple) and len(w) > 1
    ]
    return not sizes and not pairs


def _has_depth(layer: Layer) -> bool:
    """Whether a pooling has a third side, which can be no number of channels."""
    return layer.op in POOLS and layer.phrase.depth is not None


def _deepened(phrase: Any) -> dict[str, Any]:
    """A layer over height and width as one over depth, height and width: a flat window is one deep."""
    values = dict(phrase.attributes)
    kernel, stride = values.get("kernel"), values.get("stride")
    if isinstance(kernel, tuple) and len(kernel) == 2:
        values["kernel"] = (*kernel, phrase.depth) if phrase.depth is not None else (1, *kernel)
    if isinstance(stride, tuple) and len(stride) == 2:
        values["stride"] = (*stride, stride[1])
    op = phrase.op.replace("2d", "3d") if phrase.op else None
    return {
        "attributes": values,
        "depth": None,
        "rank": 3,
        "op": op if op in REGISTRY or op in _UNRANKED else phrase.op,
    }


def _flattened(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(
        _mapped(p, lambda phrase: {"op": re.sub(r"2d(?=_|$)", "1d", phrase.op or "") or None, "rank": 1})
        for p in parts
    )


def _turned(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Windows printed width × height, as height × width."""

    def turn(phrase: Any) -> dict[str, Any]:
        values = {
            k: tuple(reversed(v)) if k in ("kernel", "stride") and isinstance(v, tuple) and len(v) == 2 else v
            for k, v in phrase.attributes.items()
        }
        return {"attributes": values}

    return tuple(_mapped(p, turn) for p in parts)


def _mapped(part: Part, change: Any) -> Part:
    """A part with every phrase in it changed."""
    if isinstance(part, Layer):
        return attrs.evolve(part, phrase=attrs.evolve(part.phrase, **change(part.phrase)))
    if isinstance(part, Stack):
        return attrs.evolve(part, parts=tuple(_mapped(p, change) for p in part.parts))
    chains = tuple(tuple(_mapped(p, change) for p in c) for c in part.chains)
    return attrs.evolve(part, chains=chains)


def _input(stages: Sequence[Stage], order: _Order, flat: bool) -> Input:
    """The net's input: its kind from the first layer, its size from an input row or the first row's input."""
    layers = [layer for s in stages for layer in layers_of(s.parts) if layer.op != "input"]
    kind = _input_kind(layers[0] if layers else None, flat)
    size = _input_size(stages, order)
    if size is not None and kind is Kind.VECTOR and len(size) >= 2:
        kind = Kind.MAP
    channels = next((s.channels_in for s in stages if s.channels_in is not None and not _is_input(s)), None)
    dims = _dims(size, kind, channels)
    return Input(_INPUT_NAMES[kind], Type(kind, dims))


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


def _input_size(stages: Sequence[Stage], order: _Order) -> tuple[Any, ...] | None:
    rows = [s for s in stages if _is_input(s)]
    if rows:
        stage = rows[0]
        layer = next((p for p in layers_of(stage.parts) if p.phrase.shape is not None), None)
        if layer is not None and layer.phrase.shape is not None:
            shape = layer.phrase.shape
            # "94×24 pixels" is how widths and heights of pictures are said.
            pixels = "pixel" in layer.cell.text.lower() and len(shape) >= 2 and not order.width_first
            return (shape[1], shape[0], *shape[2:]) if pixels else order.turned(shape)
        size = stage.out or stage.into
        if size is not None:
            turned = order.turned(size)
            return (*turned, stage.width) if len(turned) == 2 and stage.width is not None else turned
    first = next((s for s in stages if not _is_input(s)), None)
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


def _follows_sources(stages: Sequence[Stage]) -> bool:
    """Whether the input column names rows: most of its names are labels of rows above."""
    seen: set[str] = {"input", "image", "images", "data"}
    known = total = 0
    for stage in stages:
        for source in stage.sources:
            total += 1
            known += re.sub(r"\W", "", source.lower()) in seen
        seen.add(re.sub(r"\W", "", stage.label.lower()))
    return total >= 2 and known >= 0.6 * total


def _grouped(
    stages: Sequence[Stage], groups: Sequence[tuple[int, int, str | None]]
) -> Iterator[tuple[Stage, bool]]:
    """Rows in the order in which they run, groups of rows repeated; True where a group begins."""
    rows = {s.row: s for s in stages}
    done: set[int] = set()
    for stage in stages:
        group = next((g for g in groups if g[0] <= stage.row <= g[1]), None)
        if stage.row in done:
            continue
        if group is None:
            yield stage, False
            continue
        members = [s for s in stages if group[0] <= s.row <= group[1]]
        done.update(s.row for s in members)
        count = int(group[2]) if group[2] and group[2].isdigit() else 1
        for _ in range(min(count, 512)):
            for index, member in enumerate(members):
                yield rows[member.row], index == 0


def _output_row(stage: Stage) -> Stage:
    """A row that is called output and states a number is a dense layer; otherwise it only ends the net."""
    parts: list[Part] = []
    for part in stage.parts:
        if not isinstance(part, Layer) or part.op != "output":
            parts.append(part)
            continue
        units = part.attributes.get("classes") or part.attributes.get("units") or stage.width
        if isinstance(units, int) and units > 1:
            phrase = attrs.evolve(part.phrase, op="dense", attributes={"units": units})
            parts.append(attrs.evolve(part, phrase=phrase))
    return attrs.evolve(stage, parts=tuple(parts))


def _spatial(size: Size | None, order: _Order) -> tuple[Any, ...] | None:
    """The sides that a size reports: height and width, before them the depth of a volume."""
    sides = 3 if order.solid else 2
    if size is None or len(size) < sides:
        return None
    return order.turned(size)[:sides]


def _first_stride(stage: Stage, before: tuple[Any, ...] | None, facts: Facts, order: _Order) -> Steps | None:
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
    after = _spatial(stage.out, order)
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


def _with_reported_width(stage: Stage, order: _Order) -> Stage:
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
    keeping = POOLS | GLOBAL_POOLS
    for index in range(len(parts) - 1, -1, -1):
        part = parts[index]
        if not isinstance(part, Layer):
            return None
        if part.op in CONVS | {"dense"} and part.op in WIDTH:
            return index
        if part.op in keeping or part.op in WIDTH or part.op in ("flatten", "reshape", "concat", "opaque"):
            return None if part.op not in keeping else None
    return None


def _reported_width(layer: Layer, size: tuple[Any, ...]) -> Any:
    if layer.op == "dense":
        if len(size) == 1:
            return size[0]
        return size[-1] if len(size) == 3 and size[:2] == (1, 1) else None
    rank = 1 if layer.op.endswith("1d") else 2
    return size[-1] if len(size) == rank + 1 else None


def _declared(stage: Stage, order: _Order, wiring: Wiring) -> Type | None:
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
    if all(d == 1 for d in size[:-1]) and len(size) > 2:
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


__all__ = ["Branches", "Draft", "assemble"]
