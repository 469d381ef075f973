"""Runs an ONNX model in onnxruntime; tensors inside of it are made outputs."""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np


def main(job: dict[str, Any]) -> None:
    """Run, and write the values."""
    import onnx
    import onnxruntime

    model = onnx.load(job["model"])
    outputs = [value.name for value in model.graph.output]
    made = {name for node in model.graph.node for name in node.output if name}
    wanted = [name for name in (job["fetch"] or sorted(made)) if name in made and name not in outputs]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in wanted)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    given = np.load(job["inputs"])
    arrays = [given[name] for name in sorted(given.files, key=int)]
    rows = [run(session, [*outputs, *wanted], part) for part in parts(session, arrays)]
    names = [f"output:{i}" for i in range(len(outputs))] + wanted
    keep: dict[str, Any] = {}
    for name, *values in zip(names, *rows, strict=True):
        if all(isinstance(v, np.ndarray) and v.dtype.kind == "f" and v.ndim for v in values):
            keep[name] = np.concatenate(values) if len(values) > 1 else values[0]
    np.savez(job["out"], **keep)


def parts(session: Any, arrays: list[Any]) -> list[list[Any]]:
    """The inputs in batches of the size that the model states."""
    stated = session.get_inputs()[0].shape
    count = len(arrays[0])
    size = stated[0] if stated and isinstance(stated[0], int) else count
    if size < 1 or count % size:
        sys.exit(f"the model takes {size} examples at once: give --inputs a multiple of that")
    return [[array[at : at + size] for array in arrays] for at in range(0, count, size)]


def run(session: Any, wanted: list[str], arrays: list[Any]) -> list[Any]:
    """The values for one batch."""
    feed = {}
    for value, array in zip(session.get_inputs(), arrays, strict=True):
        kind = next((k for k in ("int64", "int32") if k in value.type), "float32")
        feed[value.name] = array.astype(kind)
    made: list[Any] = session.run(wanted, feed)
    return made


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as stream:
        main(json.load(stream))
