"""Convolutions: a window slides over the input and weighs what it sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from dlc.diagnostics import codes
from dlc.ir import RuleBroken
from dlc.layers.base import Layer, attribute, counted, layer
from dlc.layers.domains import Flag, Integer, Padding, Sizes
from dlc.layers.window import Window, windows
from dlc.types import AXES, HOLE, Dim, Type, floor_div, product, total


class Sliding(Layer):
    """What every layer with a sliding window of weights has: a window along each spatial axis."""

    __slots__ = ()
    rank: ClassVar[int]

    def windows(self: Any) -> tuple[Window, ...]:
        """The window along each spatial axis."""
        return windows(self.rank, self.kernel, self.stride, self.padding, self.dilation)

    def over(self, source: Type, channels: Dim) -> Type:
        """What the windows leave of `source`, with this many channels."""
        axes = zip(self.windows(), source.shape, AXES[source.kind], strict=False)
        return Type(source.kind, (*[w.output(size, axis) for w, size, axis in axes], channels))

    def elements(self: Any) -> Dim:
        """How many elements a window has."""
        return product(*self.kernel) if isinstance(self.kernel, tuple) else HOLE


class _Convolution(Sliding):
    """Shape and cost of a convolution of any rank."""

    __slots__ = ()

    def infer(self: Any, inputs: Sequence[Type]) -> Type:
        (source,) = inputs
        check_groups(source.channels, self.filters, self.groups)
        return self.over(source, self.filters)  # type: ignore[no-any-return]

    def parameters(self: Any, inputs: Sequence[Type], output: Type) -> Dim:
        bias = counted(self.bias, self.filters)
        return total(product(self._weights_each(inputs[0]), self.filters), bias)

    def multiply_adds(self: Any, inputs: Sequence[Type], output: Type) -> Dim:
        return product(self._weights_each(inputs[0]), *output.shape)

    def _weights_each(self: Any, source: Type) -> Dim:
        return product(self.elements(), floor_div(source.channels, self.groups))


def check_groups(channels: Dim, filters: Dim, groups: Dim) -> None:
    """Raise RuleBroken where channels or filters do not divide into groups."""
    if groups == 1 or not isinstance(groups, int):
        return
    for word, count in (("input channels", channels), ("filters", filters)):
        if isinstance(count, int) and count % groups:
            raise RuleBroken(codes.SHAPE_RULE, f"{count} {word} do not divide into {groups} groups")


@layer("conv1d")
class Conv1d(_Convolution):
    """Convolution of a sequence along its steps.

    Each output step is a weighted sum over a window of steps: `filters` kernels of
    `kernel * F / groups` weights. Output steps: ceil(T / stride) for `same`, else
    floor((T + pads - dilation * (kernel - 1) - 1) / stride) + 1.

        words = conv1d(embedded, filters=256, kernel=7, padding=same)

    Source: Waibel et al. 1989 (time-delay networks); dilated: van den Oord et al. 2016.
    """

    rank: ClassVar[int] = 1
    filters: Dim = attribute(Integer(), "number of output features")
    kernel: Any = attribute(Sizes(1), "steps in the window")
    stride: Any = attribute(Sizes(1), "step of the window", 1)
    padding: Any = attribute(Padding(1), "what is added before and after the input", "valid")
    dilation: Any = attribute(Sizes(1), "distance between the window's elements", 1)
    groups: Dim = attribute(Integer(), "feature groups that are convolved apart", 1)
    bias: Any = attribute(Flag(), "whether a number a filter is added", True)


@layer("conv2d")
class Conv2d(_Convolution):
    """Convolution of an image map.

    Each output pixel is a weighted sum over a window of the input: `filters` kernels of
    `kernel[0] * kernel[1] * C / groups` weights. Output size along an axis: ceil(size / stride) for
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


@layer("conv3d")
class Conv3d(_Convolution):
    """Convolution of a volume, or of a clip whose depth is time.

    Each output voxel is a weighted sum over a window of the input: `filters` kernels of
    `kernel[0] * kernel[1] * kernel[2] * C / groups` weights. Output size along an axis:
    ceil(size / stride) for `same`, else floor((size + pads - dilation * (kernel - 1) - 1) / stride) + 1.

        conv1 = conv3d(scan, filters=64, kernel=3, padding=same)

    Source: Ji et al. 2010; Tran et al. 2015 (C3D).
    """

    rank: ClassVar[int] = 3
    filters: Dim = attribute(Integer(), "number of output channels")
    kernel: Any = attribute(Sizes(3), "window depth, height and width")
    stride: Any = attribute(Sizes(3), "step of the window along depth, height and width", 1)
    padding: Any = attribute(Padding(3), "what is added around the input", "valid")
    dilation: Any = attribute(Sizes(3), "distance between the window's elements", 1)
    groups: Dim = attribute(Integer(), "channel groups that are convolved apart", 1)
    bias: Any = attribute(Flag(), "whether a number a filter is added", True)
