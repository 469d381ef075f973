"""Models inside models as blocks: a model that is called is a block, and further calls of it share weights."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import attrs

from dlc.diagnostics import PointerSpan
from dlc.frontends.keras_json.builder import Builder
from dlc.frontends.keras_json.document import LayerDoc, ModelDoc
from dlc.ir import Block, BlockCall, Node
from dlc.layers import REGISTRY
from dlc.types import Type

# Reads a model into a builder, whose values of the given names stand for its inputs; the outputs' names.
_Result = tuple[str, Type | None] | None
ReadInto = Callable[[Builder, ModelDoc, Sequence[str], "Blocks"], list[str]]


@attrs.define
class Blocks:
    """The blocks of a document, `made` in the order in which none calls a later one.

    `called` are, in one body, the first calls by block; `results` says what is made of values of some types.
    """

    taken: set[str] = attrs.field(factory=set)
    made: list[Block] = attrs.field(factory=list)
    known: dict[str, str] = attrs.field(factory=dict)  # the block of each model, by its place in the document
    results: dict[object, _Result] = attrs.field(factory=dict)
    called: dict[str, str] = attrs.field(factory=dict)

    def call(
        self, b: Builder, layer: LayerDoc, inputs: Sequence[str], file: str | None, read: ReadInto
    ) -> str | None:
        """The value of a call of a model; None where it is no block: it has several outputs, or none of
        its layers are there, or it takes more than it is given."""
        key = layer.pointer, tuple(map(b.type_of, inputs))
        if key not in self.results:
            self.results[key] = self._block(b, layer, inputs, read)
        found = self.results[key]
        if found is None:
            return None
        block, result = found
        name = b.fresh(layer.name)
        span = PointerSpan(layer.pointer, file)
        node = Node(name, BlockCall(block), tuple(inputs), shares=self.called.get(block), span=span)
        self.called.setdefault(block, name)
        b.nodes.append(node)
        b.types[name] = result
        return name

    def _block(self, b: Builder, layer: LayerDoc, inputs: Sequence[str], read: ReadInto) -> _Result:
        """The name of a model's block, and the type of what it makes of values like these."""
        inner, model = Builder(), layer.inner
        if model is None or not inputs:
            return None
        names = _input_names(model, len(inputs))
        if len(names) != len(inputs) or len(set(names)) < len(names):
            return None
        inner.types.update(zip(names, map(b.type_of, inputs), strict=True))
        outputs = read(inner, model, names, attrs.evolve(self, called={}))
        if len(outputs) != 1 or outputs[0] in names or inner.inputs or not inner.nodes:
            return None
        made = Block("", tuple(names), (), tuple(inner.nodes), outputs[0])
        name = self._named(layer, made)
        if name not in {block.name for block in self.made}:
            b.findings.extend(inner.findings)
            self.made.append(attrs.evolve(made, name=name))
        self.known[layer.pointer] = name
        return name, inner.types.get(outputs[0])

    def _named(self, layer: LayerDoc, made: Block) -> str:
        """The name of a block: the one that it has already where it is the same for values of other types."""
        known = self.known.get(layer.pointer)
        if any(block == attrs.evolve(made, name=block.name) for block in self.made if block.name == known):
            return str(known)
        base = re.sub(r"\W", "_", layer.name) or "model"
        base = f"_{base}" if base[0].isdigit() else base
        name, number = base, 1
        while name in self.taken or name in REGISTRY:
            number += 1
            name = f"{base}_{number}"
        self.taken.add(name)
        return name


def _input_names(model: ModelDoc, count: int) -> list[str]:
    """What a model calls its inputs; a chain without an input layer takes `x`."""
    if not model.chain:
        return [tensor.layer for tensor in model.inputs]
    first: Iterable[str] = (layer.name for layer in model.layers[:1] if layer.kind == "InputLayer")
    return [next(iter(first), "x")] if count == 1 else []
