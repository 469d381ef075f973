"""Normalisations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlc.diagnostics import codes
from dlc.ir import RuleBroken
from dlc.layers.base import Layer, attribute, counted, layer
from dlc.layers.domains import Choice, Flag, Integer, Real, Reals
from dlc.types import Dim, Kind, Type, product, total

_EPS_DOC = "what is added to the variance"
_SCALE_DOC = "whether results are multiplied by a trained gamma a channel"
_CENTER_DOC = "whether a trained beta a channel is added"


class _Affine(Layer):
    """A normalisation with a gamma and a beta a channel."""

    __slots__ = ()

    def parameters(self: Any, inputs: Sequence[Type], output: Type) -> Dim:
        channels = inputs[0].channels
        return total(counted(self.scale, channels), counted(self.center, channels))


@layer("batchnorm")
class BatchNorm(_Affine):
    """gamma * (x - mean) / sqrt(var + eps) + beta, with mean and variance of each channel.

    In training they are the batch's; moving averages, kept with weight `momentum`, serve afterwards.
    Parameters: mean and var, which are kept but not trained, gamma with `scale`, beta with `center`;
    4 a channel as a rule.

        norm1 = batchnorm(conv1)

    Source: Ioffe and Szegedy 2015.
    """

    eps: Any = attribute(Real(0), _EPS_DOC, 0.001)
    momentum: Any = attribute(Real(0, 1), "weight of the old moving average", 0.99)
    scale: Any = attribute(Flag(), _SCALE_DOC, True)
    center: Any = attribute(Flag(), _CENTER_DOC, True)

    def parameters(self, inputs: Sequence[Type], output: Type) -> Dim:
        return total(product(2, inputs[0].channels), _Affine.parameters(self, inputs, output))


@layer("layernorm")
class LayerNorm(_Affine):
    """gamma * (x - mean) / sqrt(var + eps) + beta, with mean and variance over the last axis.

    Each pixel, step or vector is normalised on its own.

        norm1 = layernorm(words)

    Source: Ba et al. 2016.
    """

    eps: Any = attribute(Real(0), _EPS_DOC, 0.001)
    scale: Any = attribute(Flag(), _SCALE_DOC, True)
    center: Any = attribute(Flag(), _CENTER_DOC, True)


@layer("groupnorm")
class GroupNorm(_Affine):
    """gamma * (x - mean) / sqrt(var + eps) + beta, with mean and variance of each group of channels.

    They are taken over the group's channels and all positions; neighbours make a group.

        norm1 = groupnorm(conv1, groups=32)

    Source: Wu and He 2018.
    """

    groups: Dim = attribute(Integer(), "number of groups that share the channels")
    eps: Any = attribute(Real(0), _EPS_DOC, 0.001)
    scale: Any = attribute(Flag(), _SCALE_DOC, True)
    center: Any = attribute(Flag(), _CENTER_DOC, True)

    def infer(self, inputs: Sequence[Type]) -> Type:
        channels = inputs[0].channels
        if isinstance(channels, int) and isinstance(self.groups, int) and channels % self.groups:
            message = f"{channels} channels do not divide into {self.groups} groups"
            raise RuleBroken(codes.SHAPE_RULE, message)
        return inputs[0]


@layer("instancenorm")
class InstanceNorm(_Affine):
    """gamma * (x - mean) / sqrt(var + eps) + beta, with mean and variance of each channel of each example.

    They are taken over all positions, so a vector, which has none, is refused.

        norm1 = instancenorm(conv1)

    Source: Ulyanov et al. 2016.
    """

    eps: Any = attribute(Real(0), _EPS_DOC, 0.001)
    scale: Any = attribute(Flag(), _SCALE_DOC, True)
    center: Any = attribute(Flag(), _CENTER_DOC, True)

    def infer(self, inputs: Sequence[Type]) -> Type:
        if inputs[0].kind is Kind.VECTOR:
            raise RuleBroken(codes.SHAPE_RULE, f"{inputs[0]} has no positions to normalise over")
        return inputs[0]


@layer("lrn")
class Lrn(Layer):
    """Local response normalisation: x / (k + alpha * sum)^beta.

    The sum is of the squares of `size` neighbouring channels, the value's own in the middle; within a
    channel (`region=within`), of those of size * size pixels around the value's own, zero beyond the edge.
    Alpha is the paper's, multiplied with the sum; Caffe and PyTorch state alpha times the number of
    values in its place.

        norm1 = lrn(conv1, size=5, alpha=0.0001, beta=0.75, k=2)

    Source: Krizhevsky et al. 2012.
    """

    size: Dim = attribute(Integer(odd=True), "number of channels (or pixels a side) that are summed over", 5)
    alpha: Any = attribute(Real(0), "factor of the sum", 0.0001)
    beta: Any = attribute(Real(), "exponent", 0.75)
    k: Any = attribute(Real(0), "what is added to the sum", 2.0)
    region: Any = attribute(
        Choice(("across", "within")), "whether the sum is across channels or within one", "across"
    )


@layer("rescale")
class Rescale(Layer):
    """scale * x + offset, with stated numbers: one for all values, or one for each channel.

        centred = rescale(image, scale=0.00784, offset=-1)

    Source: common practice for pixels; Szegedy et al. 2017 scale the residual of a block so.
    """

    scale: Any = attribute(Reals(), "factor, or one a channel", 1.0)
    offset: Any = attribute(Reals(), "what is added, or one a channel", 0.0)

    def infer(self, inputs: Sequence[Type]) -> Type:
        channels = inputs[0].channels
        for name, value in self.attributes().items():
            if isinstance(value, tuple) and isinstance(channels, int) and len(value) != channels:
                message = f"{name} has {len(value)} numbers, {inputs[0]} has {channels} channels"
                raise RuleBroken(codes.SHAPE_RULE, message)
        return inputs[0]


@layer("standardize")
class Standardize(Layer):
    """(x - mean) / sqrt(variance), with mean and variance of each channel over the data set.

    They are taken from the data before training, and kept; a deviation below 1e-7 counts as that.
    Parameters: mean and variance of each channel, and how many examples they are taken from.

        pixels = standardize(image)

    Source: LeCun et al. 1998 (Efficient BackProp); the one of Keras is called Normalization.
    """

    def parameters(self, inputs: Sequence[Type], output: Type) -> Dim:
        return total(product(2, inputs[0].channels), 1)
