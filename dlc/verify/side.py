"""One side of a comparison: a net in a framework, with its weights, and where each layer's value is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import attrs

from dlc.backends import load
from dlc.backends.base import EmitOptions, EmittedFile
from dlc.diagnostics import DlcError, codes
from dlc.ir import Module, Net
from dlc.types import Type
from dlc.verify import layouts
from dlc.verify.frameworks import Job
from dlc.weights import convert
from dlc.weights.held import Array, Weights
from dlc.weights.match import expanded

To = Callable[[Array], Array]
From = Callable[[Array], "Array | None"]
ENDINGS = {"keras": ".weights.h5", "pytorch": ".safetensors", "onnx": ".onnx", "caffe": ".caffemodel"}
CONVOLVED = ("conv", "depthwise", "separable", "batchnorm", "prelu", "groupnorm", "instancenorm")


@attrs.frozen
class Place:
    """Where the value of a node is: the name that the runner gives it, and how it is turned."""

    name: str
    back: From


@attrs.frozen
class Side:
    """A net that is ready to run; `places` are the values that can be compared, by node."""

    what: str
    job: Job
    net: Net | None
    inputs: tuple[To, ...]
    places: Mapping[str, Place]


def emitted(what: str, module: Module, framework: str, weights: Weights, folder: Path) -> Side:
    """A net as dlc writes it for a framework, with these weights, under the names of the expanded module.

    Raises DlcError where the framework cannot say it.
    """
    made = expanded(convert.prepared(module, framework, "dlnet"))
    text = _code(made, framework)
    path = folder / f"{what}{ENDINGS[framework]}"
    path.write_bytes(convert.written(path, module, made, weights))
    code = path
    if framework != "onnx":
        code = folder / f"{what}{text.ending}"
        code.write_text(text.text, encoding="utf-8")
    return _READY[framework](what, made.nets[0], code, path)


def _code(module: Module, framework: str) -> EmittedFile:
    """The code for a framework: exact where that can be, for else the exact layers would not be compared."""
    backend = load(framework)
    try:
        return backend.emit(module, EmitOptions()).files[0]
    except DlcError as error:
        if any(d.code is not codes.TARGET_APPROXIMATES for d in error.diagnostics):
            raise
        return backend.emit(module, EmitOptions(approximate=True)).files[0]


def _keras(what: str, net: Net, code: Path, weights: Path) -> Side:
    places = keras_places(net)
    job = Job("keras", code, weights, tuple(place.name for place in places.values()))
    return Side(what, job, net, tuple(same for _ in net.inputs), with_outputs(net, places, as_it_is))


def keras_places(net: Net) -> dict[str, Place]:
    """The layers of the model that is written for an expanded net; one that was merged with an activation
    shows the activation's value."""
    from dlc.backends.base import Differences
    from dlc.backends.keras.program import program

    made = program(Module(nets=(net,)), Differences("Keras", approximate=True))
    types = net.types()
    return {
        statement.value: Place(made.naming.template("", statement.value), as_it_is(kind))
        for statement in made.body
        if (kind := types[statement.value]) is not None
    }


def _torch(what: str, net: Net, code: Path, weights: Path) -> Side:
    from dlc.backends.pytorch.params import paths

    types, nodes = net.types(), {node.name: node for node in net.body}
    places: dict[str, Place] = {}
    for name, path in paths(Module(nets=(net,))).items():
        kind = types[name]
        if kind is not None and nodes[name].layer.op_name != "separable_conv2d":
            convolved = nodes[name].layer.op_name.startswith(CONVOLVED)
            places[name] = Place(path, turned(kind) if convolved else as_it_is(kind))
    job = Job("pytorch", code, weights, tuple(place.name for place in places.values()))
    inputs = tuple(first(given.type) for given in net.inputs)
    return Side(what, job, net, inputs, with_outputs(net, places, last))


def _onnx(what: str, net: Net, code: Path, weights: Path) -> Side:
    from dlc.backends.onnx import plan

    values = plan(net).values
    places = {
        node.name: Place(value.tensor, lambda array, value=value: layouts.from_tensor(value, array))  # type: ignore[misc]
        for node in net.body
        if (value := values.get(node.name)) is not None
    }
    job = Job("onnx", code, None, tuple(place.name for place in places.values()))
    inputs = tuple(first(given.type) for given in net.inputs)
    return Side(what, job, net, inputs, with_outputs(net, places, last))


def _caffe(what: str, net: Net, code: Path, weights: Path) -> Side:
    from dlc.backends.base import Differences
    from dlc.backends.caffe.deploy import lower
    from dlc.backends.caffe.values import Layout

    w = lower(net, Differences("caffe", approximate=False))
    makers: dict[str, tuple[str, int]] = {}
    for layer in w.layers:
        kept = layer.type != "Slice" or not w.survey.outputs.isdisjoint(layer.tops)  # OpenCV reuses these
        for at, top in enumerate(layer.tops):
            makers.pop(top, None)
            makers |= {top: (layer.name, at)} if kept else {}
    owners = {w.values[node.name].blob: node.name for node in net.body if node.name in w.values}
    places: dict[str, Place] = {}
    for blob, name in owners.items():
        value = w.values[name]
        places[name] = Place(blob, lambda made, value=value: _examples(value, made))  # type: ignore[misc]
    fetch = tuple((blob, *makers[blob]) for blob in owners if blob in makers)
    given = [w.values[i.name] for i in net.inputs]
    axes = [1 if value.layout is Layout.STEPS else 0 for value in given]
    job = Job("caffe", code, weights, fetch, {"input_names": [v.blob for v in given], "batch_axes": axes})
    inputs = tuple(_blob(value) for value in given)
    return Side(what, job, net, inputs, places)


_READY: dict[str, Callable[[str, Net, Path, Path], Side]] = {
    "keras": _keras,
    "pytorch": _torch,
    "onnx": _onnx,
    "caffe": _caffe,
}


def with_outputs(net: Net, places: Mapping[str, Place], back: Callable[[Type], From]) -> dict[str, Place]:
    """The places, those of the net's outputs first of all by their number."""
    types = net.types()
    outputs: dict[str, Place] = {}
    for index, name in enumerate(net.outputs):
        kind = types[name]
        if kind is not None:
            outputs.setdefault(name, Place(f"output:{index}", back(kind)))
    return {**places, **outputs}


def same(array: Array) -> Array:
    """An array as it is."""
    return array


def as_it_is(kind: Type) -> From:
    """Values that lie as the language's do."""
    return lambda array: layouts.fitting(array, kind)


def turned(kind: Type) -> From:
    """Values whose channels, or features, come before the space, or the steps."""
    return lambda array: layouts.turned(array, kind)


def last(kind: Type) -> From:
    """Image maps and volumes whose channels come before the space; other values as they are."""
    return lambda array: layouts.channels_last(array, kind)


def first(kind: Type) -> To:
    """For frameworks that take the channels before the space."""
    return lambda array: layouts.channels_first(array, kind)


def _blob(value: object) -> To:
    return lambda array: layouts.to_blob(value, array)  # type: ignore[arg-type]


def _examples(value: object, made: Array) -> Array | None:
    """The blobs of several examples, one after the other, as a batch."""
    import numpy as np

    parts = [layouts.from_blob(value, blob) for blob in made]  # type: ignore[arg-type]
    if any(part is None for part in parts):
        return None
    return np.concatenate(parts)  # type: ignore[arg-type]
