"""How a table prints sizes: channels first, widths before heights, volumes; and which axes its data have."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from dlc.frontends.phrases import Phrase
from dlc.frontends.phrases.values import Number
from dlc.frontends.table.design.facts import Facts
from dlc.frontends.table.design.parts import POOLS, Layer, Part, Stack, Stage, layers_of
from dlc.frontends.table.design.sizes import Size, channels_first, width_first
from dlc.layers import REGISTRY

_UNRANKED = frozenset(("pool", "global_pool"))


@attrs.frozen
class Order:
    """How a table prints sizes: channels first, widths before heights; `solid` ones begin with a depth.

    `flat` tells that its data have one dimension.
    """

    channels_first: bool = False
    width_first: bool = False
    solid: bool = False
    flat: bool = False

    def turned(self, size: Size) -> tuple[Any, ...]:
        """A size as (height, width, channels), of as many dimensions as printed."""
        found = (*size[1:], size[0]) if self.channels_first and len(size) in (3, 4) else size
        if self.width_first and len(found) in (2, 3):
            return (found[1], found[0], *found[2:])
        return found


def laid_out(stages: Sequence[Stage], facts: Facts) -> tuple[list[Stage], Order]:
    """The stages with windows as height × width (depth first in a volume), and how sizes are printed."""
    order = _order(stages)
    if any(_has_depth(layer) for s in stages for layer in layers_of(s.parts)):
        return _changed(stages, _deepened), Order(solid=True)
    made = list(stages)
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
    return Order(channels_first([*sizes, *shapes]), width_first([*sizes, *shapes]))


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


def _has_depth(layer: Layer) -> bool:
    """Whether a pooling has a third side, which can be no number of channels."""
    return layer.op in POOLS and layer.phrase.depth is not None


def _deepened(phrase: Phrase) -> Phrase:
    """A layer over height and width as one over depth, height and width: a flat window is one deep."""
    values = dict(phrase.attributes)
    kernel, stride = values.get("kernel"), values.get("stride")
    if isinstance(kernel, tuple) and len(kernel) == 2:
        values["kernel"] = (*kernel, _one(phrase.depth)) if phrase.depth is not None else (1, *kernel)
    if isinstance(stride, tuple) and len(stride) == 2:
        values["stride"] = (*stride, stride[1])
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
