"""Normalisations."""

from __future__ import annotations

from typing import Any

from dlc.frontends.onnx.builder import Builder, Unclear
from dlc.frontends.onnx.document import Operator
from dlc.frontends.onnx.numbers import plain
from dlc.frontends.onnx.registry import rule
from dlc.frontends.onnx.views import BATCH, ONE, View, first, natural

_LEAST = 1e-13  # an epsilon that is there only because the operator wants one


@rule("BatchNormalization")
def batchnorm(b: Builder, op: Operator) -> None:
    """batchnorm at inference, with its moving averages."""
    view = b.view(op.input(0))
    rank = len(view.axes) - 1
    if op.attributes.get("training_mode", 0):
        raise Unclear("it is in training mode")
    value = b.first(view) if rank > 1 else b.arranged(view, (BATCH, 0))
    if b.hint(op, "standardize") is not None and op.attributes.get("epsilon", 1e-5) <= _LEAST:
        made = b.layer("standardize", [value])
        b.hold(made, op.inputs[3:5], mean=b.getter(op.input(3)), variance=b.getter(op.input(4)))
        b.give(op, View(made, first(rank)))
        return
    attributes = {
        "eps": plain(op.attributes.get("epsilon", 1e-5)),
        "momentum": plain(op.attributes.get("momentum", 0.9)),
    } | _held(b, op, "batchnorm")
    _fitting(b, op, value)
    made = b.layer("batchnorm", [value], attributes)
    kept = {"mean": b.getter(op.input(3)), "variance": b.getter(op.input(4))}
    b.hold(made, op.inputs[1:5], **_affine(b, op, attributes), **kept)
    b.give(op, View(made, first(rank)))


@rule("InstanceNormalization")
def instancenorm(b: Builder, op: Operator) -> None:
    """instancenorm."""
    view = b.view(op.input(0))
    value = b.first(view)
    _fitting(b, op, value)
    attributes = {"eps": plain(op.attributes.get("epsilon", 1e-5))} | _held(b, op, "instancenorm")
    made = b.layer("instancenorm", [value], attributes)
    b.hold(made, op.inputs[1:3], **_affine(b, op, attributes))
    b.give(op, View(made, first(len(view.axes) - 1)))


@rule("LayerNormalization")
def layernorm(b: Builder, op: Operator) -> None:
    """layernorm along the last axis."""
    view = b.view(op.input(0))
    rank = len(view.axes)
    if op.attributes.get("axis", -1) % rank != rank - 1:
        raise Unclear("it is taken over several axes")
    fits = view.axes[-1] == len(b.kind_of(view).shape) - 1 and ONE not in view.axes
    value, axes = (view.value, view.axes) if fits else (b.natural(view), natural(rank - 1))
    held = _held(b, op, "layernorm")
    attributes = {"eps": plain(op.attributes.get("epsilon", 1e-5))} | held
    if not op.input(2):
        attributes["center"] = False
    made = b.layer("layernorm", [value], attributes)
    b.hold(made, op.inputs[1:3], **_affine(b, op, attributes))
    b.give(op, View(made, axes))


@rule("dlc.normal")
def normal(b: Builder, op: Operator) -> None:
    """layernorm that was written out."""
    view = b.view(op.input(0))
    value = b.natural(view)
    _over(b, op, "layernorm", value, natural(len(view.axes) - 1))


@rule("dlc.groupnorm")
def groupnorm(b: Builder, op: Operator) -> None:
    """groupnorm that was written as an instance normalisation of groups."""
    view = b.view(op.input(0))
    rank = len(view.axes) - 1
    value = b.first(view) if rank > 1 else b.arranged(view, (BATCH, 0))
    _over(b, op, "groupnorm", value, first(rank), groups=op.attributes["groups"])


@rule("GroupNormalization")
def standard(b: Builder, op: Operator) -> None:
    """groupnorm; before opset 21 gamma and beta are one a group."""
    view = b.view(op.input(0))
    rank = len(view.axes) - 1
    value = b.first(view)
    if b.weight_dims(op.input(1)) != (b.types[value].channels,):  # type: ignore[union-attr]
        raise Unclear("it has a gamma a group")
    made = b.layer(
        "groupnorm",
        [value],
        {"groups": op.attributes["num_groups"], "eps": plain(op.attributes.get("epsilon", 1e-5))},
    )
    b.hold(made, op.inputs[1:3], gamma=b.getter(op.input(1)), beta=b.getter(op.input(2)))
    b.give(op, View(made, first(rank)))


def _over(b: Builder, op: Operator, word: str, value: str, axes: tuple[int, ...], **attributes: Any) -> None:
    gamma, beta = op.attributes.get("gamma", ""), op.attributes.get("beta", "")
    attributes |= {"eps": plain(op.attributes["epsilon"]), "scale": bool(gamma), "center": bool(beta)}
    made = b.layer(word, [value], attributes)
    arrays = {role: _row(b.getter(name)) for role, name in (("gamma", gamma), ("beta", beta)) if name}
    b.hold(made, (gamma, beta), **arrays)
    b.give(op, View(made, axes))


def _row(get: Any) -> Any:
    return lambda: get().reshape(-1)


def _held(b: Builder, op: Operator, word: str) -> dict[str, bool]:
    """Which of gamma and beta a model that dlc wrote only fills in, because the operator wants them."""
    hint: Any = b.hint(op, word)
    if hint is None:
        return {}
    found = {}
    for key, place, fill in (("scale", 1, 1.0), ("center", 2, 0.0)):
        array = b.constant(op.input(place)) if op.input(place) else None
        if not getattr(hint, key) and array is not None and (array == fill).all():
            found[key] = False
    return found


def _fitting(b: Builder, op: Operator, value: str) -> None:
    kind = b.types.get(value)
    if kind is None or (isinstance(kind.channels, int) and b.weight_dims(op.input(1)) != (kind.channels,)):
        raise Unclear(f"its weights do not fit {kind}")


def _affine(b: Builder, op: Operator, attributes: dict[str, Any]) -> dict[str, Any]:
    named = (("gamma", "scale", 1), ("beta", "center", 2))
    return {r: b.getter(op.input(p)) for r, key, p in named if attributes.get(key, True) and op.input(p)}


@rule("dlc.lrn")
def composed(b: Builder, op: Operator) -> None:
    """lrn that was written out."""
    value = b.first(b.view(op.input(0)))
    stated = dict(op.attributes)
    hint: Any = b.hint(op, "lrn")
    if hint is not None and abs(hint.alpha - stated["alpha"]) <= 1e-6 * abs(hint.alpha):
        stated["alpha"] = hint.alpha
    numbers = {key: plain(stated[key]) for key in ("alpha", "beta", "k")}
    made = b.layer("lrn", [value], stated | numbers)
    b.give(op, View(made, first(3)))


@rule("LRN")
def lrn(b: Builder, op: Operator) -> None:
    """lrn, whose alpha is not divided by the size."""
    value = b.first(b.view(op.input(0)))
    size = op.attributes.get("size", 5)
    alpha = op.attributes.get("alpha", 1e-4) / size
    hint: Any = b.hint(op, "lrn")
    if hint is not None and hint.size == size and abs(hint.alpha - alpha) <= 1e-6 * alpha:
        alpha = hint.alpha
    attributes = {
        "size": size,
        "alpha": plain(alpha),
        "beta": plain(op.attributes.get("beta", 0.75)),
        "k": plain(op.attributes.get("bias", 1.0)),
    }
    b.give(op, View(b.layer("lrn", [value], attributes), first(3)))
