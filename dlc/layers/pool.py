"""Pooling: the largest or the mean element of a window, or of a whole channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from dlc.layers.base import Layer, attribute, layer
from dlc.layers.domains import Choice, Padding, Sizes
from dlc.layers.window import Window, windows
from dlc.types import AXES, Kind, Type

_ROUND = Choice(("floor", "ceil"))
_ROUND_DOC = "what becomes of a last, incomplete window: floor drops it, ceil keeps it"


class Pooling(Layer):
    """Shape of a pooling of any rank."""

    __slots__ = ()
    rank: ClassVar[int]

    def windows(self: Any) -> tuple[Window, ...]:
        """The window along each spatial axis."""
        return windows(self.rank, self.kernel, self.stride, self.padding, 1, self.round)

    def infer(self, inputs: Sequence[Type]) -> Type:
        (source,) = inputs
        axes = zip(self.windows(), source.shape, AXES[source.kind], strict=False)
        sizes = [w.filled(size, axis) for w, size, axis in axes]
        return Type(source.kind, (*sizes, source.channels))


@layer("maxpool1d")
class MaxPool1d(Pooling):
    """The largest element of each window of steps, feature by feature.

    Padding never wins: the maximum is over the elements of the input alone. Output steps: ceil(T / stride)
    for `same`, else floor((T + pads - kernel) / stride) + 1; with round=ceil as in maxpool2d.

        pooled = maxpool1d(x, kernel=3, stride=3)

    Source: Collobert et al. 2011.
    """

    rank: ClassVar[int] = 1
    kernel: Any = attribute(Sizes(1), "steps in the window")
    stride: Any = attribute(Sizes(1), "step of the window", like="kernel")
    padding: Any = attribute(Padding(1), "what is added before and after the input", "valid")
    round: Any = attribute(_ROUND, _ROUND_DOC, "floor")


@layer("maxpool2d")
class MaxPool2d(Pooling):
    """The largest element of each window, channel by channel.

    Padding never wins: the maximum is over the elements of the input alone. Output size along an axis:
    ceil(size / stride) for `same`, else floor((size + pads - kernel) / stride) + 1. With round=ceil a
    last window may hang over the end: ceil(...) + 1, of which, where there is padding, a window that
    starts in the padding after the input is dropped (Caffe's rule).

        pool1 = maxpool2d(conv1, kernel=3, stride=2, round=ceil)

    Source: Riesenhuber and Poggio 1999; rounding: Jia et al. 2014 (Caffe).
    """

    rank: ClassVar[int] = 2
    kernel: Any = attribute(Sizes(2), "window height and width")
    stride: Any = attribute(Sizes(2), "step of the window along height and width", like="kernel")
    padding: Any = attribute(Padding(2), "what is added around the input", "valid")
    round: Any = attribute(_ROUND, _ROUND_DOC, "floor")


@layer("maxpool3d")
class MaxPool3d(Pooling):
    """The largest element of each window of a volume, channel by channel.

    Padding never wins: the maximum is over the elements of the input alone. Output size along an axis:
    ceil(size / stride) for `same`, else floor((size + pads - kernel) / stride) + 1; with round=ceil as
    in maxpool2d.

        pool1 = maxpool3d(conv1, kernel=(1, 2, 2))

    Source: Ji et al. 2010; Tran et al. 2015 (C3D).
    """

    rank: ClassVar[int] = 3
    kernel: Any = attribute(Sizes(3), "window depth, height and width")
    stride: Any = attribute(Sizes(3), "step of the window along depth, height and width", like="kernel")
    padding: Any = attribute(Padding(3), "what is added around the input", "valid")
    round: Any = attribute(_ROUND, _ROUND_DOC, "floor")


@layer("avgpool1d")
class AvgPool1d(Pooling):
    """The mean of each window of steps, feature by feature.

    Divisor and output steps are those of avgpool2d: `same` leaves padding out of the mean, padding given
    in numbers counts as zeros.

        pooled = avgpool1d(x, kernel=2)

    Source: LeCun et al. 1998 (subsampling).
    """

    rank: ClassVar[int] = 1
    kernel: Any = attribute(Sizes(1), "steps in the window")
    stride: Any = attribute(Sizes(1), "step of the window", like="kernel")
    padding: Any = attribute(Padding(1), "what is added before and after the input", "valid")
    round: Any = attribute(_ROUND, _ROUND_DOC, "floor")


@layer("avgpool2d")
class AvgPool2d(Pooling):
    """The mean of each window, channel by channel.

    Output sizes are those of maxpool2d. The divisor is the number of elements of the window that lie in
    the padded input: `same` leaves the padding out of the mean (TensorFlow's rule), padding given in
    numbers counts as zeros (Caffe's rule), and what hangs over the end with round=ceil is left out.

        pool5 = avgpool2d(x, kernel=7, stride=1)

    Source: LeCun et al. 1998 (subsampling); rounding and divisor: Jia et al. 2014 (Caffe).
    """

    rank: ClassVar[int] = 2
    kernel: Any = attribute(Sizes(2), "window height and width")
    stride: Any = attribute(Sizes(2), "step of the window along height and width", like="kernel")
    padding: Any = attribute(Padding(2), "what is added around the input", "valid")
    round: Any = attribute(_ROUND, _ROUND_DOC, "floor")


@layer("avgpool3d")
class AvgPool3d(Pooling):
    """The mean of each window of a volume, channel by channel.

    Divisor and output sizes are those of avgpool2d: `same` leaves padding out of the mean, padding given
    in numbers counts as zeros.

        pool1 = avgpool3d(x, kernel=2)

    Source: Tran et al. 2015 (C3D).
    """

    rank: ClassVar[int] = 3
    kernel: Any = attribute(Sizes(3), "window depth, height and width")
    stride: Any = attribute(Sizes(3), "step of the window along depth, height and width", like="kernel")
    padding: Any = attribute(Padding(3), "what is added around the input", "valid")
    round: Any = attribute(_ROUND, _ROUND_DOC, "floor")


class _Global(Layer):
    """Shape of a pooling over all positions."""

    __slots__ = ()

    def infer(self, inputs: Sequence[Type]) -> Type:
        return Type(Kind.VECTOR, (inputs[0].channels,))


@layer("global_avgpool1d")
class GlobalAvgPool1d(_Global):
    """The mean of each feature over all steps: sequence[T, F] gives vector[F].

        summary = global_avgpool1d(x)

    Source: Lin et al. 2014 (Network in Network).
    """


@layer("global_avgpool2d")
class GlobalAvgPool2d(_Global):
    """The mean of each channel over all pixels: map[H, W, C] gives vector[C].

        pool5 = global_avgpool2d(conv5)

    Source: Lin et al. 2014 (Network in Network).
    """


@layer("global_avgpool3d")
class GlobalAvgPool3d(_Global):
    """The mean of each channel over all voxels: volume[D, H, W, C] gives vector[C].

        pool5 = global_avgpool3d(conv5)

    Source: Lin et al. 2014 (Network in Network).
    """


@layer("global_maxpool1d")
class GlobalMaxPool1d(_Global):
    """The largest value of each feature over all steps: sequence[T, F] gives vector[F].

        strongest = global_maxpool1d(x)

    Source: Collobert et al. 2011 (max over time).
    """


@layer("global_maxpool2d")
class GlobalMaxPool2d(_Global):
    """The largest value of each channel over all pixels: map[H, W, C] gives vector[C].

        strongest = global_maxpool2d(conv5)

    Source: Oquab et al. 2015.
    """


@layer("global_maxpool3d")
class GlobalMaxPool3d(_Global):
    """The largest value of each channel over all voxels: volume[D, H, W, C] gives vector[C].

        strongest = global_maxpool3d(conv5)

    Source: Oquab et al. 2015.
    """
