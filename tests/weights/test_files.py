"""Files that other programs wrote, and files that are broken: read as they are meant, or told with a code."""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import weighted
from support.command import LENET, run

from dlc.diagnostics import DlcError
from dlc.weights import caffemodel, hdf5, safetensors
from dlc.weights.protobuf import write_field, write_varint

h5py = pytest.importorskip("h5py")
os.environ.setdefault("KERAS_BACKEND", "torch")
RNG = np.random.default_rng(0)

# Caffemodels.

PROTOTXT = """name: "small"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 2 dim: 4 dim: 4 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 3 kernel_size: 3 bias_term: false } }
layer { name: "bn" type: "BatchNorm" bottom: "conv" top: "conv" }
layer { name: "sc" type: "Scale" bottom: "conv" top: "conv" scale_param { bias_term: true } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip" inner_product_param { num_output: 5 } }
"""
BLOBS = {
    "conv": [RNG.normal(size=(3, 2, 3, 3))],
    "bn": [RNG.normal(size=3), RNG.uniform(1, 2, 3), np.array([4.0])],
    "sc": [RNG.normal(size=3), RNG.normal(size=3)],
    "ip": [RNG.normal(size=(5, 12)), RNG.normal(size=5)],
}
TYPES = {"conv": "Convolution", "bn": "BatchNorm", "sc": "Scale", "ip": "InnerProduct"}


def v2_blob(array: Any) -> bytes:
    dims = b"".join(map(write_varint, array.shape))
    return write_field(5, array.astype("<f4").tobytes()) + write_field(7, write_field(1, dims))


def doubles_blob(array: Any) -> bytes:
    dims = b"".join(map(write_varint, array.shape))
    return write_field(9 - 1, array.astype("<f8").tobytes()) + write_field(7, write_field(1, dims))


def legacy_blob(array: Any) -> bytes:
    """num, channels, height and width, and numbers that are not packed."""
    shape = (1,) * (4 - array.ndim) + array.shape
    sizes = b"".join(write_varint(i << 3) + write_varint(n) for i, n in enumerate(shape, 1))
    return sizes + b"".join(write_varint(5 << 3 | 5) + struct.pack("<f", x) for x in array.ravel())


def v2(blob: Callable[[Any], bytes]) -> bytes:
    made = write_field(1, b"small")
    for name, blobs in BLOBS.items():
        body = write_field(1, name.encode()) + write_field(2, TYPES[name].encode())
        made += write_field(100, body + b"".join(write_field(7, blob(b)) for b in blobs))
    return made


def v1() -> bytes:
    numbers = {"Convolution": 4, "InnerProduct": 14}
    made = b""
    for name, blobs in BLOBS.items():
        kind = numbers.get(TYPES[name], 0)
        body = write_field(4, name.encode()) + write_varint(5 << 3) + write_varint(kind)
        made += write_field(2, body + b"".join(write_field(6, legacy_blob(b)) for b in blobs))
    return made


def v0() -> bytes:
    made = b""
    for name, blobs in BLOBS.items():
        body = write_field(1, name.encode()) + write_field(2, TYPES[name].lower().encode())
        body += b"".join(write_field(50, legacy_blob(b)) for b in blobs)
        made += write_field(2, write_field(1, body))
    return made


@pytest.fixture
def deploy(tmp_path: Path) -> Path:
    path = tmp_path / "deploy.prototxt"
    path.write_text(PROTOTXT)
    return path


@pytest.mark.parametrize(
    "data",
    [v2(v2_blob), v2(doubles_blob), v2(legacy_blob), v1(), v0()],
    ids=["v2", "double", "old", "v1", "v0"],
)
def test_caffemodels_of_all_ages(
    data: bytes, deploy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """BatchNorm's factor is divided out, its Scale is gamma and beta, and InnerProduct's units are turned."""
    model, out = tmp_path / "m.caffemodel", tmp_path / "o.weights.h5"
    model.write_bytes(data)
    status, _, err = run(capsys, "convert", model, "--net", deploy, "-w", out, "-o", tmp_path / "net.py")
    assert (status, err) == (0, "")
    made = {name: held.read() for name, held in (hdf5.read(out).paths or {}).items()}
    close = np.testing.assert_allclose
    close(made["layers/conv2d/vars/0"], BLOBS["conv"][0].transpose(2, 3, 1, 0), rtol=1e-6)
    close(made["layers/batch_normalization/vars/0"], BLOBS["sc"][0], rtol=1e-6)
    close(made["layers/batch_normalization/vars/2"], BLOBS["bn"][0] / 4, rtol=1e-6)
    rows = BLOBS["ip"][0].reshape(5, 3, 2, 2).transpose(2, 3, 1, 0).reshape(12, 5)
    close(made["layers/dense/vars/0"], rows, rtol=1e-6)
    assert "build_small" in (tmp_path / "net.py").read_text()


def convert(capsys: pytest.CaptureFixture[str], model: Path, net: Path, out: Path) -> tuple[int, str]:
    status, _, err = run(capsys, "convert", model, "--net", net, "-w", out)
    return status, err


def test_what_is_missing_misshapen_and_left_over(
    deploy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, out = tmp_path / "m.caffemodel", tmp_path / "o.h5"
    layers = {n: (TYPES[n], blobs) for n, blobs in BLOBS.items()}
    model.write_bytes(caffemodel.written("m", {n: held for n, held in layers.items() if n != "bn"}))
    status, err = convert(capsys, model, deploy, out)
    assert status == 1
    assert "error[DLC0902]" in err
    assert "has no weights for bn; it has weights of conv, sc, ip" in err
    wrong = layers | {
        "conv": ("Convolution", [np.zeros((3, 2, 5, 5))]),
        "ip": ("InnerProduct", [np.zeros(3)]),
    }
    model.write_bytes(caffemodel.written("m", wrong))
    status, err = convert(capsys, model, deploy, out)
    assert "error[DLC0903]: conv: " in err
    assert "has blob 0 of shape (3, 2, 5, 5), the net wants (3, 2, 3, 3)" in err
    assert not out.exists()
    model.write_bytes(caffemodel.written("m", layers | {"old": ("InnerProduct", [np.zeros((2, 2))])}))
    status, err = convert(capsys, model, deploy, out)
    assert status == 0
    assert "warning[DLC0904]" in err
    assert "those of old" in err


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_damaged_files_are_told(tmp_path: Path, data: st.DataObject) -> None:
    """Cut off, or with a byte changed: read all the same, or refused with a code; no other exception."""
    whole = data.draw(st.sampled_from([v2(v2_blob), v1(), _safetensors(), _h5(), _keras()]))
    at = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        broken = whole[:at]
    else:
        broken = whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
    path = tmp_path / "broken"
    path.write_bytes(broken)
    for reader in (caffemodel.read, safetensors.read, hdf5.read):
        assert _codes(reader, path) <= {"DLC0901", "DLC0003"}


def _codes(reader: Callable[[Path], Any], path: Path) -> set[str]:
    """The codes with which a file is refused; none where its arrays are read."""
    try:
        for array in _arrays(reader(path)):
            if np.prod(array.shape, dtype=float) < 1e6:
                array.read()
    except DlcError as error:
        return {d.code.number for d in error.diagnostics}
    return set()


def _arrays(held: Any) -> list[Any]:
    if isinstance(held, hdf5.KerasFile):
        layers = [array for arrays in (held.layers or {}).values() for _, array in arrays]
        return [*layers, *(held.paths or {}).values()]
    return [b for v in held.values() for b in (v.blobs if isinstance(v, caffemodel.CaffeLayer) else [v])]


def _safetensors() -> bytes:
    return safetensors.written({"a.weight": np.zeros((2, 3)), "a.bias": np.zeros(2)})


def _h5() -> bytes:
    made = io.BytesIO()
    with h5py.File(made, "w") as file:
        file.create_dataset("layers/dense/vars/0", data=np.zeros((2, 3)))
    return made.getvalue()


def _keras() -> bytes:
    return hdf5.written_model(_h5(), "{}")


HOSTILE = {
    "header.safetensors": struct.pack("<Q", 2**60) + b"{}",
    "offsets.safetensors": struct.pack("<Q", 64)
    + json.dumps({"a": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 8]}}).encode().ljust(64),
    "length.caffemodel": b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
    "shape.caffemodel": write_field(
        100, write_field(1, b"a") + write_field(7, write_field(7, write_field(1, write_varint(2**62))))
    ),
    "text.caffemodel": b"layer { }",
    "text.h5": b"no file of numbers",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name: str, deploy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / name
    path.write_bytes(HOSTILE[name])
    status, err = convert(capsys, path, deploy, tmp_path / "o.h5")
    assert status == 1
    assert "error[DLC0901]" in err


def test_pickles_are_not_read(deploy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "m.pt"
    path.write_bytes(b"cos\nsystem\n(S'touch owned'\ntR.")
    status, err = convert(capsys, path, deploy, tmp_path / "o.h5")
    assert status == 1
    assert "error[DLC0906]" in err
    assert "save_file" in err


def test_arrays_in_other_files_are_not_read(
    deploy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "m.weights.h5"
    (tmp_path / "secret").write_bytes(b"\0" * 64)
    with h5py.File(path, "w") as file:
        file.create_dataset("layers/dense/vars/0", (4, 4), "<f4", external=str(tmp_path / "secret"))
    status, err = convert(capsys, path, deploy, tmp_path / "o.h5")
    assert status == 1
    assert "lies in another file" in err


def test_a_packed_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", "{}")
        with archive.open("model.weights.h5", "w") as stream:
            for _ in range(128):
                stream.write(b"\0" * 2**20)
    with pytest.raises(DlcError, match="would unpack to"):
        hdf5.read(path)


# Keras's own files.


def keras_models() -> dict[str, Any]:
    keras = pytest.importorskip("keras", minversion="3.0")
    from keras import layers

    inside_in = keras.Input((8, 8, 4))
    inside = layers.BatchNormalization(name="bn")(layers.Conv2D(4, 3, padding="same", name="c")(inside_in))
    block = keras.Model(inside_in, inside, name="block")
    image = keras.Input((8, 8, 2), name="image")
    x = block(layers.Conv2D(4, 1, name="first", activation="relu")(image))
    nested = keras.Model(image, layers.Dense(3, name="fc")(layers.Flatten(name="f")(x)), name="nested")
    words = keras.Input((5,), dtype="int32", name="words")
    x = layers.Embedding(9, 4, name="table")(words)
    x = layers.TimeDistributed(layers.Dense(6, name="inner"), name="steps")(x)
    x = layers.Bidirectional(layers.LSTM(3, name="cell"), name="both")(x)
    sequence = keras.Model(words, layers.Dense(2, name="out")(x), name="sequence")
    chain = keras.Sequential(
        [keras.Input((6, 6, 3)), layers.SeparableConv2D(4, 3), layers.PReLU(shared_axes=[1, 2]),
         layers.Conv2DTranspose(2, 3), layers.Flatten(), layers.Dense(3)], name="chain",
    )  # fmt: skip
    return {"nested": nested, "sequence": sequence, "chain": chain}


@pytest.mark.parametrize("name", ["nested", "sequence", "chain"])
@pytest.mark.parametrize("ending", [".keras", ".h5", ".weights.h5"])
def test_models_that_keras_saves(
    name: str, ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from support import keras_run

    model = keras_models()[name]
    for weight in model.weights:
        weight.assign(RNG.standard_normal(tuple(weight.shape)).astype(np.float32))
    saved, out, code = tmp_path / f"m{ending}", tmp_path / "o.weights.h5", tmp_path / "o.py"
    words: list[object] = ["convert", saved, "-w", out, "-o", code]
    if ending == ".weights.h5":
        (tmp_path / "m.json").write_text(model.to_json())
        model.save_weights(saved)
        words += ["--net", tmp_path / "m.json"]
    else:
        model.save(saved)
    status, _, err = run(capsys, *words)
    assert status == 0, err
    other = keras_run.from_source(code.read_text())
    other.load_weights(out)
    given = keras_run.example(model)
    for one, two in zip(keras_run.run(model, *given), keras_run.run(other, *given), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-5)


def test_lstms_of_keras_1_and_kernels_of_theano(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Twelve arrays an LSTM, in the order i, c, f, o; kernels (filters, channels, rows, columns), turned."""
    config = [
        {"class_name": "Convolution2D", "config": {"name": "conv", "nb_filter": 3, "nb_row": 2, "nb_col": 2,
         "dim_ordering": "th", "batch_input_shape": [None, 2, 4, 4], "border_mode": "valid"}},
    ]  # fmt: skip
    net = tmp_path / "m.json"
    net.write_text(json.dumps({"class_name": "Sequential", "keras_version": "1.2.2", "config": config}))
    kernel = RNG.normal(size=(3, 2, 2, 2)).astype(np.float32)
    saved, out = tmp_path / "m.h5", tmp_path / "o.weights.h5"
    with h5py.File(saved, "w") as file:
        file.attrs["layer_names"] = np.array([b"conv"])
        file.attrs["backend"] = b"theano"
        group = file.create_group("conv")
        group.attrs["weight_names"] = np.array([b"conv_W", b"conv_b"])
        group["conv_W"], group["conv_b"] = kernel, np.zeros(3)
    status, _, err = run(capsys, "convert", saved, "--net", net, "-w", out)
    assert status == 0, err
    made = (hdf5.read(out).paths or {})["layers/conv2d/vars/0"].read()
    assert np.array_equal(made, kernel.transpose(2, 3, 1, 0)[::-1, ::-1])


def test_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net = tmp_path / "lenet.dlnet"
    net.write_text(LENET)
    weights = tmp_path / "w.safetensors"
    assert run(capsys, "convert", weights, "--net", net)[0] == 2
    status, _, err = run(capsys, "convert", weights, "--net", net, "-w", tmp_path / "w.npz")
    assert status == 1
    assert "DLC0905" in err
    status, _, err = run(capsys, "convert", weights, "-w", tmp_path / "w.h5")
    assert "DLC0907" in err or "DLC0001" in err
    status, _, err = run(capsys, "convert", weights, "--net", net, "-t", "caffe", "-w", tmp_path / "w.h5")
    assert status == 2
    assert "would hold weights for keras, not for caffe" in err
    assert run(capsys, "convert", tmp_path / "none.h5", "--net", net, "-w", tmp_path / "o.h5")[0] == 1


def test_files_are_whole_or_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net = tmp_path / "lenet.dlnet"
    net.write_text(f"net lenet {{{weighted.NETS['lenet']}\n}}\n")
    weights = weighted.write(tmp_path / "w.h5", "lenet", weighted.weights("lenet"))
    out = tmp_path / "none" / "o.caffemodel"
    status, _, err = run(capsys, "convert", weights, "--net", net, "-w", out, "-o", tmp_path / "net.prototxt")
    assert status == 1
    assert "DLC0004" in err
    assert not (tmp_path / "net.prototxt").exists()
