"""Recurrent layers: a state is carried from step to step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from dlc.layers.base import Layer, attribute, layer
from dlc.layers.domains import Flag, Integer
from dlc.types import HOLE, Dim, Kind, Type, product, total

_SEQUENCES_DOC = "whether the state of every step is given, not only the last one's"
_BOTH_WAYS_DOC = "whether a second layer reads backwards; both results are joined, forwards first"


class Recurrent(Layer):
    """Shape and cost of a recurrent layer with so many gates and biases a unit."""

    __slots__ = ()
    gates: ClassVar[int]
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
        return product(self.gates, self.units, total(source.channels, self.units))

    def _directions(self: Any) -> Dim:
        return 1 + self.bidirectional if isinstance(self.bidirectional, bool) else HOLE


@layer("rnn")
class Rnn(Recurrent):
    """The simple recurrent network: h[t] = tanh(W x[t] + U h[t-1] + b).

    sequence[T, F] gives the last state, vector[units], or all, sequence[T, units].

        state = rnn(words, units=64)

    Source: Elman 1990; both ways: Schuster and Paliwal 1997.
    """

    gates: ClassVar[int] = 1
    biases: ClassVar[int] = 1
    units: Dim = attribute(Integer(), "length of the state")
    return_sequences: Any = attribute(Flag(), _SEQUENCES_DOC, False)
    bidirectional: Any = attribute(Flag(), _BOTH_WAYS_DOC, False)


@layer("lstm")
class Lstm(Recurrent):
    """Long short-term memory: a cell that gates let in, keep and let out.

    i, f, o = sigmoid(W x[t] + U h[t-1] + b), g = tanh(W x[t] + U h[t-1] + b), each with its own
    weights; c[t] = f * c[t-1] + i * g; h[t] = o * tanh(c[t]). sequence[T, F] gives the last h,
    vector[units], or all, sequence[T, units].

        state = lstm(words, units=128, bidirectional=true)

    Source: Hochreiter and Schmidhuber 1997; Gers et al. 2000 (forget gate).
    """

    gates: ClassVar[int] = 4
    biases: ClassVar[int] = 4
    units: Dim = attribute(Integer(), "length of the state")
    return_sequences: Any = attribute(Flag(), _SEQUENCES_DOC, False)
    bidirectional: Any = attribute(Flag(), _BOTH_WAYS_DOC, False)


@layer("gru")
class Gru(Recurrent):
    """The gated recurrent unit.

    z, r = sigmoid(W x[t] + b + U h[t-1] + c), each with its own weights;
    n = tanh(W x[t] + b + r * (U h[t-1] + c)); h[t] = z * h[t-1] + (1 - z) * n. The reset gate works on
    the product, so there are two biases (cuDNN's form, the default of Keras and PyTorch). sequence[T, F]
    gives the last state, vector[units], or all, sequence[T, units].

        state = gru(words, units=64, return_sequences=true)

    Source: Cho et al. 2014.
    """

    gates: ClassVar[int] = 3
    biases: ClassVar[int] = 6
    units: Dim = attribute(Integer(), "length of the state")
    return_sequences: Any = attribute(Flag(), _SEQUENCES_DOC, False)
    bidirectional: Any = attribute(Flag(), _BOTH_WAYS_DOC, False)
