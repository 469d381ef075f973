"""From stages to a net: connections, repeats, branches and shortcuts."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from dlc.diagnostics import Diagnostic, Severity, codes
from dlc.frontends.phrases.normal import compact
from dlc.frontends.phrases.values import Number
from dlc.frontends.table.design.chain import Chain, identifier
from dlc.frontends.table.design.definitions import Definition, defined
from dlc.frontends.table.design.facts import Facts
from dlc.frontends.table.design.layers import catalogue_layer, stated_stride
from dlc.frontends.table.design.parts import (
    CONVS,
    MERGES,
    POOLS,
    Branches,
    Layer,
    Part,
    Stack,
    Stage,
    layers_of,
)
from dlc.frontends.table.design.places import Places
from dlc.frontends.table.design.steps import Steps, stepping, total_stride, unstrided, unstrided_layer
from dlc.ir import Node
from dlc.types import HOLE, Dim, Hole, Kind, Type, total

_SHORT = {
    "dense": "fc",
    "depthwise_conv2d": "dw",
    "separable_conv2d": "sepconv",
    "batchnorm": "bn",
    "opaque": "block",
    "global_avgpool2d": "gap",
}


@attrs.define
class Wiring(Chain):
    """The net that a design's rows make: their repeats, branches, shortcuts and joins."""

    facts: Facts = attrs.field(kw_only=True)
    places: Places = attrs.field(kw_only=True)
    definitions: Sequence[Definition] = attrs.field(default=(), kw_only=True)
    notes: list[Diagnostic] = attrs.field(factory=list)
    _heads: list[str] = attrs.field(factory=list)
    _group: str | None = None

    def open_group(self, opened: bool) -> None:
        """Keep the value that a group of rows begins with, for a "residual" row in it; or that none does."""
        self._group = self.current if opened else None

    def stage(
        self,
        stage: Stage,
        first_stride: Steps | None,
        follow_sources: bool,
        area: tuple[Dim, Dim] | None = None,
    ) -> None:
        """Append the layers of a row.

        `first_stride` is what sizes or the caption say of its first layer, `area` the height and width
        that the table reports after it.
        """
        self._area = area
        if follow_sources and stage.sources:
            self._from(stage.sources, stage)
        after = _makes_room(stage)
        if stage.joined and not after:
            self._join(stage)
        inside = any(isinstance(p, Branches) for p in stage.parts)
        self._parts(stage.parts, identifier(stage.label), stage, first_stride, inside)
        for key in (*_called(stage.label), *(layer.phrase.name or "" for layer in layers_of(stage.parts))):
            if compact(key):
                self._named[compact(key)] = self.current

    def join(self, stage: Stage) -> None:
        """Concatenate a row that makes room for another one's value with it, after its size is known."""
        if stage.joined and _makes_room(stage):
            self._join(stage)
            self._named[compact(stage.label)] = self.current

    def _join(self, stage: Stage) -> None:
        found = [self._named[compact(s)] for s in stage.joined if compact(s) in self._named]
        cell = next((layer.cell for layer in layers_of(stage.parts)), None)
        if found:
            origin = self.places.origin(cell) if cell is not None else None
            self._put("concat", {}, [self.current, *found], stem="concat", origin=origin)

    def _from(self, sources: Sequence[str], stage: Stage) -> None:
        found = [self._named[compact(s)] for s in sources if compact(s) in self._named]
        if not found:
            return
        first = next(layers_of(stage.parts), None)
        self._retype(found[0])
        if len(found) > 1 and (first is None or first.op not in MERGES):
            origin = self.places.origin(first.cell) if first is not None else None
            self._put("concat", {}, found, stem="concat", origin=origin)
            return
        self.current, self._heads = found[0], found if len(found) > 1 else []

    def _parts(
        self, parts: Sequence[Part], stem: str, stage: Stage, stride: Steps | None, inside: bool = False
    ) -> None:
        for part in parts:
            if isinstance(part, Layer):
                self._layer(part if stride is None else stepping(part, stride), stem if inside else "", stage)
            elif isinstance(part, Stack):
                self._stack(part, stem, stage, stride)
            else:
                self._branches(part, stem, stage)
            stride = None

    def _stack(self, stack: Stack, stem: str, stage: Stage, stride: Steps | None) -> None:
        count = self._count(stack.repeat, stem, next(layers_of(stack.parts), None))
        style = stack.style
        body, gate = _gated(stack.parts) if style == "residual" else (stack.parts, ())
        for index in range(count):
            before, width = self.current, self.width
            parts = body if index == 0 else unstrided(body)
            taken = stride if index == 0 else None
            name = f"{stem}_{self._next(stem)}" if stem else ""
            self._parts(parts, name, stage, taken, inside=bool(stem))
            if gate:
                self._excite(gate, name, stage)
            if style == "residual":
                self._shortcut(before, width, parts, taken, name, stack)
            elif style == "dense":
                self._grow(before, width, name, stack)

    def _excite(self, gate: Sequence[Layer], stem: str, stage: Stage) -> None:
        """Dense layers at the end of a block of maps weigh its channels (squeeze and excitation)."""
        value, width = self.current, self.width
        self._put("global_avgpool2d", {}, [value], stem=f"{stem}_squeeze", inferred=True)
        self._parts(gate, stem, stage, None, inside=bool(stem))
        shape = (1, 1, self.width)
        weights = self._put(
            "reshape", {"shape": shape}, [self.current], stem=f"{stem}_weights", inferred=True
        )
        self._put("multiply", {}, [value, weights], stem=f"{stem}_scale", inferred=True)
        self.kind, self.width = Kind.MAP, width

    def _guessed(self, message: str, layer: Layer | None) -> None:
        """Tell of a guess, at the cell of a layer."""
        span = self.places.span(layer.cell if layer is not None else None)
        self.notes.append(Diagnostic(codes.GUESSED, message, span, Severity.NOTE))

    def _count(self, repeat: Number, stem: str, layer: Layer | None) -> int:
        if isinstance(repeat, int):
            return max(1, min(repeat, 512))
        self._guessed(f"{stem or 'a row'} is repeated {repeat} times; one is written", layer)
        return 1

    def _shortcut(
        self, before: str, width: Dim, parts: Sequence[Part], stride: Steps | None, stem: str, stack: Stack
    ) -> None:
        """Add what the stack began with; through a projection where widths or strides differ."""
        cell = next(layers_of(stack.parts)).cell
        steps = stride or total_stride(parts)
        result, made = self.current, self.width
        differs = made is not HOLE and width is not HOLE and made != width
        if differs or steps not in (1, None):
            values = {"filters": made, "kernel": 1, "stride": steps or 1, "padding": "valid"}
            self.current, self.width = before, width
            before = self._put(
                self._convolution(),
                values,
                [before],
                inferred=True,
                stem=f"{stem}_shortcut" if stem else "shortcut",
            )
        self.width = made
        origin = self.places.origin(cell)
        self._put("add", {}, [result, before], stem=f"{stem}_add" if stem else "add", origin=origin)

    def _grow(self, before: str, width: Dim, stem: str, stack: Stack) -> None:
        """Concatenate what the stack began with and what it made."""
        made = self.width
        origin = self.places.origin(next(layers_of(stack.parts)).cell)
        self._put(
            "concat", {}, [before, self.current], stem=f"{stem}_concat" if stem else "concat", origin=origin
        )
        self.width = width + made if isinstance(width, int) and isinstance(made, int) else HOLE

    def _branches(self, branches: Branches, stem: str, stage: Stage) -> None:
        starts = (
            self._heads if len(self._heads) == len(branches.chains) else [self.current] * len(branches.chains)
        )
        kind, width = self.kind, self.width
        ends, widths = [], []
        for index, (start, chain) in enumerate(zip(starts, branches.chains, strict=True)):
            self.current, self.kind, self.width, self._heads = start, kind, width, []
            self._parts(chain, f"{stem}_b{index + 1}" if stem else "", stage, None, inside=bool(stem))
            ends.append(self.current)
            widths.append(self.width)
        self._heads = ends
        self.width = HOLE if HOLE in widths else total(*(w for w in widths if not isinstance(w, Hole)))
        if branches.merge is not None:
            self._merge(branches.merge, stem)

    def _merge(self, merge: Layer, stem: str) -> None:
        width = self.width
        name = f"{stem}_{merge.op}" if stem else merge.phrase.name or merge.op
        self._put(merge.op, {}, self._heads, stem=name, origin=self.places.origin(merge.cell))
        self.width = width if merge.op == "concat" else HOLE
        self._heads = []

    def _layer(self, layer: Layer, stem: str, stage: Stage) -> None:
        if layer.op == "output":
            return  # it only ends the net
        definition = defined(layer, self.definitions)
        if definition is not None:
            self._defined(layer, definition, stem, stage)
            return
        for index in range(self._count(layer.phrase.repeat, stem, layer)):
            self._single(layer if index == 0 else unstrided_layer(layer), stem)

    def _single(self, layer: Layer, stem: str) -> None:
        if self._heads and layer.op in MERGES and not layer.residual:
            self._merge(layer, stem)
            return
        if self._heads:
            width = self.width
            self._put("concat", {}, self._heads, inferred=True, stem="concat")
            self._heads, self.width = [], width
        if layer.op in MERGES:
            self._lone_merge(layer, stem)
            return
        if layer.op == "flatten" and self.kind is Kind.VECTOR:
            return  # what is flat already
        if layer.op == "softmax" and isinstance(classes := layer.attributes.get("classes"), int):
            self._classify(classes, layer)
        self._append(layer, stem)

    def _append(self, layer: Layer, stem: str) -> None:
        """Append a layer that takes the current value."""
        op, attributes, confidence, note = catalogue_layer(layer, self.kind, self.facts)
        if note:
            self._guessed(note, layer)
        name = layer.phrase.name if layer.phrase.name and not stem else None
        origin = self.places.origin(layer.cell, layer.phrase.text)
        stem = name or _stem_of(op, layer, stem)
        self._put(op, attributes, [self.current], stem=stem, origin=origin, confidence=confidence)
        shape = layer.phrase.shape
        self._folded = shape if op == "dense" and shape is not None and len(shape) == 3 else self._folded

    def _classify(self, classes: int, layer: Layer) -> None:
        """A softmax over so many classes takes as many values: a dense layer gives them where need be."""
        if self.width in (classes, HOLE) and self.width is not HOLE:
            return
        last = self.nodes[-1].layer.op_name if self.nodes else ""
        if last != "dense" or self.width is not HOLE:
            origin = self.places.origin(layer.cell)
            self._put("dense", {"units": classes}, [self.current], stem="fc", inferred=True, origin=origin)

    def _lone_merge(self, layer: Layer, stem: str) -> None:
        """A row that adds what its group began with, or that merges nothing that the table shows."""
        start = self._group if self._group is not None else self._last_change()
        inputs = (
            [self.current, start] if layer.residual and start not in (None, self.current) else [self.current]
        )
        width = self.width
        if len(inputs) == 1:
            self._guessed(f"row {layer.cell.text!r} merges values that the table does not name", layer)
            return
        self._put(layer.op, {}, inputs, stem=stem or layer.op, origin=self.places.origin(layer.cell))
        self.width = width

    def _last_change(self) -> str | None:
        """The value since which the chain keeps its size: the last addition's, pooling's, strided layer's."""
        by_name = {n.name: n for n in self.nodes}
        node = by_name.get(self.current)
        while node is not None and len(node.inputs) == 1:
            node = by_name.get(node.inputs[0])
            if node is not None and _reduces(node):
                return node.name
        return None

    def _defined(self, layer: Layer, definition: Definition, stem: str, stage: Stage) -> None:
        """The layers that another table gives for a block, with this block's numbers."""
        before, width = self.current, self.width
        parts = definition.instance(layer, width)
        name = stem or f"block_{self._next('block')}"
        self._parts(parts, name, stage, None, inside=True)
        steps = stated_stride(layer)
        if definition.residual and steps in (1, None) and self.width == width and width is not HOLE:
            self._put(
                "add", {}, [self.current, before], stem=f"{name}_add", origin=self.places.origin(layer.cell)
            )
            self.width = width

    def declare(self, declared: Type) -> None:
        """Let the last value have the type that the table reports, unless branches are still open."""
        if not self._heads:
            super().declare(declared)

    def close(self) -> str:
        """Join heads that nothing has joined, and give the name of the net's output."""
        if self._heads:
            self._put("concat", {}, self._heads, inferred=True, stem="concat")
            self._heads = []
        return self.current


def _reduces(node: Node) -> bool:
    """Whether a layer merges values, or makes a map smaller."""
    steps = node.layer.attributes().get("stride")
    strided = steps not in (None, 1) and not (isinstance(steps, tuple) and set(steps) == {1})
    return node.layer.op_name in MERGES or strided


def _makes_room(stage: Stage) -> bool:
    """Whether a row enlarges or shrinks a map, so that what it is joined with meets its result."""
    ops = [layer.op for layer in layers_of(stage.parts)]
    return any("transpose" in op or "upsample" in op or op in POOLS for op in ops)


def _called(label: str) -> list[str]:
    """What other rows may call a row: its label, and the parts of "pr6+loss6"."""
    return [label, *re.split(r"\s*[+/]\s*", label)] if "+" in label or "/" in label else [label]


def _gated(parts: tuple[Part, ...]) -> tuple[tuple[Part, ...], tuple[Layer, ...]]:
    """A block's parts and the dense layers that end it, where convolutions come before them."""
    end = len(parts)
    while end and isinstance(last := parts[end - 1], Layer) and last.op == "dense":
        end -= 1
    gate = tuple(p for p in parts[end:] if isinstance(p, Layer))
    convs = any(isinstance(p, Layer) and p.op in CONVS for p in parts[:end])
    return (parts[:end], gate) if convs and len(gate) == 2 else (parts, ())


def _stem_of(op: str, layer: Layer, stem: str) -> str:
    base = _SHORT.get(op, re.sub(r"(?<=[a-z])\dd(?=_|$)", "", op))
    base = re.sub(r"^(?:max|avg)pool$", "pool", base)
    if op == "opaque":
        base = identifier(layer.phrase.name or layer.phrase.type or "block") or "block"
    if stem and base == re.sub(r"_\d+$", "", stem):
        return stem
    return f"{stem}_{base}" if stem else base
