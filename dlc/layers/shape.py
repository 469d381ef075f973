"""Layers that arrange values anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlc.diagnostics import codes
from dlc.ir import RuleBroken
from dlc.layers.axes import axis_index
from dlc.layers.base import Layer, attribute, layer
from dlc.layers.domains import Axis, Integer, Integers, Shape
from dlc.types import HOLE, Dim, Kind, Type, compatible, floor_div, product

KIND_OF_RANK = {1: Kind.VECTOR, 2: Kind.SEQUENCE, 3: Kind.MAP, 4: Kind.VOLUME}


@layer("flatten")
class Flatten(Layer):
    """All values in one row, the last axis running fastest: map[H, W, C] gives vector[H * W * C].

        features = flatten(pool2)

    Source: LeCun et al. 1998.
    """

    def infer(self, inputs: Sequence[Type]) -> Type:
        return Type(Kind.VECTOR, (product(*inputs[0].shape),))


@layer("reshape")
class Reshape(Layer):
    """The same values, in the same order, in another shape.

    The number of dimensions says what it gives: 1 a vector, 2 a sequence, 3 an image map, 4 a volume.
    One dimension may be -1, which is what is left of the values.

        squeezed = reshape(pooled, shape=(1, 1, 64))

    Source: array programming.
    """

    shape: Any = attribute(Shape(), "the new dimensions, one of which may be -1")

    def infer(self, inputs: Sequence[Type]) -> Type | None:
        if not isinstance(self.shape, tuple):
            return None
        count = product(*inputs[0].shape)
        open_at = [i for i, d in enumerate(self.shape) if d is HOLE or d == -1]
        if not open_at:
            self._same_count(inputs[0], count)
        made = [HOLE if d == -1 else d for d in self.shape]
        if len(open_at) == 1:
            made[open_at[0]] = self._rest(inputs[0], count)
        return Type(KIND_OF_RANK[len(made)], tuple(made))

    def _same_count(self, source: Type, count: Dim) -> None:
        asked = product(*self.shape)
        if not compatible(count, asked):
            message = f"{source} has {count} values, shape {self._written()} has {asked}"
            raise RuleBroken(codes.SHAPE_RULE, message)

    def _rest(self, source: Type, count: Dim) -> Dim:
        others = product(*(d for d in self.shape if d is not HOLE and d != -1))
        if isinstance(count, int) and isinstance(others, int) and count % others:
            message = f"the {count} values of {source} do not divide by {others} for shape {self._written()}"
            raise RuleBroken(codes.SHAPE_RULE, message)
        return floor_div(count, others)

    def _written(self) -> str:
        return f"({', '.join(map(str, self.shape))})"


@layer("permute")
class Permute(Layer):
    """The axes in another order: result axis i is input axis order[i], counted from 1.

        channels_first = permute(x, order=(3, 1, 2))

    Source: array programming; the counting is that of Keras.
    """

    order: Any = attribute(Integers(), "the input's axes, from 1, in the result's order")

    def infer(self, inputs: Sequence[Type]) -> Type:
        (source,) = inputs
        rank = len(source.shape)
        if not isinstance(self.order, tuple):
            return Type(source.kind, (HOLE,) * rank)
        numbers = [o for o in self.order if isinstance(o, int)]
        if len(self.order) != rank or max(numbers, default=1) > rank or len(set(numbers)) < len(numbers):
            order = ", ".join(map(str, self.order))
            raise RuleBroken(codes.SHAPE_RULE, f"order ({order}) is no order of the {rank} axes of {source}")
        return Type(
            source.kind, tuple(source.shape[o - 1] if isinstance(o, int) else HOLE for o in self.order)
        )


@layer("slice")
class Slice(Layer):
    """A part of an axis: `size` of its values, from number `start` on, counted from 0.

        left = slice(pair, start=0, size=3)

    Source: array programming.
    """

    start: Dim = attribute(Integer(0), "the first value that is kept, counted from 0")
    size: Dim = attribute(Integer(), "how many are kept")
    axis: Any = attribute(Axis(), "the axis, from 1 or from -1 back", -1)

    def infer(self, inputs: Sequence[Type]) -> Type:
        (source,) = inputs
        at = axis_index(self.axis, source)
        if at is None:
            return Type(source.kind, (HOLE,) * len(source.shape))
        length = source.shape[at]
        known = [d for d in (length, self.start, self.size) if isinstance(d, int)]
        if len(known) == 3 and known[1] + known[2] > known[0]:
            message = (
                f"axis {self.axis} of {source} has {length} values: {self.size} from {self.start} on are more"
            )
            raise RuleBroken(codes.SHAPE_RULE, message)
        return Type(source.kind, (*source.shape[:at], self.size, *source.shape[at + 1 :]))


@layer("repeat_vector")
class RepeatVector(Layer):
    """A vector again and again: vector[N] gives sequence[times, N].

        steps = repeat_vector(code, times=10)

    Source: Cho et al. 2014 (encoder and decoder); the name is that of Keras.
    """

    times: Dim = attribute(Integer(), "number of steps")

    def infer(self, inputs: Sequence[Type]) -> Type:
        return Type(Kind.SEQUENCE, (self.times, inputs[0].channels))
