"""Noise that is there in training only; afterwards these layers change nothing."""

from __future__ import annotations

from typing import Any

from dlc.layers.base import Layer, attribute, layer
from dlc.layers.domains import Real


@layer("dropout")
class Dropout(Layer):
    """In training each value becomes 0 with probability `rate`, else x / (1 - rate).

        drop6 = dropout(fc6, rate=0.5)

    Source: Srivastava et al. 2014.
    """

    rate: Any = attribute(Real(0, 1), "share of values that are dropped")


@layer("spatial_dropout2d")
class SpatialDropout2d(Layer):
    """Dropout of whole channels: in training each becomes 0 with probability `rate`, else x / (1 - rate).

        thinned = spatial_dropout2d(x, rate=0.2)

    Source: Tompson et al. 2015.
    """

    rate: Any = attribute(Real(0, 1), "share of channels that are dropped")


@layer("gaussian_noise")
class GaussianNoise(Layer):
    """In training x + n, with n drawn from a normal distribution of mean 0 for every value.

        noisy = gaussian_noise(x, stddev=0.1)

    Source: Bishop 1995.
    """

    stddev: Any = attribute(Real(0), "standard deviation of the noise")
