"""Activations: functions of one value, and softmax."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlc.layers.axes import axis_index
from dlc.layers.base import Layer, attribute, layer
from dlc.layers.domains import Axis, Real
from dlc.types import Dim, Type


@layer("relu")
class Relu(Layer):
    """max(x, 0).

        active = relu(conv1)

    Source: Nair and Hinton 2010.
    """


@layer("relu6")
class Relu6(Layer):
    """min(max(x, 0), 6).

        active = relu6(x)

    Source: Krizhevsky 2010; Howard et al. 2017 (MobileNet).
    """


@layer("leaky_relu")
class LeakyRelu(Layer):
    """x where x > 0, else slope * x.

        active = leaky_relu(x, slope=0.1)

    Source: Maas et al. 2013.
    """

    slope: Any = attribute(Real(), "factor of negative values", 0.01)


@layer("prelu")
class Prelu(Layer):
    """x where x > 0, else a[c] * x, with a trained slope a[c] for each channel.

        active = prelu(x)

    Source: He et al. 2015.
    """

    def parameters(self, inputs: Sequence[Type], output: Type) -> Dim:
        return inputs[0].channels


@layer("elu")
class Elu(Layer):
    """x where x > 0, else slope * (exp(x) - 1); slope is the paper's alpha.

        active = elu(x)

    Source: Clevert et al. 2016.
    """

    slope: Any = attribute(Real(0), "slope at 0 from below, and the limit's distance from 0", 1.0)


@layer("selu")
class Selu(Layer):
    """1.0507 * x where x > 0, else 1.0507 * 1.67326 * (exp(x) - 1).

    The constants, to double precision: 1.0507009873554805 and 1.6732632423543772.

        active = selu(x)

    Source: Klambauer et al. 2017.
    """


@layer("gelu")
class Gelu(Layer):
    """x * P(X <= x) for a standard normal X: 0.5 * x * (1 + erf(x / sqrt(2))); not the tanh approximation.

        active = gelu(x)

    Source: Hendrycks and Gimpel 2016.
    """


@layer("silu")
class Silu(Layer):
    """x * sigmoid(x), also called swish.

        active = silu(x)

    Source: Elfwing et al. 2018; Ramachandran et al. 2017.
    """


@layer("hard_silu")
class HardSilu(Layer):
    """x * min(max(x + 3, 0), 6) / 6, also called hard swish.

        active = hard_silu(x)

    Source: Howard et al. 2019 (MobileNetV3).
    """


@layer("sigmoid")
class Sigmoid(Layer):
    """1 / (1 + exp(-x)).

        gate = sigmoid(x)

    Source: Rumelhart et al. 1986.
    """


@layer("hard_sigmoid")
class HardSigmoid(Layer):
    """min(max(x + 3, 0), 6) / 6.

    Keras before version 3 has min(max(0.2 * x + 0.5, 0), 1) under this name.

        gate = hard_sigmoid(x)

    Source: Courbariaux et al. 2015; in this form Howard et al. 2019 (MobileNetV3).
    """


@layer("tanh")
class Tanh(Layer):
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x)).

        active = tanh(x)

    Source: LeCun et al. 1998.
    """


@layer("softplus")
class Softplus(Layer):
    """log(1 + exp(x)).

        active = softplus(x)

    Source: Dugas et al. 2001.
    """


@layer("softsign")
class Softsign(Layer):
    """x / (1 + |x|).

        active = softsign(x)

    Source: Bergstra et al. 2009.
    """


@layer("softmax")
class Softmax(Layer):
    """exp(x) over the sum of exp(x) along an axis, so that the results sum to 1.

    Axes count from 1, or from the last one back; -1 is channels, features or units.

        prob = softmax(fc8)

    Source: Bridle 1990.
    """

    axis: Any = attribute(Axis(), "the axis along which results sum to 1", -1)

    def infer(self, inputs: Sequence[Type]) -> Type:
        axis_index(self.axis, inputs[0])
        return inputs[0]


@layer("linear")
class Linear(Layer):
    """x: no activation, said aloud.

        out = linear(x)

    Source: adaptive linear units, Widrow and Hoff 1960.
    """
