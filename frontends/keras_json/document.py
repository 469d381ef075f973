"""One form for the documents of all versions: models as lists of layers, each with its calls.

Facts: keras/src/models/functional.py and sequential.py of Keras 3; keras/engine/topology.py of Keras 1 and 2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from dlc.diagnostics import Diagnostic, DlcError, Fix, Note, PointerSpan, codes

MODELS = frozenset(("Sequential", "Model", "Functional", "Graph"))
_WRAPPERS = ("model_config", "modelTopology", "model", "architecture")
LONGEST = 16 * 2**20  # characters; the largest of keras.applications has one million
_MOST_NESTED = 100  # models inside models, and braces inside braces


@attrs.frozen
class Tensor:
    """One result of one call of a layer: `keras_history`."""

    layer: str
    call: int = 0
    index: int = 0


@attrs.frozen
class LayerDoc:
    """A layer of a model: its class, its configuration, and what it is called on, call by call.

    A layer that is called several times shares its weights. `pointer` is its place in the document.
    """

    kind: str
    name: str
    config: Mapping[str, Any]
    calls: tuple[tuple[Tensor, ...], ...]
    pointer: str
    inner: ModelDoc | None = None
    raw: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen
class ModelDoc:
    """A model: its layers in order, and which tensors go in and come out (empty for a chain)."""

    name: str
    layers: tuple[LayerDoc, ...]
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    chain: bool = False
    version: int = 2


def is_keras_json(text: str) -> bool:
    """Whether a JSON text looks like a Keras model: it names a class of models near its beginning."""
    return bool(
        re.search(r'"class_name"\s*:\s*"', text[:4000])
        or re.search(r'"(?:model_config|modelTopology)"', text[:400])
    )


def parse(text: str, file: str | None = None) -> ModelDoc:
    """The model of a document. Raises DlcError where it is no JSON, no model, or larger than any."""
    if len(text) > LONGEST:
        message = f"{len(text) / 2**20:.0f} million characters are more than a model has"
        raise DlcError(Diagnostic(codes.TOO_LARGE, message, PointerSpan("", file)))
    if _too_deep(text):
        raise _wrong("", f"brackets are nested more than {_MOST_NESTED} deep", file)
    try:
        document = json.loads(text)
        if isinstance(document, str):
            document = json.loads(document)  # to_json() written by json.dump
    except (ValueError, RecursionError) as error:
        raise DlcError(_malformed(error, file)) from None
    found, pointer = _unwrapped(document, "")
    named = isinstance(found, Mapping) and found.get("class_name") in MODELS
    if not named and not (isinstance(found, Mapping) and _has_layers(found)):
        raise _wrong(pointer, "there is no model: an object with class_name and config", file)
    return DocumentReader(file, _version(document, found)).model(found, pointer)


def _too_deep(text: str) -> bool:
    depth = 0
    for match in re.finditer(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{\]}]', text):
        sign = match.group()
        if sign in "[{":
            depth += 1
            if depth > _MOST_NESTED:
                return True
        elif sign in "]}":
            depth -= 1
    return False


def _malformed(error: Exception, file: str | None) -> Diagnostic:
    if isinstance(error, json.JSONDecodeError):
        what = error.msg.lower().removesuffix(" starting at")
        message = f"{what} in line {error.lineno}, column {error.colno}"
        cut = error.msg.startswith("Unterminated") or error.pos >= len(error.doc.rstrip()) - 1
        fix = Fix("the file may be cut off") if cut else None
        return Diagnostic(codes.JSON_MALFORMED, message, PointerSpan("", file), fix=fix)
    if isinstance(error, ValueError):
        return Diagnostic(codes.JSON_MALFORMED, "a number has too many digits", PointerSpan("", file))
    return Diagnostic(codes.JSON_MALFORMED, "it is nested too deep", PointerSpan("", file))


def _wrong(pointer: str, message: str, file: str | None) -> DlcError:
    return DlcError(Diagnostic(codes.KERAS_CONTRACT, message, PointerSpan(pointer, file)))


def _unwrapped(document: Any, pointer: str) -> tuple[Any, str]:
    """The object with a class of models, inside what other programs put around it."""
    for _ in range(4):
        if not isinstance(document, Mapping) or document.get("class_name") in MODELS:
            break
        key = next((k for k in _WRAPPERS if isinstance(document.get(k), Mapping | str)), None)
        if key is None:
            break
        document, pointer = document[key], f"{pointer}/{key}"
        if isinstance(document, str):
            try:
                document = json.loads(document)
            except json.JSONDecodeError:
                break
    return document, pointer


def _has_layers(found: Mapping[str, Any]) -> bool:
    config = found.get("config")
    return isinstance(config, list) or (
        isinstance(config, Mapping) and isinstance(config.get("layers"), list)
    )


def _version(document: Any, found: Mapping[str, Any]) -> int:
    """The major version that wrote a document: stated, else by its old or new ways."""
    for where in (found, document):
        stated = where.get("keras_version") if isinstance(where, Mapping) else None
        if isinstance(stated, str) and stated[:1].isdigit():
            return int(stated[0])
    if "registered_name" in found:
        return 3
    return 1 if re.search(r'"(?:nb_filter|border_mode|output_dim|nb_row)"', json.dumps(found)[:20000]) else 2


class DocumentReader:
    """Walks over a document; `version` decides between spellings."""

    def __init__(self, file: str | None, version: int) -> None:
        self._file = file
        self._version = version

    def model(self, value: Mapping[str, Any], pointer: str) -> ModelDoc:
        config = value.get("config")
        at = f"{pointer}/config"
        chain = value.get("class_name") == "Sequential" or isinstance(config, list)
        if isinstance(config, list):
            return ModelDoc("sequential", self._chain(config, at), chain=True, version=self._version)
        if not isinstance(config, Mapping) or not isinstance(config.get("layers"), list):
            raise _wrong(at, "a model's config lists its layers", self._file)
        name = str(config.get("name") or value.get("name") or "model")
        if chain:
            layers = self._chain(config["layers"], f"{at}/layers")
            return ModelDoc(name, layers, chain=True, version=self._version)
        layers = tuple(self._layers(config["layers"], f"{at}/layers"))
        self._distinct(layers)
        inputs = _tensors(config.get("input_layers"))
        outputs = _tensors(config.get("output_layers"))
        layers, outputs = _from_zero(layers, outputs)
        return ModelDoc(name, layers, inputs, outputs, version=self._version)

    def _distinct(self, layers: Sequence[LayerDoc]) -> None:
        """Raise DlcError for layers of one name: what reads that name could mean either."""
        first: dict[str, LayerDoc] = {}
        for layer in layers:
            known = first.setdefault(layer.name, layer)
            if known is not layer:
                notes = (Note("first defined here", PointerSpan(known.pointer, self._file)),)
                span = PointerSpan(layer.pointer, self._file)
                message = f"{layer.name} is the name of two layers"
                raise DlcError(Diagnostic(codes.DUPLICATE_NAME, message, span, notes=notes))

    def _chain(self, values: Sequence[Any], pointer: str) -> tuple[LayerDoc, ...]:
        return tuple(self._layers(values, pointer))

    def _layers(self, values: Sequence[Any], pointer: str) -> Iterator[LayerDoc]:
        for index, value in enumerate(values):
            at = f"{pointer}/{index}"
            if not isinstance(value, Mapping) or not isinstance(value.get("class_name"), str):
                raise _wrong(at, "a layer is an object with class_name and config", self._file)
            yield self._layer(value, at)

    def _layer(self, value: Mapping[str, Any], pointer: str) -> LayerDoc:
        kind = str(value["class_name"]).rsplit(">", 1)[-1]
        config = value.get("config")
        inner = None
        if kind in MODELS and (isinstance(config, list) or _has_layers(value)):
            inner = self.model(value, pointer)
        plain: Mapping[str, Any] = config if isinstance(config, Mapping) else {}
        name = str(value.get("name") or plain.get("name") or kind.lower())
        nodes = value.get("inbound_nodes")
        calls = tuple(_call(node) for node in nodes) if isinstance(nodes, list) else ()
        return LayerDoc(kind, name, plain, calls, pointer, inner, value)


def _from_zero(
    layers: tuple[LayerDoc, ...], outputs: tuple[Tensor, ...]
) -> tuple[tuple[LayerDoc, ...], tuple[Tensor, ...]]:
    """Calls of inner models counted from 0: before Keras 3 the first one, which made the model, was not listed."""
    counts = {layer.name: len(layer.calls) for layer in layers if layer.inner is not None}
    if not counts:
        return layers, outputs
    read = [*outputs, *(tensor for layer in layers for call in layer.calls for tensor in call)]
    late = {t.layer for t in read if t.layer in counts and t.call == counts[t.layer] > 0}

    def counted(tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return tuple(attrs.evolve(t, call=t.call - (t.layer in late)) for t in tensors)

    shifted = (attrs.evolve(la, calls=tuple(map(counted, la.calls))) for la in layers)
    return tuple(shifted), counted(outputs)


def _call(node: Any) -> tuple[Tensor, ...]:
    """The tensors that one call reads: Keras 3 says so by objects, older ones by lists."""
    if isinstance(node, Mapping):
        named = node.get("kwargs")
        others = {k: v for k, v in named.items() if k != "mask"} if isinstance(named, Mapping) else None
        return tuple(_histories([node.get("args"), others]))
    return _tensors(node)


def _histories(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Mapping):
        if value.get("class_name") == "__keras_tensor__":
            history = value.get("config", {}).get("keras_history")
            if isinstance(history, list) and len(history) == 3:
                yield Tensor(str(history[0]), int(history[1]), int(history[2]))
            return
        for inner in value.values():
            yield from _histories(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _histories(inner)


def _tensors(value: Any) -> tuple[Tensor, ...]:
    """Lists [name, call, tensor], one alone or several, or names to them."""
    if isinstance(value, Mapping):
        return tuple(t for inner in value.values() for t in _tensors(inner))
    if not isinstance(value, list) or not value:
        return ()
    if isinstance(value[0], str) and (len(value) < 2 or isinstance(value[1], int)):
        call = value[1] if len(value) > 1 and isinstance(value[1], int) else 0
        index = value[2] if len(value) > 2 and isinstance(value[2], int) else 0
        return (Tensor(value[0], call, index),)
    return tuple(t for inner in value for t in _tensors(inner))
