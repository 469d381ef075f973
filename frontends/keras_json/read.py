"""From a Keras document to a net: every call of every layer by the rule of its class."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from dlc.diagnostics import Diagnostic, DlcError, Fix, PointerSpan, codes
from dlc.frontends.keras_json import activations, operations, sequences, values, windows  # noqa: F401  (register rules)
from dlc.frontends.keras_json.arguments import Arguments
from dlc.frontends.keras_json.builder import RULES, Builder, Use, channels_last, dims, typed
from dlc.frontends.keras_json.document import DocumentReader, LayerDoc, ModelDoc, Tensor, parse
from dlc.frontends.keras_json.nested import Blocks
from dlc.ir import Module, Net
from dlc.layers import CannotBuild
from dlc.types import HOLE, Kind, Type

_SHAPES = ("batch_input_shape", "batch_shape", "input_shape", "shape")
_RECURRENT = ("LSTM", "GRU", "SimpleRNN", "CuDNNLSTM", "CuDNNGRU", "Bidirectional", "ConvLSTM2D")


def read(text: str, file: str | None = None, blocks: bool = False) -> tuple[Module, tuple[Diagnostic, ...]]:
    """The net of a Keras model, and what was kept as it is.

    With `blocks` the models inside it are blocks that it calls; without, their layers stand in the net itself,
    under names such as `inner/layer`. Raises DlcError where the document is no model, or a layer cannot be
    what it says.
    """
    model = parse(text, file)
    b = Builder()
    made = Blocks({model.name}) if blocks else None
    reader = _Reader(b, file, model.version, _channels_first(model), made)
    outputs = reader.whole(model)
    errors = [d for d in b.findings if d.is_error]
    if errors or not b.nodes:
        message = "the model has no layers"
        raise DlcError(errors or [Diagnostic(codes.KERAS_CONTRACT, message, PointerSpan("", file))])
    net = Net(model.name, tuple(b.inputs), tuple(b.nodes), tuple(dict.fromkeys(outputs)) or b.outputs())
    return Module(tuple(made.made) if made is not None else (), (net,)), tuple(b.findings)


def _channels_first(model: ModelDoc) -> bool:
    """Whether a model keeps channels before height and width: most of its layers over maps say so."""
    votes = [Arguments(layer.config).channels_first for layer in _all(model) if _says_order(layer)]
    return sum(votes) * 2 > len(votes)


def _says_order(layer: LayerDoc) -> bool:
    return any(layer.config.get(k) is not None for k in ("data_format", "dim_ordering"))


def _all(model: ModelDoc) -> list[LayerDoc]:
    found = []
    for layer in model.layers:
        found += [layer, *(_all(layer.inner) if layer.inner is not None else [])]
    return found


@attrs.define
class _Reader:
    """Walks over models; `channels_first` holds for the whole document."""

    builder: Builder
    file: str | None
    version: int
    channels_first: bool
    blocks: Blocks | None = None
    owners: dict[str, list[str]] = attrs.field(factory=dict)  # layers with weights, by place in the document

    def whole(self, model: ModelDoc) -> list[str]:
        """A model that nothing is given to: its input layers are the net's inputs."""
        if model.chain:
            return [self._chain(model, None, "")]
        return self._graph(model, None, "")

    def _chain(self, model: ModelDoc, given: str | None, prefix: str) -> str:
        current = given
        for index, layer in enumerate(model.layers):
            if layer.kind == "InputLayer":
                current = current or self._input(layer, layer.name)
                continue
            if current is None and layer.kind != "Merge" and layer.inner is None:
                after = model.layers[index + 1] if index + 1 < len(model.layers) else None
                current = self._input(layer, f"{layer.name}_input", after)
            current = self._called(layer, (current,) if current is not None else (), prefix)
        return current or ""

    def _graph(self, model: ModelDoc, given: Sequence[str] | None, prefix: str) -> list[str]:
        """The values of a model's outputs; calls are made as soon as what they read is there."""
        known: dict[Tensor, str] = {}
        if given is not None:
            known.update(zip(model.inputs, given, strict=False))
        calls = [(layer, i) for layer in model.layers for i in range(max(1, len(layer.calls)))]
        waiting: dict[Tensor, list[int]] = {}  # calls, by a value that they lack
        ready = list(range(len(calls)))  # a heap: what stands first in the document is made first
        while ready:
            place = heapq.heappop(ready)
            missing = self._missing(*calls[place], known)
            if missing is not None:
                waiting.setdefault(missing, []).append(place)
                continue
            for made in self._made(*calls[place], known, prefix):
                for other in waiting.pop(made, ()):
                    heapq.heappush(ready, other)
        if waiting:
            self._stuck(*calls[min(min(places) for places in waiting.values())])
        return [known[t] for t in model.outputs if t in known]

    def _missing(self, layer: LayerDoc, call: int, known: Mapping[Tensor, str]) -> Tensor | None:
        """A value that a call reads and that is not there yet."""
        if Tensor(layer.name, call) in known:
            return None
        return next((t for t in (layer.calls[call] if layer.calls else ()) if t not in known), None)

    def _made(self, layer: LayerDoc, call: int, known: dict[Tensor, str], prefix: str) -> list[Tensor]:
        """Make a call whose values are all there; what it gives."""
        here = Tensor(layer.name, call)
        if here in known:
            return [here]
        read_ = layer.calls[call] if layer.calls else ()
        if layer.kind == "InputLayer" or (not read_ and layer.inner is None):
            results = [self._input(layer, layer.name)]
        else:
            results = self._results(layer, tuple(known[t] for t in read_), prefix, call)
        made = {Tensor(layer.name, call, index): value for index, value in enumerate(results)}
        known.update(made)
        return list(made)

    def _stuck(self, layer: LayerDoc, call: int) -> None:
        names = ", ".join(t.layer for t in layer.calls[call]) if layer.calls else ""
        message = f"{layer.kind} {layer.name} reads {names}, which is never made"
        fix = Fix("a name is wrong, or there is a cycle")
        span = PointerSpan(layer.pointer, self.file)
        self.builder.findings.append(Diagnostic(codes.UNDEFINED_NAME, message, span, fix=fix))

    def _results(self, layer: LayerDoc, inputs: tuple[str, ...], prefix: str, call: int) -> list[str]:
        if layer.inner is not None and not layer.inner.chain:
            called = self._block(layer, inputs)
            return [called] if called else self._graph(layer.inner, inputs, f"{prefix}{layer.name}/")
        made = self._called(layer, inputs, prefix, call)
        return [made, *self._states(layer, made)]

    def _states(self, layer: LayerDoc, made: str) -> list[str]:
        """The last states that a recurrent layer gives besides: a vector each, kept by their numbers."""
        inner = layer.config.get("layer")
        wrapped = inner.get("config", {}) if isinstance(inner, Mapping) else layer.config
        if not wrapped.get("return_state") or not isinstance(wrapped.get("units"), int):
            return []
        count = (2 if "LSTM" in str(inner or layer.kind) else 1) * (2 if isinstance(inner, Mapping) else 1)
        span = PointerSpan(layer.pointer, self.file)
        kind = Type(Kind.VECTOR, (wrapped["units"],))
        return [
            self.builder.put(
                "opaque", {"type": "State", "attributes": {"index": i, "parameters": 0}}, [made],
                f"{made}_state_{i}", span, declared=kind, inferred=True,
            )
            for i in range(1, count + 1)
        ]  # fmt: skip

    def _called(self, layer: LayerDoc, inputs: tuple[str, ...], prefix: str, call: int = 0) -> str:
        """The value of one call of a layer; further calls use the weights of the first."""
        if layer.inner is not None:
            return self._block(layer, inputs) or self._nested(layer.inner, inputs, f"{prefix}{layer.name}/")
        since = len(self.builder.nodes)
        made = self._applied(layer, inputs, prefix, call)
        if layer.pointer in self.owners:
            self.builder.share(since, self.owners[layer.pointer])
        else:
            self.owners[layer.pointer] = self.builder.weighted(since)
        return made

    def _block(self, layer: LayerDoc, inputs: tuple[str, ...]) -> str | None:
        """The call of a model as a block, where that is wanted and possible."""
        if self.blocks is None:
            return None
        return self.blocks.call(self.builder, layer, inputs, self.file, self._into)

    def _into(self, b: Builder, model: ModelDoc, given: Sequence[str], blocks: Blocks) -> list[str]:
        """Read a model that is given values of these names into another builder; its outputs' names."""
        reader = _Reader(b, self.file, self.version, self.channels_first, blocks)
        return [reader._chain(model, given[0], "")] if model.chain else reader._graph(model, given, "")

    def _nested(self, inner: ModelDoc, inputs: tuple[str, ...], prefix: str) -> str:
        if inner.chain:
            return self._chain(inner, inputs[0] if inputs else None, prefix)
        made = self._graph(inner, inputs or None, prefix)
        return made[0] if made else ""

    def _applied(self, layer: LayerDoc, inputs: tuple[str, ...], prefix: str, call: int) -> str:
        if layer.kind == "Merge" and not inputs:
            inputs = self._branches(layer, prefix)
        config = dict(layer.config) | ({"dlc_channels_first": True} if self.channels_first else {})
        name = f"{prefix}{layer.name}"
        use = Use(layer, inputs, name, Arguments(config), self.file, self.version, call)
        try:
            rule = RULES.get(layer.kind)
            if rule is None:
                return self._unknown(use)
            return rule(self.builder, use)
        except CannotBuild as error:
            for problem in error.problems:
                message = f"{layer.kind} {layer.name}: {problem.message}"
                self.builder.findings.append(Diagnostic(codes.LAYER_WRONG, message, use.span))
            return self.builder.keep(use, "it cannot be built")

    def _unknown(self, use: Use) -> str:
        """A class that no rule is for: what Keras 3 says of its result is declared."""
        function = str(use.layer.raw.get("module", "")).startswith(("keras.src.ops", "keras.ops"))
        count = 0 if function else None
        return self.builder.keep(use, "its class is not known", _stated_result(use.layer), count)

    def _branches(self, layer: LayerDoc, prefix: str) -> tuple[str, ...]:
        """The models that Keras 1's Merge holds, each with an input of its own."""
        made = []
        for index, value in enumerate(layer.config.get("layers") or []):
            branch = DocumentReader(self.file, self.version).model(
                value, f"{layer.pointer}/config/layers/{index}"
            )
            made.append(
                self._chain(branch, None, prefix) if branch.chain else self._graph(branch, None, prefix)[0]
            )
        return tuple(made)

    def _input(self, layer: LayerDoc, name: str, after: LayerDoc | None = None) -> str:
        kind = _input_type(layer, self.channels_first, after)
        return self.builder.take(name, kind, PointerSpan(layer.pointer, self.file))


def _stated_result(layer: LayerDoc) -> Type | None:
    shape = layer.config.get("output_shape")
    if isinstance(shape, list) and all(d is None or isinstance(d, int) for d in shape) and shape:
        return typed(dims(shape))
    return None


def _input_type(layer: LayerDoc, channels_first: bool, after: LayerDoc | None) -> Type:
    """The type of what a layer is given, from its own words; holes where it says nothing."""
    shape = _shape_of(layer)
    if layer.kind == "Embedding":
        length = layer.config.get("input_length")
        steps = shape[0] if shape else length if isinstance(length, int) else HOLE
        return Type(Kind.IDS, (steps,))
    if shape is None:
        return _unstated(layer)
    ids = str(layer.config.get("dtype", "")).startswith("int") and len(shape) == 1
    if ids:
        return Type(Kind.IDS, shape)
    first = channels_first and (len(shape) >= 3 or (len(shape) == 2 and "1D" in layer.kind))
    turned = channels_last(shape) if first else shape
    return typed(turned) or Type(Kind.VECTOR, (HOLE,))


def _shape_of(layer: LayerDoc) -> tuple[Any, ...] | None:
    config: Mapping[str, Any] = layer.config
    wrapped = config.get("layer")
    if not any(config.get(k) for k in _SHAPES) and isinstance(wrapped, Mapping):
        config = wrapped.get("config", {}) if isinstance(wrapped.get("config"), Mapping) else {}
    for key in _SHAPES:
        value = config.get(key)
        if isinstance(value, list):
            return dims(value[1:] if key.startswith("batch") else value)
    width = config.get("input_dim")
    if isinstance(width, int) and layer.kind != "Embedding":
        steps = config.get("input_length")
        if layer.kind in _RECURRENT or isinstance(steps, int):
            return dims((steps, width))
        return (width,)
    return None


def _unstated(layer: LayerDoc) -> Type:
    if layer.kind in _RECURRENT or "1D" in layer.kind:
        return Type(Kind.SEQUENCE, (HOLE, HOLE))
    if "2D" in layer.kind:
        return Type(Kind.MAP, (HOLE, HOLE, HOLE))
    if "3D" in layer.kind:
        return Type(Kind.VOLUME, (HOLE, HOLE, HOLE, HOLE))
    return Type(Kind.VECTOR, (HOLE,))
