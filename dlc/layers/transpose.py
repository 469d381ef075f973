"""Transposed convolutions: every input element is spread over a window of the output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from dlc.layers.base import attribute, counted, layer
from dlc.layers.conv import Sliding, check_groups
from dlc.layers.domains import Flag, Integer, Padding, Sizes
from dlc.types import AXES, Dim, Type, floor_div, product, total


class _Transposed(Sliding):
    """Shape and cost of a transposed convolution of any rank."""

    __slots__ = ()

    def infer(self: Any, inputs: Sequence[Type]) -> Type:
        (source,) = inputs
        check_groups(source.channels, self.filters, self.groups)
        more = self.output_padding
        extras = more if isinstance(more, tuple) else (more,) * self.rank
        axes = zip(self.windows(), source.shape, extras, AXES[source.kind], strict=False)
        return Type(source.kind, (*[w.spread(s, extra, axis) for w, s, extra, axis in axes], self.filters))

    def parameters(self: Any, inputs: Sequence[Type], output: Type) -> Dim:
        weights = product(self._weights_each(), inputs[0].channels)
        return total(weights, counted(self.bias, self.filters))

    def multiply_adds(self: Any, inputs: Sequence[Type], output: Type) -> Dim:
        return product(self._weights_each(), *inputs[0].shape)

    def _weights_each(self: Any) -> Dim:
        return product(self.elements(), floor_div(self.filters, self.groups))


@layer("conv1d_transpose")
class Conv1dTranspose(_Transposed):
    """Transposed convolution of a sequence along its steps (also called deconvolution).

    The gradient of conv1d with respect to its input: each step is spread over a window of the result.
    Output steps: T * stride for `same`, else
    (T - 1) * stride + dilation * (kernel - 1) + 1 - pads + output_padding.

        wave = conv1d_transpose(x, filters=1, kernel=25, stride=4, padding=same)

    Source: Zeiler et al. 2010; Donahue et al. 2019 (WaveGAN).
    """

    rank: ClassVar[int] = 1
    filters: Dim = attribute(Integer(), "number of output features")
    kernel: Any = attribute(Sizes(1), "steps in the window")
    stride: Any = attribute(Sizes(1), "distance between spread windows", 1)
    padding: Any = attribute(Padding(1), "what is cut off before and after the result", "valid")
    dilation: Any = attribute(Sizes(1), "distance between the window's elements", 1)
    groups: Dim = attribute(Integer(), "feature groups that are convolved apart", 1)
    bias: Any = attribute(Flag(), "whether a number a filter is added", True)
    output_padding: Any = attribute(Sizes(1, 0), "steps that the result has more at its end", 0)


@layer("conv2d_transpose")
class Conv2dTranspose(_Transposed):
    """Transposed convolution of an image map (also called deconvolution).

    The gradient of conv2d with respect to its input: each pixel is spread over a window of the result,
    and `padding` is what conv2d would have added, cut off here. Output size along an axis:
    size * stride for `same`, whose cut is TensorFlow's: of max(extent - stride, 0) elements the odd one
    at the end; else (size - 1) * stride + dilation * (kernel - 1) + 1 - pads + output_padding.

        up = conv2d_transpose(x, filters=64, kernel=4, stride=2, padding=1)

    Source: Zeiler et al. 2010; Long et al. 2015 (fully convolutional networks).
    """

    rank: ClassVar[int] = 2
    filters: Dim = attribute(Integer(), "number of output channels")
    kernel: Any = attribute(Sizes(2), "window height and width")
    stride: Any = attribute(Sizes(2), "distance between spread windows along height and width", 1)
    padding: Any = attribute(Padding(2), "what is cut off around the result", "valid")
    dilation: Any = attribute(Sizes(2), "distance between the window's elements", 1)
    groups: Dim = attribute(Integer(), "channel groups that are convolved apart", 1)
    bias: Any = attribute(Flag(), "whether a number a filter is added", True)
    output_padding: Any = attribute(Sizes(2, 0), "rows and columns that the result has more at its end", 0)


@layer("conv3d_transpose")
class Conv3dTranspose(_Transposed):
    """Transposed convolution of a volume (also called deconvolution).

    The gradient of conv3d with respect to its input: each voxel is spread over a window of the result.
    Output size along an axis: size * stride for `same`, else
    (size - 1) * stride + dilation * (kernel - 1) + 1 - pads + output_padding.

        up = conv3d_transpose(x, filters=64, kernel=2, stride=2)

    Source: Zeiler et al. 2010; Çiçek et al. 2016 (3D U-Net).
    """

    rank: ClassVar[int] = 3
    filters: Dim = attribute(Integer(), "number of output channels")
    kernel: Any = attribute(Sizes(3), "window depth, height and width")
    stride: Any = attribute(Sizes(3), "distance between spread windows along depth, height and width", 1)
    padding: Any = attribute(Padding(3), "what is cut off around the result", "valid")
    dilation: Any = attribute(Sizes(3), "distance between the window's elements", 1)
    groups: Dim = attribute(Integer(), "channel groups that are convolved apart", 1)
    bias: Any = attribute(Flag(), "whether a number a filter is added", True)
    output_padding: Any = attribute(Sizes(3, 0), "planes, rows and columns that the result has more", 0)
