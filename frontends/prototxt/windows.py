"""Rules for layers with windows: convolution, deconvolution, pooling.

Facts: BVLC Caffe, base_conv_layer.cpp, pooling_layer.cpp.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlc.diagnostics import Severity, codes
from dlc.frontends.prototxt.builder import Builder, Source
from dlc.frontends.prototxt.message import Message, numbers
from dlc.frontends.prototxt.registry import rule
from dlc.types import HOLE, Kind, Type


def spatial_rank(kind: Type | None) -> int:
    """How many axes a window slides over: 2 unless the value is a volume."""
    return 3 if kind is not None and kind.kind is Kind.VOLUME else 2


def _sides(param: Message, word: str, rank: int, default: Any) -> tuple[Any, ...]:
    """A size along every spatial axis: `kernel_size` once or an axis, or `kernel_h` and `kernel_w`."""
    short = word.removesuffix("_size")
    if param.has(f"{short}_h") or param.has(f"{short}_w"):
        return (param.get(f"{short}_h", default), param.get(f"{short}_w", default))
    found = numbers(param.all(word))
    if not found:
        return (default,) * rank
    return tuple(found * rank)[:rank] if len(found) == 1 else tuple(found)[:rank]


def padding(sides: Sequence[Any]) -> tuple[Any, ...]:
    """The same padding before and after along every axis."""
    return tuple(side for side in sides for _ in range(2))


def _image_map(b: Builder, value: str, source: Source) -> str:
    """A vector as a map of one pixel, which is how Caffe sees (N, C) where it wants four axes."""
    kind = b.type_of(value)
    if kind is None or kind.kind is not Kind.VECTOR:
        return value
    shape = (1, 1, kind.channels)
    return b.add("reshape", {"shape": shape}, [value], f"{source.name}_map", source=source, inferred=True)


@rule("Convolution", "ConvolutionDepthwise", "DepthwiseConvolution", "ConvolutionPerforated")
def convolution(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Convolution, shared by several bottoms; a depthwise one has a group a channel."""
    return [_convolved(b, source, value, index) for index, value in enumerate(inputs)]


def _convolved(b: Builder, source: Source, value: str, index: int) -> str:
    value = _image_map(b, value, source)
    param = source.param("convolution_param")
    rank = spatial_rank(b.type_of(value))
    kind = b.type_of(value)
    attributes: dict[str, Any] = {
        "filters": param.get("num_output", HOLE),
        "kernel": _sides(param, "kernel_size", rank, HOLE),
        "stride": _sides(param, "stride", rank, 1),
        "padding": padding(_sides(param, "pad", rank, 0)),
        "dilation": _sides(param, "dilation", rank, 1),
        "groups": param.get("group", 1),
        "bias": param.get("bias_term", True),
    }
    if "epthwise" in source.kind and kind is not None:
        attributes["groups"] = kind.channels
    name = source.name if index == 0 else source.tops[index]
    return b.add(f"conv{rank}d", attributes, [value], name, source=source)


@rule("Deconvolution")
def deconvolution(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """The transposed convolution."""
    made = []
    for index, value in enumerate(inputs):
        value = _image_map(b, value, source)
        param = source.param("convolution_param")
        rank = spatial_rank(b.type_of(value))
        attributes = {
            "filters": param.get("num_output", HOLE),
            "kernel": _sides(param, "kernel_size", rank, HOLE),
            "stride": _sides(param, "stride", rank, 1),
            "padding": padding(_sides(param, "pad", rank, 0)),
            "dilation": _sides(param, "dilation", rank, 1),
            "groups": param.get("group", 1),
            "bias": param.get("bias_term", True),
        }
        name = source.name if index == 0 else source.tops[index]
        made.append(b.add(f"conv{rank}d_transpose", attributes, [value], name, source=source))
    return made


@rule("Pooling")
def pooling(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Maximum or mean of windows; the last, incomplete one counts unless the file rounds down."""
    param = source.param("pooling_param")
    word = {"0": "MAX", "1": "AVE", "2": "STOCHASTIC"}.get(
        str(param.get("pool", "MAX")), str(param.get("pool", "MAX"))
    )
    op = {"MAX": "maxpool", "AVE": "avgpool"}.get(word)
    value = _image_map(b, inputs[0], source)
    kind = b.type_of(value)
    if op is None:
        b.note(
            codes.LAYER_KEPT,
            f"{source.name} pools by {word}, which the catalogue lacks",
            source,
            Severity.WARNING,
        )
        return b.opaque(source, [value])
    rank = spatial_rank(kind)
    attributes: dict[str, Any] = {
        "kernel": _sides(param, "kernel_size", rank, HOLE),
        "stride": _sides(param, "stride", rank, 1),
        "padding": padding(_sides(param, "pad", rank, 0)),
        "round": "floor" if _rounds_down(param) else "ceil",
    }
    if param.get("global_pooling", False):
        sides = kind.spatial if kind is not None else (HOLE,) * rank
        attributes |= {"kernel": sides, "stride": (1,) * rank, "padding": (0,) * (2 * rank), "round": "floor"}
    first = b.add(f"{op}{rank}d", attributes, [value], source.name, source=source)
    masks = [_mask(b, source, first, top) for top in source.tops[1:]]
    return [first, *masks]


def _rounds_down(param: Message) -> bool:
    return str(param.get("round_mode", "CEIL")) in ("FLOOR", "1") or param.get("ceil_mode", True) is False


def _mask(b: Builder, source: Source, pooled: str, top: str) -> str:
    """The positions of the maxima, which only fork layers read."""
    values = {"type": "PoolingMask", "attributes": {}}
    return b.add("opaque", values, [pooled], top, source=source, declared=b.type_of(pooled), inferred=True)
