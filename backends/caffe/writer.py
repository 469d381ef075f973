"""Writes a net as Caffe layers: names, blobs, in-place layers, and the exact rearrangements of blobs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from dlc.backends.base import Differences
from dlc.backends.caffe.message import Fields, Layer, shape
from dlc.backends.caffe.survey import Survey
from dlc.backends.caffe.values import Layout, Value
from dlc.backends.caffe.windows import Kept
from dlc.backends.orders import Order, channels_first
from dlc.ir import Net, Node
from dlc.passes.names import Names
from dlc.types import Kind, Type

# Layers whose gradient reads their own output (or, computed in place, their input): nothing may overwrite it.
_NEEDS_OUTPUT = frozenset(
    {"ReLU", "ELU", "Sigmoid", "TanH", "Softmax", "LRN", "Power", "Exp", "BNLL", "AbsVal"}
)


class Writer:
    """Collects the layers of one net; rules call it.

    `train` says that fillers and learning rates are wanted, `batch` how many examples a blob holds.
    `orders` holds, for each layer whose weights meet a vector's units in another order than the language's,
    that order. `spans` says which of the layers each node became.
    """

    def __init__(self, net: Net, differences: Differences, train: bool = False, batch: int = 1) -> None:
        self.net = net
        self.train = train
        self.batch = batch
        self.differences = differences
        self.survey = Survey(net)
        self.layers: list[Layer] = []
        self.values: dict[str, Value] = {}
        self.orders: dict[str, Order] = {}
        self.spans: dict[str, range] = {}
        self._names = Names({i.name for i in net.inputs} | {n.name for n in net.body})
        self._conts: dict[int, str] = {}
        self._converted: dict[tuple[str, Layout], Value] = {}

    def get(self, name: str) -> Value:
        """The value of that name; free where its only reader is asking."""
        value = self.values[name]
        if value.free and self.survey.uses[name] > 1:
            return attrs.evolve(value, free=False)
        return value

    def layers_of(self, node: str) -> list[Layer]:
        """The layers that a node became, in order."""
        return [self.layers[i] for i in self.spans.get(node, ())]

    def fresh(self, base: str) -> str:
        """A name that no layer or blob has yet: `base`, else `base_2`, ..."""
        return self._names.fresh(base)

    def add(
        self, kind: str, name: str, bottoms: Sequence[str], tops: Sequence[str], fields: Fields | None = None
    ) -> None:
        """Append a layer as it is."""
        self.layers.append(Layer(kind, name, tuple(bottoms), tuple(tops), fields or {}))

    def step(self, kind: str, name: str, bottoms: Sequence[str], fields: Fields | None = None) -> str:
        """Append a helping layer with one top, both called `name` (made unique); the top."""
        top = self.fresh(name)
        self.add(kind, top, bottoms, (top,), fields)
        return top

    def apply(self, node: Node, kind: str, source: Value, fields: Fields | None = None) -> Value:
        """Append the layer of a node with one input; the result lies as its input does."""
        self.add(kind, node.name, (source.blob,), (node.name,), fields)
        return self.result(node, kind, source.layout, source.order)

    def over(self, node: Node, kind: str, source: Value, fields: Fields | None = None) -> Value:
        """Like `apply`, but overwriting the input where nothing else needs it."""
        if node.name in self.survey.outputs or not overwritable(source, kind):
            return self.apply(node, kind, source, fields)
        self.add(kind, node.name, (source.blob,), (source.blob,), fields)
        return attrs.evolve(source, type=type_of(node), maker=kind)

    def result(self, node: Node, maker: str, layout: Layout, order: Order = ()) -> Value:
        """The value of a node that lies in a blob of the node's own name."""
        return Value(node.name, layout, type_of(node), order, maker, free=True)

    def same(self, node: Node, source: Value, **changes: Any) -> Value:
        """The value of a node that computes nothing: it lies where its input lies.

        An output gets a blob of its own name all the same.
        """
        value = attrs.evolve(source, type=type_of(node), **changes)
        if node.name not in self.survey.outputs:
            return value
        if value.layout is Layout.UNFLATTENED:
            self.add("Flatten", node.name, (value.blob,), (node.name,))
            return self.result(node, "Flatten", Layout.FLAT)
        self.add("Split", node.name, (value.blob,), (node.name,))
        return self.result(node, "Split", value.layout)

    # Layouts.

    def flat(self, value: Value) -> Value:
        """A vector (or ids) as N, units."""
        if value.layout in (Layout.FLAT, Layout.ROWS):
            return value
        if value.layout is Layout.STEPS:
            return self.rows(value)
        return self._once(value, Layout.FLAT)

    def channels(self, value: Value) -> Value:
        """A sequence as N, F, T, 1."""
        if value.layout in (Layout.CHANNELS, Layout.FLAT, Layout.UNFLATTENED):
            return value
        return self._once(self.rows(value), Layout.CHANNELS)

    def rows(self, value: Value) -> Value:
        """A sequence as N, T, F, ids as N, T."""
        if value.layout in (Layout.ROWS, Layout.FLAT, Layout.UNFLATTENED):
            return value
        wanted = Layout.FLAT if value.type.kind is Kind.IDS else Layout.ROWS
        return self._once(value, wanted)

    def steps(self, value: Value) -> Value:
        """A sequence as T, N, F, ids as T, N."""
        if value.layout is Layout.STEPS:
            return value
        return self._once(self.rows(value), Layout.STEPS)

    def like(self, value: Value, layout: Layout) -> Value:
        """The value in a layout that its kind can have."""
        ways = {Layout.CHANNELS: self.channels, Layout.ROWS: self.rows, Layout.STEPS: self.steps}
        return ways.get(layout, self.flat)(value)

    def _once(self, value: Value, layout: Layout) -> Value:
        key = value.blob, layout
        if key not in self._converted:
            blob = self._convert(value, layout)
            made = attrs.evolve(value, blob=blob, layout=layout, maker="Reshape")
            if not value.free:
                self._converted[key] = made
            return made
        return self._converted[key]

    def _convert(self, value: Value, layout: Layout) -> str:
        name = f"{value.blob}_{layout.name.lower()}"
        if value.layout is Layout.UNFLATTENED:
            return self.step("Flatten", name, (value.blob,))
        if layout is Layout.STEPS:
            return self._to_steps(value, name)
        if value.layout is Layout.STEPS:
            return self._from_steps(value, name)
        length, features = value.shape
        if layout is Layout.CHANNELS:
            return self.transpose(value.blob, name, (length, features), (1, 0), (features, length, 1))
        return self.transpose(value.blob, name, (features, length), (1, 0), (length, features))

    def _to_steps(self, value: Value, name: str) -> str:
        blob = value.blob
        if value.shape[0] > 1:
            blob = self.stack(blob, name, value.shape[0], 1, 0)
        return self.reshape(blob, name, (value.shape[0], -1, *value.shape[1:]))

    def _from_steps(self, value: Value, name: str) -> str:
        blob = value.blob
        length, *features = value.shape
        if length > 1:
            if not features:
                blob = self.reshape(blob, f"{name}_view", (length, -1, 1))
            blob = self.stack(blob, name, length, 0, 2)
        return self.reshape(blob, name, (-1, length, *features))

    def cont(self, steps: int) -> str:
        """The blob that tells recurrent layers that a sequence begins at the first step, and nowhere else."""
        if steps not in self._conts:
            first = {"shape": [{"dim": [1, self.batch]}], "data_filler": [_filled(0)]}
            if steps > 1:
                first["shape"].append({"dim": [steps - 1, self.batch]})
                first["data_filler"].append(_filled(1))
            tops = [self.fresh(base) for base in ("cont_begin", "cont_on")[: len(first["shape"])]]
            self.add("DummyData", self.fresh("cont_parts"), (), tops, {"dummy_data_param": first})
            fields = {"concat_param": {"axis": 0}}
            self._conts[steps] = tops[0] if steps == 1 else self.step("Concat", "cont", tops, fields)
        return self._conts[steps]

    # Exact rearrangements.

    def reshape(self, blob: str, name: str, dims: Sequence[int]) -> str:
        """The blob with other axes; 0 keeps an axis, -1 is what is left."""
        return self.step("Reshape", name, (blob,), {"reshape_param": shape(*dims)})

    def slices(self, blob: str, name: str, pieces: int, axis: int) -> list[str]:
        """Slice an axis into pieces of one element."""
        if pieces == 1:
            return [blob]
        tops = [self.fresh(f"{name}_slice{i}") for i in range(1, pieces + 1)]
        self.add("Slice", self.fresh(f"{name}_slices"), (blob,), tops, {"slice_param": {"axis": axis}})
        return tops

    def stack(self, blob: str, name: str, pieces: int, axis: int, onto: int) -> str:
        """Slice an axis into pieces of one element and put these together along another axis."""
        tops = self.slices(blob, name, pieces, axis)
        return self.step("Concat", f"{name}_stack", tops, {"concat_param": {"axis": onto}})

    def transpose(
        self, blob: str, name: str, dims: Sequence[int], order: Sequence[int], result: Sequence[int]
    ) -> str:
        """The axes `dims` (after N) in another order, given the shape `result` at the end.

        Caffe has no layer for this: it is done by slicing and concatenating, exactly.
        """
        current = list(range(len(dims)))
        for at, axis in enumerate(order):
            place = current.index(axis)
            if place != at:
                sizes = [dims[i] for i in current]
                blob = self._swap(blob, name, sizes, at, place)
                current.insert(at, current.pop(place))
        return self.reshape(blob, name, (0, *result))

    def _swap(self, blob: str, name: str, dims: Sequence[int], at: int, place: int) -> str:
        """Move the axis at `place` before those from `at` on."""
        lead, skipped = math.prod(dims[:at]), math.prod(dims[at:place])
        moved, rest = dims[place], math.prod(dims[place + 1 :])
        if min(skipped, moved) == 1:
            return blob
        if moved <= skipped:
            blob = self.reshape(blob, f"{name}_view", (0, lead, 1, skipped, moved, rest))
            return self.stack(blob, name, moved, 4, 2)
        blob = self.reshape(blob, f"{name}_view", (0, lead, skipped, moved, 1, rest))
        return self.stack(blob, name, skipped, 2, 4)

    def natural(self, value: Value) -> str:
        """A blob that holds the value's numbers in the language's order after N, in whatever shape."""
        if value.layout is not Layout.CHANNELS or not channels_first(value.shape):
            return self.rows(value).blob if value.layout is Layout.STEPS else value.blob
        dims = (value.channels, math.prod(value.spatial))
        return self.transpose(value.blob, f"{value.blob}_natural", dims, (1, 0), (math.prod(dims),))

    def cut(self, blob: str, name: str, kept: Mapping[int, Kept], top: str) -> None:
        """Keep a part of some axes of a blob: the result is the blob `top`.

        A net's output comes last, from a layer that makes nothing else: programs take the last layer for it.
        """
        if top in self.survey.outputs:
            cut = self.fresh(f"{top}_kept")
            self.cut(blob, name, kept, cut)
            named = any(layer.name == top for layer in self.layers)
            self.add("Split", self.fresh(f"{top}_output") if named else top, (cut,), (top,))
            return
        parts = {axis: part for axis, part in kept.items() if not part.whole}
        unused: list[str] = []
        for number, (axis, part) in enumerate(parts.items(), start=1):
            base = f"{name}_axis{axis}"
            last = top if number == len(parts) else self.fresh(f"{base}_kept")
            unused += self._slice(blob, base, axis, part, last)
            blob = last
        self.add("Silence", self.fresh(f"{name}_unused"), unused, ())

    def _slice(self, blob: str, base: str, axis: int, part: Kept, top: str) -> list[str]:
        """Slice one axis; the tops that nobody wants."""
        before = [self.fresh(f"{base}_before")] if part.first else []
        end = part.first + part.count
        after = [self.fresh(f"{base}_after")] if end < part.total else []
        points = [part.first] * len(before) + [end] * len(after)
        fields = {"slice_param": {"axis": axis, "slice_point": points}}
        self.add("Slice", self.fresh(base), (blob,), (*before, top, *after), fields)
        return before + after


def _filled(value: int) -> dict[str, Any]:
    return {"type": "constant", "value": value}


def overwritable(source: Value, kind: str) -> bool:
    """Whether a layer of type `kind` may overwrite this input: nothing reads it again, gradients included."""
    if not source.free:
        return False
    return source.maker not in _NEEDS_OUTPUT or (source.maker == "ReLU" and kind == "Dropout")


def type_of(node: Node) -> Type:
    """The inferred type of a node of a checked net."""
    if node.type is None:
        raise ValueError(f"{node.name} has no type: the net was not checked")
    return node.type
