"""Writes a binary caffemodel: the few fields of Caffe's messages that hold weights, encoded by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Array = Any

# Field numbers: NetParameter.name 1, .layer 100; LayerParameter.name 1, .type 2, .blobs 7;
# BlobProto.data 5 (packed floats), .shape 7; BlobShape.dim 1 (packed integers).


def caffemodel(name: str, layers: Mapping[str, tuple[str, Sequence[Array]]]) -> bytes:
    """The file's bytes for layers given as name -> (type, blobs)."""
    written = [_field(1, name.encode())]
    for layer, (kind, blobs) in layers.items():
        body = _field(1, layer.encode()) + _field(2, kind.encode())
        body += b"".join(_field(7, _blob(blob)) for blob in blobs)
        written.append(_field(100, body))
    return b"".join(written)


def _blob(values: Array) -> bytes:
    array = np.ascontiguousarray(values, dtype="<f4")
    dims = b"".join(_varint(n) for n in array.shape)
    return _field(5, array.tobytes()) + _field(7, _field(1, dims))


def _field(number: int, content: bytes) -> bytes:
    """A length-delimited field (wire type 2)."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)
