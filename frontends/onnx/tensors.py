"""Initialisers: their sizes at once, their numbers only when asked for; files beside the model are read only
from its own folder."""

from __future__ import annotations

import functools
import math
from pathlib import Path
from typing import Any

import attrs

Array = Any

LARGEST = 2**33  # elements that any initialiser may have
SMALL = 2**16  # elements of a tensor that is calculated with
_BITS = {1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 16: 16}


@attrs.frozen(eq=False)
class Initialiser:
    """A named tensor of a model: its dimensions, and how to come by its numbers.

    `proto` is the tensor as the file has it; `folder` is where the model lies, None where files beside it
    are not read.
    """

    name: str
    dims: tuple[int, ...]
    proto: Any = attrs.field(repr=False)
    folder: Path | None = None

    @property
    def count(self) -> int:
        """How many numbers it has."""
        return math.prod(self.dims)

    def problem(self) -> str | None:
        """Why its numbers cannot be what its dimensions say; None where nothing is wrong."""
        if any(d < 0 for d in self.dims):
            return "a dimension is negative"
        if self.count > LARGEST or len(self.dims) > 64:
            return "it is too large"
        if self.is_external:
            return self._outside()
        bits = _BITS.get(self.proto.data_type)
        held = len(self.proto.raw_data)
        if bits is not None and held and held * 8 != self.count * bits:
            return f"it has {held} bytes, not {self.count * bits // 8}"
        return None

    @property
    def is_external(self) -> bool:
        """Whether its numbers are in another file."""
        return bool(self.proto.data_location == 1)

    def _outside(self) -> str | None:
        where = self._location()
        if Path(where).is_absolute() or ".." in Path(where).parts or "\\" in where or not where:
            return (
                f"its numbers are said to be in {where!r}, outside of the model's folder, which is not read"
            )
        return None

    def _location(self) -> str:
        return next((text(e.value) for e in self.proto.external_data if text(e.key) == "location"), "")

    def array(self) -> Array:
        """Its numbers. Raises ValueError where they are not there, or not as many as its dimensions say."""
        return _array(self)


@functools.lru_cache(maxsize=256)
def _array(one: Initialiser) -> Array:
    from onnx import numpy_helper

    if one.is_external:
        return _external(one)
    try:
        return numpy_helper.to_array(one.proto)
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"initialiser {one.name!r} cannot be read: {error}") from None


def _external(one: Initialiser) -> Array:
    import numpy as np
    from onnx import helper

    if one.folder is None:
        raise ValueError(f"initialiser {one.name!r} is in a file that is not read")
    entries = {text(e.key): text(e.value) for e in one.proto.external_data}
    path = (one.folder / entries.get("location", "")).resolve()
    if not path.is_relative_to(one.folder) or not path.is_file():
        raise ValueError(
            f"initialiser {one.name!r}: {entries.get('location', '')!r} is not in the model's folder"
        )
    kind = np.dtype(helper.tensor_dtype_to_np_dtype(one.proto.data_type))
    size = one.count * kind.itemsize
    start = int(entries["offset"]) if entries.get("offset", "").isdigit() else 0
    if path.stat().st_size < start + size:
        raise ValueError(f"initialiser {one.name!r}: {path.name} ends before its numbers do")
    with path.open("rb") as file:
        file.seek(start)
        return np.frombuffer(file.read(size), kind).reshape(one.dims)


def text(value: Any) -> str:
    """A text of a file, which may not be UTF-8."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def initialiser(proto: Any, folder: Path | None) -> Initialiser:
    """The initialiser of a TensorProto."""
    return Initialiser(text(proto.name), tuple(int(d) for d in proto.dims), proto, folder)
