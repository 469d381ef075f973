"""A net while an ONNX graph is read: what every tensor of the graph is, and the layers made so far."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from dlc.diagnostics import PointerSpan, Severity, codes
from dlc.frontends.building import NetBuilder
from dlc.frontends.onnx.document import Document, Operator, said
from dlc.frontends.onnx.fold import as_dims
from dlc.frontends.onnx.numbers import single
from dlc.frontends.onnx.tensors import SMALL, Initialiser
from dlc.frontends.onnx.views import BATCH, INNER, ONE, OUTER, View, first, natural
from dlc.ir import Node, Op, Value
from dlc.layers import REGISTRY, CannotBuild
from dlc.layers.shape import KIND_OF_RANK
from dlc.types import HOLE, Dim, Expr, Type, floor_div, symbol

Array = Any
Get = Callable[[], Array]
BATCH_SIZE = symbol("batch of the model")  # no identifier, so that no dimension of a file is called so


_MOST_KEPT = 16  # numbers of a constant that an opaque layer states


class Unclear(Exception):
    """An operator says something that no layer of the catalogue does; `why` says what."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@attrs.frozen
class Derived:
    """A large constant that the graph calculates: its dimensions, and how to come by its numbers."""

    dims: tuple[int, ...]
    array: Get

    @property
    def count(self) -> int:
        """How many numbers it has."""
        return math.prod(self.dims)


@attrs.define
class Builder(NetBuilder):
    """Collects the net. `views` are tensors that show values, `constants` those that are calculated;
    `weights` say for each layer how to come by its parameters, in the layout of the language; `owners` which
    layer first used the initialisers of these names; `derived` are large constants that
    the graph calculates, `zeros` tensors of zeros whose size is not known;
    `parts` say for a node of which layer a model that dlc wrote says it is;
    `batch` is the size of a batch that the model was exported for."""

    document: Document
    views: dict[str, View] = attrs.field(factory=dict)
    constants: dict[str, Array] = attrs.field(factory=dict)
    weights: dict[str, dict[str, Get]] = attrs.field(factory=dict)
    owners: dict[tuple[Any, ...], str] = attrs.field(factory=dict)
    readers: Counter[str] = attrs.field(factory=Counter)
    derived: dict[str, Derived] = attrs.field(factory=dict)
    zeros: set[str] = attrs.field(factory=set)
    parts: dict[str, str] = attrs.field(factory=dict)
    batch: int | None = None
    at: Operator | None = None

    # What tensors are.

    def view(self, tensor: str) -> View:
        """The view that a tensor is. Raises Unclear for constants."""
        found = self.views.get(tensor)
        if found is None:
            raise Unclear(f"its input {tensor!r} is a constant")
        return found

    def constant(self, tensor: str) -> Array | None:
        """The array of a small constant; None for what is none."""
        if tensor in self.constants:
            return self.constants[tensor]
        held = self.derived.get(tensor) or self.document.initialisers.get(tensor)
        if held is None or held.count > SMALL:
            return None
        try:
            array = held.array()
        except ValueError as error:
            raise Unclear(str(error)) from None
        if array.dtype.kind not in "biuf":
            raise Unclear(f"its input {tensor!r} holds no numbers")
        return array

    def whole(self, tensor: str) -> list[int]:
        """The integers of a constant. Raises Unclear where it is none."""
        array = self.constant(tensor)
        found = as_dims(array) if array is not None else (HOLE,)
        if not all(isinstance(n, int) for n in found):
            raise Unclear(f"its input {tensor!r} is not known")
        return list(found)  # type: ignore[arg-type]

    def scalar(self, tensor: str) -> float | None:
        """The number of a constant of one element; None for what is none."""
        array = self.constant(tensor) if tensor else None
        return float(array.reshape(-1)[0]) if array is not None and array.size == 1 else None

    def held(self, tensor: str) -> Initialiser | None:
        """The initialiser of that name."""
        return self.document.initialisers.get(tensor)

    def reads(self, tensor: str) -> int:
        """How often a tensor is read, by operators and as an output."""
        if not self.readers:
            self.readers.update(name for op in self.document.operators for name in op.inputs)
            self.readers.update(tensor.name for tensor in self.document.outputs)
        return self.readers[tensor]

    def weight_dims(self, tensor: str) -> tuple[int, ...]:
        """The dimensions of a weight. Raises Unclear where it is no constant."""
        held = self.held(tensor)
        if held is not None:
            return held.dims
        if tensor in self.constants:
            return tuple(self.constants[tensor].shape)
        if tensor in self.derived:
            return self.derived[tensor].dims
        raise Unclear(f"its weight {tensor!r} is calculated by the graph")

    def getter(self, tensor: str) -> Get:
        """How to come by the numbers of a weight."""
        held = self.held(tensor)
        if held is not None:
            return held.array
        if tensor in self.derived:
            return self.derived[tensor].array
        array = self.constants[tensor]
        return lambda: array

    def kind_of(self, view: View) -> Type:
        """The type of what a view shows. Raises Unclear where that is unknown."""
        found = self.types.get(view.value)
        if found is None:
            raise Unclear("the size of what it reads is not known")
        return found

    def dims(self, view: View) -> tuple[Dim, ...]:
        """The dimensions of the tensor that a view is."""
        shape = self.kind_of(view).shape
        sizes: dict[int, Dim] = {BATCH: BATCH_SIZE, ONE: 1}
        sizes |= {axis + OUTER: 2 for axis in range(len(shape))}
        sizes |= {axis + INNER: floor_div(dim, 2) for axis, dim in enumerate(shape)}
        return tuple(sizes[axis] if axis in sizes else shape[axis] for axis in view.axes)

    # Layers.

    @property
    def place(self) -> PointerSpan | None:
        """The operator that is being read."""
        return self.document.span(self.at) if self.at is not None else None

    def layer(
        self,
        op: str,
        inputs: Sequence[str],
        attributes: Mapping[str, Any] | None = None,
        name: str = "",
        *,
        declared: Type | None = None,
        inferred: bool = False,
    ) -> str:
        """Append a layer called after the operator; its value. Raises Unclear where the catalogue refuses."""
        made = name or (self.called(self.at) if self.at is not None else op)
        attributes = self._exact(op, attributes or {}, inputs)
        before = len(self.findings)
        try:
            value = self.put(op, attributes, inputs, made, self.place, declared=declared, inferred=inferred)
        except CannotBuild as error:
            raise Unclear("; ".join(p.message for p in error.problems)) from None
        if self.types[value] is None and declared is None:
            found = [d.message for d in self.findings[before:]]
            del self.findings[before:]
            self.nodes.pop()
            del self.types[value]
            raise Unclear(
                "; ".join(found) or f"{op} does not take {', '.join(str(self.types[i]) for i in inputs)}"
            )
        if self.at is not None and self.at.layer:
            self.parts[value] = self.at.layer
        return value

    def _exact(self, op: str, attributes: Mapping[str, Any], inputs: Sequence[str]) -> dict[str, Any]:
        """Attributes in the words of a model that dlc wrote, where they mean the same: numbers with all
        their digits, axes counted from the end."""
        hint = self.hint(self.at, op) if self.at is not None else None
        said = hint.attributes() if hint is not None else {}
        found = {key: sharper(value, said.get(key)) for key, value in attributes.items()}
        ranks = [len(kind.shape) if (kind := self.types.get(name)) is not None else 0 for name in inputs]
        if (
            "axis" in said
            and "axis" in found
            and _counted(said["axis"], ranks) == _counted(found["axis"], ranks)
        ):
            found["axis"] = said["axis"]
        return found

    def called(self, op: Operator) -> str:
        """The name of the layer that an operator becomes."""
        return op.layer or readable(op.name, op.kind) or next((o for o in op.outputs if o), "") or op.kind

    def hold(self, layer: str, key: Sequence[str], **arrays: Get) -> None:
        """State where a layer's weights are: `key` names the initialisers. Where another layer has them
        already, and is alike, the weights are shared."""
        index = next(i for i in reversed(range(len(self.nodes))) if self.nodes[i].name == layer)
        node = self.nodes[index]
        mark = (*key, node.layer.op_name, tuple(arrays))
        owner = self.owners.setdefault(mark, layer) if any(key) else layer
        if owner != layer:
            self.nodes[index] = attrs.evolve(node, shares=owner)
        else:
            self.weights[layer] = arrays

    def latest(self, value: str, *words: str) -> Node | None:
        """The layer that was made last, where it made this value and is one of `words`, if these are given."""
        last = self.nodes[-1] if self.nodes else None
        if last is None or last.name != value or (words and last.layer.op_name not in words):
            return None
        return last

    def alike(self, owner: Node) -> None:
        """State that the layer that was made last has the weights of another one."""
        self.nodes[-1] = attrs.evolve(self.nodes[-1], shares=owner.shares or owner.name)

    def hint(self, op: Operator, word: str = "") -> Op | None:
        """What a model that dlc wrote says that an operator's layer is, where it is a `word`."""
        return hinted(op.call, word)

    # Views in the order that a layer takes.

    def arranged(self, view: View, wanted: tuple[int, ...]) -> str:
        """The value whose axes are those of the tensor in the order `wanted` (the result's axis for each of
        the tensor's, BATCH for the batch). Raises Unclear where the tensor has not these axes.
        """
        if len(view.axes) != len(wanted) or view.axes.index(BATCH) != wanted.index(BATCH):
            raise Unclear(f"it takes a tensor of {len(wanted)} axes, not of {len(view.axes)}")
        if view.axes == wanted and not view.shuffle:
            return view.value
        value = self.unshuffled(view)
        rank = len(wanted) - 1
        places = [view.axes[wanted.index(axis)] for axis in range(rank)]
        order = [axis for axis in places if axis >= 0]
        if any(axis >= OUTER for axis in order) or len(order) < len(self.kind_of(view).shape):
            raise Unclear("its input has an axis for directions")
        if order != sorted(order):
            value = self.layer("permute", [value], {"order": tuple(a + 1 for a in order)}, inferred=True)
        if ONE in places:
            kept = iter(self.types[value].shape)  # type: ignore[union-attr]
            shape = tuple(1 if axis == ONE else next(kept) for axis in places)
            value = self.layer("reshape", [value], {"shape": shape}, inferred=True)
        return value

    def natural(self, view: View) -> str:
        """The value with the tensor's axes in their order."""
        return self.arranged(view, natural(len(view.axes) - 1))

    def first(self, view: View) -> str:
        """The value of a tensor whose channels stand before the space."""
        return self.arranged(view, first(len(view.axes) - 1))

    def unshuffled(self, view: View) -> str:
        """The value of a view of a vector that was flattened in another order, with the units moved to where
        the tensor has them."""
        if not view.shuffle:
            return view.value
        if len(view.shuffle) > 1:
            raise Unclear("its input joins vectors that were flattened channels first")
        (shape, order), *_ = view.shuffle
        value = self.layer("reshape", [view.value], {"shape": shape}, inferred=True)
        value = self.layer("permute", [value], {"order": tuple(a + 1 for a in order)}, inferred=True)
        return self.layer("flatten", [value], inferred=True)

    # Results.

    def give(self, op: Operator, view: View, place: int = 0) -> None:
        """State what an output of an operator is."""
        if place < len(op.outputs) and op.outputs[place]:
            self.views[op.outputs[place]] = view

    def same(self, op: Operator, view: View, value: str) -> None:
        """The operator's result is `value`, seen as its input is."""
        self.give(op, attrs.evolve(view, value=value))

    def keep(self, op: Operator, why: str) -> None:
        """An operator that no layer stands for: an opaque one, with a note."""
        message = f"{said(op)} is kept as it is: {why}"
        self.report(codes.LAYER_KEPT, message, self.document.span(op), Severity.WARNING)
        inputs = [self.views[name].value for name in op.inputs if name in self.views]
        raw = {k: v for k, v in op.attributes.items() if isinstance(v, int | float | str | tuple)}
        raw |= self._kept_constants(op)
        for place, name in enumerate(op.outputs):
            if name:
                self._keep_output(op, place, inputs, raw)

    def _keep_output(self, op: Operator, place: int, inputs: Sequence[str], raw: Mapping[str, Any]) -> None:
        declared, axes = self._stated(op.outputs[place])
        attributes = {
            "type": op.kind if not place else "Output",
            "attributes": raw if not place else {"index": place},
        }
        given = [self.views[op.outputs[0]].value] if place and op.outputs[0] in self.views else inputs
        name = self.called(op) if not place else op.outputs[place]
        value = self.put("opaque", attributes, given, name, self.document.span(op), declared=declared)
        self.give(op, View(value, axes), place)

    def _kept_constants(self, op: Operator) -> dict[str, Any]:
        """Small constants by place, and how many numbers the large ones hold."""
        found: dict[str, Any] = {}
        count = 0
        for place, name in enumerate(op.inputs):
            held = self.held(name)
            if held is not None and held.count > _MOST_KEPT:
                count += held.count
            elif held is not None or name in self.constants:
                numbers = self._numbers(name)
                if len(numbers) <= _MOST_KEPT and all(isinstance(n, int | float) for n in numbers):
                    found[f"input_{place}"] = tuple(numbers)
        return found | ({"parameters": count} if count else {})

    def _numbers(self, name: str) -> list[Any]:
        try:
            array = self.constant(name)
        except Unclear:
            return []
        return array.reshape(-1).tolist() if array is not None else []

    def _stated(self, name: str) -> tuple[Type | None, tuple[int, ...]]:
        """The type that the file states of a value, and how it lies."""
        dims = self.document.dims_of(name)
        rank = len(dims) - 1 if dims is not None else 0
        if dims is None or rank not in KIND_OF_RANK:
            return None, natural(1)
        rest = dims[1:]
        if rank in (1, 2):
            return Type(KIND_OF_RANK[rank], rest), natural(rank)
        return Type(KIND_OF_RANK[rank], (*rest[1:], rest[0])), first(rank)


def hinted(call: str, word: str = "") -> Op | None:
    """The layer of a call as the language writes it; None where there is none, or not a `word`."""
    from dlc.syntax import parse

    name, _, rest = call.partition("(")
    if not rest or (word and name != word):
        return None
    if name not in REGISTRY or name == "opaque":
        return None
    parsed = parse(f"net n {{\n  x = input vector[1]\n  y = {name}(x, {rest}\n  output y\n}}\n")
    nodes = parsed.module.nets[0].body if parsed.module.nets else ()
    sound = len(nodes) == 1 and not any(d.is_error for d in parsed.diagnostics)
    op = nodes[0].op if sound else None
    return op if isinstance(op, REGISTRY[name]) and _is_settled(tuple(op.attributes().values())) else None


def _is_settled(value: Value) -> bool:
    """Whether a value has no symbols in it; holes stand for what a layer need not state."""
    return all(map(_is_settled, value)) if isinstance(value, tuple) else not isinstance(value, Expr)


def _counted(axes: Any, ranks: Sequence[int]) -> tuple[int, ...]:
    """Axes counted from 1."""
    each = axes if isinstance(axes, tuple) else (axes,)
    return tuple(a if a > 0 else rank + 1 + a for a, rank in zip(each, ranks, strict=False))


def sharper(value: Any, said: Any) -> Any:
    """A number of single precision with the digits of a stated one that is the same; tuples one by one."""
    if isinstance(value, tuple) and isinstance(said, tuple) and len(value) == len(said):
        return tuple(map(sharper, value, said))
    if isinstance(value, float) and isinstance(said, float) and single(value) == single(said):
        return said
    return value


def readable(name: str, kind: str) -> str:
    """An operator's name as a layer's: `/layer1/layer1.0/conv1/Conv` is `layer1.0.conv1`."""
    parts = [part for part in name.split("/") if part]
    if not parts:
        return ""
    if len(parts) > 1 and parts[-1].split("_")[0] == kind:
        parts.pop()
    kept = [p for p, after in zip(parts, [*parts[1:], ""], strict=True) if not after.startswith(f"{p}.")]
    return ".".join(kept)
