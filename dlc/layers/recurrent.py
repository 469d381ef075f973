"""Recurrent layers: a state is carried from step to step."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, ClassVar

from dlc.layers.base import Layer, attribute, layer
from dlc.layers.domains import Choice, Flag, Integer
from dlc.types import HOLE, Dim, Kind, Type, product, total

_SEQUENCES_DOC = "whether the state of every step is given, not only the last one's"
_BOTH_WAYS_DOC = "whether a second layer reads backwards; both results are joined, forwards first"
_GATES_DOC = "the gates' function, from any number to one between 0 and 1"

# Functions of gates that are min(max(slope * x + 1/2, 0), 1), with their slopes.
KERAS_2 = "hard_sigmoid_keras2"  # that of Keras 1 and 2
HARD_GATES = {"hard_sigmoid": Fraction(1, 6), KERAS_2: Fraction(1, 5)}
_GATES = Choice(("sigmoid", *HARD_GATES))


class Recurrent(Layer):
    """Shape and cost of a recurrent layer with so many parts (gates and new values) and biases a unit."""

    __slots__ = ()
    parts: ClassVar[int]
    biases: ClassVar[int]

    def infer(self: Any, inputs: Sequence[Type]) -> Type | None:
        width = product(self.units, self._directions())
        if self.return_sequences is True:
            return Type(Kind.SEQUENCE, (inputs[0].shape[0], width))
        return Type(Kind.VECTOR, (width,)) if self.return_sequences is False else None

    def parameters(self: Any, inputs: Sequence[Type], output: Type) -> Dim:
        biases = product(self.biases, self.units)
        return product(self._directions(), total(self._weights(inputs[0]), biases))

    def multiply_adds(self: Any, inputs: Sequence[Type], output: Type) -> Dim:
        return product(inputs[0].shape[0], self._directions(), self._weights(inputs[0]))

    def _weights(self: Any, source: Type) -> Dim:
        return product(self.parts, self.units, total(source.channels, self.units))

    def _directions(self: Any) -> Dim:
        return 1 + self.bidirectional if isinstance(self.bidirectional, bool) else HOLE


@layer("rnn")
class Rnn(Recurrent):
    """The simple recurrent network: h[t] = tanh(W x[t] + U h[t-1] + b).

    sequence[T, F] gives the last state, vector[units], or all, sequence[T, units].

        state = rnn(words, units=64)

    Source: Elman 1990; both ways: Schuster and Paliwal 1997.
    """

    parts: ClassVar[int] = 1
    biases: ClassVar[int] = 1
    units: Dim = attribute(Integer(), "length of the state")
    return_sequences: Any = attribute(Flag(), _SEQUENCES_DOC, False)
    bidirectional: Any = attribute(Flag(), _BOTH_WAYS_DOC, False)


@layer("lstm")
class Lstm(Recurrent):
    """Long short-term memory: a cell that gates let in, keep and let out.

    i, f, o = sigmoid(W x[t] + U h[t-1] + b), g = tanh(W x[t] + U h[t-1] + b), each with its own
    weights; c[t] = f * c[t-1] + i * g; h[t] = o * tanh(c[t]). sequence[T, F] gives the last h,
    vector[units], or all, sequence[T, units]. For sigmoid, `gates` may say hard_sigmoid,
    min(max(x / 6 + 1 / 2, 0), 1), or hard_sigmoid_keras2, min(max(0.2 * x + 1 / 2, 0), 1), which Keras
    before version 3 calls hard_sigmoid.

        state = lstm(words, units=128, bidirectional=true)

    Source: Hochreiter and Schmidhuber 1997; Gers et al. 2000 (forget gate).
    """

    parts: ClassVar[int] = 4
    biases: ClassVar[int] = 4
    units: Dim = attribute(Integer(), "length of the state")
    return_sequences: Any = attribute(Flag(), _SEQUENCES_DOC, False)
    bidirectional: Any = attribute(Flag(), _BOTH_WAYS_DOC, False)
    gates: Any = attribute(_GATES, _GATES_DOC, "sigmoid")


@layer("gru")
class Gru(Recurrent):
    """The gated recurrent unit.

    z, r = sigmoid(W x[t] + b + U h[t-1] + c), each with its own weights;
    n = tanh(W x[t] + b + r * (U h[t-1] + c)); h[t] = z * h[t-1] + (1 - z) * n. The reset gate works on
    the product, so there are two biases (cuDNN's form, the default of Keras and PyTorch). sequence[T, F]
    gives the last state, vector[units], or all, sequence[T, units]. `gates` may say what lstm's may.

        state = gru(words, units=64, return_sequences=true)

    Source: Cho et al. 2014.
    """

    parts: ClassVar[int] = 3
    biases: ClassVar[int] = 6
    units: Dim = attribute(Integer(), "length of the state")
    return_sequences: Any = attribute(Flag(), _SEQUENCES_DOC, False)
    bidirectional: Any = attribute(Flag(), _BOTH_WAYS_DOC, False)
    gates: Any = attribute(_GATES, _GATES_DOC, "sigmoid")
