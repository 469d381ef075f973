"""How a table prints sizes: channels first, widths before heights, volumes; and which axes its data have."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from dlc.frontends.phrases import Phrase
from dlc.frontends.phrases.values import Number
from dlc.frontends.table.design.facts import Facts
from dlc.frontends.table.design.parts import CONVS, POOLS, Layer, Part, Stack, Stage, layers_of
from dlc.frontends.table.design.sizes import Size, channels_first, width_first
from dlc.layers import REGISTRY

_UNRANKED = frozenset(("pool", "global_pool"))


@attrs.frozen
class Order:
    """How a table prints sizes: channels first, widths before heights, a volume's depth last.

    `solid` tells that its data are volumes, `flat` that they have one dimension; `channel_axis` is where a
    size of four sides has its channels, where the first of them tells.
    """

    channels_first: bool = False
    width_first: bool = False
    solid: bool = False
    depth_last: bool = False
    channel_axis: int | None = None
    flat: bool = False

    def turned(self, size: Size) -> tuple[Any, ...]:
        """A size as ((depth,) height, width, channels), of as many dimensions as printed."""
        if self.solid and len(size) == 4 and self.channel_axis is not None:
            return (*size[: self.channel_axis], *size[self.channel_axis + 1 :], size[self.channel_axis])
        full = 4 if self.solid else 3
        found = (*size[1:], size[0]) if self.channels_first and len(size) in (full, 4) else size
        if self.solid and self.depth_last and len(found) >= 3:
            return (found[2], *found[:2], *found[3:])
        if self.width_first and len(found) in (2, 3):
            return (found[1], found[0], *found[2:])
        return found


def laid_out(stages: Sequence[Stage], facts: Facts) -> tuple[list[Stage], Order]:
    """The stages with windows as height × width (depth first in a volume), and how sizes are printed."""
    order = _order(stages)
    if _is_solid(stages):
        last = _depth_last(stages)
        axis = _channel_axis(stages)
        solid = Order(order.channels_first, solid=True, depth_last=last, channel_axis=axis)
        return _changed(stages, lambda phrase: _deepened(phrase, last)), solid
    made = _with_depths(stages)
    if _is_flat(facts, stages):
        order = attrs.evolve(order, flat=True)
        made = _changed(made, _flattened)
    return (_changed(made, _turned) if order.width_first else made), order


def _changed(stages: Sequence[Stage], change: Callable[[Phrase], Phrase]) -> list[Stage]:
    return [attrs.evolve(s, parts=tuple(_mapped(p, change) for p in s.parts)) for s in stages]


def _order(stages: Sequence[Stage]) -> Order:
    sizes = [s for stage in stages for s in (stage.into, stage.out) if s is not None]
    shapes = [p.phrase.shape for s in stages for p in layers_of(s.parts) if p.phrase.shape is not None]
    shapes = [s for s in shapes if len(s) >= 2]
    widths = [(s.out, w) for s in stages if s.out is not None and len(s.out) == 3 and (w := _stated(s))]
    return Order(channels_first([*sizes, *shapes], widths), width_first([*sizes, *shapes]))


def _stated(stage: Stage) -> Number | None:
    """The width that a row states for its last layer."""
    if stage.width is not None:
        return stage.width
    layers = [p for p in layers_of(stage.parts) if p.op in CONVS]
    return layers[-1].attributes.get("filters") if layers else None


def _with_depths(stages: Sequence[Stage]) -> list[Stage]:
    """Rows whose windows' third side is the width, "3×3×64", as where nothing else states one.

    Where the first is 1 or 3 they are the depths of inputs, and say nothing of the widths.
    """
    layers = [p for s in stages for p in layers_of(s.parts) if p.op in CONVS]
    deep = [p for p in layers if isinstance(p.phrase.depth, int)]
    if not deep or any("filters" in p.attributes for p in deep) or deep[0].phrase.depth in (1, 3):
        return list(stages)
    return _changed(stages, _widened)


def _widened(phrase: Phrase) -> Phrase:
    if phrase.op not in CONVS or not isinstance(phrase.depth, int) or "filters" in phrase.attributes:
        return phrase
    return attrs.evolve(phrase, attributes=dict(phrase.attributes) | {"filters": phrase.depth}, depth=None)


_DEEPEST = 7  # a window's third side; a larger one counts channels


def _is_solid(stages: Sequence[Stage]) -> bool:
    """Whether the data are volumes: windows have three sides that cannot be numbers of channels."""
    layers = [layer for s in stages for layer in layers_of(s.parts)]
    if any(_sides(layer) == 3 or (layer.op in POOLS and _thin(layer)) for layer in layers):
        return True
    convs = [layer for layer in layers if layer.op in CONVS]
    deep = [layer for layer in convs if _thin(layer)]
    stated = all("filters" in layer.attributes for layer in deep)
    widths = [layer.attributes.get("filters") for layer in convs]
    fed = sum(layer.phrase.depth == w for layer, w in zip(convs[1:], widths, strict=False))
    return len(deep) >= 2 and len(deep) == len(convs) and stated and fed == 0


def _thin(layer: Layer) -> bool:
    """Whether a window has a third side that is no number of channels."""
    return isinstance(layer.phrase.depth, int) and layer.phrase.depth <= _DEEPEST


def _sides(layer: Layer) -> int | None:
    """How many sides a convolution's or pooling's window has, where its operation does not say."""
    kernel = layer.attributes.get("kernel")
    if layer.op not in CONVS | POOLS or not isinstance(kernel, tuple):
        return None
    return len(kernel)


def _depth_last(stages: Sequence[Stage]) -> bool:
    """Whether windows and sizes are printed height × width × depth: 7×7×3, 112×112×16."""
    first = last = 0
    for stage in stages:
        windows = [_window(layer.phrase) for layer in layers_of(stage.parts) if layer.op in CONVS | POOLS]
        for size in (stage.into, stage.out, *windows):
            if size is not None and len(size) == 3:
                first += size[1] == size[2] != size[0]
                last += size[0] == size[1] != size[2]
    return last > first


def _channel_axis(stages: Sequence[Stage]) -> int | None:
    """Which of four sides counts channels: that of the first size with 1 or 3, as pictures have."""
    four = [s for stage in stages for s in (stage.into, stage.out) if s is not None and len(s) == 4]
    return next((axis for axis in (3, 0, 1) if four and four[0][axis] in (1, 3)), None)


def _window(phrase: Phrase) -> Size | None:
    """A window with all its printed sides."""
    kernel = phrase.attributes.get("kernel")
    if not isinstance(kernel, tuple):
        return None
    return kernel if phrase.depth is None else (*kernel, _one(phrase.depth))


def _is_flat(facts: Facts, stages: Sequence[Stage]) -> bool:
    """Whether the data have one dimension: the paper says so, and no window or size has two."""
    layers = [layer for s in stages for layer in layers_of(s.parts)]
    if any(layer.phrase.rank in (2, 3) for layer in layers) or not facts.flat:
        return False
    sizes = [s for stage in stages for s in (stage.into, stage.out) if s is not None and len(s) > 2]
    pairs = [
        w for layer in layers if isinstance(w := layer.phrase.attributes.get("kernel"), tuple) and len(w) > 1
    ]
    return not sizes and not pairs


def _deepened(phrase: Phrase, depth_last: bool) -> Phrase:
    """A layer over height and width as one over depth, height and width: a flat window is one deep."""
    values = dict(phrase.attributes)
    kernel, stride = _window(phrase), values.get("stride")
    if kernel is not None and len(kernel) == 2:
        values["kernel"] = (1, *kernel)
    elif kernel is not None and len(kernel) == 3:
        values["kernel"] = (kernel[2], *kernel[:2]) if depth_last else kernel
    if isinstance(stride, tuple) and len(stride) == 2:
        values["stride"] = (*stride, stride[1])
    elif isinstance(stride, tuple) and len(stride) == 3 and depth_last:
        values["stride"] = (stride[2], *stride[:2])
    op = phrase.op.replace("2d", "3d") if phrase.op else None
    op = op if op in REGISTRY or op in _UNRANKED else phrase.op
    return attrs.evolve(phrase, attributes=values, depth=None, rank=3, op=op)


def _flattened(phrase: Phrase) -> Phrase:
    """A layer over height and width as one over steps."""
    return attrs.evolve(phrase, op=re.sub(r"2d(?=_|$)", "1d", phrase.op or "") or None, rank=1)


def _turned(phrase: Phrase) -> Phrase:
    """A window printed width × height, as height × width."""
    values: dict[str, Any] = dict(phrase.attributes)
    for name in ("kernel", "stride"):
        value = values.get(name)
        if isinstance(value, tuple) and len(value) == 2:
            values[name] = value[::-1]
    return attrs.evolve(phrase, attributes=values)


def _mapped(part: Part, change: Callable[[Phrase], Phrase]) -> Part:
    """A part with every phrase in it changed."""
    if isinstance(part, Layer):
        return attrs.evolve(part, phrase=change(part.phrase))
    if isinstance(part, Stack):
        return attrs.evolve(part, parts=tuple(_mapped(p, change) for p in part.parts))
    chains = tuple(tuple(_mapped(p, change) for p in c) for c in part.chains)
    return attrs.evolve(part, chains=chains)


def _one(value: Number | tuple[Number, ...]) -> Number:
    return value[0] if isinstance(value, tuple) else value
