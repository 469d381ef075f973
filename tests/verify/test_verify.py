"""`dlc verify`: every kind of net computes the same in every framework, and a changed layer is found by name."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import weighted
from support.command import run
from support.nets import emit, expanded, read_module

from dlc.verify import draw, frameworks
from dlc.verify import run as verifying
from dlc.verify.run import Given, Options
from dlc.weights import convert

for _package in ("keras", "torch", "h5py"):
    pytest.importorskip(_package)
os.environ.setdefault("KERAS_BACKEND", "torch")


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runners in this process, where the frameworks are loaded already."""

    def run_here(job: Any, inputs: Any, folder: Path, what: str, limit: float) -> dict[str, Any]:
        given, out = folder / "inputs.npz", folder / "values.npz"
        np.savez(given, **{str(i): array for i, array in enumerate(inputs)})
        stated = {"model": str(job.model), "weights": job.weights and str(job.weights), "fetch": job.fetch}
        spec = importlib.util.spec_from_file_location(
            f"{job.framework}_runner", frameworks.RUNNERS / f"{job.framework}_runner.py"
        )
        assert spec is not None
        assert spec.loader is not None
        runner = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(runner)
        runner.main({**stated, "inputs": str(given), "out": str(out), **job.extra})
        with np.load(out) as held:
            return {name: held[name] for name in held.files}

    monkeypatch.setattr(verifying, "run_job", run_here)


def given_net(what: str, name: str, framework: str) -> Given:
    return Given(what, Path(f"{name}.dlnet"), weighted.module(name), "dlnet", None, None, framework)


# Which nets OpenCV runs: it knows no Embed and no recurrent layers.
IN_CAFFE = ("lenet", "resnet", "mobilenet", "unet", "inception", "padded", "siamese")


@pytest.mark.parametrize("framework", ["pytorch", "onnx", "caffe"])
@pytest.mark.parametrize("name", weighted.NETS)
@pytest.mark.usefixtures("in_process")
def test_frameworks_agree(name: str, framework: str, tmp_path: Path) -> None:
    if framework == "caffe" and name not in IN_CAFFE:
        pytest.skip("OpenCV has no layers for it")
    pytest.importorskip({"pytorch": "torch", "onnx": "onnxruntime", "caffe": "cv2"}[framework])
    a, b = given_net("A", name, "keras"), given_net("B", name, framework)
    report = verifying.verify(a, b, Options(count=2, tolerance=1e-4), tmp_path)
    assert report.agrees, [gap for gap in report.gaps if not gap.relative <= 1e-4]
    assert report.departs is None
    least = {"pytorch": 2, "onnx": len(weighted.module(name).nets[0].body) // 2, "caffe": 3}
    assert len(report.gaps) >= least[framework]


@pytest.mark.parametrize(
    ("name", "layer", "role"), [("lenet", "conv2", "bias"), ("inception", "b", "kernel")]
)
@pytest.mark.parametrize("framework", ["pytorch", "onnx", "caffe"])
@pytest.mark.usefixtures("in_process")
def test_a_changed_layer_is_found(name: str, layer: str, role: str, framework: str, tmp_path: Path) -> None:
    held = weighted.weights(name)
    right = weighted.write(tmp_path / "right.weights.h5", name, held)
    held[layer][role] = held[layer][role] + 0.5
    wrong = weighted.write(tmp_path / "wrong.safetensors", name, held)
    own = weighted.module(name)
    a = Given("A", Path("a.dlnet"), own, "dlnet", None, right, "keras")
    b = Given("B", Path("b.dlnet"), own, "dlnet", None, wrong, framework)
    (tmp_path / "run").mkdir()
    report = verifying.verify(a, b, Options(count=1), tmp_path / "run")
    assert not report.agrees
    assert report.departs is not None
    assert report.departs.name == layer


ROLLED = """
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


@pytest.mark.parametrize("framework", ["keras", "pytorch"])
@pytest.mark.usefixtures("in_process")
def test_code_with_blocks_is_compared_inside_of_them(framework: str, tmp_path: Path) -> None:
    module = read_module(ROLLED)
    code = tmp_path / "rolled.py"
    code.write_text(emit(framework, module)[0])
    held = draw.weights(expanded(module).nets[0], 0)
    a = Given("A", Path("a.dlnet"), module, "dlnet", None, None, "onnx")
    b = Given("B", code, None, "py", None, None, framework)
    (tmp_path / "one").mkdir()
    report = verifying.verify(a, b, Options(count=1), tmp_path / "one")
    assert report.agrees
    assert {"more.1.c", "more.2.n", "fc"} <= {gap.name for gap in report.gaps}
    held["more.2.n"]["beta"] = held["more.2.n"]["beta"] + 1
    path = tmp_path / f"w{'.weights.h5' if framework == 'keras' else '.safetensors'}"
    prepared = convert.prepared(module, framework, "dlnet")
    path.write_bytes(convert.written(path, module, prepared, held))
    (tmp_path / "two").mkdir()
    changed = Given("B", code, None, "py", None, path, framework)
    report = verifying.verify(a, changed, Options(count=1), tmp_path / "two")
    assert report.departs is not None
    assert report.departs.name == "more.2.n"


# The command, with frameworks in processes of their own.


@pytest.fixture
def lenet(tmp_path: Path) -> Path:
    path = tmp_path / "lenet.dlnet"
    path.write_text(f"net lenet {{{weighted.NETS['lenet']}\n}}\n")
    return path


def test_the_command(lenet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A model that Keras holds against source code for PyTorch, with converted weights."""
    weights = weighted.write(tmp_path / "w.weights.h5", "lenet", weighted.weights("lenet"))
    state, code = tmp_path / "w.safetensors", tmp_path / "net_torch.py"
    assert run(capsys, "convert", weights, "--net", lenet, "-w", state, "-o", code)[0] == 0
    words = ["verify", lenet, code, "--weights-a", weights, "--weights-b", state, "--with-a", "keras"]
    status, out, err = run(capsys, *words)
    assert (status, err) == (0, "")
    assert "A and B agree within 0.0001" in out
    status, out, _ = run(capsys, *words, "--json")
    made = json.loads(out)
    assert made["agrees"] is True
    assert [layer["name"] for layer in made["layers"] if layer["is_output"]] == ["prob"]
    held = weighted.weights("lenet")
    held["conv2"]["bias"] = held["conv2"]["bias"] + 0.1
    weighted.write(state, "lenet", held)
    status, out, _ = run(capsys, *words)
    assert status == 1
    assert "the first layer that departs is conv2" in out


def test_a_prototxt_runs_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file itself, in OpenCV, against what dlc makes of it: in-place layers, BatchNorm with Scale."""
    pytest.importorskip("cv2")
    net = tmp_path / "deploy.prototxt"
    net.write_text("""name: "small"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 2 dim: 7 dim: 7 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 3 pad: 1 bias_term: false } }
layer { name: "bn" type: "BatchNorm" bottom: "conv" top: "conv" }
layer { name: "sc" type: "Scale" bottom: "conv" top: "conv" scale_param { bias_term: true } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool"
  pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
layer { name: "ip" type: "InnerProduct" bottom: "pool" top: "ip" inner_product_param { num_output: 5 } }
layer { name: "prob" type: "Softmax" bottom: "ip" top: "prob" }
""")
    status, out, err = run(capsys, "verify", net, net, "--with-b", "keras", "--all")
    assert (status, err) == (0, "")
    for name in ("bn", "relu", "pool", "ip", "prob"):
        assert f"\n{name} " in out


def test_a_model_of_another_exporter_runs_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An ONNX file with a fixed batch, as PyTorch exports it, against the Keras code that it becomes."""
    torch = pytest.importorskip("torch")
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    from onnx import TensorProto, helper, numpy_helper

    torch.manual_seed(0)
    shapes = {"w": (4, 3, 3, 3), "b": (4,), "f": (5, 64), "g": (5,)}
    arrays = {name: torch.randn(shape).numpy() / 4 for name, shape in shapes.items()}
    nodes = [
        helper.make_node("Conv", ["x", "w", "b"], ["c"], name="/conv/Conv"),
        helper.make_node("Relu", ["c"], ["r"], name="/relu/Relu"),
        helper.make_node("Flatten", ["r"], ["t"], name="/Flatten"),
        helper.make_node("Gemm", ["t", "f", "g"], ["y"], name="/fc/Gemm", transB=1),
    ]
    graph = helper.make_graph(
        nodes, "net", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 6, 6])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 5])],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path, out, code = tmp_path / "m.onnx", tmp_path / "o.weights.h5", tmp_path / "o.py"
    onnx.save(model, path)
    assert run(capsys, "convert", path, "-w", out, "-o", code)[0] == 0
    status, made, err = run(capsys, "verify", path, code, "--weights-b", out, "--all", "--inputs", "3")
    assert (status, err) == (0, "")
    assert "\nrelu " in made
    assert "\nfc " in made


def test_what_cannot_be_run(
    lenet: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = tmp_path / "other.dlnet"
    other.write_text(lenet.read_text().replace("28, 28", "30, 30"))
    status, _, err = run(capsys, "verify", lenet, other)
    assert status == 2
    assert "error[DLC0913]" in err
    script = tmp_path / "net.py"
    script.write_text("print('nothing')\n")
    status, _, err = run(capsys, "verify", lenet, script)
    assert status == 2
    assert "imports neither keras nor torch" in err
    script.write_text("import torch\nraise SystemExit('no model here')\n")
    status, _, err = run(capsys, "verify", lenet, script)
    assert status == 2
    assert "error[DLC0912]" in err
    assert "no model here" in err
    assert run(capsys, "verify", lenet, lenet, "--inputs", "0")[0] == 2
    open_sized = tmp_path / "open.dlnet"
    open_sized.write_text(
        "net n {\n  x = input map[?, ?, 3]\n  y = conv2d(x, filters=2, kernel=1)\n  output y\n}\n"
    )
    status, _, err = run(capsys, "verify", open_sized, open_sized)
    assert status == 2
    assert "error[DLC0401]" in err
    monkeypatch.setattr("dlc.verify.frameworks.importlib.util.find_spec", lambda name: None)
    status, _, err = run(capsys, "verify", lenet, lenet, "--with-a", "pytorch")
    assert status == 2
    assert "error[DLC0911]" in err
    assert "pip install torch" in err
