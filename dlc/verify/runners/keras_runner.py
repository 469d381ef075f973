"""Runs a Keras model: from source that builds it, from JSON, or from a whole saved model."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import numpy as np


def main(job: dict[str, Any]) -> None:
    """Build, load the weights, run, and write the values."""
    import keras

    model = build(keras, job["model"])
    if job["weights"]:
        model.load_weights(job["weights"])
    given = np.load(job["inputs"])
    inputs = [given[name] for name in sorted(given.files, key=int)]
    wanted = [layer for layer in model.layers if not job["fetch"] or layer.name in job["fetch"]]
    wanted = [layer for layer in wanted if type(layer).__name__ != "InputLayer" and single(layer)]
    probe = keras.Model(model.inputs, [*model.outputs, *(layer.output for layer in wanted)])
    made = probe(inputs, training=False)
    made = made if isinstance(made, (list, tuple)) else [made]
    names = [f"output:{i}" for i in range(len(model.outputs))] + [layer.name for layer in wanted]
    np.savez(job["out"], **{name: keras.ops.convert_to_numpy(v) for name, v in zip(names, made, strict=True)})


def build(keras: Any, path: str) -> Any:
    """The model that a file builds or holds."""
    if path.endswith(".json"):
        with open(path, encoding="utf-8") as stream:
            return keras.models.model_from_json(stream.read())
    if not path.endswith(".py"):
        return keras.models.load_model(path, compile=False)
    scope: dict[str, Any] = {"__name__": "net"}
    with open(path, encoding="utf-8") as stream:
        exec(compile(stream.read(), path, "exec"), scope)
    builders = [value for name, value in scope.items() if name.startswith("build_")]
    if len(builders) != 1:
        sys.exit(f"{path} has {len(builders)} functions build_...; one is wanted")
    return builders[0]()


def single(layer: Any) -> bool:
    """Whether a layer has one result, from one call."""
    try:
        return not isinstance(layer.output, (list, tuple, dict))
    except (AttributeError, ValueError):
        return False


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with open(sys.argv[1], encoding="utf-8") as stream:
        main(json.load(stream))
