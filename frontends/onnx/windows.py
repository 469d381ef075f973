"""Operators that slide a window: convolutions, transposed ones, pooling; and what surrounds or enlarges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import attrs

from dlc.frontends.onnx.builder import Builder, Unclear
from dlc.frontends.onnx.document import Operator
from dlc.frontends.onnx.registry import rule
from dlc.frontends.onnx.views import BATCH, ONE, View, first
from dlc.ir import RuleBroken
from dlc.layers import build
from dlc.layers.window import Window
from dlc.types import Dim, Kind, Type

Pair = tuple[int, int]
_RANKS = {Kind.SEQUENCE: 1, Kind.MAP: 2, Kind.VOLUME: 3}


@rule("Conv")
def convolution(b: Builder, op: Operator) -> None:
    """conv1d/2d/3d; of as many groups as channels depthwise_conv2d."""
    value, kind = _given(b, op)
    filters, each, *kernel = _kernel_dims(b, op)
    rank, groups, channels = _RANKS[kind.kind], op.attributes.get("group", 1), kind.channels
    if len(kernel) != rank or (isinstance(channels, int) and channels != each * groups):
        raise Unclear(f"its weights {list(b.weight_dims(op.input(1)))} do not fit {kind}")
    depthwise = _is_depthwise(b, op, groups, channels, filters) if rank == 2 else False
    word = "depthwise_conv2d" if depthwise else f"conv{rank}d"
    attributes = _window(op, tuple(kernel)) | {"bias": bool(op.input(2))}
    if depthwise:
        attributes["multiplier"] = filters // groups
    else:
        attributes |= {"filters": filters, "groups": groups}
    attributes["padding"] = _padding(b, op, attributes, kind)
    if _separable(b, op, value):
        return
    made = b.layer(word, [value], attributes)
    kernel_of = b.getter(op.input(1))
    turned = depthwise_kernel(kernel_of, filters // groups) if depthwise else filters_last(kernel_of)
    b.hold(made, op.inputs[1:], kernel=turned, **_bias(b, op, 2))
    b.give(op, View(made, first(rank + 1)))


def _kernel_dims(b: Builder, op: Operator) -> tuple[int, ...]:
    dims = b.weight_dims(op.input(1))
    if len(dims) < 3 or min(dims) < 1 or op.attributes.get("group", 1) < 1:
        raise Unclear(f"its weights are {list(dims)}")
    return dims


def _is_depthwise(b: Builder, op: Operator, groups: int, channels: Dim, filters: int) -> bool:
    """Whether each channel is convolved on its own, and no model that dlc wrote says conv2d of that."""
    if groups != channels or filters % groups:
        return False
    hint = b.hint(op)
    return groups > 1 if hint is None else hint.op_name != "conv2d"


def _separable(b: Builder, op: Operator, value: str) -> bool:
    """Join a 1 x 1 convolution to the depthwise one before it, where both are said to be one layer."""
    hint: Any = b.hint(op, "separable_conv2d") if b.reads(op.input(0)) == 1 else None
    last = b.latest(value, "depthwise_conv2d")
    if hint is None or last is None:
        return False
    filters, _, *kernel = _kernel_dims(b, op)
    before: Any = last.layer
    names = ("kernel", "stride", "padding", "dilation", "multiplier")
    if kernel != [1, 1] or hint.filters != filters or before.bias:
        return False
    if any(getattr(hint, n) != getattr(before, n) for n in names if n != "padding"):
        return False
    b.nodes.pop()
    arrays = b.weights.pop(last.name)
    del b.types[last.name]
    attributes = {n: getattr(before, n) for n in names} | {"filters": filters, "bias": bool(op.input(2))}
    made = b.layer("separable_conv2d", last.inputs, attributes, op.layer)
    point = filters_last(b.getter(op.input(1)))
    b.hold(made, op.inputs[1:], depthwise_kernel=arrays["kernel"], pointwise_kernel=point, **_bias(b, op, 2))
    b.give(op, View(made, first(3)))
    return True


@rule("ConvTranspose")
def transposed(b: Builder, op: Operator) -> None:
    """conv1d/2d/3d_transpose."""
    value, kind = _given(b, op)
    channels, each, *kernel = _kernel_dims(b, op)
    rank, groups = _RANKS[kind.kind], op.attributes.get("group", 1)
    if len(kernel) != rank or (isinstance(kind.channels, int) and kind.channels != channels):
        raise Unclear(f"its weights {list(b.weight_dims(op.input(1)))} do not fit {kind}")
    if "output_shape" in op.attributes:
        raise Unclear("it states the shape of its result")
    attributes = _window(op, tuple(kernel))
    attributes |= {"filters": each * groups, "groups": groups, "bias": bool(op.input(2))}
    attributes |= _spread(b, op, f"conv{rank}d_transpose", attributes, kind)
    made = b.layer(f"conv{rank}d_transpose", [value], attributes)
    b.hold(made, op.inputs[1:], kernel=filters_last(b.getter(op.input(1))), **_bias(b, op, 2))
    b.give(op, View(made, first(rank + 1)))


def _spread(b: Builder, op: Operator, word: str, attributes: Any, kind: Type) -> dict[str, Any]:
    """Padding and output padding of a transposed convolution: its own words for them where the result is
    the same."""
    rank = len(kind.spatial)
    pads = op.attributes.get("pads") or (0,) * (2 * rank)
    extra = op.attributes.get("output_padding") or (0,) * rank
    if len(extra) != rank:
        raise Unclear(f"its output_padding is {list(extra)}")
    auto = op.attributes.get("auto_pad", "NOTSET")
    if auto not in ("NOTSET", "VALID", "SAME_UPPER") or (auto == "SAME_UPPER" and any(extra)):
        raise Unclear(f"auto_pad is {auto}")
    pairs = _pairs(pads)
    sizes = kind.spatial
    axes = list(zip(attributes["kernel"], attributes["stride"], attributes["dilation"], sizes, strict=True))
    same = [_same_cut(k, s, d) for k, s, d, _ in axes]
    stated = [(before, after - more) for (before, after), more in zip(pairs, extra, strict=True)]
    zeros = op.attributes.get("dlc_zeros")
    if zeros:
        grown = zip(stated, zeros, attributes["stride"], strict=True)
        stated = [(before, after - count * stride) for (before, after), count, stride in grown]
        pairs = [(before, max(after, 0)) for before, after in stated]
        extra = tuple(max(-after, 0) for _, after in stated)
    hint: Any = b.hint(op, word)
    if auto == "SAME_UPPER" or (stated == same and (hint is None or hint.padding == "same")):
        return {"padding": "same"}
    own = _hinted_cut(hint, stated, rank)
    if own is not None:
        return own
    return {"padding": _flat(pairs) if any(map(any, pairs)) else "valid", "output_padding": tuple(extra)}


def _hinted_cut(hint: Any, stated: Sequence[Pair], rank: int) -> dict[str, Any] | None:
    if hint is None or hint.padding == "same":
        return None
    pairs = _pairs_of(hint.padding) if isinstance(hint.padding, tuple) else [(0, 0)] * rank
    said = [(before, after - more) for (before, after), more in zip(pairs, hint.output_padding, strict=True)]
    return {"padding": hint.padding, "output_padding": hint.output_padding} if said == stated else None


def _same_cut(kernel: int, stride: int, dilation: int) -> Pair:
    """What `same` cuts off both ends of a transposed convolution; below 0 where it adds."""
    extent = dilation * (kernel - 1) + 1
    before = max(extent - stride, 0) // 2
    return before, extent - stride - before


@rule("MaxPool")
def maxpool(b: Builder, op: Operator) -> None:
    """maxpool1d/2d/3d."""
    value, kind = _given(b, op)
    if any(d != 1 for d in op.attributes.get("dilations", ())) or (len(op.outputs) > 1 and op.outputs[1]):
        raise Unclear("its window is dilated, or it gives places as well")
    rank = _RANKS[kind.kind]
    attributes = _pool_window(op, rank)
    word = f"maxpool{rank}d"
    attributes |= _rounding(b, op, word, attributes, kind)
    b.give(op, View(b.layer(word, [value], attributes), first(rank + 1)))


@rule("AveragePool")
def avgpool(b: Builder, op: Operator) -> None:
    """avgpool1d/2d/3d: which padding counts decides how it is said."""
    value, kind = _given(b, op)
    rank = _RANKS[kind.kind]
    attributes = _pool_window(op, rank)
    if any(d != 1 for d in op.attributes.get("dilations", ())):
        raise Unclear("its window is dilated")
    word = f"avgpool{rank}d"
    attributes |= _averaged(b, op, word, attributes, kind)
    b.give(op, View(b.layer(word, [value], attributes), first(rank + 1)))


def _averaged(b: Builder, op: Operator, word: str, attributes: Any, kind: Type) -> dict[str, Any]:
    around = op.attributes.get("dlc_padded")
    pads = op.attributes.get("pads") or (0,) * (2 * len(kind.spatial))
    auto = op.attributes.get("auto_pad", "NOTSET")
    if auto == "SAME_UPPER" and not op.attributes.get("count_include_pad", 0):
        return {"padding": "same"}
    if around is not None:
        return _hanging(op, attributes, kind, _pairs(around))
    if op.attributes.get("count_include_pad", 0) or not any(pads):
        return _rounding(b, op, word, attributes, kind)
    hint: Any = b.hint(op, word)
    ceiling = hint is not None and hint.round == "ceil"
    alike = (_same_pads(attributes, kind), _covered_same(attributes, kind))
    if _pairs(pads) in alike and not ceiling:
        return {"padding": "same"}
    return _hanging(op, attributes, kind, [(0, 0)] * len(kind.spatial))


def _covered_same(attributes: Any, kind: Type) -> list[Pair] | None:
    """What the windows of `same` cover before and after each axis."""
    same = _same_pads(attributes, kind)
    if same is None:
        return None
    found = []
    for (before, _), kernel, stride, size in zip(
        same, attributes["kernel"], attributes["stride"], kind.spatial, strict=True
    ):
        assert isinstance(size, int)
        count = math.ceil(size / stride)
        found.append((before, max(0, (count - 1) * stride + kernel - size - before)))
    return found


def _hanging(op: Operator, attributes: Any, kind: Type, pairs: Sequence[Pair]) -> dict[str, Any]:
    """Windows that hang over the end of what is padded with `pairs`, which rounding up makes.

    Raises Unclear where it does not.
    """
    pads = _pairs(op.attributes.get("pads") or (0,) * (2 * len(pairs)))
    padding = _flat(pairs) if any(map(any, pairs)) else "valid"
    axes = zip(attributes["kernel"], attributes["stride"], kind.spatial, pairs, pads, strict=True)
    for kernel, stride, size, pair, (before, after) in axes:
        if before or not isinstance(size, int):
            raise Unclear("padding is left out of its averages")
        whole = size + sum(pair)
        made = (whole + after - kernel) // stride + 1
        if op.attributes.get("ceil_mode", 0):
            made = math.ceil((whole + after - kernel) / stride) + 1
        if _count(Window(kernel, stride, pair, 1, True), size) != made:
            raise Unclear("padding is left out of its averages")
    return {"padding": padding, "round": "ceil"}


def _rounding(b: Builder, op: Operator, word: str, attributes: Any, kind: Type) -> dict[str, Any]:
    """Padding and rounding of a pooling, in the words of a model that dlc wrote where they mean the same."""
    auto = op.attributes.get("auto_pad", "NOTSET")
    if auto == "SAME_UPPER":
        return {"padding": "same"}
    if auto not in ("NOTSET", "VALID"):
        raise Unclear(f"auto_pad is {auto}")
    pads = op.attributes.get("pads") or (0,) * (2 * len(kind.spatial))
    stated: dict[str, Any] = {"padding": _flat(_pairs(pads)) if any(pads) else "valid"}
    if op.attributes.get("ceil_mode", 0):
        return stated | {"round": "ceil"}
    hint: Any = b.hint(op, word)
    if hint is not None and hint.kernel == attributes["kernel"] and hint.stride == attributes["stride"]:
        said = {"padding": hint.padding, "round": hint.round}
        if _means(word, attributes | said, kind, _pairs(pads)):
            return said
    if word.startswith("max") and any(pads) and _same_pads(attributes, kind) == _pairs(pads):
        return {"padding": "same"}
    return stated


def _count(window: Window, size: int) -> Dim | None:
    """How many windows there are; None where none fits."""
    try:
        return window.output(size, "size")
    except RuleBroken:
        return None


def _means(word: str, attributes: Any, kind: Type, pairs: Sequence[Pair]) -> bool:
    """Whether a pooling has the windows of one that rounds down with these paddings."""
    axes = zip(build(word, attributes).windows(), kind.spatial, pairs, strict=True)  # type: ignore[attr-defined]
    for window, size, (before, after) in axes:
        if not isinstance(size, int):
            return False
        own = window.same_pads(size)[0] if window.padding == "same" else window.pads[0]
        plain = attrs.evolve(window, padding=(before, after), ceil=False)
        if own != before or _count(plain, size) != _count(window, size):
            return False
    return True


@rule("GlobalAveragePool", "GlobalMaxPool")
def global_pool(b: Builder, op: Operator) -> None:
    """global_avgpool and global_maxpool, whose result keeps its axes as axes of size 1."""
    value, kind = _given(b, op)
    rank = _RANKS[kind.kind]
    word = "avg" if op.kind == "GlobalAveragePool" else "max"
    made = b.layer(f"global_{word}pool{rank}d", [value])
    b.give(op, View(made, (BATCH, 0, *(ONE,) * rank)))


@rule("ReduceMean", "ReduceMax")
def reduced(b: Builder, op: Operator) -> None:
    """Over all space: a global pooling."""
    view = b.view(op.input(0))
    rank = len(view.axes)
    asked = b.whole(op.input(1)) if op.input(1) else op.attributes.get("axes", range(rank))
    over = {axis % rank for axis in asked}
    kind = b.kind_of(view)
    space = {i for i, axis in enumerate(view.axes) if axis not in (BATCH, len(kind.shape) - 1)}
    if kind.kind not in _RANKS or over != space or ONE in view.axes:
        raise Unclear("it is taken over other axes than all of the space")
    word = "avg" if op.kind == "ReduceMean" else "max"
    made = b.layer(f"global_{word}pool{_RANKS[kind.kind]}d", [view.value])
    kept = [ONE if i in over else (BATCH if axis == BATCH else 0) for i, axis in enumerate(view.axes)]
    if not op.attributes.get("keepdims", 1):
        kept = [axis for axis in kept if axis != ONE]
    b.give(op, View(made, tuple(kept)))


@rule("Pad")
def pad(b: Builder, op: Operator) -> None:
    """zeropad1d/2d/3d."""
    value, kind = _given(b, op)
    sides = op.attributes.get("pads") or b.whole(op.input(1))
    filled = b.scalar(op.input(2)) if op.input(2) else op.attributes.get("value", 0.0)
    if op.attributes.get("mode", "constant") != "constant" or filled != 0.0 or op.input(3):
        raise Unclear("it adds other numbers than zeros")
    rank = _RANKS[kind.kind]
    pairs = _pairs(sides)
    if len(pairs) != rank + 2 or any(map(any, pairs[:2])) or any(n < 0 for n in sides):
        raise Unclear("it does not add zeros around the space alone")
    made = b.layer(f"zeropad{rank}d", [value], {"padding": _flat(pairs[2:])})
    b.give(op, View(made, first(rank + 1)))


@rule("Resize", "Upsample")
def resize(b: Builder, op: Operator) -> None:
    """upsample1d/2d/3d, where every element is repeated, or the middles of elements are interpolated."""
    value, kind = _given(b, op)
    rank = _RANKS[kind.kind]
    factors = _factors(b, op, kind)
    mode = op.attributes.get("mode", "nearest")
    if mode == "nearest" and _repeats(op):
        word = "nearest"
    elif mode == "linear" and _between_middles(op, kind):
        word = ("linear", "bilinear", "trilinear")[rank - 1]
    else:
        raise Unclear(f"it goes between elements in another way ({mode})")
    made = b.layer(f"upsample{rank}d", [value], {"size": factors, "mode": word})
    b.give(op, View(made, first(rank + 1)))


def _repeats(op: Operator) -> bool:
    """Whether nearest takes floor(i / factor)."""
    if op.kind == "Upsample" or len(op.inputs) < 3:
        return True
    way = op.attributes.get("coordinate_transformation_mode", "half_pixel")
    rounding = op.attributes.get("nearest_mode", "round_prefer_floor")
    if way == "asymmetric":
        return bool(rounding == "floor")
    return way in ("half_pixel", "pytorch_half_pixel") and rounding.startswith("round")


def _between_middles(op: Operator, kind: Type) -> bool:
    way = op.attributes.get("coordinate_transformation_mode", "half_pixel")
    plain = way == "half_pixel" or (way == "pytorch_half_pixel" and all(d != 1 for d in kind.spatial))
    return op.kind == "Resize" and plain and len(op.inputs) >= 3


def _factors(b: Builder, op: Operator, kind: Type) -> tuple[int, ...]:
    scales = op.attributes.get("scales")
    name = op.input(1) if op.kind == "Upsample" or len(op.inputs) == 2 else op.input(2)
    array = b.constant(name) if name and scales is None else None
    if array is not None and array.size:
        scales = array.reshape(-1).tolist()
    if not scales and op.input(3):
        sizes = b.whole(op.input(3))
        known = kind.is_concrete and len(sizes) == len(kind.shape) + 1
        scales = [n / d for n, d in zip(sizes[2:], kind.spatial, strict=True)] if known else None  # type: ignore[operator]
        scales = [1, 1, *scales] if scales else None
    if not scales or len(scales) != len(kind.shape) + 1:
        raise Unclear("its factors are not known")
    if any(s != 1 for s in scales[:2]) or any(s != int(s) or s < 1 for s in scales):
        raise Unclear(f"its factors are {tuple(scales)}")
    return tuple(int(s) for s in scales[2:])


# Windows and paddings.


def _given(b: Builder, op: Operator) -> tuple[str, Type]:
    """The value that a window slides over, and its type."""
    value = b.first(b.view(op.input(0)))
    kind = b.types.get(value)
    if kind is None or kind.kind not in _RANKS:
        raise Unclear(f"it takes a sequence, a map or a volume, not {kind}")
    return value, kind


def _window(op: Operator, kernel: tuple[int, ...]) -> dict[str, Any]:
    rank = len(kernel)
    if _sized(op, "kernel_shape", kernel) != kernel:
        raise Unclear("its kernel_shape is not that of its weights")
    _sized(op, "pads", (0,) * (2 * rank))
    ones = (1,) * rank
    return {
        "kernel": kernel,
        "stride": _sized(op, "strides", ones),
        "dilation": _sized(op, "dilations", ones),
    }


def _sized(op: Operator, key: str, default: tuple[int, ...]) -> tuple[int, ...]:
    """An attribute with a number for each axis. Raises Unclear where it has more or less, or one below 0."""
    found: tuple[int, ...] = op.attributes.get(key) or default
    least = 0 if key == "pads" else 1
    if len(found) != len(default) or min(found, default=least) < least:
        raise Unclear(f"its {key} are {list(found)}")
    return found


def _pool_window(op: Operator, rank: int) -> dict[str, Any]:
    ones = (1,) * rank
    _sized(op, "pads", (0,) * (2 * rank))
    return {"kernel": _sized(op, "kernel_shape", ones), "stride": _sized(op, "strides", ones)}


def _padding(b: Builder, op: Operator, attributes: Any, kind: Type) -> Any:
    """A convolution's padding, in the words of a model that dlc wrote where they mean the same."""
    auto = op.attributes.get("auto_pad", "NOTSET")
    if auto == "SAME_UPPER":
        return "same"
    same = _same_pads(attributes, kind)
    if auto == "SAME_LOWER" and same is not None:
        return _flat([(after, before) for before, after in same])
    if auto not in ("NOTSET", "VALID"):
        raise Unclear(f"auto_pad is {auto}")
    pads = op.attributes.get("pads") or ()
    pairs = _pairs(pads) if any(pads) else [(0, 0)] * len(attributes["kernel"])
    hint: Any = b.hint(op)
    said = getattr(hint, "padding", None)
    if said == "same" and same == pairs:
        return "same"
    uneven = any(before != after for before, after in pairs)
    if said is None and uneven and same == pairs:
        return "same"
    return _flat(pairs) if any(pads) else "valid"


def _same_pads(attributes: Any, kind: Type) -> list[Pair] | None:
    """What `same` adds around the space; None where that is not known."""
    axes = zip(
        attributes["kernel"],
        attributes["stride"],
        attributes.get("dilation", (1,) * len(attributes["kernel"])),
        kind.spatial,
        strict=True,
    )
    found = [
        Window(k, s, "same", d).same_pads(size) if isinstance(size, int) else None for k, s, d, size in axes
    ]
    return [pair for pair in found if pair is not None] if None not in found else None


def _pairs(pads: Sequence[int]) -> list[Pair]:
    """ONNX's form, all befores and then all afters, as pairs."""
    rank = len(pads) // 2
    return list(zip(pads[:rank], pads[rank:], strict=True))


def _pairs_of(sides: Sequence[int]) -> list[Pair]:
    return [(sides[i], sides[i + 1]) for i in range(0, len(sides), 2)]


def _flat(pairs: Sequence[Pair]) -> tuple[int, ...]:
    """(top, bottom, left, right)."""
    return tuple(side for pair in pairs for side in pair)


# Weights.


def filters_last(get: Any) -> Any:
    """(b, a, *window) as (*window, a, b)."""

    def turned() -> Any:
        array = get()
        return array.transpose(*range(2, array.ndim), 1, 0)

    return turned


def depthwise_kernel(get: Any, multiplier: int) -> Any:
    """(C * multiplier, 1, *window) as (*window, C, multiplier)."""

    def turned() -> Any:
        array = get()
        window = array.shape[2:]
        return array.transpose(*range(2, array.ndim), 1, 0).reshape(*window, -1, multiplier)

    return turned


def _bias(b: Builder, op: Operator, place: int) -> dict[str, Any]:
    return {"bias": b.getter(op.input(place))} if op.input(place) else {}
