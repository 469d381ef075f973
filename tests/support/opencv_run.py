"""Runs a prototxt with weights in OpenCV's DNN module."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from support.prototxt import Message, read

Array = Any

# Layer types of Caffe that OpenCV's importer does not know, or (Tile) knows only in another format's form.
UNKNOWN = frozenset({"Embed", "LSTM", "RNN", "DummyData", "Tile"})


def run(text: str, model: bytes, inputs: Mapping[str, Array], outputs: Sequence[str]) -> list[Array]:
    """The named blobs for inputs as Caffe takes them; skips the test where OpenCV is not installed."""
    cv2 = pytest.importorskip("cv2")
    net = cv2.dnn.readNetFromCaffe(_bytes(text.encode()), _bytes(model))
    net.enableFusion(False)  # OpenCV 4 fuses an activation into a sum wrongly where a PReLU follows
    for name, array in inputs.items():
        net.setInput(np.ascontiguousarray(array, dtype=np.float32), name)
    layers: list[Message] = read(text)["layer"]
    places = [_place(layers, name) for name in outputs]
    made = net.forwardAndRetrieve([layer for layer, _ in places])
    return [np.array(tops[index]) for tops, (_, index) in zip(made, places, strict=True)]


def runs(layers: Iterable[Message]) -> bool:
    """Whether OpenCV can run the layers: it knows no recurrent ones, and no LRN with a k of its own."""
    return all(
        layer["type"] not in UNKNOWN
        and not _spreads_strangely(layer)
        and "k" not in layer.get("lrn_param", ())
        for layer in layers
    )


def _spreads_strangely(layer: Message) -> bool:
    """Deconvolution over volumes, or dilated."""
    parameters = layer.get("convolution_param", {})
    strange = len(parameters.get("kernel_size", ())) == 3 or "dilation" in parameters
    return layer["type"] == "Deconvolution" and strange


def _place(layers: Sequence[Message], blob: str) -> tuple[str, int]:
    """OpenCV knows a blob by the last layer that makes it, and its place among that layer's tops."""
    maker = next(layer for layer in reversed(layers) if blob in layer.get("top", ()))
    return maker["name"], maker["top"].index(blob)


def _bytes(content: bytes) -> Array:
    return np.frombuffer(content, np.uint8)
