"""What could stand in a layer's holes: candidate layers, each with its distance from custom."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from dlc.ir import Op, RuleBroken, Value, has_hole
from dlc.layers import CannotBuild, build
from dlc.passes import preferences as custom
from dlc.passes.sizes import Setting, with_sizes
from dlc.types import Hole, Type

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


def fillings(op: Op, setting: Setting, level: int, windows: bool) -> Iterator[Filling]:
    """All fillings of a layer's holes up to a level of custom, cheapest first; the layer itself where
    nothing can be said. `windows`: whether kernels, strides and paddings are asked for."""
    others = [name for name in op.holes() if not (name in WINDOW and has_window(op))]
    values = with_sizes(op, setting, others)
    asked = window_holes(op) if windows else ()
    if not asked:
        made = _made(op, values)
        yield Filling(made or op)
        return
    limit = custom.LEVELS[level]
    found = [f for f in _windows(op, values, asked, setting) if f.cost <= limit]
    if level == len(custom.LEVELS) - 1 and not any(_gives(f.op, setting) for f in found):
        found += _unequal(op, values, asked, setting)
    yield from sorted(found, key=lambda f: f.cost) or [Filling(_made(op, values) or op)]


def _windows(
    op: Op, values: Mapping[str, Value], asked: Sequence[str], setting: Setting
) -> Iterator[Filling]:
    seen: set[Op] = set()
    for recipe in _recipes(op, values, asked, setting):
        made = _cooked(op, values, recipe, setting)
        if made is not None and made not in seen:
            seen.add(made)
            yield Filling(made, recipe.cost)


def _recipes(op: Op, values: Mapping[str, Value], asked: Sequence[str], setting: Setting) -> Iterator[Recipe]:
    for kernel, kernel_cost in _kernels(op, setting).items() if "kernel" in asked else [(-1, 0)]:
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


def _kernels(op: Op, setting: Setting) -> dict[int, int]:
    if is_transposed(op):
        return custom.TRANSPOSE_KERNELS
    table = custom.POOL_KERNELS if is_pooling(op) else custom.CONV_KERNELS
    wanted = setting.wanted
    whole = wanted is not None and bool(wanted.spatial) and all(d == 1 for d in wanted.spatial)
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


def _cooked(op: Op, values: Mapping[str, Value], recipe: Recipe, setting: Setting) -> Op | None:
    """The layer that a recipe makes, or None where it cannot be one."""
    filled = dict(values)
    rank = _rank(op)
    sizes = setting.inputs[0].spatial if setting.inputs and setting.inputs[0] is not None else ()
    whole = sizes if len(sizes) == rank else (1,) * rank
    kernel = whole if recipe.kernel == 0 else (recipe.kernel,) * rank
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


def _unequal(op: Op, values: Mapping[str, Value], asked: Sequence[str], setting: Setting) -> list[Filling]:
    """Fillings with different strides along the axes that give the wanted size (text lines, spectrograms)."""
    wanted = setting.wanted
    if "stride" not in asked or wanted is None or any(isinstance(d, Hole) for d in wanted.spatial):
        return []
    found = []
    steps = [s for s in _strides(op, _known(values["kernel"])) if s > 0]
    for strides in itertools.product(steps[:4], repeat=_rank(op)):
        if len(set(strides)) > 1:
            partly = {**values, "stride": _put(values["stride"], strides)}
            rest = [name for name in asked if name != "stride"]
            found += [f for f in _windows(op, partly, rest, setting) if _gives(f.op, setting)]
    return [Filling(f.op, f.cost + custom.UNEQUAL_AXES) for f in found]


def _gives(op: Op, setting: Setting) -> bool:
    """Whether a layer gives the wanted size along height and width."""
    return setting.wanted is not None and gives(op, setting.inputs, setting.wanted)


def gives(op: Op, inputs: Sequence[Type | None], wanted: Type) -> bool:
    """Whether a layer makes the wanted height and width of these inputs."""
    known = [t for t in inputs if t is not None]
    try:
        result = op.infer(known) if len(known) == len(inputs) else None
    except RuleBroken:
        return False
    return result is not None and result.spatial == wanted.spatial


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
