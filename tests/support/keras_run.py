"""Running what the Keras backends emit: models from source or JSON, with numpy in and out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

os.environ.setdefault("KERAS_BACKEND", "torch")  # eager, so that a tiny net runs without compiling

Array = np.ndarray[Any, np.dtype[Any]]


def keras_module() -> Any:
    """Keras 3; skips the test where it is not installed."""
    return pytest.importorskip("keras", minversion="3.0")


def from_source(text: str) -> Any:
    """The model that an emitted Python file builds."""
    namespace: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(text, "emitted.py", "exec"), namespace)
    (build,) = (value for name, value in namespace.items() if name.startswith("build_"))
    return build()


def from_json(text: str) -> Any:
    """The model that an emitted JSON file describes."""
    keras = keras_module()
    return keras.models.model_from_json(text)


def run(model: Any, *inputs: Array) -> list[Array]:
    """What the model gives, at inference, for a batch of each input."""
    given = list(inputs) if len(inputs) > 1 else inputs[0]
    results = model(given, training=False)
    results = results if isinstance(results, list | tuple) else [results]
    return [as_array(r) for r in results]


def train_step(model: Any, *inputs: Array) -> float:
    """The loss of one step of stochastic gradient descent towards zeros."""
    model.compile(optimizer="sgd", loss=["mse"] * len(model.outputs))
    targets = [np.zeros_like(r) for r in run(model, *inputs)]
    given = list(inputs) if len(inputs) > 1 else inputs[0]
    loss = model.train_on_batch(given, targets if len(targets) > 1 else targets[0])
    return float(np.asarray(loss).reshape(-1)[0])


def example(model: Any, batch: int = 2, seed: int = 0) -> list[Array]:
    """Random inputs of the shapes and types that the model takes."""
    drawn = np.random.default_rng(seed)
    return [_values(drawn, (batch, *tensor.shape[1:]), str(tensor.dtype)) for tensor in model.inputs]


def set_weights(model: Any, weights: Mapping[str, Sequence[Array]]) -> None:
    """Give layers their weights, by layer name, in Keras's order."""
    for name, arrays in weights.items():
        model.get_layer(name).set_weights(list(arrays))


def as_array(tensor: Any) -> Array:
    """A tensor of any backend as a numpy array."""
    return np.asarray(tensor.detach().cpu().numpy() if hasattr(tensor, "detach") else tensor)


def _values(drawn: np.random.Generator, shape: Sequence[int], dtype: str) -> Array:
    if dtype.startswith("int"):
        return drawn.integers(0, 8, size=shape).astype("int32")
    return drawn.normal(size=shape).astype("float32")
