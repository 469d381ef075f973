"""Arrays between the language's layout (batch first, channels last) and those of frameworks."""

from __future__ import annotations

from typing import Any

from dlc.backends.caffe.values import Layout, Value
from dlc.backends.onnx.values import Value as Tensor
from dlc.backends.orders import Order, places
from dlc.types import Kind, Type

Array = Any


def channels_first(array: Array, kind: Type) -> Array:
    """An image map or a volume with its channels before the space; anything else as it is."""
    import numpy as np

    return np.moveaxis(array, -1, 1) if kind.kind in (Kind.MAP, Kind.VOLUME) else array


def channels_last(array: Array, kind: Type) -> Array | None:
    """The other way round; None where the array has not the type's size."""
    import numpy as np

    made = np.moveaxis(array, 1, -1) if kind.kind in (Kind.MAP, Kind.VOLUME) and array.ndim > 2 else array
    return fitting(made, kind)


def turned(array: Array, kind: Type) -> Array | None:
    """Like `channels_last`, for sequences too, whose features convolutions have before the steps."""
    import numpy as np

    return fitting(np.moveaxis(array, 1, -1) if array.ndim > 2 else array, kind)


def fitting(array: Array, kind: Type) -> Array | None:
    """The array where it has the type's size after the batch; None otherwise."""
    return array if tuple(array.shape[1:]) == tuple(kind.shape) else None


def to_blob(value: Value, array: Array) -> Array:
    """A batch of values as a Caffe blob of the value's layout."""
    import numpy as np

    array = np.asarray(array, np.float32)
    if value.layout is Layout.STEPS:
        return np.swapaxes(array, 0, 1)
    if value.layout is Layout.CHANNELS:
        array = np.moveaxis(array, -1, 1)
        return array[..., None] if array.ndim == 3 else array
    return array


def from_blob(value: Value, blob: Array) -> Array | None:
    """The other way round; None where the blob has not the size of the value's layout."""
    import numpy as np

    if tuple(blob.shape) != value.dims(1):
        return None
    if value.layout is Layout.STEPS:
        return np.swapaxes(blob, 0, 1)
    if value.layout is Layout.CHANNELS:
        blob = blob[..., 0] if len(value.shape) == 2 else blob
        return np.moveaxis(blob, 1, -1)
    return _ordered(blob, value.order)


def from_tensor(value: Tensor, array: Array) -> Array | None:
    """A tensor of an ONNX model in the language's layout; None where it has another rank."""
    if array.ndim != len(value.axes):
        return None
    made = array.transpose([value.axes.index(axis) for axis in range(-1, array.ndim - 1)])
    return fitting(_ordered(made, value.order), value.type)


def _ordered(array: Array, order: Order) -> Array:
    """Units in the language's order."""
    import numpy as np

    if not order:
        return array
    made = np.empty_like(array)
    made[..., places(order)] = array
    return made
