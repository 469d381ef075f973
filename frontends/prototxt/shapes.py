"""Rules for layers that arrange values: dense, flatten, reshape, permute, concat, slice, crop.

Facts: BVLC Caffe, inner_product_layer.cpp, reshape_layer.cpp, concat_layer.cpp, slice_layer.cpp,
crop_layer.cpp; Permute is of SSD's fork.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from dlc.diagnostics import Severity, codes
from dlc.frontends.prototxt.builder import Builder, Source, axis_of, caffe_dims, type_of_dims
from dlc.frontends.prototxt.message import numbers
from dlc.frontends.prototxt.registry import rule
from dlc.types import HOLE, Dim, Kind, Type

CHANNELS_FIRST = {Kind.MAP: (3, 1, 2), Kind.VOLUME: (4, 1, 2, 3)}
CHANNELS_LAST = {Kind.MAP: (2, 3, 1), Kind.VOLUME: (2, 3, 4, 1)}


@rule("InnerProduct")
def inner_product(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Dense over everything but the batch; over the last axis of a sequence, step by step."""
    param = source.param("inner_product_param")
    units, bias = param.get("num_output", HOLE), param.get("bias_term", True)
    kind = b.type_of(inputs[0])
    if kind is not None and kind.kind is Kind.SEQUENCE and param.get("axis", 1) in (2, -1):
        values = {"filters": units, "kernel": 1, "bias": bias}
        return [b.add("conv1d", values, inputs, source.name, source=source)]
    value = b.flat(inputs[0], source)
    return [b.add("dense", {"units": units, "bias": bias}, [value], source.name, source=source)]


@rule("Flatten")
def flatten(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """All axes after the batch in one, in Caffe's order; other ranges of axes as a reshape."""
    param = source.param("flatten_param")
    kind = b.type_of(inputs[0])
    if param.get("axis", 1) == 1 and param.get("end_axis", -1) == -1:
        return [_flattened(b, source, inputs[0], source.name)]
    dims = caffe_dims(kind)
    if dims is None:
        return b.opaque(source, inputs)
    full = [HOLE, *dims]
    first = param.get("axis", 1) % len(full)
    last = param.get("end_axis", -1) % len(full)
    joined = _product(full[first : last + 1])
    return [_reshaped(b, source, inputs[0], [*full[1:first], joined, *full[last + 1 :]])]


def _flattened(b: Builder, source: Source, value: str, name: str) -> str:
    """A vector in Caffe's order, in which channels are the slowest axis."""
    kind = b.type_of(value)
    if kind is not None and kind.kind is Kind.VECTOR:
        return b.add("linear", {}, [value], name, source=source)
    return b.add("flatten", {}, [_channels_first(b, source, value)], name, source=source)


def _channels_first(b: Builder, source: Source, value: str) -> str:
    """A map with its axes in Caffe's order; itself where one pixel or channel makes the orders equal."""
    kind = b.type_of(value)
    if kind is None or kind.kind not in CHANNELS_FIRST or _orders_agree(kind):
        return value
    order = CHANNELS_FIRST[kind.kind]
    return b.add("permute", {"order": order}, [value], f"{source.name}_chw", source=source, inferred=True)


def _orders_agree(kind: Type) -> bool:
    return kind.channels == 1 or all(d == 1 for d in kind.spatial)


@rule("Reshape")
def reshape(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Dimensions of which 0 keeps one and -1 takes what is left; the values stay in Caffe's order."""
    param = source.param("reshape_param")
    wanted = numbers(param.sub("shape").all("dim"))
    dims = caffe_dims(b.type_of(inputs[0]))
    if dims is None or param.has("axis") or param.has("num_axes"):
        return b.opaque(source, inputs)
    full = _resolved([HOLE, *dims], wanted)
    if full is None:
        return _unread(b, source, inputs, "its batch changes")
    return [_reshaped(b, source, inputs[0], full[1:])]


def _resolved(given: Sequence[Dim], wanted: Sequence[int]) -> list[Dim] | None:
    """The result's dimensions, batch first; None where the batch would take other values in."""
    made: list[Dim] = [given[i] if d == 0 and i < len(given) else d for i, d in enumerate(wanted)]
    if not made:
        return None
    rest = [d for d in made[1:] if d != -1]
    if made[0] == -1:
        return made if _product(rest) == _product(given[1:]) else None
    count, known = _product(given[1:]), _product(rest)
    if -1 in made and isinstance(count, int) and isinstance(known, int) and known and count % known == 0:
        made = [count // known if d == -1 else d for d in made]
    return [HOLE if d == -1 else d for d in made]


def _product(dims: Sequence[Dim]) -> Dim:
    return math.prod(d for d in dims if isinstance(d, int)) if all(isinstance(d, int) for d in dims) else HOLE


def _reshaped(b: Builder, source: Source, value: str, dims: Sequence[Dim]) -> str:
    """A value in another shape with Caffe's order of values."""
    target = type_of_dims(dims)
    if target is None:
        return b.opaque(source, [value])[0]
    value = _channels_first(b, source, value)
    agree = target.kind not in CHANNELS_LAST or _orders_agree(target)
    if agree:
        return b.add("reshape", {"shape": target.shape}, [value], source.name, source=source)
    plain = b.add(
        "reshape", {"shape": tuple(dims)}, [value], f"{source.name}_chw", source=source, inferred=True
    )
    return b.add("permute", {"order": CHANNELS_LAST[target.kind]}, [plain], source.name, source=source)


@rule("Permute")
def permute(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Axes in another order, the batch staying first."""
    order = numbers(source.param("permute_param").all("order"))
    kind = b.type_of(inputs[0])
    rank = len(kind.shape) if kind is not None else 0
    full = [*order, *[i for i in range(rank + 1) if i not in order]]
    if kind is None or full[:1] != [0] or sorted(full) != list(range(rank + 1)):
        return _unread(b, source, inputs, "it moves the batch")
    axes = [axis_of(axis, kind) or 1 for axis in full[1:]]
    turned = [*axes[1:], axes[0]] if kind.kind in CHANNELS_FIRST else axes
    return [b.add("permute", {"order": tuple(turned)}, inputs, source.name, source=source)]


@rule("Concat")
def concat(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Side by side along channels, or another axis."""
    param = source.param("concat_param")
    axis = axis_of(param.get("axis", param.get("concat_dim", 1)), b.type_of(inputs[0]))
    kind = b.type_of(inputs[0])
    if len(inputs) == 1:
        return [b.add("linear", {}, inputs, source.name, source=source)]
    if axis is None and kind is not None:
        return _unread(b, source, inputs, "it joins batches")
    values = {} if kind is None or axis == len(kind.shape) else {"axis": axis}
    return [b.add("concat", values, inputs, source.name, source=source)]


@rule("Slice")
def slices(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Parts along an axis, a slice each; kept as they are where its length is not known."""
    param = source.param("slice_param")
    kind = b.type_of(inputs[0])
    axis = param.get("axis", param.get("slice_dim", 1))
    at = axis_of(axis, kind)
    if kind is None or at is None:
        return b.opaque(source, inputs, [kind] * len(source.tops) if axis == 0 else [])
    whole = kind.shape[at - 1]
    if not isinstance(whole, int):
        unknown = Type(kind.kind, (*kind.shape[: at - 1], HOLE, *kind.shape[at:]))
        return b.opaque(source, inputs, [unknown] * len(source.tops), 0)
    ends = _ends(whole, numbers(param.all("slice_point")), len(source.tops))
    where = {} if at == len(kind.shape) else {"axis": at}
    names = [source.name, *source.tops[1:]]
    return [
        b.add("slice", {"start": start, "size": end - start, **where}, inputs[:1], name, source=source)
        for name, (start, end) in zip(names, itertools.pairwise(ends), strict=False)
    ]


def _ends(whole: int, points: Sequence[int], count: int) -> list[int]:
    """Where parts begin and end: at the points that are stated, else alike."""
    if points:
        return [0, *points, whole]
    part = whole // max(1, count)
    return [part * i for i in range(count + 1)]


@rule("Crop")
def crop(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """The first bottom cut to the second's size from an axis on (2 by default), at an offset."""
    param = source.param("crop_param")
    given, like = (b.type_of(i) for i in inputs[:2])
    axis = param.get("axis", 2)
    offsets = numbers(param.all("offset")) or [0]
    cropping = _margins(given, like, axis % 4, offsets)
    if cropping is None or given is None:
        declared = Type(given.kind, (*like.spatial, given.channels)) if given and like and axis == 2 else None
        return b.opaque(source, inputs, [declared], 0)
    return [b.add("crop2d", {"cropping": cropping}, inputs[:1], source.name, source=source)]


def _margins(
    given: Type | None, like: Type | None, axis: int, offsets: Sequence[int]
) -> tuple[int, ...] | None:
    if given is None or like is None or given.kind is not Kind.MAP or like.kind is not Kind.MAP or axis < 2:
        return None
    made: list[int] = []
    for index, (size, wanted) in enumerate(zip(given.spatial, like.spatial, strict=True)):
        if index + 2 < axis:
            made += [0, 0]
            continue
        offset = offsets[min(index + 2 - axis, len(offsets) - 1)]
        if not isinstance(size, int) or not isinstance(wanted, int) or size - wanted - offset < 0:
            return None
        made += [offset, size - wanted - offset]
    return tuple(made)


def _unread(b: Builder, source: Source, inputs: list[str], why: str) -> list[str]:
    b.note(codes.LAYER_KEPT, f"{source.kind} {source.name} is kept as it is: {why}", source, Severity.WARNING)
    return b.opaque(source, inputs, parameters=0)
