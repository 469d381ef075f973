"""Layers that make one value of several."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, ClassVar

from dlc.diagnostics import codes
from dlc.ir import RuleBroken
from dlc.layers.axes import axis_index
from dlc.layers.base import Layer, attribute, layer
from dlc.layers.domains import Axis, AxisPair
from dlc.types import HOLE, Dim, Kind, Type, compatible, product, total
from dlc.types.kinds import sharper


class _Merge(Layer):
    """Element by element, of inputs of one shape; with `spreads`, an axis of size 1 is repeated."""

    __slots__ = ()
    least: ClassVar[int] = 2
    most: ClassVar[int | None] = None
    spreads: ClassVar[bool] = False

    def infer(self, inputs: Sequence[Type]) -> Type:
        made = inputs[0]
        for other in inputs[1:]:
            if other != made:
                made = self._joined(made, other)
        return made

    def _joined(self, a: Type, b: Type) -> Type:
        _same_kind(self, a, b)
        for x, y, axis in zip(a.shape, b.shape, a.kind.axes, strict=True):
            if not (compatible(x, y) or (self.spreads and (x == 1 or y == 1))):
                raise _disagree(self, axis, x, y)
        return Type(a.kind, tuple(map(self._size, a.shape, b.shape)))

    def _size(self, x: Dim, y: Dim) -> Dim:
        if self.spreads and (x == 1 or y == 1):
            return y if x == 1 else x
        return sharper(x, y)


def _same_kind(op: Layer, a: Type, b: Type) -> None:
    if a.kind is not b.kind:
        message = f"{op.op_name} takes inputs of one kind, not {a} and {b}"
        raise RuleBroken(codes.INPUTS_DISAGREE, message, _arrange(a, b))


def _arrange(a: Type, b: Type) -> tuple[str, ...]:
    """How a vector is made to fit a map, where there is one of each."""
    vectors = [t for t in (a, b) if t.kind is Kind.VECTOR]
    maps = [t for t in (a, b) if t.kind is Kind.MAP]
    if not vectors or not maps:
        return ()
    return (f"reshape(..., shape=(1, 1, {vectors[0].channels})) makes a map of {vectors[0]}",)


def _disagree(op: Layer, axis: str, x: Dim, y: Dim) -> RuleBroken:
    message = f"{op.op_name} takes inputs of one shape, but {axis} is {x} and {y}"
    return RuleBroken(codes.INPUTS_DISAGREE, message)


@layer("add")
class Add(_Merge):
    """The sum of the inputs, value by value.

    The inputs have one shape; an axis of size 1 is repeated as the others need, so that map[1, 1, C] is
    added to every pixel of map[H, W, C].

        res2a = add(branch, shortcut)

    Source: He et al. 2016 (ResNet).
    """

    spreads: ClassVar[bool] = True


@layer("subtract")
class Subtract(_Merge):
    """The first input minus the second, value by value; both have one shape.

        difference = subtract(left, right)

    Source: Bromley et al. 1993 (Siamese networks compare so).
    """

    most: ClassVar[int | None] = 2


@layer("multiply")
class Multiply(_Merge):
    """The product of the inputs, value by value.

    The inputs have one shape; an axis of size 1 is repeated as the others need, so that map[1, 1, C]
    weighs the channels of map[H, W, C].

        weighed = multiply(x, gates)

    Source: Hu et al. 2018 (squeeze and excitation).
    """

    spreads: ClassVar[bool] = True


@layer("average")
class Average(_Merge):
    """The mean of the inputs, value by value; all have one shape.

        mean = average(left, right)

    Source: Cireşan et al. 2012 (multi-column networks).
    """


@layer("maximum")
class Maximum(_Merge):
    """The largest of the inputs, value by value; all have one shape.

        winner = maximum(left, right)

    Source: Goodfellow et al. 2013 (maxout).
    """


@layer("minimum")
class Minimum(_Merge):
    """The smallest of the inputs, value by value; all have one shape.

        least = minimum(left, right)

    Source: as maxout, Goodfellow et al. 2013.
    """


@layer("concat")
class Concat(Layer):
    """The inputs one after the other along an axis; along all others they agree.

    Axes count from 1, or from the last one back; -1 is channels, features or units.

        inception = concat(b1, b2, b3, b4)

    Source: Szegedy et al. 2015 (GoogLeNet).
    """

    least: ClassVar[int] = 2
    most: ClassVar[int | None] = None
    axis: Any = attribute(Axis(), "the axis along which inputs are joined", -1)

    def infer(self, inputs: Sequence[Type]) -> Type:
        first = inputs[0]
        at = axis_index(self.axis, first)
        for other in inputs[1:]:
            _same_kind(self, first, other)
        if at is None:
            return Type(first.kind, (HOLE,) * len(first.shape))
        columns = enumerate(zip(*(t.shape for t in inputs), strict=True))
        sizes = [total(*c) if i == at else self._common(c, first.kind.axes[i]) for i, c in columns]
        return Type(first.kind, tuple(sizes))

    def _common(self, sizes: tuple[Dim, ...], axis: str) -> Dim:
        made = sizes[0]
        for size in sizes[1:]:
            if not compatible(made, size):
                message = f"concat joins inputs along axis {self.axis}, but {axis} is {made} and {size}"
                raise RuleBroken(codes.INPUTS_DISAGREE, message)
            made = sharper(made, size)
        return made


@layer("dot")
class Dot(Layer):
    """Products summed along an axis of each of two inputs.

    The result has the first input's other axes, then the second's: vector[N] and vector[N] give
    vector[1]; sequence[S, F] and sequence[T, F] give sequence[S, T]; with axis=(2, 1), sequence[S, T]
    and sequence[T, F] give sequence[S, F].

        scores = dot(queries, keys)

    Source: Luong et al. 2015 (attention).
    """

    least: ClassVar[int] = 2
    most: ClassVar[int | None] = 2
    axis: Any = attribute(AxisPair(), "the axis of each input that is summed along", -1)

    def infer(self, inputs: Sequence[Type]) -> Type:
        ranks = sum(len(t.shape) for t in inputs) - 2
        summed = [axis_index(a, t) for a, t in zip(self._axes(), inputs, strict=True)]
        if None in summed:
            return _of_rank(tuple(itertools.repeat(HOLE, ranks)))
        (i, j), (a, b) = summed, inputs
        if not compatible(a.shape[i], b.shape[j]):  # type: ignore[index]
            message = f"dot sums along axes of one size, not {a.shape[i]} and {b.shape[j]}"  # type: ignore[index]
            raise RuleBroken(codes.INPUTS_DISAGREE, message)
        return _of_rank((*_without(a, i), *_without(b, j)))

    def multiply_adds(self, inputs: Sequence[Type], output: Type) -> Dim:
        at = axis_index(self._axes()[0], inputs[0])
        return HOLE if at is None else product(*output.shape, inputs[0].shape[at])

    def _axes(self) -> tuple[Any, Any]:
        return self.axis if isinstance(self.axis, tuple) else (HOLE, HOLE)


def _of_rank(rest: tuple[Dim, ...]) -> Type:
    return Type(Kind.SEQUENCE, rest) if len(rest) == 2 else Type(Kind.VECTOR, rest or (1,))


def _without(value: Type, at: int | None) -> tuple[Dim, ...]:
    return tuple(d for i, d in enumerate(value.shape) if i != at)
