"""Sides that run the very file that was given, not what dlc makes of it: prototxt, and models of Keras 3."""

from __future__ import annotations

from pathlib import Path

from dlc.ir import Net
from dlc.types import Kind, Type
from dlc.verify import layouts
from dlc.verify.frameworks import Job
from dlc.verify.side import From, Place, Side, To, as_it_is, first, same, with_outputs
from dlc.weights.held import Array

_READY = frozenset((Kind.MAP, Kind.VOLUME, Kind.VECTOR))  # whose layout in Caffe is known


def runs_in_caffe(net: Net, text: str) -> bool:
    """Whether a prototxt can be run as it is: its inputs are given, and no sequence is among them."""
    from dlc.frontends.prototxt import is_deployed

    return is_deployed(text) and all(given.type.kind in _READY for given in net.inputs)


def in_caffe(what: str, path: Path, net: Net, text: str, weights: Path) -> Side:
    """A prototxt with its caffemodel; layers of the net are called after those of the file."""
    from dlc.frontends.prototxt import joined_scales, layer_types

    known, scales = layer_types(text, str(path)), joined_scales(text, str(path))
    types = net.types()
    places: dict[str, Place] = {}
    for node in net.body:
        kind = types[node.name]
        layer = scales.get(node.name, node.name)
        if layer in known and not node.inferred and kind is not None and kind.kind in _READY:
            places[node.name] = Place(layer, lambda made, kind=kind: _examples(kind, made))  # type: ignore[misc]
    fetch = tuple((place.name, place.name, 0) for place in places.values())
    names = [given.name for given in net.inputs]
    extra = {"input_names": names, "batch_axes": [0] * len(names)}
    inputs = tuple(first(given.type) for given in net.inputs)
    return Side(what, Job("caffe", path, weights, fetch, extra), net, inputs, places)


def _examples(kind: Type, made: Array) -> Array | None:
    """The blobs of several examples as a batch, channels last; axes of size 1 at the end are left out."""
    joined = made.reshape(-1, *made.shape[2:])
    if kind.kind is Kind.VECTOR:
        joined = joined.reshape(len(joined), -1)
    return layouts.channels_last(joined, kind)


def runs_in_keras(text: str) -> bool:
    """Whether Keras 3 reads a model's document."""
    from dlc.frontends.keras_json.document import is_keras_json, parse

    return is_keras_json(text) and parse(text).version >= 3


def in_keras(what: str, path: Path, net: Net, text: str, weights: Path | None) -> Side:
    """A model as JSON with its weights, or with them in one file; layers are called after those of the file."""
    from dlc.frontends.keras_json.document import parse

    types = net.types()
    readers = net.consumers()
    places: dict[str, Place] = {}
    for layer in parse(text).layers:
        value = layer.name
        if layer.config.get("activation") not in (None, "linear") and value in types:
            after = [node.name for node in readers[value] if node.name.startswith(f"{value}_")]
            value = after[0] if len(after) == 1 else ""
        kind = types.get(value)
        if kind is not None and value in readers:
            places[value] = Place(layer.name, as_it_is(kind))
    job = Job("keras", path, weights, tuple(dict.fromkeys(place.name for place in places.values())))
    return Side(what, job, net, tuple(same for _ in net.inputs), with_outputs(net, places, as_it_is))


def in_onnx(what: str, path: Path, net: Net) -> Side:
    """A model with its own weights; layers are found where a tensor is called after them."""
    from dlc.frontends.onnx.builder import readable
    from dlc.frontends.onnx.document import parse

    types = net.types()
    document = parse(path.read_bytes(), str(path))
    stated = {tensor.name: tensor.dims for tensor in document.inputs}
    tensors = {op.layer or readable(op.name, op.kind): op.output for op in document.operators}
    inputs = tuple(_like(given.type, stated.get(given.name)) for given in net.inputs)
    places = {
        node.name: Place(tensors.get(node.name, node.name), _either(kind))
        for node in net.body
        if (kind := types[node.name]) is not None and node.layer.op_name != "flatten"
    }
    job = Job("onnx", path, None, tuple(place.name for place in places.values()))
    return Side(what, job, net, inputs, with_outputs(net, places, _either))


def _like(kind: Type, dims: tuple[object, ...] | None) -> To:
    """How an input is turned: not at all where the model states the language's own order of axes."""
    alike = dims is not None and tuple(dims[1:]) == tuple(kind.shape)
    turns = not alike or (dims is not None and tuple(dims[1:]) == (kind.shape[-1], *kind.shape[:-1]))
    return lambda array: layouts.channels_first(array, kind) if turns else array


def _either(kind: Type) -> From:
    """With the channels first, else last: whichever has the type's size."""

    def back(array: Array) -> Array | None:
        made = layouts.turned(array, kind)
        return made if made is not None else layouts.fitting(array, kind)

    return back
