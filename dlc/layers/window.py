"""Sizes of sliding windows: convolution and pooling, with every padding and rounding form."""

from __future__ import annotations

import functools
from typing import Any

import attrs

from dlc.diagnostics import codes
from dlc.ir import RuleBroken
from dlc.types import HOLE, Dim, Expr, Hole, ceil_div, floor_div, known, product, total


@attrs.frozen
class Window:
    """A window along one axis. `padding` is "same", "valid", a hole, or (before, after)."""

    kernel: Dim
    stride: Dim = 1
    padding: Any = "valid"
    dilation: Dim = 1
    ceil: bool | Hole = False

    @property
    def extent(self) -> Dim:
        """How many elements the dilated window spans: dilation * (kernel - 1) + 1."""
        if isinstance(self.kernel, Hole) or isinstance(self.dilation, Hole):
            return HOLE
        return self.dilation * (self.kernel - 1) + 1

    def output(self, size: Dim, axis: str) -> Dim:
        """How many windows fit along an axis of `size` elements.

        same: ceil(size / stride), as TensorFlow. Otherwise floor((size + pads - extent) / stride) + 1, or
        with ceil, and then as Caffe: with padding, a last window that starts in the padding is dropped, and
        a window may hang over an axis that is too small for it. Raises RuleBroken where no window fits.
        """
        if self.padding == "same":
            return ceil_div(size, self.stride)
        before, after = self.pads
        padded = total(size, before, after)
        room = total(padded, self._minus(self.extent))
        if isinstance(room, int) and room < 0 and not self._hangs_over(room):
            raise self._vanishes(size, axis)
        down = total(floor_div(room, self.stride), 1)
        if self.ceil is False:
            return down
        up = self._clip(total(ceil_div(room, self.stride), 1), size)
        return up if self.ceil is True or up == down else HOLE

    def _hangs_over(self, room: int) -> bool:
        """Whether rounding up makes, or may make, a window where there is not room enough for one."""
        return bool(self.ceil) and not (isinstance(self.stride, int) and room <= -self.stride)

    def filled(self, size: Dim, axis: str) -> Dim:
        """As `output`, for windows that must hold something of the input (pooling).

        Raises RuleBroken also where a window would hold padding alone, or nothing.
        """
        for side in self.pads:
            if isinstance(side, int) and isinstance(self.kernel, int) and side >= self.kernel:
                raise self._empty(axis, f"padding {side} is not below the window's {self.kernel}")
        count = self.output(size, axis)
        if self.ceil and not any(self.pads) and known(count, self.stride):
            start = (count - 1) * self.stride  # type: ignore[operator]
            if isinstance(start, int) and isinstance(size, int) and start >= size:
                raise self._empty(axis, f"the last window starts at {start} of {size}")
        return count

    def spread(self, size: Dim, extra: Dim, axis: str) -> Dim:
        """The size of the transposed convolution's result along an axis of `size` elements.

        same: size * stride. Otherwise (size - 1) * stride + extent - pads + extra, where `extra` is
        output padding. Raises RuleBroken where nothing is left.
        """
        if self.padding == "same":
            if isinstance(extra, int) and extra > 0:
                message = f"output_padding {extra} has no meaning with padding=same"
                raise RuleBroken(codes.SHAPE_RULE, message, (f"{axis} is {size} * {self.stride}",))
            return product(size, self.stride)
        before, after = self.pads
        whole = total(product(total(size, -1), self.stride), self.extent, extra)
        made = total(whole, product(before, -1), product(after, -1))
        if isinstance(made, int) and made < 1:
            message = f"{axis}: cutting {before} and {after} from {whole} leaves nothing"
            raise RuleBroken(codes.SIZE_VANISHES, message, (f"{whole} - {before} - {after} = {made}",))
        return made

    @property
    def pads(self) -> tuple[Dim, Dim]:
        """Elements added before and after the axis; holes where padding is unknown, and for `same`,
        whose padding depends on the size (see `same_pads`)."""
        if self.padding == "valid":
            return 0, 0
        if isinstance(self.padding, tuple):
            return self.padding
        return HOLE, HOLE

    def same_pads(self, size: int) -> tuple[int, int]:
        """What `same` adds before and after an axis of `size` elements (TensorFlow's rule).

        Raises ValueError where kernel, stride or dilation are no numbers.
        """
        if not isinstance(self.extent, int) or not isinstance(self.stride, int):
            raise ValueError("same padding needs a known kernel, stride and dilation")
        count = -(-size // self.stride)
        need = max((count - 1) * self.stride + self.extent - size, 0)
        return need // 2, need - need // 2

    def _clip(self, count: Dim, size: Dim) -> Dim:
        before, after = self.pads
        if not known(count, before, after, size) or (before == 0 and after == 0):
            return count
        start = (count - 1) * self.stride  # type: ignore[operator]
        limit = size + before  # type: ignore[operator,arg-type]
        if isinstance(start, int) and isinstance(limit, int):
            return count - 1 if start >= limit else count  # type: ignore[operator]
        # after + stride <= extent: even the furthest start lies inside, whatever the symbol is.
        slack = self.extent - self.stride - after  # type: ignore[operator]
        return count if isinstance(slack, int) and slack >= 0 else HOLE

    @staticmethod
    def _empty(axis: str, why: str) -> RuleBroken:
        return RuleBroken(codes.SHAPE_RULE, f"a window along {axis} would hold nothing of the input: {why}")

    @staticmethod
    def _minus(value: Dim) -> Dim:
        return HOLE if isinstance(value, Hole) else value * -1

    def _vanishes(self, size: Dim, axis: str) -> RuleBroken:
        before, after = self.pads
        message = f"{axis} {size} is too small for a window of {self.extent}: nothing is left"
        rounding = "ceil" if self.ceil is True else "floor"
        fraction = f"{rounding}(({size} + {before} + {after} - {self.extent}) / {self.stride}) + 1"
        room = total(size, before, after, self._minus(self.extent))
        steps = ceil_div(room, self.stride) if self.ceil is True else floor_div(room, self.stride)
        count = total(steps, 1)
        notes = [
            f"{fraction} = {count}" if isinstance(count, int) and count < 1 else f"{fraction} is below 1"
        ]
        if self.dilation != 1:
            notes.insert(0, f"the window spans {self.dilation} * ({self.kernel} - 1) + 1 = {self.extent}")
        return RuleBroken(codes.SIZE_VANISHES, message, notes)


@functools.lru_cache(maxsize=4096)
def windows(
    rank: int, kernel: Any, stride: Any, padding: Any, dilation: Any = 1, rounding: Any = "floor"
) -> tuple[Window, ...]:
    """One window an axis from a layer's canonical attributes (a hole stands for every axis)."""

    def each(value: Any) -> tuple[Any, ...]:
        return value if isinstance(value, tuple) else (value,) * rank

    sides = padding if isinstance(padding, tuple) else None
    pads = [tuple(sides[2 * i : 2 * i + 2]) for i in range(rank)] if sides else [padding] * rank
    ceil = HOLE if isinstance(rounding, Hole | Expr) else rounding == "ceil"
    return tuple(
        Window(k, s, p, d, ceil)
        for k, s, p, d in zip(each(kernel), each(stride), pads, each(dilation), strict=True)
    )
