"""Safetensors: a header in JSON, then the numbers. Facts: the format's own description (Hugging Face)."""

from __future__ import annotations

import json
import math
import mmap
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dlc.weights.held import Array, Stored, check_size, damaged

_DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "<i1", "U8": "<u1",
}  # fmt: skip
_MOST_HEADER = 100 * 2**20


def read(path: Path) -> dict[str, Stored]:
    """The arrays of a file by name. Raises DlcError for damaged files."""
    size = check_size(path)
    with path.open("rb") as stream:
        data = memoryview(mmap.mmap(stream.fileno(), size, access=mmap.ACCESS_READ))
    if size < 8:
        raise damaged(path, "it ends before its header")
    (length,) = struct.unpack("<Q", data[:8])
    if length > min(_MOST_HEADER, size - 8):
        raise damaged(path, f"its header would have {length:,} bytes, so it is no safetensors file")
    try:
        header = json.loads(bytes(data[8 : 8 + length]))
    except (ValueError, RecursionError):
        raise damaged(path, "its header is no JSON") from None
    if not isinstance(header, dict):
        raise damaged(path, "its header is no JSON object")
    numbers = data[8 + length :]
    return {n: _entry(n, e, numbers, path) for n, e in header.items() if n != "__metadata__"}


def _entry(name: str, entry: Any, numbers: memoryview, path: Path) -> Stored:
    try:
        kind, (start, end) = entry["dtype"], entry["data_offsets"]
        shape = tuple(int(n) for n in entry["shape"])
        count = math.prod(shape)
        fine = 0 <= start <= end <= len(numbers) and all(n >= 0 for n in shape)
    except (TypeError, KeyError, ValueError):
        raise damaged(path, f"it says of {name} nothing that can be read") from None
    wide = 2 if kind == "BF16" else int(_DTYPES[kind][-1]) if kind in _DTYPES else 0
    if not wide:
        raise damaged(path, f"{name} has numbers of type {kind}, which dlc does not read")
    if not fine or end - start != wide * count:
        raise damaged(path, f"{name} of shape {shape} does not fit into its {end - start:,} bytes")
    return Stored(shape, lambda: _array(numbers[start:end], kind, shape))


def _array(content: memoryview, kind: str, shape: tuple[int, ...]) -> Array:
    import numpy as np

    if kind == "BF16":  # the upper half of a 32-bit number
        halves = np.frombuffer(content, "<u2").astype(np.uint32) << 16
        return halves.view(np.float32).reshape(shape)
    return np.frombuffer(content, _DTYPES[kind]).astype(np.float32, copy=False).reshape(shape)


def written(arrays: Mapping[str, Array]) -> bytes:
    """The bytes of a file of 32-bit numbers."""
    import numpy as np

    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    contents = []
    for name, array in arrays.items():
        content = np.ascontiguousarray(array, "<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [at, at + len(content)]}
        contents.append(content)
        at += len(content)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(contents)
