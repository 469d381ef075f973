"""Rules for normalisations."""

from __future__ import annotations

import math
from typing import Any

from dlc.backends.pytorch.plan import RULES, Ask, Layout, Made, Refused, is_symbolic
from dlc.backends.pytorch.weights import Weight, one
from dlc.types import Kind


@RULES.rule("batchnorm")
def _batchnorm(ask: Ask) -> None:
    """PyTorch's momentum is the weight of the new average."""
    known, layer = ask.inputs[0], ask.layer
    if is_symbolic(layer.momentum):
        raise Refused("its momentum depends on parameters")
    rank = 1 if known.type.kind is Kind.VECTOR else ask.rank
    named = {"eps": layer.eps, "momentum": _rounded(1 - layer.momentum)}
    kept = (one("running_mean", "mean"), one("running_var", "variance"))
    ask.laid(Layout.FIRST)
    _put(ask, f"nn.BatchNorm{rank}d", (known.channels,), named, kept)
    ask.layout = _first(ask)


@RULES.rule("layernorm")
def _layernorm(ask: Ask) -> None:
    """Over the channels: they are the last axis meanwhile."""
    known = ask.inputs[0]
    if known.type.kind in (Kind.MAP, Kind.VOLUME):
        _put(ask, "ChannelNorm", (known.channels,), {"eps": ask.layer.eps})
        return
    ask.laid(Layout.LAST)
    _put(ask, "nn.LayerNorm", (known.channels,), {"eps": ask.layer.eps})


@RULES.rule("groupnorm")
def _groupnorm(ask: Ask) -> None:
    _grouped(ask, ask.layer.groups, ask.exact.groups)


@RULES.rule("instancenorm")
def _instancenorm(ask: Ask) -> None:
    """Each channel is a group of its own."""
    known = ask.inputs[0]
    if math.prod(known.sizes) == 1:
        _grouped(ask, known.channels, known.type.channels)
        return
    ask.laid(Layout.FIRST)
    _put(ask, f"nn.InstanceNorm{ask.rank}d", (known.channels,), {"eps": ask.layer.eps})
    ask.layout = Layout.FIRST


def _grouped(ask: Ask, groups: Any, exact: Any) -> None:
    known = ask.inputs[0]
    if known.type.channels == exact and math.prod(known.sizes) == 1:
        raise Refused("PyTorch does not normalise groups of one number")
    ask.laid(Layout.FIRST)
    _put(ask, "nn.GroupNorm", (groups, known.channels), {"eps": ask.layer.eps})
    ask.layout = _first(ask)


def _first(ask: Ask) -> Layout:
    return Layout.LAST if ask.inputs[0].type.kind is Kind.VECTOR else Layout.FIRST


def _put(
    ask: Ask, cls: str, positional: tuple[Any, ...], named: dict[str, Any], kept: tuple[Weight, ...] = ()
) -> None:
    """A normalisation with the gamma and beta that it has."""
    layer = ask.layer
    if is_symbolic((layer.scale, layer.center)):
        raise Refused("whether it is scaled and shifted depends on parameters")
    gamma = (one("weight", "gamma"),) * layer.scale
    beta = (one("bias", "beta"),) * layer.center
    weights = (*gamma, *beta, *kept)
    affine = "elementwise_affine" if cls in ("nn.LayerNorm", "ChannelNorm") else "affine"
    whole = Made(cls, positional, {**named, affine: bool(layer.scale or layer.center)}, weights)
    if layer.scale == layer.center:
        ask.put(whole)
    else:
        ask.put(Made("without", (whole, "bias" if layer.scale else "weight"), weights=weights))


def _rounded(number: float) -> float:
    """Without the noise of binary arithmetic."""
    return float(f"{number:.12g}")


@RULES.rule("lrn")
def _lrn(ask: Ask) -> None:
    """PyTorch divides alpha by the size."""
    layer, exact = ask.layer, ask.exact
    if is_symbolic(layer.region):
        raise Refused("its region depends on parameters")
    if layer.region == "within":
        named = {"alpha": layer.alpha, "beta": layer.beta, "k": layer.k}
        ask.put(Made("SpatialResponseNorm", (layer.size,), named))
        return
    if is_symbolic((layer.size, layer.alpha)):
        raise Refused("its alpha depends on parameters")
    named = {"alpha": _rounded(exact.alpha * exact.size), "beta": layer.beta, "k": layer.k}
    ask.put(Made("nn.LocalResponseNorm", (layer.size,), named))
