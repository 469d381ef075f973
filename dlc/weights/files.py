"""Weights files by their endings: what each is, how it is read, and what it becomes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dlc.backends.stored import Tensor
from dlc.diagnostics import codes
from dlc.ir import Module, Net
from dlc.weights import caffe, caffemodel, hdf5, onnx, torch, transfer
from dlc.weights.held import Key, Stored, Weights, problem
from dlc.weights.match import expanded
from dlc.weights.transfer import Reading

if TYPE_CHECKING:
    from dlc.backends.caffe.writer import Writer

# File endings, the longest first, and the framework that each belongs to.
FRAMEWORKS: dict[str, str] = {
    ".caffemodel": "caffe",
    ".weights.h5": "keras",
    ".keras": "keras",
    ".hdf5": "keras",
    ".h5": "keras",
    ".safetensors": "pytorch",
    ".onnx": "onnx",
}
_PICKLES = (".pt", ".pth", ".bin", ".pkl", ".pickle", ".ckpt")


def framework_of(path: Path) -> str | None:
    """The framework whose weights a file holds, by its ending; None where it is no weights file.

    Raises DlcError for pickles, which can run programs when they are read.
    """
    name = path.name.lower()
    if name.endswith(_PICKLES):
        message = f"{path} is a pickle, which could run any program when it is read: dlc does not read it"
        fix = "save it anew: safetensors.torch.save_file(model.state_dict(), 'weights.safetensors')"
        raise problem(codes.WEIGHTS_PICKLE, path, message, fix)
    return next((made for ending, made in FRAMEWORKS.items() if name.endswith(ending)), None)


def require_framework(path: Path) -> str:
    """The framework of a weights file. Raises DlcError where its ending is not known."""
    found = framework_of(path)
    if found is None:
        endings = ", ".join(FRAMEWORKS)
        message = f"{path}: cannot tell from the ending what weights these are; dlc knows {endings}"
        raise problem(codes.WEIGHTS_FORMAT, path, message)
    return found


def own_net(path: Path) -> str | None:
    """The Keras document of the model that a file holds besides its weights, where it does.

    Raises DlcError for damaged files.
    """
    return hdf5.read(path).config


def read(path: Path, net: Net, form: str, text: str | None) -> Reading | None:
    """The weights of an expanded net, as it was read from a file of the framework's own format (`form`, with
    its `text`); None where the file's weights are not those of such a file. Raises DlcError."""
    framework = require_framework(path)
    if framework == "caffe" and form == "prototxt" and text is not None:
        layers = caffemodel.read(path)
        tensors = caffe.tensors(net, layers, caffe.scales_of(text, path))
        return transfer.read(net, tensors, caffe.arrays(layers), path)
    if framework == "onnx" and form == "onnx":
        return onnx.read_own(path)
    if framework == "keras" and form in ("json", "keras-json") and text is not None:
        return _of_document(path, net, text)
    return None


def written_own(path: Path, net: Net, form: str, text: str, weights: Weights) -> bytes:
    """The weights of an expanded net for the very file of format `form` that it was read from: a caffemodel
    for a prototxt, `.weights.h5` for a document of Keras 3."""
    if form == "prototxt":
        tensors = caffe.tensors(net, caffe.layers_of(text, path), caffe.scales_of(text, path))
        return caffe.written(net.name, tensors, text, path, weights)
    from dlc.frontends.keras_json.document import parse
    from dlc.weights.keras import places
    from dlc.weights.keras import tensors as of_document

    found = list(places(parse(text)))
    wanted = of_document(net, found)
    return hdf5.written_keras3(transfer.stored(wanted, weights), wanted, found)


def _of_document(path: Path, net: Net, text: str) -> Reading | None:
    from dlc.frontends.keras_json.document import is_keras_json, parse
    from dlc.weights.keras import places, tensors

    if not is_keras_json(text):
        return None
    found = list(places(parse(text)))
    wanted = tensors(net, found)
    return transfer.read(net, wanted, hdf5.found(hdf5.read(path), wanted, found), path)


def read_emitted(path: Path, module: Module) -> Reading:
    """The weights of the code that dlc writes for a module, which is prepared for that target.

    They are under the names of the expanded module. Raises DlcError.
    """
    framework = require_framework(path)
    if framework == "pytorch":
        return torch.read(path, module)
    if framework == "onnx":
        return onnx.read(path, module)
    tensors, arrays = _PLACES[framework](path, module)
    return transfer.read(expanded(module).nets[0], tensors, arrays, path)


_Found = tuple[tuple[Tensor, ...], dict[Key, Stored]]


def _in_caffe(path: Path, module: Module) -> _Found:
    from dlc.backends.caffe.params import constants
    from dlc.backends.caffe.params import written as tensors_of

    w = _lowered(module)
    filled = constants(w.layers)
    held = {key: array for key, array in caffe.arrays(caffemodel.read(path)).items() if key[0] not in filled}
    return tensors_of(w), held


def _in_keras(path: Path, module: Module) -> _Found:
    from dlc.backends.keras.params import model
    from dlc.weights.keras import emitted_places

    made = model(module, as_source=not _is_model(path))
    places = emitted_places(made.layers)
    return made.tensors, hdf5.found(hdf5.read(path), made.tensors, places)


_PLACES: dict[str, Callable[[Path, Module], _Found]] = {"caffe": _in_caffe, "keras": _in_keras}


def written(path: Path, module: Module, weights: Weights, target: str | None = None) -> bytes:
    """The weights file for the code of a module that was prepared for the target, by the path's ending.

    `weights` are under the names of the expanded module. Raises DlcError where some are missing.
    """
    framework = require_framework(path)
    if framework == "keras":
        return _keras(path, module, weights, as_source=target != "keras-json")
    return _WRITERS[framework](path, module, weights)


def _caffe(path: Path, module: Module, weights: Weights) -> bytes:
    from dlc.backends.caffe.params import constants
    from dlc.backends.caffe.params import written as tensors_of

    w = _lowered(module)
    arrays = transfer.stored(tensors_of(w), weights)
    kinds = {layer.name: layer.type for layer in w.layers}
    arrays |= {(name, "0"): caffe.filled(*constant) for name, constant in constants(w.layers).items()}
    blobs: dict[str, list[object]] = {}
    for (layer, _), array in arrays.items():
        blobs.setdefault(layer, []).append(array)
    return caffemodel.written(module.nets[0].name, {n: (kinds[n], held) for n, held in blobs.items()})


def _lowered(module: Module) -> Writer:
    """The layers of the deploy net; what Caffe cannot say of it is told where it is emitted."""
    from dlc.backends.base import Differences
    from dlc.backends.caffe.deploy import lower

    return lower(module.nets[0], Differences("caffe", approximate=False))


def _is_model(path: Path) -> bool:
    """Whether a file of Keras holds the model as target `keras-json` writes it, by its ending."""
    return path.name.lower().endswith(".keras")


def _keras(path: Path, module: Module, weights: Weights, as_source: bool = True) -> bytes:
    from dlc.backends.keras.params import model
    from dlc.weights.keras import emitted_places

    whole = _is_model(path)
    made = model(expanded(module) if whole else module, as_source=as_source and not whole)
    places = emitted_places(made.layers)
    arrays = transfer.stored(made.tensors, weights)
    if not whole and not path.name.lower().endswith(".weights.h5"):
        return hdf5.written_legacy(arrays, made.tensors, places)
    content = hdf5.written_keras3(arrays, made.tensors, places)
    return hdf5.written_model(content, _config(module)) if whole else content


def _config(module: Module) -> str:
    from dlc.backends import load
    from dlc.backends.base import EmitOptions

    return load("keras-json").emit(expanded(module), EmitOptions(approximate=True)).files[0].text


_WRITERS: dict[str, Callable[[Path, Module, Weights], bytes]] = {
    "caffe": _caffe,
    "pytorch": torch.written,
    "onnx": onnx.written,
}
