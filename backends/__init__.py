"""Writers of targets: each prints a typed network as code. A target is loaded only when it is asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlc.backends.base import Backend

# Target name -> where its backend class is.
TARGETS: dict[str, tuple[str, str]] = {
    "dlnet": ("dlc.backends.dlnet", "DlnetBackend"),
    "json": ("dlc.backends.json", "JsonBackend"),
    "keras": ("dlc.backends.keras", "KerasBackend"),
    "keras-json": ("dlc.backends.keras_json", "KerasJsonBackend"),
    "pytorch": ("dlc.backends.pytorch", "PyTorchBackend"),
    "caffe": ("dlc.backends.caffe", "CaffeBackend"),
    "caffe-train": ("dlc.backends.caffe", "CaffeTrainBackend"),
    "onnx": ("dlc.backends.onnx", "OnnxBackend"),
}


def load(target: str) -> Backend:
    """The backend of a target; KeyError where there is none of that name."""
    module, name = TARGETS[target]
    made: Backend = getattr(importlib.import_module(module), name)()
    return made
