"""What surrounds a network: data layers become inputs; losses, accuracies and written files are left out."""

from __future__ import annotations

from typing import Any

from dlc.diagnostics import codes
from dlc.frontends.prototxt.builder import Builder, Source, type_of_dims
from dlc.frontends.prototxt.message import Message, numbers
from dlc.types import HOLE, Dim, Kind, Type

DATA = frozenset(
    (
        "Data", "ImageData", "HDF5Data", "DummyData", "MemoryData", "WindowData", "Input", "AnnotatedData",
        "DenseImageData", "ContinuationIndicator", "VideoData", "ImageSegData", "DataVariableSize",
        "ImageFloatData", "BlobData", "TransformerData",
    )
)  # fmt: skip
_NO_NET = frozenset(
    ("Accuracy", "Silence", "HDF5Output", "SpatialAccuracy", "DetectionEvaluate", "EvalDetection")
)
_MARKS = frozenset(("label", "labels", "clip", "cont", "sim", "cont_sentence"))


def is_outside(source: Source) -> bool:
    """Whether a layer measures the network instead of being part of it."""
    kind = source.kind
    return kind in _NO_NET or kind.endswith("Loss") or "WithLoss" in kind or _is_python_loss(source)


def _is_python_loss(source: Source) -> bool:
    return source.kind == "Python" and source.message.has("loss_weight")


def is_data(source: Source) -> bool:
    """Whether a layer only brings data in."""
    return source.kind in DATA or (not source.bottoms and source.kind != "Parameter")


def data_types(b: Builder, source: Source) -> list[Type | None]:
    """The type of every top of a data layer; None for labels and marks, which are no inputs."""
    tops = source.tops
    dims = stated(source)
    made: list[Type | None] = []
    for index, top in enumerate(tops):
        if dims:
            made.append(type_of_blob(dims[min(index, len(dims) - 1)]))
        elif index == 0 and top not in _MARKS:
            made.append(_image(b, source))
        else:
            made.append(None)
    if source.kind == "MemoryData":
        made = [made[0] if made else None, *[None] * (len(tops) - 1)]
    return made


def type_of_blob(dims: list[int]) -> Type | None:
    """The type of an input blob, whose first dimension is the batch; None for one number an example."""
    if len(dims) < 2:
        return None
    return type_of_dims(dims[1:])


def stated(source: Source) -> list[list[int]]:
    """The shapes that a layer states, batch first; empty where it states none."""
    if source.kind == "MemoryData":
        p = source.param("memory_data_param")
        return [[p.get(k, 1) for k in ("batch_size", "channels", "height", "width")]] if p else []
    param = source.param("input_param") or source.param("dummy_data_param")
    shapes = [numbers(s.all("dim")) for s in param.all("shape") if isinstance(s, Message)]
    if shapes:
        return shapes
    columns = [numbers(param.all(k)) for k in ("num", "channels", "height", "width")]
    if not columns[0]:
        return []
    count = max(map(len, columns))
    return [[(c[min(i, len(c) - 1)] if c else 1) for c in columns] for i in range(count)]


def _image(b: Builder, source: Source) -> Type:
    """An image as the layer cuts and scales it; what the data alone decide is a hole."""
    transform = source.param("transform_param")
    own = next((m for m in (source.param(f"{w}_param") for w in _OWN) if m), Message())
    crop = transform.get("crop_size") or own.get("crop_size")
    resize = transform.sub("resize_param")
    height = crop or resize.get("height") or own.get("new_height") or HOLE
    width = crop or resize.get("width") or own.get("new_width") or HOLE
    return Type(Kind.MAP, (_size(height), _size(width), _channels(b, source, transform, own, bool(crop))))


_OWN = ("image_data", "window_data", "data", "dense_image_data")


def _size(value: Any) -> Dim:
    return int(value) if isinstance(value, int) and value > 0 else HOLE


def _channels(b: Builder, source: Source, transform: Message, own: Message, cropped: bool) -> Dim:
    means = transform.all("mean_value")
    if len(means) > 1:
        return len(means)
    if transform.get("force_gray") or own.get("is_color") is False:
        return 1
    if transform.get("force_color") or source.kind in (
        "ImageData",
        "DenseImageData",
        "WindowData",
        "AnnotatedData",
    ):
        return 3
    if cropped:
        b.note(codes.GUESSED, f"{source.name}: the data decide the channels of images, 3 taken", source)
        return 3
    return HOLE
