"""Emitted Caffe nets with given weights, run in the interpreter and in OpenCV.

Values go in and come out as the language has them, channels last.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from support import caffe_run, nets, opencv_run
from support.caffe_weights import caffe_weights, constants
from support.prototxt import read_net
from support.torch_eval import Weights

from dlc.backends.base import Differences
from dlc.backends.caffe.deploy import lower
from dlc.backends.caffe.values import Value
from dlc.ir import Net
from dlc.verify import layouts
from dlc.weights.caffemodel import written

Array = Any


class CaffeNet:
    """The deploy net of a checked net without blocks; DlcError where Caffe cannot say it."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.text = nets.emit("caffe", net)[0]
        self.layers = read_net(self.text)
        self._writer = lower(net, Differences("caffe", False))

    def interpreted(self, inputs: Mapping[str, Array], weights: Weights) -> dict[str, Array]:
        """The net's outputs, as BVLC Caffe's definition has them."""
        blobs = caffe_run.run(self.layers, self._blobs(inputs), self._weights(weights))
        return {name: from_blob(self._value(name), blobs[name]) for name in self.net.outputs}

    def in_opencv(self, inputs: Mapping[str, Array], weights: Weights) -> dict[str, Array]:
        """The net's outputs by OpenCV's importer, with the weights in a caffemodel."""
        given = self._blobs(inputs)
        held = self._weights(weights)
        made = caffe_run.run(self.layers, given, held)
        held = {**constants(self.layers, {name: blob.shape for name, blob in made.items()}), **held}
        kinds = {layer["name"]: layer["type"] for layer in self.layers}
        model = written(self.net.name, {name: (kinds[name], blobs) for name, blobs in held.items()})
        found = opencv_run.run(self.text, model, given, self.net.outputs)
        pairs = zip(self.net.outputs, found, strict=True)
        return {name: from_blob(self._value(name), blob) for name, blob in pairs}

    @cached_property
    def runs_in_opencv(self) -> bool:
        """Whether OpenCV knows all the layers; it also wants every input to be read."""
        read = {name for node in self.net.body for name in node.inputs}
        return opencv_run.runs(self.layers) and all(given.name in read for given in self.net.inputs)

    def _value(self, name: str) -> Value:
        return self._writer.values[name]

    def _blobs(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        return {name: layouts.to_blob(self._value(name), array) for name, array in inputs.items()}

    def _weights(self, weights: Weights) -> dict[str, list[Array]]:
        return caffe_weights(self.net, weights, self._writer)


def from_blob(value: Value, blob: Array) -> Array:
    """The blob in the language's layout; its shape must be that of the value's layout."""
    made = layouts.from_blob(value, blob)
    assert made is not None, (value, blob.shape)
    return made
