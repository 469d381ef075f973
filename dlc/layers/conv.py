"""Convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from dlc.diagnostics import codes
from dlc.ir import RuleBroken
from dlc.layers.base import Layer, attribute, layer
from dlc.layers.domains import Flag, Integer, Padding, Sizes
from dlc.layers.window import Window, windows
from dlc.types import AXES, Dim, Kind, Type, floor_div, product, total

KIND_OF_RANK = {1: Kind.SEQUENCE, 2: Kind.MAP, 3: Kind.VOLUME}


class _Convolution(Layer):
    """Shape and cost of a convolution of any rank."""

    __slots__ = ()
    rank: ClassVar[int]

    def windows(self: Any) -> tuple[Window, ...]:
        """The window along each spatial axis."""
        return windows(self.rank, self.kernel, self.stride, self.padding, self.dilation)

    def infer(self: Any, inputs: Sequence[Type]) -> Type:
        (source,) = inputs
        _check_groups(source.channels, self.filters, self.groups)
        axes = zip(self.windows(), source.spatial, AXES[source.kind], strict=False)
        return Type(source.kind, (*(w.output(size, axis) for w, size, axis in axes), self.filters))

    def parameters(self: Any, inputs: Sequence[Type], output: Type) -> Dim:
        bias = self.filters if self.bias else 0
        return total(product(self._weights_each(inputs[0]), self.filters), bias)

    def multiply_adds(self: Any, inputs: Sequence[Type], output: Type) -> Dim:
        return product(self._weights_each(inputs[0]), *output.shape)

    def _weights_each(self: Any, source: Type) -> Dim:
        kernel = self.kernel if isinstance(self.kernel, tuple) else (self.kernel,)
        return product(*kernel, floor_div(source.channels, self.groups))


def _check_groups(channels: Dim, filters: Dim, groups: Dim) -> None:
    if not isinstance(groups, int):
        return
    for word, count in (("input channels", channels), ("filters", filters)):
        if isinstance(count, int) and count % groups:
            raise RuleBroken(codes.SHAPE_RULE, f"{count} {word} do not divide into {groups} groups")


@layer("conv2d")
class Conv2d(_Convolution):
    """Convolution of an image map.

    Each output pixel is a weighted sum over a window of the input: `filters` kernels of
    `kernel[0] x kernel[1] x C / groups` weights. Output size along an axis: ceil(size / stride) for
    `same`, else floor((size + pads - dilation * (kernel - 1) - 1) / stride) + 1.

        conv1 = conv2d(image, filters=64, kernel=7, stride=2, padding=3)

    Source: LeCun et al. 1998; grouped: Krizhevsky et al. 2012; dilated: Yu and Koltun 2016.
    """

    rank: ClassVar[int] = 2
    filters: Dim = attribute(Integer(), "number of output channels")
    kernel: Any = attribute(Sizes(2), "window height and width")
    stride: Any = attribute(Sizes(2), "step of the window along height and width", 1)
    padding: Any = attribute(Padding(2), "what is added around the input", "valid")
    dilation: Any = attribute(Sizes(2), "distance between the window's elements", 1)
    groups: Dim = attribute(Integer(), "channel groups that are convolved apart", 1)
    bias: Any = attribute(Flag(), "whether a number a filter is added", True)
