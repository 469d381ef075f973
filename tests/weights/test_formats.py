"""Weights go through the files of every framework and come back equal to the last bit."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import weighted

from dlc.weights import convert

pytest.importorskip("h5py")

os.environ.setdefault("KERAS_BACKEND", "torch")

FILES = ("w.caffemodel", "w.weights.h5", "w.h5", "w.keras", "w.safetensors", "w.onnx")


def read(path: Path, name: str) -> dict[str, dict[str, Any]]:
    return convert.weights_of(path, weighted.module(name), "dlnet", None).weights


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("name", weighted.NETS)
def test_round_trip(name: str, file: str, tmp_path: Path) -> None:
    if file.endswith(".onnx"):
        pytest.importorskip("onnx")
    held = weighted.weights(name)
    assert weighted.same(read(weighted.write(tmp_path / file, name, held), name), held)


@pytest.mark.parametrize("name", weighted.NETS)
def test_from_keras_to_caffe_and_back(name: str, tmp_path: Path) -> None:
    """The values that Keras itself holds: random ones, saved by Keras, through a caffemodel, loaded by Keras."""
    from support import keras_run, nets

    keras_run.keras_module()
    (source,) = nets.emit("keras", weighted.module(name))
    model = keras_run.from_source(source)
    rng = np.random.default_rng(1)
    for weight in model.weights:
        weight.assign(rng.standard_normal(tuple(weight.shape)).astype(np.float32))
    saved = tmp_path / "first.weights.h5"
    model.save_weights(saved)
    held = read(saved, name)
    caffe = weighted.write(tmp_path / "w.caffemodel", name, held)
    for ending in (".weights.h5", ".h5"):
        other = keras_run.from_source(source)
        other.load_weights(weighted.write(tmp_path / f"second{ending}", name, read(caffe, name)))
        for one, two in zip(model.weights, other.weights, strict=True):
            assert np.array_equal(keras_run.as_array(one.value), keras_run.as_array(two.value)), one.path


def test_weights_of_a_model_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where Keras lacks a layer, JSON writes it out: another model than the source code's, with the same
    weights."""
    from support import keras_run, nets
    from support.command import run

    keras_run.keras_module()
    net, code = tmp_path / "net.dlnet", tmp_path / "m.json"
    net.write_text(f"net inception {{{weighted.NETS['inception']}\n}}\n")
    saved = weighted.write(tmp_path / "w.weights.h5", "inception", weighted.weights("inception"))
    out = tmp_path / "o.weights.h5"
    words = ("convert", saved, "--net", net, "-t", "keras-json", "-w", out, "-o", code)
    assert run(capsys, *words)[0] == 0
    by_json = keras_run.from_json(code.read_text())
    by_json.load_weights(out)
    by_source = keras_run.from_source(nets.emit("keras", weighted.module("inception"))[0])
    by_source.load_weights(saved)
    given = keras_run.example(by_source)
    for one, two in zip(keras_run.run(by_json, *given), keras_run.run(by_source, *given), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-4, atol=1e-5)


def test_rolled_up_code_takes_the_same_files(tmp_path: Path) -> None:
    """Blocks become functions and classes; what a file says of the net's layers stays."""
    from support.nets import expanded, read_module

    text = """
block part(x, width) {
  c = conv2d(x, filters=width, kernel=3, padding=1)
  n = batchnorm(c)
  r = relu(n)
  output r
}

net rolled {
  image = input map[8, 8, 2]
  first = part(image, width=4)
  more = first |> repeat 3 part(width=4)
  fc = more |> flatten |> dense(units=3)
  output fc
}
"""
    module = read_module(text)
    from dlc.verify import draw

    held = draw.weights(expanded(module).nets[0], 3)
    for file in ("w.weights.h5", "w.safetensors", "w.caffemodel"):
        from dlc.weights.files import require_framework

        path = tmp_path / file
        prepared = convert.prepared(module, require_framework(path), "dlnet")
        path.write_bytes(convert.written(path, module, prepared, held))
        assert weighted.same(convert.weights_of(path, module, "dlnet", None).weights, held), file


def test_torch_loads_the_state_dict(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from support.nets import emit

    from dlc.weights.safetensors import read as arrays

    for name in ("resnet", "recurrent"):
        path = weighted.write(tmp_path / "w.safetensors", name, weighted.weights(name))
        scope: dict[str, Any] = {"__name__": "net"}
        exec(emit("pytorch", weighted.module(name))[0], scope)
        kinds = [v for v in scope.values() if isinstance(v, type) and issubclass(v, torch.nn.Module)]
        state = {n: torch.as_tensor(np.array(held.read())) for n, held in arrays(path).items()}
        missing, unexpected = kinds[-1]().load_state_dict(state, strict=False)
        assert not unexpected
        assert all(n.endswith("num_batches_tracked") for n in missing)
