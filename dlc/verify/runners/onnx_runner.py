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
    feed = {}
    for value, array in zip(session.get_inputs(), arrays, strict=True):
        kind = next((k for k in ("int64", "int32") if k in value.type), "float32")
        feed[value.name] = array.astype(kind)
    values = session.run([*outputs, *wanted], feed)
    names = [f"output:{i}" for i in range(len(outputs))] + wanted
    keep: dict[str, Any] = {
        n: v for n, v in zip(names, values, strict=True) if isinstance(v, np.ndarray) and v.dtype.kind == "f"
    }
    np.savez(job["out"], **keep)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as stream:
        main(json.load(stream))
