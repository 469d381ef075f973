"""Runs a prototxt with weights in OpenCV's DNN module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

Array = Any


def run(text: str, model: bytes, inputs: Mapping[str, Array], outputs: Sequence[str]) -> list[Array]:
    """The named blobs for inputs as Caffe takes them; skips the test where OpenCV is not installed."""
    cv2 = pytest.importorskip("cv2")
    net = cv2.dnn.readNetFromCaffe(_bytes(text.encode()), _bytes(model))
    for name, array in inputs.items():
        net.setInput(np.ascontiguousarray(array, dtype=np.float32), name)
    return [np.array(made) for made in net.forward(list(outputs))]


def _bytes(content: bytes) -> Array:
    return np.frombuffer(content, np.uint8)
