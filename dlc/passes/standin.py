"""Chains of catalogue layers that turn one type into another: stand-ins for what is not known."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import attrs

from dlc.ir import Op
from dlc.layers import build
from dlc.passes import preferences as custom
from dlc.types import HOLE, Kind, Type, product

_RANKS = {Kind.SEQUENCE: 1, Kind.MAP: 2, Kind.VOLUME: 3}


@attrs.define
class _Chain:
    """Layers in a row, and the type at their end."""

    type: Type
    ops: list[Op] = attrs.field(factory=list)

    def then(self, layer: str, **attributes: Any) -> None:
        op = build(layer, attributes)
        found = op.infer([self.type])
        assert found is not None
        self.ops.append(op)
        self.type = found


def bridge(source: Type, target: Type) -> tuple[Op, ...]:
    """Few and cheap layers that make `target` of `source`, both concrete; none where they are equal.

    Steps and pixels become fewer by a 1x1 convolution with a stride and more by upsampling, the rest is
    cropped; channels are projected; whole maps become vectors by their mean. Nothing makes ids: a vector
    of that length stands for them.
    """
    if target.kind is Kind.IDS:
        target = Type(Kind.VECTOR, target.shape)
    chain = _Chain(source)
    if source.kind is not target.kind:
        _change_kind(chain, target)
    if chain.type != target:
        _fit_numbers(chain, target)
    return tuple(chain.ops)


def coerce(source: Type, kinds: Collection[Kind], open_sizes: bool = False) -> tuple[Op, ...] | None:
    """The layers that bring a value into one of these kinds with all of its numbers; None where none do.

    Sizes that nothing gives, an embedding's, are customary ones, or holes with `open_sizes`.
    """
    if source.kind is Kind.IDS:
        return _embedded(source, kinds, open_sizes)
    if Kind.VECTOR in kinds and source.kind in _RANKS:
        return (build("flatten", {}),)
    for kind in (Kind.MAP, Kind.SEQUENCE, Kind.VOLUME):
        if kind in kinds:
            return (build("reshape", {"shape": _arranged(source, kind)}),)
    return None


def _embedded(source: Type, kinds: Collection[Kind], open_sizes: bool) -> tuple[Op, ...] | None:
    """The layers that embed ids, and bring what that gives into one of these kinds."""
    given = {name: HOLE if open_sizes else custom.OTHERS[name] for name in ("vocab", "dim")}
    embedding = build("embed", given)
    made = embedding.infer([source])
    if made is None or made.kind in kinds:
        return (embedding,)
    then = coerce(made, kinds, open_sizes)
    return None if then is None else (embedding, *then)


def _change_kind(chain: _Chain, target: Type) -> None:
    """Bring the chain into the kind of `target`."""
    source = chain.type
    if source.kind is Kind.IDS:
        _change_ids(chain, target)
    elif product(*source.shape) == product(*target.shape):
        chain.then("flatten") if target.kind is Kind.VECTOR else chain.then("reshape", shape=target.shape)
    elif target.kind is Kind.VECTOR:
        chain.then(f"global_avgpool{_RANKS[source.kind]}d")
    else:
        chain.then("reshape", shape=_arranged(source, target.kind))


def _change_ids(chain: _Chain, target: Type) -> None:
    if target.kind is Kind.VECTOR:
        chain.then("dense", units=target.channels)
        return
    chain.then("embed", vocab=custom.OTHERS["vocab"], dim=target.channels)
    if target.kind is not Kind.SEQUENCE:
        _change_kind(chain, target)


def _arranged(source: Type, kind: Kind) -> tuple[Any, ...]:
    """The values of `source` in the axes of another kind: leading axes are joined, or are 1."""
    axes, rank = list(source.shape), kind.rank
    if len(axes) > rank:
        joined = product(*axes[: len(axes) - rank + 1])
        return (joined, *axes[len(axes) - rank + 1 :])
    return (*(1,) * (rank - len(axes)), *axes)


def _fit_numbers(chain: _Chain, target: Type) -> None:
    """Bring sizes and channels of the same kind to those of `target`."""
    if target.kind is Kind.VECTOR:
        chain.then("dense", units=target.channels)
        return
    rank = _RANKS[target.kind]
    have, want = _numbers(chain.type), _numbers(target)
    strides = tuple(max(1, h // w) for h, w in zip(have, want, strict=True))
    if max(strides) > 1 or chain.type.channels != target.channels:
        chain.then(f"conv{rank}d", filters=target.channels, kernel=1, stride=strides)
    factors = tuple(-(-w // h) for h, w in zip(_numbers(chain.type), want, strict=True))
    if max(factors) > 1:
        chain.then(f"upsample{rank}d", size=factors)
    over = [h - w for h, w in zip(_numbers(chain.type), want, strict=True)]
    if any(over):
        chain.then(f"crop{rank}d", cropping=tuple(side for o in over for side in (o // 2, o - o // 2)))


def _numbers(value: Type) -> Sequence[int]:
    return [d for d in value.spatial if isinstance(d, int)]
