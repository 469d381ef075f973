"""What a bracket means: a dense layer, a residual block, or layers that are merely repeated."""

from __future__ import annotations

import re

import attrs

from dlc.frontends.table.design.facts import Facts
from dlc.frontends.table.design.parts import CONVS, POOLS, Layer, Part, Stack, Stage

_WINDOW_OPS = CONVS | {"attention", "opaque"}


def styled(stage: Stage, facts: Facts, title: str | None) -> Stage:
    """The stage with a style for every bracket; labels and the variant's title decide."""
    label = f"{stage.label} {title or ''}"
    return attrs.evolve(stage, parts=tuple(_style(p, label, facts) for p in stage.parts))


def _style(part: Part, label: str, facts: Facts) -> Part:
    """A bracket's meaning: a dense layer, a residual block, or layers that are merely repeated."""
    if not isinstance(part, Stack):
        return part
    inner = tuple(_style(p, label, facts) for p in part.parts)
    made = attrs.evolve(part, parts=inner)
    if part.style != "bracket":
        return made
    layers = [p for p in inner if isinstance(p, Layer)]
    windows = [p for p in layers if p.op in _WINDOW_OPS]
    if len(windows) < 2 or any(p.op in POOLS for p in layers):
        return attrs.evolve(made, style="chain")
    if re.search(r"dense", label, re.I):
        return attrs.evolve(made, style="dense", parts=_growing(inner, facts))
    return attrs.evolve(made, style="residual" if facts.residual else "chain")


def _growing(parts: tuple[Part, ...], facts: Facts) -> tuple[Part, ...]:
    """The last convolution of a dense layer makes as many channels as the growth rate."""
    last = parts[-1]
    if facts.growth is None or not isinstance(last, Layer):
        return parts
    return (*parts[:-1], last.given(filters=facts.growth))


def globally_pooled(stage: Stage) -> Stage:
    """A pooling without a window whose result is one pixel is global."""
    if stage.out is None or not stage.out[:2] or any(v != 1 for v in stage.out[:2]):
        return stage
    parts = tuple(
        _global(p) if isinstance(p, Layer) and p.op in POOLS and "kernel" not in p.attributes else p
        for p in stage.parts
    )
    return attrs.evolve(stage, parts=parts)


def _global(layer: Layer) -> Layer:
    op = "global_pool" if layer.op == "pool" else f"global_{layer.op}"
    return attrs.evolve(layer, phrase=attrs.evolve(layer.phrase, op=op, attributes={}))
