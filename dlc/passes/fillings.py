"""What could stand in a layer's holes: candidate layers, each with its distance from custom."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from dlc.ir import Op, RuleBroken, Value, has_hole
from dlc.layers import CannotBuild, build
from dlc.passes import preferences as custom
from dlc.passes.sizes import Setting, with_sizes
from dlc.types import Dim, Hole, Type

Names = tuple[str, ...]
Sizes = tuple[Dim, ...]
Inputs = tuple[Type | None, ...]

WINDOW = ("kernel", "stride", "padding", "dilation", "round")


@attrs.frozen
class Filling:
    """A layer whose holes are filled as far as can be, and how far from custom that is."""

    op: Op
    cost: int = 0


@attrs.frozen
class Recipe:
    """One way to fill a window's holes. `kernel` 0 is the whole input, `stride` 0 the kernel;
    `padding` is a word, "half" for half the window, or (before, after)."""

    kernel: int
    stride: int
    padding: Any
    ceil: bool
    cost: int


def has_window(op: Op) -> bool:
    """Whether a layer slides a window with a step over its input."""
    values = op.attributes()
    return "kernel" in values and "stride" in values


def window_holes(op: Op) -> tuple[str, ...]:
    """The holes of a layer that decide how large its result is along height and width."""
    return tuple(name for name in op.holes() if name in WINDOW) if has_window(op) else ()


def fillings(op: Op, setting: Setting, level: int, windows: bool) -> list[Filling]:
    """All fillings of a layer's holes up to a level of custom, cheapest first; the layer itself where
    nothing can be said. `windows`: whether kernels, strides and paddings are asked for."""
    asked = window_holes(op) if windows else ()
    sized = _sized(op, setting)
    if sized is None or not asked or not setting.inputs:
        return [Filling(sized or op)]
    whole = _whole(sized, setting)
    found = _whole_layers(sized, asked, whole, custom.LEVELS[level])
    return [*found, *_further(sized, asked, whole, setting, level)] or [Filling(sized)]


def exchangeable(op: Op, setting: Setting, result: Type) -> tuple[Op, ...]:
    """The fillings of a layer's holes, however far from custom, of this size, cheapest first."""
    asked, sized = window_holes(op), _sized(op, setting)
    if sized is None or not asked or not setting.inputs:
        return ()
    found = _fitting(_plain(sized), asked, _whole(op, setting), _plain_inputs(setting), result.spatial)
    return tuple(_with_window(sized, f.op) for f in found)


def _sized(op: Op, setting: Setting) -> Op | None:
    """The layer with its holes filled that no window has; None where these numbers make no layer."""
    others = [name for name in op.holes() if not (name in WINDOW and has_window(op))]
    return _made(op, with_sizes(op, setting, others))


# Windows are filled for a plain layer, since filters and the like change nothing about them: a net has many
# layers, but few different windows.

_PLAIN = {"filters": 1, "groups": 1, "multiplier": 1, "bias": True}


def _plain(op: Op) -> Op:
    """The layer with one filter and one group."""
    values = op.attributes()
    return build(op.op_name, {**values, **{name: v for name, v in _PLAIN.items() if name in values}})


def _with_window(op: Op, plain: Op) -> Op:
    """The layer with the window of a plain one."""
    values, window = op.attributes(), plain.attributes()
    return build(op.op_name, {**values, **{name: window[name] for name in WINDOW if name in values}})


def _plain_inputs(setting: Setting) -> Inputs:
    return tuple(t if t is None else Type(t.kind, (*t.spatial, 1)) for t in setting.inputs)


@functools.lru_cache(maxsize=64)
def _whole_layers(op: Op, asked: Names, whole: Sizes | None, limit: int) -> tuple[Filling, ...]:
    """The fillings of a layer's window up to a distance from custom, cheapest first."""
    found = _windows(_plain(op), asked, whole, limit)
    return tuple(Filling(_with_window(op, f.op), f.cost) for f in found)


def _further(op: Op, asked: Names, whole: Sizes | None, setting: Setting, level: int) -> list[Filling]:
    """At the last level, unequal strides where no equal ones give the wanted size."""
    wanted = setting.wanted
    if level < len(custom.LEVELS) - 1 or wanted is None or has_hole(wanted.spatial):
        return []
    plain, inputs = _plain(op), _plain_inputs(setting)
    if _evenly(plain, asked, whole, inputs, wanted.spatial):
        return []
    found = _unequal(plain, asked, whole, inputs, wanted.spatial)
    return [Filling(_with_window(op, f.op), f.cost) for f in found]


@functools.lru_cache(maxsize=4096)
def _evenly(op: Op, asked: Names, whole: Sizes | None, inputs: Inputs, wanted: Sizes) -> tuple[Filling, ...]:
    """The fillings of a plain layer's window that give the wanted size with equal numbers along the axes."""
    found = _windows(op, asked, whole, custom.LEVELS[-1])
    return tuple(f for f in found if _size(f.op, inputs) == wanted)


def _fitting(op: Op, asked: Names, whole: Sizes | None, inputs: Inputs, wanted: Sizes) -> tuple[Filling, ...]:
    even = _evenly(op, asked, whole, inputs, wanted)
    return even or _unequal(op, asked, whole, inputs, wanted)


def _whole(op: Op, setting: Setting) -> Sizes | None:
    """The size of a window as large as its input, where such a one would give what is wanted."""
    wanted = setting.wanted
    if is_transposed(op) or wanted is None or not wanted.spatial or any(d != 1 for d in wanted.spatial):
        return None
    sizes = setting.inputs[0].spatial if setting.inputs and setting.inputs[0] is not None else ()
    return sizes if len(sizes) == _rank(op) else (1,) * _rank(op)


@functools.lru_cache(maxsize=256)
def _windows(op: Op, asked: Names, whole: Sizes | None, limit: int) -> tuple[Filling, ...]:
    """The fillings of a plain layer's window up to a distance from custom, cheapest first."""
    found: dict[Op, int] = {}
    for recipe in _recipes(op, asked, whole is not None):
        made = _cooked(op, recipe, whole) if recipe.cost <= limit else None
        if made is not None:
            found.setdefault(made, recipe.cost)
    return tuple(sorted((Filling(made, cost) for made, cost in found.items()), key=lambda f: f.cost))


def _size(op: Op, inputs: Inputs) -> Sizes | None:
    """The height and width that a layer makes of its inputs; None where that is unknown or impossible."""
    known = [t for t in inputs if t is not None]
    try:
        result = op.infer(known) if len(known) == len(inputs) else None
    except RuleBroken:
        return None
    return None if result is None else result.spatial


def _recipes(op: Op, asked: Sequence[str], whole: bool) -> Iterator[Recipe]:
    values = op.attributes()
    for kernel, kernel_cost in _kernels(op, whole).items() if "kernel" in asked else [(-1, 0)]:
        size = kernel if kernel > 0 else _known(values["kernel"])
        for stride, stride_cost in _strides(op, size).items() if "stride" in asked else [(-1, 0)]:
            step = stride if stride > 0 else _known(values["stride"])
            for padding, padding_cost in _paddings(op, size, step) if "padding" in asked else [(None, 0)]:
                for ceil in (False, True) if "round" in asked else (False,):
                    total = kernel_cost + stride_cost + padding_cost + custom.CEIL * ceil
                    yield Recipe(kernel, stride, padding, ceil, total)


def is_pooling(op: Op) -> bool:
    """Whether a layer is a windowed pooling."""
    return "pool" in op.op_name


def is_transposed(op: Op) -> bool:
    """Whether a layer's stride makes its input larger."""
    return op.op_name.endswith("_transpose")


def _kernels(op: Op, whole: bool) -> dict[int, int]:
    if is_transposed(op):
        return custom.TRANSPOSE_KERNELS
    table = custom.POOL_KERNELS if is_pooling(op) else custom.CONV_KERNELS
    return {0: custom.WHOLE_WINDOW, **table} if whole else table


def _strides(op: Op, kernel: int | None) -> dict[int, int]:
    if is_transposed(op):
        return custom.TRANSPOSE_STRIDES
    if not is_pooling(op):
        return custom.CONV_STRIDES
    tiling = {0: custom.SAME_STEP} if kernel is None else {kernel: custom.SAME_STEP}
    usual = {2: 0} if kernel is None else {custom.pool_stride(kernel): 0}
    return {**custom.POOL_STRIDES, **tiling, **usual}


def _paddings(op: Op, kernel: int | None, stride: int | None) -> Iterator[tuple[Any, int]]:
    if kernel == 1:  # nothing overlaps: all words mean the same
        yield "valid", 0
        return
    tiles = is_pooling(op) and kernel is not None and (stride is None or stride in (0, kernel))
    words = ("valid", "same") if tiles else ("same", "valid")
    yield words[0], 0
    yield words[1], custom.OTHER_WORD
    if kernel is None or kernel < 1:
        return
    half = (kernel - 1) // 2
    # With stride 1 half an odd window is what `same` adds.
    if half and not (stride == 1 and kernel % 2 == 1):
        yield (half, half), custom.HALF_WINDOW
    most = kernel // 2 if is_pooling(op) else kernel - 1
    for side in range(1, most + 1):
        if side != half:
            yield (side, side), custom.OTHER_NUMBER + abs(side - half)
    for side in range(most):
        yield (side, side + 1), custom.UNEQUAL_SIDES + abs(side - half)


def _cooked(op: Op, recipe: Recipe, whole: Sizes | None) -> Op | None:
    """The layer that a recipe makes, or None where it cannot be one."""
    values = op.attributes()
    filled = dict(values)
    rank = _rank(op)
    kernel = whole if recipe.kernel == 0 and whole is not None else (recipe.kernel,) * rank
    if any(isinstance(k, Hole) for k in kernel):
        return None
    filled["kernel"] = size = _put(values["kernel"], kernel)
    stride = size if recipe.stride == 0 and isinstance(size, tuple) else (recipe.stride,) * rank
    filled["stride"] = _put(values["stride"], stride)
    if recipe.padding is not None:
        filled["padding"] = _put_padding(values["padding"], recipe.padding, rank)
    if "dilation" in filled:
        filled["dilation"] = _put(values["dilation"], (1,) * rank)
    if has_hole(values.get("round")):
        filled["round"] = "ceil" if recipe.ceil else "floor"
    return _made(op, filled)


@functools.lru_cache(maxsize=256)
def _unequal(op: Op, asked: Names, whole: Sizes | None, inputs: Inputs, wanted: Sizes) -> tuple[Filling, ...]:
    """Fillings with different strides along the axes that give the wanted size (text lines, spectrograms)."""
    if "stride" not in asked:
        return ()
    values = op.attributes()
    steps = [s for s in _strides(op, _known(values["kernel"])) if s > 0]
    rest = tuple(name for name in asked if name != "stride")
    found: list[Filling] = []
    for strides in itertools.product(steps[:4], repeat=_rank(op)):
        partly = _made(op, {**values, "stride": _put(values["stride"], strides)})
        if len(set(strides)) > 1 and partly is not None:
            found += [
                f for f in _windows(partly, rest, whole, custom.LEVELS[-1]) if _size(f.op, inputs) == wanted
            ]
    dearer = [attrs.evolve(f, cost=f.cost + custom.UNEQUAL_AXES) for f in found]
    return tuple(sorted(dearer, key=lambda f: f.cost))


def _put(value: Value, numbers: Sequence[Any]) -> Value:
    """The numbers in the places where `value` has holes."""
    if isinstance(value, tuple):
        return tuple(n if isinstance(v, Hole) else v for v, n in zip(value, numbers, strict=True))
    return tuple(numbers) if isinstance(value, Hole) else value


def _put_padding(value: Value, padding: Any, rank: int) -> Value:
    if isinstance(value, tuple):
        sides = (0,) * (2 * rank) if isinstance(padding, str) else tuple(padding) * rank
        return _put(value, sides)
    if not isinstance(value, Hole):
        return value
    return padding if isinstance(padding, str) else tuple(padding) * rank


def _known(value: Value) -> int | None:
    """The number that a kernel or stride is along all axes, else None."""
    if isinstance(value, tuple) and value and all(v == value[0] for v in value):
        value = value[0]
    return value if isinstance(value, int) else None


def _rank(op: Op) -> int:
    rank: int = op.rank  # type: ignore[attr-defined]
    return rank


def _made(op: Op, values: Mapping[str, Value]) -> Op | None:
    try:
        return build(op.op_name, values)
    except CannotBuild:
        return None
