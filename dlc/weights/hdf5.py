"""Weights files of Keras: HDF5 of Keras 1 and 2 (a group a layer, by name), `.weights.h5` of Keras 3 (a group a
layer, by class and place), and whole models (`.h5`, `.keras`), which state their configuration too."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from dlc.backends.stored import Tensor
from dlc.diagnostics import codes
from dlc.weights.held import LARGEST, Array, Key, Stored, check_size, damaged, problem
from dlc.weights.keras import Place

_WRITTEN_FOR = "3.3.0"  # the version of Keras that files are written for
_SPARE = 64 * 2**20  # bytes that a member of a .keras file may have however small it is packed
_MOST_PACKED = 200  # times that it may be packed besides


@attrs.frozen
class KerasFile:
    """An opened weights file: its model's configuration as JSON text where it has one, the arrays of each
    layer in Keras's order (files of Keras 1 and 2), or those at each path (Keras 3)."""

    path: Path
    config: str | None
    layers: Mapping[str, tuple[tuple[str, Stored], ...]] | None
    paths: Mapping[str, Stored] | None
    theano: bool = False


def read(path: Path) -> KerasFile:
    """Open a file; arrays are read when they are asked for. Raises DlcError for damaged files."""
    check_size(path)
    config = None
    if zipfile.is_zipfile(path):
        config, source = _unzipped(path)
        return _opened(path, source, config)
    return _opened(path, path, config)


def _unzipped(path: Path) -> tuple[str, Any]:
    try:
        with zipfile.ZipFile(path) as archive:
            config = _member(archive, "config.json", path).decode("utf-8")
            return config, io.BytesIO(_member(archive, "model.weights.h5", path))
    except (zipfile.BadZipFile, UnicodeDecodeError, EOFError, NotImplementedError, RuntimeError) as error:
        raise damaged(path, str(error)) from None


def _member(archive: zipfile.ZipFile, name: str, path: Path) -> bytes:
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise damaged(path, f"it holds no {name}, so it is no .keras file") from None
    if info.file_size > min(LARGEST, info.compress_size * _MOST_PACKED + _SPARE):
        raise damaged(path, f"{name} would unpack to {info.file_size:,} bytes")
    return archive.read(info)


def _opened(path: Path, source: Any, config: str | None) -> KerasFile:
    import h5py

    try:
        file = h5py.File(source, "r")
    except (OSError, RuntimeError, ValueError) as error:
        raise damaged(path, f"it is no HDF5 file ({_first_line(error)})") from None
    try:
        stated = config if config is not None else _text(file.attrs.get("model_config"))
        root = file["model_weights"] if _is_group(file, "model_weights") else file
        if "layer_names" in root.attrs:
            theano = _text(root.attrs.get("backend", file.attrs.get("backend"))) == "theano"
            return KerasFile(path, stated, dict(_legacy(root, path)), None, theano)
        arrays = _walked(file)
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged(path, _first_line(error)) from None
    if not arrays:
        raise damaged(path, "it holds no arrays as Keras writes them")
    return KerasFile(path, stated, None, arrays)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _is_group(parent: Any, name: str) -> bool:
    import h5py

    return isinstance(parent.get(name, getlink=True), h5py.HardLink) and isinstance(
        parent.get(name), h5py.Group
    )


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else None


def _legacy(root: Any, path: Path) -> Iterator[tuple[str, tuple[tuple[str, Stored], ...]]]:
    for name in _listed(root, "layer_names"):
        if not _is_group(root, name):
            raise damaged(path, f"it lists a layer {name} that it does not hold")
        group = root[name]
        weights = _listed(group, "weight_names")
        yield name, tuple((weight, _dataset(group, weight, path)) for weight in weights)


def _listed(group: Any, attribute: str) -> list[str]:
    """A list of names, which may be spread over several attributes."""
    parts = [group.attrs[attribute]] if attribute in group.attrs else []
    number = 0
    while f"{attribute}{number}" in group.attrs:
        parts.append(group.attrs[f"{attribute}{number}"])
        number += 1
    return [_text(name) or "" for part in parts for name in part]


def _dataset(group: Any, name: str, path: Path) -> Stored:
    import h5py

    found = group.get(name)
    if not isinstance(found, h5py.Dataset):
        raise damaged(path, f"it lists an array {name} that it does not hold")
    return _stored(found, path)


def _stored(found: Any, path: Path) -> Stored:
    def load() -> Array:
        import numpy as np

        try:
            with np.errstate(over="ignore"):
                return np.asarray(found[()], np.float32)
        except (OSError, RuntimeError, ValueError, TypeError) as error:
            raise damaged(path, f"the array {found.name} cannot be read ({_first_line(error)})") from None

    if found.external or found.is_virtual:
        raise damaged(path, f"the array {found.name} lies in another file, which is not read")
    return Stored(tuple(int(n) for n in found.shape), load)


def _walked(file: Any) -> dict[str, Stored]:
    """Every array by its path."""
    import h5py

    arrays: dict[str, Stored] = {}
    path = Path(str(file.filename))

    def visit(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            arrays[name] = _stored(item, path)

    file.visititems(visit)
    return arrays


# Arrays of a file at the places of a net's tensors.


def found(file: KerasFile, tensors: Sequence[Tensor], places: Sequence[Place]) -> dict[Key, Stored]:
    """The file's arrays by the keys of tensors; those that no tensor stands for under keys of their own."""
    if file.paths is not None:
        return _by_path(file.paths, tensors, places)
    return _by_layer(file, tensors, places)


def _grouped(tensors: Sequence[Tensor]) -> dict[str, list[Tensor]]:
    groups: dict[str, list[Tensor]] = {}
    for tensor in tensors:
        groups.setdefault(tensor.key[0], []).append(tensor)
    return groups


def paths(tensors: Sequence[Tensor], places: Sequence[Place]) -> dict[Key, str]:
    """Where Keras 3 puts each tensor: `layers/conv2d_1/vars/0`."""
    roots = {place.name: place.path for place in places}
    made: dict[Key, str] = {}
    for name, group in _grouped(tensors).items():
        counts: dict[str, int] = {}
        for tensor in group:
            inside = "".join(f"{part}/" for part in tensor.key[1].split("/")[:-1])
            number = counts.get(inside, 0)
            counts[inside] = number + 1
            made[tensor.key] = f"{roots[name]}/{inside}vars/{number}"
    return made


def _by_path(
    arrays: Mapping[str, Stored], tensors: Sequence[Tensor], places: Sequence[Place]
) -> dict[Key, Stored]:
    where = paths(tensors, places)
    made = {key: arrays[path] for key, path in where.items() if path in arrays}
    used = set(where.values())
    names = {f"{place.path}/": place.name for place in places}
    for path, array in arrays.items():
        if path not in used and not path.startswith("optimizer") and "seed_generator" not in path:
            owner = next((name for root, name in names.items() if path.startswith(root)), path)
            made[owner, path] = array
    return made


def _by_layer(file: KerasFile, tensors: Sequence[Tensor], places: Sequence[Place]) -> dict[Key, Stored]:
    layers = dict(_flattened(file.layers or {}, places))
    groups = _grouped(tensors)
    weighted = [name for name, arrays in layers.items() if arrays]
    if groups and not set(groups) & set(layers) and len(weighted) == len(groups):
        layers = dict(zip(groups, (layers[name] for name in weighted), strict=True))  # as Keras loads them
    made: dict[Key, Stored] = {}
    for name, arrays in layers.items():
        group = groups.get(name, [])
        place = next((p for p in places if p.name == name), None)
        given = _adapted(place, arrays, file.theano) if place is not None else list(arrays)
        made.update({t.key: array for t, array in zip(group, given, strict=False)})
        made.update({(name, str(i)): a for i, a in enumerate(given) if i >= len(group)})
    return made


def _flattened(
    layers: Mapping[str, tuple[tuple[str, Stored], ...]], places: Sequence[Place]
) -> Iterator[tuple[str, list[Stored]]]:
    """The arrays of each layer; what a group holds for a whole inner model goes to that model's layers."""
    inner = {place.name for place in places if "/" in place.name}
    for name, arrays in layers.items():
        if not any(n.startswith(f"{name}/") for n in inner):
            yield name, [array for _, array in arrays]
            continue
        parts: dict[str, list[Stored]] = {}
        for weight, array in arrays:
            words = weight.split("/")[:-1]
            owner = next((w for w in reversed(words) if f"{name}/{w}" in inner), words[-1] if words else "")
            parts.setdefault(f"{name}/{owner}", []).append(array)
        yield from parts.items()


# Arrays that old versions keep otherwise.

_SPATIAL = {"Conv1D": 1, "Conv2D": 2, "Conv3D": 3, "Conv2DTranspose": 2, "SeparableConv2D": 2}


def _adapted(place: Place, arrays: Sequence[Stored], theano: bool) -> list[Stored]:
    """A layer's arrays as Keras 2 and 3 have them."""
    made = list(arrays)
    kind = place.doc.kind if place.doc is not None else place.cls
    if place.cls == "LSTM" and len(made) == 12:
        return _lstm_of_keras_1(made)
    if kind.startswith("CuDNN") and len(made) == 3:
        made[2] = _cudnn_bias(made[2], kind)
    config = place.doc.config if place.doc is not None else {}
    rank = _SPATIAL.get(place.cls, 0)
    if rank and made and (config.get("dim_ordering") == "th" or _is_row(place, made[0])):
        made[0] = _filters_last(made[0])
    if rank and theano and made:
        made[0] = _mapped(made[0], made[0].shape, lambda a: a[(slice(None, None, -1),) * rank])
    return made


def _is_row(place: Place, kernel: Stored) -> bool:
    """Keras 1 may keep the kernel of Conv1D as that of a map."""
    return place.cls == "Conv1D" and len(kernel.shape) == 4 and kernel.shape[1] != 1


def _filters_last(kernel: Stored) -> Stored:
    """(filters, channels, *window) as (*window, channels, filters)."""
    rank = len(kernel.shape)
    order = (*range(2, rank), 1, 0)
    return _mapped(kernel, tuple(kernel.shape[i] for i in order), lambda a: a.transpose(order))


def _mapped(array: Stored, shape: tuple[int, ...], change: Callable[[Array], Array]) -> Stored:
    return Stored(shape, lambda: change(array.read()))


def _lstm_of_keras_1(arrays: Sequence[Stored]) -> list[Stored]:
    """W, U and b of each of i, c, f, o, as three arrays of i, f, c, o."""
    made = []
    for part in range(3):
        gates = [arrays[3 * gate + part] for gate in (0, 2, 1, 3)]
        *lead, units = gates[0].shape
        made.append(Stored((*lead, 4 * units), lambda gates=gates: _joined([g.read() for g in gates])))  # type: ignore[misc]
    return made


def _joined(arrays: Sequence[Array]) -> Array:
    import numpy as np

    return np.concatenate(arrays, -1)


def _cudnn_bias(bias: Stored, kind: str) -> Stored:
    """Biases of the input and of the state: added (LSTM), or as two rows (GRU)."""
    (count,) = bias.shape
    if kind == "CuDNNGRU":
        return _mapped(bias, (2, count // 2), lambda a: a.reshape(2, -1))
    return _mapped(bias, (count // 2,), lambda a: a.reshape(2, -1).sum(0))


# Writing.


def written_keras3(arrays: Mapping[Key, Array], tensors: Sequence[Tensor], places: Sequence[Place]) -> bytes:
    """The bytes of a `.weights.h5` file of Keras 3."""
    import h5py

    made = io.BytesIO()
    where = paths(tensors, places)
    names = {place.path: place.name for place in places}
    with h5py.File(made, "w") as file:
        for place in places:
            group = file.create_group(f"{place.path}/vars")
            group.attrs["name"] = names[place.path]
        for tensor in tensors:
            file.create_dataset(where[tensor.key], data=arrays[tensor.key])
    return made.getvalue()


def written_legacy(arrays: Mapping[Key, Array], tensors: Sequence[Tensor], places: Sequence[Place]) -> bytes:
    """The bytes of an HDF5 weights file as Keras 2 has it: a group a layer, in the model's order."""
    import h5py
    import numpy as np

    groups = _grouped(tensors)
    made = io.BytesIO()
    with h5py.File(made, "w") as file:
        names = [place.name for place in places]
        _write_names(file, "layer_names", names)
        file.attrs["backend"] = b"tensorflow"
        file.attrs["keras_version"] = _WRITTEN_FOR.encode()
        for name in names:
            group = file.create_group(name)
            keys = [tensor.key for tensor in groups.get(name, [])]
            _write_names(group, "weight_names", [f"{name}/{key[1]}:0" for key in keys])
            for key in keys:
                group.create_dataset(f"{name}/{key[1]}:0", data=np.asarray(arrays[key]))
    return made.getvalue()


_MOST_IN_ATTRIBUTE = 60_000  # bytes; HDF5 takes 64 KiB


def _write_names(group: Any, attribute: str, names: Sequence[str]) -> None:
    """A list of names, over several attributes where one cannot hold it."""
    import numpy as np

    raw = [name.encode() for name in names]
    width = max(map(len, raw), default=1) or 1
    each = max(1, _MOST_IN_ATTRIBUTE // width)
    if len(raw) <= each:
        group.attrs[attribute] = np.array(raw, dtype=f"S{width}")
        return
    for number, start in enumerate(range(0, len(raw), each)):
        group.attrs[f"{attribute}{number}"] = np.array(raw[start : start + each], dtype=f"S{width}")


def written_model(weights: bytes, config: str) -> bytes:
    """The bytes of a `.keras` file: a model's configuration and its weights as `.weights.h5`."""
    made = io.BytesIO()
    metadata = json.dumps({"keras_version": _WRITTEN_FOR, "date_saved": "1980-01-01@00:00:00"})
    members = {
        "metadata.json": metadata.encode(),
        "config.json": config.encode(),
        "model.weights.h5": weights,
    }
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)  # without a date, so that files can be compared
    return made.getvalue()


def no_config(path: Path) -> Any:
    """The error for a file that does not say of which net its weights are."""
    message = f"{path} holds weights alone"
    return problem(codes.WEIGHTS_NO_NET, path, message, "--net FILE says of which net they are")
