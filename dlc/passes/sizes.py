"""Numbers of layers beside windows: filters, units, factors, shapes; from what is wanted or customary."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from dlc.ir import Op, Value
from dlc.layers import REGISTRY
from dlc.passes import preferences as custom
from dlc.types import HOLE, Dim, Hole, Kind, Type


@attrs.frozen
class Setting:
    """Where a layer stands: the types it is given, the type that is wanted of it, whether it is the last
    one with weights, how many classes are customary there, and whether custom may fill what is not known."""

    inputs: tuple[Type | None, ...]
    wanted: Type | None = None
    customary: bool = False
    is_last: bool = False
    classes: int = custom.CLASSES_SMALL
    wants_sequence: bool = False


def with_sizes(op: Op, setting: Setting, holes: Sequence[str]) -> dict[str, Value]:
    """The attributes of a layer with these holes filled: by what the wanted type implies, else by what
    is customary where that is asked for; else they stay holes."""
    values = dict(op.attributes())
    # Heads share what `dim` says.
    for name in sorted(holes, key=lambda n: n == "heads"):
        found = _implied(op, name, setting)
        if isinstance(found, Hole) and setting.customary:
            found = _customary(op, name, values, setting)
        values[name] = found
    return values


def _implied(op: Op, name: str, setting: Setting) -> Value:
    rule = _IMPLIED.get(name)
    source = setting.inputs[0] if setting.inputs else None
    if rule is None or setting.wanted is None:
        return HOLE
    return rule(op, source, setting.wanted)


def _channels(op: Op, source: Type | None, wanted: Type) -> Value:
    return wanted.channels if isinstance(wanted.channels, int) else HOLE


def _units(op: Op, source: Type | None, wanted: Type) -> Value:
    units = wanted.channels
    if not isinstance(units, int):
        return HOLE
    if op.attributes().get("bidirectional") is True:
        return units // 2 if units % 2 == 0 else HOLE
    return units


def _multiplier(op: Op, source: Type | None, wanted: Type) -> Value:
    if op.op_name != "depthwise_conv2d" or source is None:
        return HOLE
    return _quotient(wanted.channels, source.channels)


def _size(op: Op, source: Type | None, wanted: Type) -> Value:
    """Factors of an upsampling, the length of a slice; the neighbours of lrn leave no trace in its type."""
    if source is None or source.kind is not wanted.kind:
        return HOLE
    if op.op_name == "slice":
        return _length(op.attributes()["axis"], wanted)
    if not op.op_name.startswith("upsample"):
        return HOLE
    found = tuple(_quotient(w, s) for w, s in zip(wanted.spatial, source.spatial, strict=True))
    return HOLE if any(isinstance(f, Hole) for f in found) else found


def _length(axis: Value, wanted: Type) -> Dim:
    if not isinstance(axis, int) or not 1 <= abs(axis) <= len(wanted.shape):
        return HOLE
    length = wanted.shape[axis - 1 if axis > 0 else axis]
    return length if isinstance(length, int) else HOLE


def _sides(sign: int) -> Callable[[Op, Type | None, Type], Value]:
    """What to add to (1) or take from (-1) both sides of every axis; the odd one goes after."""

    def rule(op: Op, source: Type | None, wanted: Type) -> Value:
        if source is None or source.kind is not wanted.kind:
            return HOLE
        pairs = zip(wanted.spatial, source.spatial, strict=True)
        total = [sign * (w - s) for w, s in pairs if isinstance(w, int) and isinstance(s, int)]
        if len(total) < len(wanted.spatial):
            return HOLE
        return tuple(side for t in total for side in (t // 2, t - t // 2)) if min(total) >= 0 else HOLE

    return rule


def _times(op: Op, source: Type | None, wanted: Type) -> Value:
    return wanted.shape[0] if isinstance(wanted.shape[0], int) else HOLE


def _shape(op: Op, source: Type | None, wanted: Type) -> Value:
    return wanted.shape if all(isinstance(d, int) for d in wanted.shape) else HOLE


def _order(op: Op, source: Type | None, wanted: Type) -> Value:
    if source is None or source.kind is not wanted.kind or not wanted.is_concrete:
        return HOLE
    orders = itertools.permutations(range(1, len(source.shape) + 1))
    fitting = (o for o in orders if tuple(source.shape[i - 1] for i in o) == wanted.shape)
    return next(fitting, HOLE)


_IMPLIED: dict[str, Callable[[Op, Type | None, Type], Value]] = {
    "filters": _channels,
    "units": _units,
    "dim": _channels,
    "multiplier": _multiplier,
    "size": _size,
    "padding": _sides(1),
    "cropping": _sides(-1),
    "times": _times,
    "shape": _shape,
    "order": _order,
}


def _customary(op: Op, name: str, values: Mapping[str, Value], setting: Setting) -> Value:
    """What one assumes where nothing is said; parts of a tuple that are known are kept."""
    source = setting.inputs[0] if setting.inputs else None
    if name == "heads":
        return math.gcd(custom.HEADS, dim) if isinstance(dim := values["dim"], int) else custom.HEADS
    chosen, value = _custom_number(op, name, source, setting), values[name]
    if isinstance(value, tuple) and not isinstance(chosen, tuple):
        return tuple(chosen if isinstance(v, Hole) else v for v in value)
    return chosen


def _custom_number(op: Op, name: str, source: Type | None, setting: Setting) -> Value:
    default = _default(op, name)
    if name in ("filters", "units") and setting.is_last:
        return setting.classes
    if name == "filters":
        return _customary_filters(source)
    if name == "units":
        return custom.HIDDEN_UNITS if op.op_name == "dense" else custom.RECURRENT_UNITS
    if name == "return_sequences":
        return setting.wants_sequence
    if name == "groups" and default is None:
        return math.gcd(custom.GROUPS, _number(source)) or 1
    if name == "shape":
        return _flat(source)
    if name == "order":
        return tuple(range(1, (len(source.shape) if source else 3) + 1))
    return default if default is not None else custom.OTHERS.get(name, 1)


def _default(op: Op, name: str) -> Any:
    """The catalogue's default, or None where there is none that is a value."""
    found = next((a.default for a in REGISTRY[op.op_name].table if a.name == name and not a.required), None)
    return None if isinstance(found, Hole) else found


def _customary_filters(source: Type | None) -> int:
    """As many filters as there are channels, but not fewer than the first layers of networks have."""
    return max(_number(source), 1) if _number(source) >= custom.FILTERS // 4 else custom.FILTERS


def _number(source: Type | None) -> int:
    return source.channels if source is not None and isinstance(source.channels, int) else 0


def _flat(source: Type | None) -> Value:
    """One dimension that holds everything."""
    if source is None or not source.is_concrete:
        return custom.INPUTS[Kind.VECTOR]
    return (math.prod(d for d in source.shape if isinstance(d, int)),)


def _quotient(a: Dim, b: Dim) -> Dim:
    return a // b if isinstance(a, int) and isinstance(b, int) and b and a % b == 0 else HOLE


def input_fillings(
    declared: Type, wanted: Type | None, near: Sequence[int], customary: bool
) -> list[tuple[Type, int]]:
    """Types that an input with unknown dimensions may have, each with its distance from custom; `near`
    are sizes that later layers suggest."""
    hinted = _hinted(declared, wanted)
    holes = [i for i, d in enumerate(hinted.shape) if isinstance(d, Hole)]
    if not holes:
        return [(hinted, 0)]
    if declared.kind is Kind.MAP:
        return [(_sized(hinted, size, customary), cost) for size, cost in _image_sizes(near).items()]
    filled: tuple[Dim, ...] = custom.INPUTS[declared.kind] if customary else hinted.shape
    shape = tuple(f if isinstance(d, Hole) else d for d, f in zip(hinted.shape, filled, strict=True))
    return [(Type(declared.kind, shape), 0)]


def _hinted(declared: Type, wanted: Type | None) -> Type:
    if wanted is None or wanted.kind is not declared.kind:
        return declared
    pairs = zip(declared.shape, wanted.shape, strict=True)
    return Type(
        declared.kind, tuple(w if isinstance(d, Hole) and isinstance(w, int) else d for d, w in pairs)
    )


def _image_sizes(near: Sequence[int]) -> dict[int, int]:
    far = len(custom.IMAGE_SIZES)
    return {**{size: far + i for i, size in enumerate(near)}, **custom.IMAGE_SIZES}


def _sized(hinted: Type, size: int, customary: bool) -> Type:
    """An image of that size; a known side makes the other one equal (images are square by custom)."""
    sides = [d for d in hinted.spatial if not isinstance(d, Hole)]
    side = sides[0] if sides else size
    spatial = tuple(side if isinstance(d, Hole) else d for d in hinted.spatial)
    channels = (
        custom.INPUTS[Kind.MAP][-1] if isinstance(hinted.channels, Hole) and customary else hinted.channels
    )
    return Type(hinted.kind, (*spatial, channels))
