"""What later layers imply about the values before them: declared types carried backwards."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import attrs

from dlc.ir import Net, Node, Op
from dlc.layers import Layer
from dlc.layers.norm import GroupNorm, InstanceNorm
from dlc.passes.fillings import has_window, is_transposed
from dlc.types import HOLE, Dim, Expr, Hole, Kind, Type, fits, meet, product, signatures, total

Types = Mapping[str, Type | None]


@attrs.frozen
class Demands:
    """`wanted`: for every value what is known of its type from anywhere. `pinned`: the values whose
    sizes matter to something declared or known after them, so that holes before them can be decided."""

    wanted: Mapping[str, Type]
    pinned: frozenset[str]


def demands(net: Net, order: Sequence[Node], types: Types) -> Demands:
    """Carry declared types, and those of other inputs of a merge, backwards over a flat net; `types` are
    those that inference finds."""
    wanted = {name: t for name, t in types.items() if t is not None}
    pinned: set[str] = set()
    for node in reversed(order):
        if node.declared is not None:
            wanted[node.name] = _sharpened(wanted.get(node.name), node.declared)
            if _sizes_known(node.declared):
                pinned.add(node.name)
        if isinstance(node.op, Op):
            _one(node, node.op, types, wanted, pinned)
    return Demands(wanted, frozenset(pinned))


def _one(node: Node, op: Op, types: Types, wanted: dict[str, Type], pinned: set[str]) -> None:
    result = wanted.get(node.name)
    given = [wanted.get(name) for name in node.inputs]
    for position, source in enumerate(node.inputs):
        hint = _backward(op, position, given, result)
        if hint is not None:
            wanted[source] = _sharpened(wanted.get(source), hint)
        if _passes_sizes(op) and (node.name in pinned or _sibling_known(op, node, source, types)):
            pinned.add(source)


def _sharpened(known: Type | None, hint: Type) -> Type:
    return (meet(known, hint) if fits(known, hint) else known) or hint


def _sizes_known(declared: Type) -> bool:
    return any(isinstance(d, int) for d in declared.spatial or declared.shape)


def keeps_shape(op: Op) -> bool:
    """Whether a layer's result has its input's type in every case."""
    return type(op).infer is Layer.infer or isinstance(op, GroupNorm | InstanceNorm)


def is_merge(op: Op) -> bool:
    """Whether a layer joins values of one shape (concat: of one shape but for an axis)."""
    signature = signatures().get(op.op_name)
    return signature is not None and signature.production == "tensors__same"


def _passes_sizes(op: Op) -> bool:
    """Whether the result's size along height and width depends on the input's."""
    resizing = op.op_name.startswith(("zeropad", "crop", "upsample"))
    return keeps_shape(op) or has_window(op) or is_merge(op) or resizing or op.op_name == "flatten"


def _sibling_known(op: Op, node: Node, source: str, types: Types) -> bool:
    """Whether another input of a merge has a size that is known without this one's."""
    if not is_merge(op):
        return False
    others = [types.get(name) for name in node.inputs if name != source]
    return any(t is not None and t.spatial and all(isinstance(d, int) for d in t.spatial) for t in others)


def _backward(op: Op, position: int, given: Sequence[Type | None], result: Type | None) -> Type | None:
    """What a layer's result, and its other inputs, say of one of its inputs."""
    if op.op_name == "concat":
        return _into_concat(op, position, given, result)
    if is_merge(op):
        return _into_merge(op, position, given, result)
    if result is None:
        return None
    if keeps_shape(op):
        return result
    rule = _RULES.get(op.op_name)
    if rule is not None:
        return rule(op, given[position], result)
    return _into_window(op, result) if has_window(op) else None


def _into_merge(op: Op, position: int, given: Sequence[Type | None], result: Type | None) -> Type | None:
    others = [t for i, t in enumerate(given) if i != position and t is not None]
    hints = [t for t in (result, *others) if t is not None]
    if getattr(op, "spreads", False):
        # A size of 1 is spread over the others, so sizes of one input need not be another's.
        hints = [t for t in hints if 1 not in t.spatial and 1 not in hints[0].spatial]
    made: Type | None = None
    for hint in hints:
        made = meet(made, hint) if fits(made, hint) else made
    return made


def _into_concat(op: Op, position: int, given: Sequence[Type | None], result: Type | None) -> Type | None:
    known = [t for i, t in enumerate(given) if i != position and t is not None]
    template = result or (known[0] if known else None)
    if template is None or op.attributes()["axis"] not in (-1, len(template.shape)):
        return None
    spatial: Type | None = Type(template.kind, (*template.spatial, HOLE))
    for other in known:
        if other.kind is template.kind:
            hint = Type(other.kind, (*other.spatial, HOLE))
            spatial = meet(spatial, hint) if fits(spatial, hint) else spatial
    assert spatial is not None
    rest: Dim = HOLE
    if result is not None and len(known) == len(given) - 1:
        rest = _positive(total(result.channels, product(-1, total(*(t.channels for t in known)))))
    return Type(template.kind, (*spatial.spatial, rest))


def _into_window(op: Op, result: Type) -> Type:
    """Channels where they stay, and sizes where every step is 1 and they can be counted back."""
    channels = HOLE if "filters" in op.attributes() else result.channels
    if has_window(op) and op.attributes().get("multiplier", 1) != 1:
        channels = HOLE
    windows = [] if is_transposed(op) else op.windows()  # type: ignore[attr-defined]
    spatial = [_counted_back(w, d) for w, d in zip(windows, result.spatial, strict=False)]
    return Type(result.kind, (*(spatial or [HOLE] * len(result.spatial)), channels))


def _counted_back(window: object, size: Dim) -> Dim:
    stride, padding = window.stride, window.padding  # type: ignore[attr-defined]
    if stride != 1:
        return HOLE
    if padding == "same":
        return size
    before, after = window.pads  # type: ignore[attr-defined]
    extent = window.extent  # type: ignore[attr-defined]
    return _positive(total(size, extent, -1, product(-1, before), product(-1, after)))


def _positive(dim: Dim) -> Dim:
    return HOLE if isinstance(dim, int) and dim < 1 else dim


def _into_flatten(op: Op, given: Type | None, result: Type) -> Type | None:
    if given is None or not isinstance(result.channels, int):
        return given
    unknown = [i for i, d in enumerate(given.shape) if isinstance(d, Hole)]
    numbers = [d for d in given.shape if isinstance(d, int)]
    if any(isinstance(d, Expr) for d in given.shape) or not unknown:
        return given
    rest = math.prod(numbers)
    if result.channels % rest:
        return given
    found = _roots(result.channels // rest, len(unknown), given)
    shape = tuple(found if isinstance(d, Hole) and found else d for d in given.shape)
    return Type(given.kind, shape)


def _roots(count: int, unknown: int, given: Type) -> int | None:
    """The equal size of all unknown dimensions that together hold `count` values, where it is one."""
    if unknown == 1:
        return count
    side = math.isqrt(count)
    both_spatial = not isinstance(given.channels, Hole)
    return side if unknown == 2 and both_spatial and side * side == count else None


def _into_global_pool(op: Op, given: Type | None, result: Type) -> Type | None:
    (kind,) = signatures()[op.op_name].takes
    return Type(kind, (*(HOLE,) * (kind.rank - 1), result.channels))


def _into_resized(op: Op, given: Type | None, result: Type) -> Type | None:
    return Type(result.kind, (*(HOLE,) * len(result.spatial), result.channels))


def _into_recurrent(op: Op, given: Type | None, result: Type) -> Type | None:
    steps = result.shape[0] if result.kind is Kind.SEQUENCE else HOLE
    return Type(Kind.SEQUENCE, (steps, HOLE))


_RULES: dict[str, Callable[[Op, Type | None, Type], Type | None]] = {
    "flatten": _into_flatten,
    **{f"{word}{rank}d": _into_resized for word in ("zeropad", "crop", "upsample") for rank in (1, 2, 3)},
    **{f"global_{word}pool{rank}d": _into_global_pool for word in ("avg", "max") for rank in (1, 2, 3)},
    **dict.fromkeys(("rnn", "lstm", "gru"), _into_recurrent),
}
