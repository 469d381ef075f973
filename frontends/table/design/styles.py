"""What a bracket means: a dense layer, a residual block, or layers that are merely repeated."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from dlc.frontends.table.design.facts import Facts
from dlc.frontends.table.design.parts import (
    CONVS,
    GUESSED_POOLING,
    POOLS,
    Layer,
    Part,
    Stack,
    Stage,
    layers_of,
)

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
    """The stage with poolings that are global: without a window, down to a pixel or before a dense layer."""
    single = stage.out is not None and bool(stage.out[:2]) and all(v == 1 for v in stage.out[:2])
    parts = []
    for index, part in enumerate(stage.parts):
        after = stage.parts[index + 1] if index + 1 < len(stage.parts) else None
        if isinstance(part, Layer) and part.op in POOLS:
            ends = part.op == "pool" and isinstance(after, Layer) and after.op == "dense"
            part = _global(part) if (single or ends) and not part.attributes else part
            part = _averaging(part) if single and part.op == "pool" else part
        parts.append(part)
    return attrs.evolve(stage, parts=tuple(parts))


def closing_pools(stages: Sequence[Stage]) -> list[Stage]:
    """A pooling whose kind nobody states, over a large window right before the classifier, is an average."""
    made = list(stages)
    for index in range(len(made) - 1):
        last = made[index].parts[-1] if made[index].parts else None
        after = next((layer.op for s in made[index + 1 :] for layer in layers_of(s.parts)), "")
        if isinstance(last, Layer) and last.op == "pool" and after in _CLASSIFYING and _large(last):
            parts = (*made[index].parts[:-1], _averaging(last))
            made[index] = attrs.evolve(made[index], parts=parts)
    return made


_CLASSIFYING = frozenset(("dense", "flatten", "softmax", "dropout"))
_LARGE = 4  # sides of a window that is hardly one that halves a map


def _large(layer: Layer) -> bool:
    kernel = layer.attributes.get("kernel")
    side = kernel[0] if isinstance(kernel, tuple) else kernel
    return isinstance(side, int) and side >= _LARGE


def _averaging(layer: Layer) -> Layer:
    """A pooling over the whole map whose kind is not stated, as an average."""
    note = f"{layer.phrase.text}: the kind of pooling is not stated, average taken"
    confidence = layer.phrase.confidence * GUESSED_POOLING
    phrase = attrs.evolve(layer.phrase, op="avgpool2d", confidence=confidence)
    return attrs.evolve(layer, phrase=phrase, note=note)


def _global(layer: Layer) -> Layer:
    op = "global_pool" if layer.op == "pool" else f"global_{layer.op}"
    return attrs.evolve(layer, phrase=attrs.evolve(layer.phrase, op=op, attributes={}))
