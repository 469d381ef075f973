"""Binary caffemodel files: the layers of a NetParameter with their blobs, read lazily and written.

Facts: BVLC Caffe, caffe.proto. Layers are of three generations: V2 (`layer`), V1 (`layers`), and V0 inside
of V1. Old blobs state num, channels, height and width in place of a shape.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from dlc.weights import protobuf
from dlc.weights.held import Array, Stored, check_size, damaged
from dlc.weights.protobuf import Malformed, fields, varint, write_field, write_varint

# Field numbers.
_NET = {"name": 1, "layers": 2, "layer": 100}
_FORMS = {  # of a layer message: name, type, blobs
    "layer": (1, 2, 7),
    "layers": (4, 5, 6),
    "v0": (1, 2, 50),
}
_V0_IN_V1 = 1
_BLOB = {"num": 1, "channels": 2, "height": 3, "width": 4, "data": 5, "shape": 7, "double": 8}
_V1_TYPES = {
    3: "Concat", 4: "Convolution", 6: "Dropout", 14: "InnerProduct", 15: "LRN", 17: "Pooling", 18: "ReLU",
    39: "Deconvolution",
}  # fmt: skip


@attrs.frozen
class CaffeLayer:
    """A layer of a caffemodel: its type (empty where it is stated as a number that has no weights)."""

    name: str
    type: str
    blobs: tuple[Stored, ...]


def read(path: Path) -> dict[str, CaffeLayer]:
    """The layers with blobs, by name; the first of those with one name. Raises DlcError for damaged files."""
    size = check_size(path)
    with path.open("rb") as stream:
        data = memoryview(mmap.mmap(stream.fileno(), size, access=mmap.ACCESS_READ))
    found: dict[str, CaffeLayer] = {}
    try:
        for layer in _layers(data):
            if layer.blobs:
                found.setdefault(layer.name, layer)
    except Malformed as error:
        raise damaged(path, str(error)) from None
    if not found:
        raise damaged(path, "it holds no layers with blobs, so it is no caffemodel")
    return found


def _layers(data: memoryview) -> Iterator[CaffeLayer]:
    for number, kind, start, end in fields(data):
        if kind != protobuf.BYTES:
            continue
        if number == _NET["layer"]:
            yield _layer(data, start, end, "layer")
        elif number == _NET["layers"]:
            inner = [f for f in fields(data, start, end) if f[0] == _V0_IN_V1 and f[1] == protobuf.BYTES]
            if inner:
                yield _layer(data, inner[0][2], inner[0][3], "v0")
            else:
                yield _layer(data, start, end, "layers")


def _layer(data: memoryview, start: int, end: int, form: str) -> CaffeLayer:
    name_at, type_at, blobs_at = _FORMS[form]
    name = kind_name = ""
    blobs: list[Stored] = []
    for number, kind, a, b in fields(data, start, end):
        if number == name_at and kind == protobuf.BYTES:
            name = protobuf.text(data, a, b)
        elif number == type_at and kind == protobuf.BYTES:
            kind_name = protobuf.text(data, a, b)
        elif number == type_at and kind == protobuf.VARINT:
            kind_name = _V1_TYPES.get(varint(data, a, b)[0], "")
        elif number == blobs_at and kind == protobuf.BYTES:
            blobs.append(_blob(data, a, b))
    return CaffeLayer(name, kind_name, tuple(blobs))


def _blob(data: memoryview, start: int, end: int) -> Stored:
    """A blob: its shape as stated, and its numbers, packed or one by one."""
    legacy = [0, 0, 0, 0]
    shape: tuple[int, ...] | None = None
    runs: list[tuple[str, int, int]] = []
    skip = start
    for number, kind, a, b in _blob_fields(data, start, end):
        if a < skip:
            continue
        if number <= _BLOB["width"] and kind == protobuf.VARINT:
            legacy[number - 1] = varint(data, a, b)[0]
        elif number == _BLOB["shape"] and kind == protobuf.BYTES:
            shape = _shape(data, a, b)
        elif number == _BLOB["data"]:
            runs.append(("<f4" if kind == protobuf.BYTES else "one by one", a, b))
        elif number == _BLOB["double"] and kind == protobuf.BYTES:
            runs.append(("<f8", a, b))
    count = sum(_count(run) for run in runs)
    dims = shape if shape is not None else tuple(legacy)
    product = 1
    for size in dims:
        product *= size
    if product != count:
        raise Malformed(f"a blob of shape {dims} holds {count:,} numbers, at byte {start:,}")
    return Stored(dims, lambda: _numbers(data, runs).reshape(dims))


def _blob_fields(data: memoryview, start: int, end: int) -> Iterator[protobuf.Field]:
    """The fields of a blob, where numbers that are written one by one come as one field."""
    import numpy as np

    at = start
    tag = _BLOB["data"] << 3 | protobuf.FIXED32
    while at < end:
        if data[at] == tag:
            records = np.frombuffer(data[at : at + (end - at) // 5 * 5], np.uint8).reshape(-1, 5)
            others = np.flatnonzero(records[:, 0] != tag)
            count = int(others[0]) if len(others) else len(records)
            if count == 0:
                raise Malformed(f"the file ends inside a number, at byte {at:,}")
            yield _BLOB["data"], protobuf.FIXED32, at, at + 5 * count
            at += 5 * count
            continue
        field = next(iter(fields(data, at, end)))
        yield field
        at = field[3]


def _count(run: tuple[str, int, int]) -> int:
    form, start, end = run
    size = {"<f4": 4, "<f8": 8}.get(form, 5)
    if (end - start) % size:
        raise Malformed(f"{end - start:,} bytes of numbers, at byte {start:,}")
    return (end - start) // size


def _numbers(data: memoryview, runs: Sequence[tuple[str, int, int]]) -> Array:
    import numpy as np

    made: list[Any] = []
    for form, start, end in runs:
        if form == "one by one":
            records = np.frombuffer(data[start:end], np.uint8).reshape(-1, 5)
            made.append(np.ascontiguousarray(records[:, 1:]).view("<f4").ravel())
        else:
            made.append(np.frombuffer(data[start:end], form).astype(np.float32, copy=False))
    return made[0] if len(made) == 1 else np.concatenate([np.zeros(0, np.float32), *made])


def _shape(data: memoryview, start: int, end: int) -> tuple[int, ...]:
    dims: list[int] = []
    for number, kind, a, b in fields(data, start, end):
        if number != 1:
            continue
        while a < b:
            size, a = varint(data, a, b)
            dims.append(size)
        if kind == protobuf.VARINT:
            continue
    return tuple(dims)


def written(name: str, layers: Mapping[str, tuple[str, Sequence[Array]]]) -> bytes:
    """The bytes of a caffemodel of layers given as name -> (type, blobs)."""
    parts = [write_field(_NET["name"], name.encode())]
    for layer, (kind, blobs) in layers.items():
        name_at, type_at, blobs_at = _FORMS["layer"]
        body = [write_field(name_at, layer.encode()), write_field(type_at, kind.encode())]
        body += [write_field(blobs_at, _written_blob(blob)) for blob in blobs]
        parts.append(write_field(_NET["layer"], b"".join(body)))
    return b"".join(parts)


def _written_blob(values: Array) -> bytes:
    import numpy as np

    array = np.ascontiguousarray(values, dtype="<f4")
    dims = b"".join(write_varint(size) for size in array.shape)
    return write_field(_BLOB["data"], array.tobytes()) + write_field(_BLOB["shape"], write_field(1, dims))
