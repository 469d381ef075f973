"""Convolutions that treat channels apart, and mix them at one pixel only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from dlc.layers.base import attribute, counted, layer
from dlc.layers.conv import Sliding
from dlc.layers.domains import Flag, Integer, Padding, Sizes
from dlc.types import Dim, Type, product, total


@layer("depthwise_conv2d")
class DepthwiseConv2d(Sliding):
    """Convolution of each channel of an image map on its own.

    Every channel meets `multiplier` kernels of `kernel[0] * kernel[1]` weights, so that C channels
    give C * multiplier; channel c's results stand at c * multiplier and after. Output sizes are those
    of conv2d. It is conv2d with groups=C.

        dw = depthwise_conv2d(x, kernel=3, stride=2, padding=same, bias=false)

    Source: Sifre 2014; Howard et al. 2017 (MobileNet).
    """

    rank: ClassVar[int] = 2
    kernel: Any = attribute(Sizes(2), "window height and width")
    stride: Any = attribute(Sizes(2), "step of the window along height and width", 1)
    padding: Any = attribute(Padding(2), "what is added around the input", "valid")
    dilation: Any = attribute(Sizes(2), "distance between the window's elements", 1)
    multiplier: Dim = attribute(Integer(), "number of kernels a channel", 1)
    bias: Any = attribute(Flag(), "whether a number a result channel is added", True)

    def infer(self, inputs: Sequence[Type]) -> Type:
        return self.over(inputs[0], product(inputs[0].channels, self.multiplier))

    def parameters(self, inputs: Sequence[Type], output: Type) -> Dim:
        made = output.channels
        return total(product(self.elements(), made), counted(self.bias, made))

    def multiply_adds(self, inputs: Sequence[Type], output: Type) -> Dim:
        return product(self.elements(), *output.shape)


@layer("separable_conv2d")
class SeparableConv2d(Sliding):
    """A depthwise convolution followed by a 1x1 convolution that mixes channels.

    C channels become C * multiplier by depthwise kernels of `kernel[0] * kernel[1]` weights, without
    bias or activation between, and then `filters` by C * multiplier weights each. Output sizes are
    those of conv2d.

        conv2 = separable_conv2d(x, filters=128, kernel=3, padding=same)

    Source: Sifre 2014; Chollet 2017 (Xception).
    """

    rank: ClassVar[int] = 2
    filters: Dim = attribute(Integer(), "number of output channels")
    kernel: Any = attribute(Sizes(2), "window height and width")
    stride: Any = attribute(Sizes(2), "step of the window along height and width", 1)
    padding: Any = attribute(Padding(2), "what is added around the input", "valid")
    dilation: Any = attribute(Sizes(2), "distance between the window's elements", 1)
    multiplier: Dim = attribute(Integer(), "number of depthwise kernels a channel", 1)
    bias: Any = attribute(Flag(), "whether a number a filter is added", True)

    def infer(self, inputs: Sequence[Type]) -> Type:
        return self.over(inputs[0], self.filters)

    def parameters(self, inputs: Sequence[Type], output: Type) -> Dim:
        return total(self._weights(inputs[0]), counted(self.bias, self.filters))

    def multiply_adds(self, inputs: Sequence[Type], output: Type) -> Dim:
        return product(self._weights(inputs[0]), *output.spatial)

    def _weights(self, source: Type) -> Dim:
        between = product(source.channels, self.multiplier)
        return product(between, total(self.elements(), self.filters))
