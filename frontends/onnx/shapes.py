"""Operators that arrange values anew: most of them are other views of the same value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from dlc.frontends.onnx.builder import BATCH_SIZE, Builder, Unclear
from dlc.frontends.onnx.document import Operator
from dlc.frontends.onnx.fold import as_dims
from dlc.frontends.onnx.registry import rule
from dlc.frontends.onnx.views import BATCH, INNER, ONE, OUTER, View, first, natural
from dlc.types import HOLE, Dim, Expr, floor_div, product


@rule("Transpose")
def transpose(b: Builder, op: Operator) -> None:
    """Another view; a permute where a model that dlc wrote says that it is one."""
    view = b.view(op.input(0))
    perm = op.attributes.get("perm") or tuple(range(len(view.axes)))[::-1]
    if sorted(perm) != list(range(len(view.axes))):
        raise Unclear(f"its perm is {perm}")
    turned = attrs.evolve(view, axes=tuple(view.axes[i] for i in perm))
    hint: Any = b.hint(op, "permute")
    if hint is None or ONE in view.axes or any(axis >= OUTER for axis in view.axes):
        b.give(op, turned)
        return
    # The result's axes lie as the input's do; each is the input's axis that the layer says.
    order = tuple(turned.axes[view.axes.index(axis)] + 1 for axis in range(len(view.axes) - 1))
    if view.axes[0] != BATCH or turned.axes[0] != BATCH or order != hint.order:
        b.give(op, turned)
        return
    made = b.layer("permute", [view.value], {"order": order})
    b.give(op, View(made, view.axes))


@rule("Flatten")
def flatten(b: Builder, op: Operator) -> None:
    """flatten; of channels first with a note of the order, which the weights after it have."""
    view = b.view(op.input(0))
    if op.attributes.get("axis", 1) % len(view.axes) != 1 or view.axes[0] != BATCH:
        raise Unclear("it does not flatten all but the batch")
    _flattened(b, op, view)


def _flattened(b: Builder, op: Operator, view: View) -> None:
    axes = tuple(axis for axis in view.axes[1:] if axis != ONE)
    if any(axis >= OUTER for axis in axes):
        axes = _merged(axes)
    shape = b.kind_of(view).shape
    if len(shape) == 1:
        b.give(op, attrs.evolve(view, axes=(BATCH, 0)))
        return
    made = b.layer("flatten", [view.value])
    moved = [axis for axis in axes if shape[axis] != 1]
    if moved == sorted(moved):
        b.give(op, View(made, (BATCH, 0)))
    elif not b.kind_of(view).is_concrete:
        raise Unclear("it flattens sizes that are not known in another order")
    else:
        b.give(op, View(made, (BATCH, 0), ((shape, axes),)))  # type: ignore[arg-type]


def _merged(axes: Sequence[int]) -> tuple[int, ...]:
    """Axes with the two parts of an axis, where they stand side by side, as one."""
    found: list[int] = []
    for axis in axes:
        if axis >= INNER and found and found[-1] == axis - INNER + OUTER:
            found[-1] = axis - INNER
        else:
            found.append(axis)
    return tuple(found)


@rule("Reshape")
def reshape(b: Builder, op: Operator) -> None:
    """flatten, reshape, or another view where only axes of size 1 come and go."""
    view = b.view(op.input(0))
    asked = _asked(b, op)
    if any(axis >= OUTER for axis in view.axes):
        joined = _joined(view, asked)
        if joined is None:
            raise Unclear("it does not join the directions")
        b.give(op, joined)
        return
    dims = b.dims(view)
    if (ONE in view.axes or view.axes[0] != BATCH) and (spread := _respread(b, view, dims, asked)):
        b.give(op, spread)
        return
    if asked and asked[0] == b.batch and dims[0] == BATCH_SIZE:
        asked = (BATCH_SIZE, *asked[1:])
    wanted = _resolved(dims, asked, bool(op.attributes.get("allowzero", 0)))
    if not wanted or wanted[0] != BATCH_SIZE or view.axes[0] != BATCH:
        raise Unclear("it moves numbers between examples")
    _reshaped(b, op, view, wanted)


def _respread(b: Builder, view: View, dims: Sequence[Dim], asked: Sequence[Dim]) -> View | None:
    """The view with axes of size 1 elsewhere, where a Reshape does no more than that."""
    core = [(axis, dim) for axis, dim in zip(view.axes, dims, strict=True) if axis != ONE]
    made: list[int] = []
    for place, size in enumerate(asked):
        size = dims[place] if size == 0 and place < len(dims) else size
        axis, dim = core[0] if core else (ONE, 1)
        alike = size == dim or (axis == BATCH and size == b.batch)
        open_ = size == -1 and len(core) >= len(asked) - place - list(asked[place:]).count(1)
        if core and (alike or open_):
            made.append(core.pop(0)[0])
        elif size == 1:
            made.append(ONE)
        else:
            return None
    return attrs.evolve(view, axes=tuple(made)) if not core else None


def _asked(b: Builder, op: Operator) -> tuple[Dim, ...]:
    if "shape" in op.attributes:
        return tuple(op.attributes["shape"])
    array = b.constant(op.input(1))
    if array is None:
        raise Unclear("its shape is not known")
    return as_dims(array)


def _joined(view: View, asked: Sequence[Dim]) -> View | None:
    """A view whose axis in two parts is one after a Reshape to these dimensions; None where it stays two."""
    merged = _merged(view.axes)
    return attrs.evolve(view, axes=merged) if len(merged) == len(asked) < len(view.axes) else None


def _resolved(dims: Sequence[Dim], asked: Sequence[Dim], zeros: bool) -> tuple[Dim, ...] | None:
    """The dimensions that a Reshape asks for, in numbers and symbols; the batch is BATCH_SIZE."""
    made = [dims[i] if d == 0 and not zeros and i < len(dims) else d for i, d in enumerate(asked)]
    if -1 in made:
        rest = made.index(-1)
        others = product(*(d for i, d in enumerate(made) if i != rest))
        made[rest] = _quotient(product(*dims), others)
    return tuple(made)


def _quotient(whole: Dim, part: Dim) -> Dim:
    if isinstance(whole, Expr) and isinstance(part, Expr) and len(part.terms) == 1:
        (monomial, factor), *_ = part.terms
        terms = []
        for symbols, coefficient in whole.terms:
            left = list(symbols)
            for one in monomial:
                if one not in left:
                    return HOLE
                left.remove(one)
            if coefficient % factor:
                return HOLE
            terms.append((tuple(left), coefficient // factor))
        if len(terms) == 1:
            return terms[0][1] if not terms[0][0] else Expr((terms[0],))
        return Expr(tuple(terms))
    return floor_div(whole, part)


def _reshaped(b: Builder, op: Operator, view: View, wanted: tuple[Dim, ...]) -> None:
    kind, rest = b.kind_of(view), wanted[1:]
    if len(kind.shape) == 1 and _is_spread(rest, kind.shape[0]):
        if len(rest) > 4:
            raise Unclear("it has too many axes")
        _spread(b, op, view, rest)
        return
    if len(rest) == 1 and len(kind.shape) > 1 and b.hint(op, "reshape") is None:
        _flattened(b, op, view)
        return
    if b.dims(view)[1:] == rest and b.hint(op, "reshape") is None:
        b.give(op, view)
        return
    if any(d is HOLE for d in rest) or len(rest) > 4:
        raise Unclear(f"its result is {', '.join(map(str, rest))} an example")
    rank = len(view.axes) - 1
    if view.axes == first(rank) and rank > 1 and len(rest) > 1 and rest[0] == kind.channels:
        made = b.layer("reshape", [view.value], {"shape": _as_written(b, op, (*rest[1:], rest[0]))})
        b.give(op, View(made, first(len(rest))))
        return
    value = _in_memory(b, view)
    made = b.layer("reshape", [value], {"shape": _as_written(b, op, rest)})
    b.give(op, View(made, natural(len(rest))))


def _in_memory(b: Builder, view: View) -> str:
    """The value whose numbers follow one another as the tensor's do."""
    shape = b.kind_of(view).shape
    moved = [axis for axis in view.axes[1:] if axis >= 0 and shape[axis] != 1]
    return b.unshuffled(view) if moved == sorted(moved) else b.natural(view)


def _as_written(b: Builder, op: Operator, shape: tuple[Dim, ...]) -> tuple[Any, ...]:
    """A shape in the words of a model that dlc wrote: with -1, where it left one dimension out."""
    hint: Any = b.hint(op, "reshape")
    return hint.shape if hint is not None and _says(hint, shape) else shape


def _says(hint: Any, shape: Sequence[Dim]) -> bool:
    """Whether a reshape's words mean this shape."""
    said = hint.shape if isinstance(hint.shape, tuple) else ()
    return len(said) == len(shape) and all(a in (-1, d) for a, d in zip(said, shape, strict=True))


def _is_spread(rest: Sequence[Dim], units: Dim) -> bool:
    """Whether these dimensions are a vector's, with axes of size 1 beside."""
    return [d for d in rest if d != 1] == [units] or (units == 1 and all(d == 1 for d in rest))


def _spread(b: Builder, op: Operator, view: View, rest: Sequence[Dim]) -> None:
    """A vector with axes of size 1 beside its own: a reshape where a model that dlc wrote says so."""
    own = next((i for i, d in enumerate(rest) if d != 1), 0)
    axes = (BATCH, *(0 if i == own else ONE for i in range(len(rest))))
    hint: Any = b.hint(op, "reshape")
    if hint is None:
        b.give(op, attrs.evolve(view, axes=axes))
        return
    turned = (*rest[1:], rest[0])
    layout = first(len(rest)) if len(rest) > 2 and _says(hint, turned) else natural(len(rest))
    shape = turned if layout == first(len(rest)) and len(rest) > 2 else tuple(rest)
    value = b.layer("reshape", [b.unshuffled(view)], {"shape": _as_written(b, op, shape)})
    b.give(op, View(value, layout))


@rule("Squeeze", "Unsqueeze")
def squeeze(b: Builder, op: Operator) -> None:
    """Another view without, or with, axes of size 1."""
    view = b.view(op.input(0))
    axes = b.whole(op.input(1)) if op.input(1) else list(op.attributes.get("axes", ()))
    if op.kind == "Unsqueeze":
        rank = len(view.axes) + len(axes)
        at, own = {axis % rank for axis in axes}, iter(view.axes)
        made = tuple(ONE if i in at else next(own) for i in range(rank))
        b.give(op, attrs.evolve(view, axes=made))
        return
    rank = len(view.axes)
    gone = {axis % rank for axis in axes} or {i for i, axis in enumerate(view.axes) if axis == ONE}
    _dropped(b, op, view, gone)


def _dropped(b: Builder, op: Operator, view: View, gone: set[int]) -> None:
    """A view without some axes, which have size 1; those that the value has are dropped by a reshape."""
    kept = [axis for i, axis in enumerate(view.axes) if i not in gone]
    real = [axis for i, axis in enumerate(view.axes) if i in gone and axis != ONE]
    if not real:
        b.give(op, attrs.evolve(view, axes=tuple(kept)))
        return
    shape = b.kind_of(view).shape
    if BATCH in real or any(axis >= OUTER or shape[axis] != 1 for axis in real):
        raise Unclear("it drops an axis of another size than 1")
    left = [axis for axis in range(len(shape)) if axis not in real]
    made = b.layer("reshape", [view.value], {"shape": tuple(shape[axis] for axis in left) or (1,)})
    b.give(op, View(made, tuple(left.index(axis) if axis >= 0 else axis for axis in kept)))


@rule("Tile", "Expand")
def repeated(b: Builder, op: Operator) -> None:
    """repeat_vector: an axis of size 1 before a vector's own becomes steps."""
    view = b.view(op.input(0))
    asked = as_dims(array) if (array := b.constant(op.input(1))) is not None else ()
    times = asked[1] if len(asked) == 3 else None
    if view.axes != (BATCH, ONE, 0) or not isinstance(times, int) or times < 1:
        raise Unclear("it repeats something else than a vector")
    others = (asked[0], asked[2])
    if op.kind == "Tile" and others != (1, 1):
        raise Unclear("it repeats several axes")
    made = b.layer("repeat_vector", [b.unshuffled(view)], {"times": times})
    b.give(op, View(made, natural(2)))


@rule("Slice")
def cut(b: Builder, op: Operator) -> None:
    """crop1d/2d/3d along the space; slice of channels, and where a model that dlc wrote says so."""
    view = b.view(op.input(0))
    kind, rank = b.kind_of(view), len(b.kind_of(view).shape)
    starts, ends, axes, steps = _cuts(b, op)
    margins = dict.fromkeys(range(rank), (0, 0))
    for place, start, end, step in zip(axes, starts, ends, steps, strict=True):
        axis = view.axes[place % len(view.axes)]
        size = kind.shape[axis] if 0 <= axis < rank else 1
        if axis == BATCH or not isinstance(size, int) or step != 1:
            raise Unclear("it takes some of the examples, or every other element")
        low, high = (min(max(n + size if n < 0 else n, 0), size) for n in (start, end))
        if axis >= 0:
            margins[axis] = (low, size - high)
    hint: Any = b.hint(op)
    word = hint.op_name if hint is not None else ""
    moved = [axis for axis, pair in margins.items() if any(pair)]
    if word == "slice" or rank - 1 in moved:
        _sliced(b, op, view, margins, moved, hint if word == "slice" else None)
        return
    if not moved and not word.startswith("crop"):
        b.give(op, view)
        return
    sides = tuple(side for axis in range(rank - 1) for side in margins[axis])
    made = b.layer(f"crop{rank - 1}d", [view.value], {"cropping": sides})
    b.give(op, attrs.evolve(view, value=made))


def _sliced(
    b: Builder, op: Operator, view: View, margins: dict[int, tuple[int, int]], moved: list[int], hint: Any
) -> None:
    """A slice along each axis that something is cut off."""
    shape = b.kind_of(view).shape
    rank = len(shape)
    value = b.unshuffled(view)
    own = hint.axis - 1 if hint is not None and hint.axis > 0 else rank - 1
    for axis in moved or [own]:
        low, high = margins[axis]
        size = shape[axis] - low - high  # type: ignore[operator]
        said = hint.axis if hint is not None and axis == own else axis + 1 if axis + 1 < rank else -1
        value = b.layer("slice", [value], {"start": low, "size": size, "axis": said})
    b.give(op, View(value, view.axes))


@rule("Split")
def split(b: Builder, op: Operator) -> None:
    """A slice for every part."""
    view = b.view(op.input(0))
    axis = view.axes[op.attributes.get("axis", 0) % len(view.axes)]
    shape = b.kind_of(view).shape
    size = shape[axis] if 0 <= axis < len(shape) else None
    if not isinstance(size, int):
        raise Unclear("it splits the batch, or what has no known size")
    value, start = b.unshuffled(view), 0
    for place, part in enumerate(_parts(b, op, size)):
        attributes = {"start": start, "size": part, "axis": axis + 1 if axis + 1 < len(shape) else -1}
        b.give(op, View(b.layer("slice", [value], attributes), view.axes), place)
        start += part


def _parts(b: Builder, op: Operator, size: int) -> list[int]:
    """The sizes of the parts of an axis."""
    count = len(op.outputs)
    stated = b.whole(op.input(1)) if op.input(1) else list(op.attributes.get("split", ()))
    even = -(-size // op.attributes.get("num_outputs", count))
    parts = stated or [min(even, size - i * even) for i in range(count)]
    if len(parts) != count or sum(parts) != size or min(parts) < 1:
        raise Unclear(f"its parts are {parts}")
    return parts


def _cuts(b: Builder, op: Operator) -> tuple[Sequence[int], Sequence[int], Sequence[int], Sequence[int]]:
    if "starts" in op.attributes:
        starts, ends = op.attributes["starts"], op.attributes["ends"]
        axes = op.attributes.get("axes") or range(len(starts))
        return starts, ends, axes, (1,) * len(starts)
    starts, ends = b.whole(op.input(1)), b.whole(op.input(2))
    given = b.whole(op.input(3)) if op.input(3) else list(range(len(starts)))
    steps = b.whole(op.input(4)) if op.input(4) else [1] * len(starts)
    return starts, ends, given, steps
