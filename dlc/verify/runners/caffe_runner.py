"""Runs a prototxt with its caffemodel, one example at a time: in OpenCV's DNN module, else in pycaffe.

`fetch` are the blobs wanted, as pairs of a layer that makes it last and its place among that layer's tops.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np


def main(job: dict[str, Any]) -> None:
    """Run, and write the values."""
    given = np.load(job["inputs"])
    inputs = [given[name] for name in sorted(given.files, key=int)]
    names = job["input_names"]
    batch = [int(axis) for axis in job["batch_axes"]]
    count = inputs[0].shape[batch[0]]
    rows = []
    for number in range(count):
        one = {n: np.take(x, [number], axis) for n, x, axis in zip(names, inputs, batch, strict=True)}
        rows.append(opencv(job, one))
    merged: dict[str, Any] = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    np.savez(job["out"], **merged)


NET: list[Any] = []


def opencv(job: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """The blobs of one example."""
    try:
        import cv2
    except ImportError:
        return pycaffe(job, inputs)
    if not NET:
        NET.append(cv2.dnn.readNetFromCaffe(job["model"], job["weights"]))
        NET[0].enableFusion(False)
        if hasattr(NET[0], "enableWinograd"):
            NET[0].enableWinograd(False)
    net = NET[0]
    for name, array in inputs.items():
        net.setInput(np.ascontiguousarray(array, dtype=np.float32), name)
    known = set(net.getLayerNames())
    wanted = [(blob, layer, at) for blob, layer, at in job["fetch"] if layer in known]
    made = net.forwardAndRetrieve([layer for _, layer, _ in wanted])
    return {blob: np.array(tops[at]) for (blob, _, at), tops in zip(wanted, made, strict=True)}


def pycaffe(job: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """The blobs of one example, in BVLC Caffe."""
    import caffe

    if not NET:
        NET.append(caffe.Net(job["model"], job["weights"], caffe.TEST))
    net = NET[0]
    for name, array in inputs.items():
        net.blobs[name].reshape(*array.shape)
        net.blobs[name].data[...] = array
    net.forward()
    return {blob: np.array(net.blobs[blob].data) for blob, _, _ in job["fetch"] if blob in net.blobs}


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as stream:
        main(json.load(stream))
