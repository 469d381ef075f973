"""Rules for layers of Caffe's forks whose result's shape is known though the catalogue lacks the layer."""

from __future__ import annotations

from dlc.frontends.prototxt.builder import Builder, Source
from dlc.frontends.prototxt.registry import rule
from dlc.types import HOLE, Dim, Kind, Type, product


@rule(
    "AbsVal",
    "Exp",
    "Log",
    "Normalize",
    "ShuffleChannel",
    "MVN",
    "Threshold",
    "Noise",
    "LayerNorm",
    "Clip",
)
def same_shape(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Values change, the shape does not."""
    free = source.kind not in ("Normalize", "LayerNorm")
    return b.opaque(source, inputs, [b.type_of(inputs[0])], 0 if free else None)


@rule("Split")
def split(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Copies: every top is the bottom."""
    return [inputs[0]] * max(1, len(source.tops))


@rule("ROIPooling", "PSROIPooling", "ROIAlign")
def roi_pooling(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """A map of a fixed size for every region."""
    param = source.param("roi_pooling_param")
    kind = b.type_of(inputs[0])
    channels: Dim = kind.channels if kind is not None else HOLE
    shape = (param.get("pooled_h", HOLE), param.get("pooled_w", HOLE), channels)
    return b.opaque(source, inputs, [Type(Kind.MAP, shape)], 0)


@rule("Upsample", "Interp")
def upsample(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Larger maps: by a factor, or to a size; SegNet's takes the positions of maxima besides."""
    param = source.param("upsample_param") or source.param("interp_param")
    kind = b.type_of(inputs[0])
    factor = param.get("scale", param.get("zoom_factor"))
    if len(inputs) == 1 and source.kind == "Upsample" and isinstance(factor, int):
        return [b.add("upsample2d", {"size": factor, "mode": "nearest"}, inputs, source.name, source=source)]
    sizes = (param.get("upsample_h", param.get("height")), param.get("upsample_w", param.get("width")))
    if kind is None or kind.kind is not Kind.MAP:
        return b.opaque(source, inputs)
    return b.opaque(source, inputs, [Type(Kind.MAP, (*_grown(kind, sizes, factor), kind.channels))], 0)


def _grown(kind: Type, sizes: tuple[object, object], factor: object) -> tuple[Dim, Dim]:
    made: list[Dim] = []
    for size, stated in zip(kind.spatial, sizes, strict=True):
        if isinstance(stated, int):
            made.append(stated)
        elif isinstance(factor, int) and isinstance(size, int):
            made.append(size * factor)
        else:
            made.append(HOLE)
    return made[0], made[1]


@rule("Reorg")
def reorg(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Blocks of pixels become channels (YOLO's passthrough)."""
    kind = b.type_of(inputs[0])
    stride = source.param("reorg_param").get("stride", 2)
    if kind is None or kind.kind is not Kind.MAP or not kind.is_concrete:
        return b.opaque(source, inputs)
    height, width, channels = kind.shape
    shape = (height // stride, width // stride, channels * stride * stride)
    return b.opaque(source, inputs, [Type(Kind.MAP, shape)], 0)


@rule("PriorBox")
def prior_box(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    """Default boxes of SSD: two rows of four numbers a box, whatever the batch."""
    param = source.param("prior_box_param")
    kind = b.type_of(inputs[0])
    ratios = {1.0}
    for ratio in (float(r) for r in param.all("aspect_ratio")):
        ratios |= {ratio, 1 / ratio} if param.get("flip", True) else {ratio}
    small, large = param.all("min_size"), param.all("max_size")
    boxes = len({round(r, 6) for r in ratios}) * max(1, len(small)) + len(large)
    if kind is None or not all(isinstance(d, int) for d in kind.spatial):
        return b.opaque(source, inputs, [Type(Kind.SEQUENCE, (2, HOLE))], 0)
    count: Dim = boxes * 4
    for side in kind.spatial:
        count = product(count, side)
    return b.opaque(source, inputs, [Type(Kind.SEQUENCE, (2, count))], 0)
