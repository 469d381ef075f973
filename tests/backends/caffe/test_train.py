"""Nets for training: data, losses and accuracies for both phases, and a solver; all are run in each phase."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.keras_cases import CASES, text
from support.nets import emit, read_net
from support.prototxt import Message, in_phase, read
from support.prototxt import read_net as read_layers

from dlc.cli.main import main
from dlc.diagnostics import DlcError
from dlc.ir import Net

BATCH = 32


def training(body: str) -> list[Message]:
    return read_layers(emit("caffe-train", read_net(f"net n {{\n{body}\n}}\n"))[0])


def types(layers: list[Message], phase: str) -> list[str]:
    return [layer["type"] for layer in layers if in_phase(layer, phase)]


def the(layers: list[Message], kind: str) -> Message:
    found = [layer for layer in layers if layer["type"] == kind]
    assert len(found) == 1
    return found[0]


def test_a_classifier() -> None:
    layers = training(
        "  x = input map[8, 8, 3]\n  c = x |> conv2d(filters=4, kernel=3) |> relu\n"
        "  y = c |> flatten |> dense(units=5) |> softmax\n  output y"
    )
    assert types(layers, "TRAIN") == ["Data", "Convolution", "ReLU", "InnerProduct", "SoftmaxWithLoss"]
    assert types(layers, "TEST") == [*types(layers, "TRAIN"), "Accuracy"]
    data = [layer for layer in layers if layer["type"] == "Data"]
    assert [layer["top"] for layer in data] == [["x", "label"]] * 2
    assert [layer["data_param"]["source"] for layer in data] == ["n_train_x_lmdb", "n_test_x_lmdb"]
    assert the(layers, "SoftmaxWithLoss")["bottom"] == ["y.2", "label"]


def test_weights_start_and_learn() -> None:
    layers = training(
        "  x = input map[8, 8, 3]\n  c = x |> conv2d(filters=4, kernel=3) |> relu\n"
        "  y = c |> flatten |> dense(units=5, bias=false)\n  output y"
    )
    convolution = the(layers, "Convolution")
    assert convolution["param"] == [
        {"lr_mult": 1.0, "decay_mult": 1.0},
        {"lr_mult": 2.0, "decay_mult": 0.0},
    ]
    assert convolution["convolution_param"]["weight_filler"] == {"type": "msra"}
    dense = the(layers, "InnerProduct")
    assert dense["param"] == [{"lr_mult": 1.0, "decay_mult": 1.0}]
    assert dense["inner_product_param"] == {
        "num_output": 5,
        "bias_term": False,
        "weight_filler": {"type": "xavier"},
    }


@pytest.mark.parametrize(
    ("end", "loss", "label"),
    [
        ("flatten |> dense(units=3) |> softmax", "SoftmaxWithLoss", "label"),
        ("flatten |> dense(units=1) |> sigmoid", "SigmoidCrossEntropyLoss", "label"),
        ("flatten |> dense(units=4) |> sigmoid", "SigmoidCrossEntropyLoss", "y_target"),
        ("flatten |> dense(units=3)", "EuclideanLoss", "y_target"),
        ("conv2d(filters=3, kernel=1) |> softmax", "SoftmaxWithLoss", "y_label"),
        ("conv2d(filters=3, kernel=1) |> softmax(axis=1)", "EuclideanLoss", "y_target"),
        ("conv2d(filters=3, kernel=1) |> tanh", "EuclideanLoss", "y_target"),
    ],
)
def test_the_last_activation_decides_the_loss(end: str, loss: str, label: str) -> None:
    layers = training(f"  x = input map[4, 4, 2]\n  y = x |> {end}\n  output y")
    assert the(layers, loss)["bottom"][1] == label


def test_a_softmax_that_is_read_again_stays() -> None:
    layers = training(
        "  x = input vector[4]\n  p = x |> dense(units=3) |> softmax\n  y = p |> dense(units=2) |> softmax\n"
        "  output p, y"
    )
    assert [layer["bottom"][0] for layer in layers if layer["type"] == "SoftmaxWithLoss"] == ["p.1", "y.1"]
    assert the(layers, "Softmax")["top"] == ["p"]


def test_layers_for_training_alone() -> None:
    """Noise is drawn anew and added; a deploy net has none."""
    body = "  x = input vector[4]\n  y = x |> dense(units=3) |> gaussian_noise(stddev=0.5)\n  output y"
    layers = training(body)
    assert "Bias" in types(layers, "TRAIN")
    assert "Bias" not in types(layers, "TEST")
    assert the(layers, "DummyData")["dummy_data_param"]["shape"] == [{"dim": [BATCH, 3]}]
    deployed = read_layers(emit("caffe", read_net(f"net n {{\n{body}\n}}\n"))[0])
    assert types(deployed, "TEST") == ["Input", "InnerProduct", "Split"]


def test_dropping_everything_is_refused() -> None:
    body = "  x = input vector[4]\n  a = dropout(x, rate=1.0)\n  b = dropout(a, rate=1.0)\n  output b"
    with pytest.raises(DlcError) as raised:
        training(body)
    assert [d.code.number for d in raised.value.diagnostics] == ["DLC0501", "DLC0501"]
    assert emit("caffe", read_net(f"net n {{\n{body}\n}}\n"))


SMALL = "net n {\n  x = input vector[4]\n  y = dense(x, units=3)\n  output y\n}\n"


def test_the_solver() -> None:
    _, solver = emit("caffe-train", read_net(SMALL))
    fields = read(solver, "SolverParameter")
    assert fields["net"] == "n_train_val.prototxt"
    assert {"base_lr", "lr_policy", "max_iter", "test_iter", "test_interval", "solver_mode"} <= set(fields)
    assert "usual start" in solver


@pytest.mark.parametrize("output", ["nets/", 'my "net".prototxt'])
def test_the_solver_names_the_file_of_the_net(output: str, tmp_path: Path) -> None:
    (tmp_path / "n.dlnet").write_text(SMALL)
    assert main([str(tmp_path / "n.dlnet"), "--target", "caffe-train", "-o", f"{tmp_path}/{output}"]) == 0
    (solver,) = tmp_path.rglob("*_solver.prototxt")
    assert (solver.parent / read(solver.read_text(), "SolverParameter")["net"]).exists()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[1]} of {case[0]}")
def test_every_layer_runs_in_both_phases(case: tuple[str, str]) -> None:
    """Losses fit their labels; blobs fit the databases that the head of the file tells of."""
    pytest.importorskip("torch")
    net = read_net(text(case))
    try:
        written = emit("caffe-train", net)[0]
    except DlcError:
        assert case[1] == "upsample3d(size=(2, 1, 3), mode=trilinear)"
        return
    for phase in ("TRAIN", "TEST"):
        run(net, written, phase)


def run(net: Net, written: str, phase: str) -> None:
    from support import caffe_run

    layers = read_layers(written)
    inputs = {
        top: values
        for layer in layers
        if layer["type"] == "Data" and in_phase(layer, phase)
        for top, values in zip(layer["top"], rows(layer, written, phase), strict=False)
    }
    weights = Zeros(layers)
    blobs = caffe_run.run(layers, inputs, weights, phase)
    losses = [name for name in blobs if name.rpartition("_")[2] == "loss" or name == "loss"]
    assert losses
    assert all(np.isfinite(blobs[name]).all() and blobs[name].shape == () for name in losses)


def rows(layer: Message, written: str, phase: str) -> list[Any]:
    """A batch of the data of a database, and of labels, of the sizes that are told of it."""
    source = layer["data_param"]["source"].replace(f"_{phase.lower()}_", "_{train,test}_", 1)
    (told,) = (line for line in written.splitlines() if line.startswith(f"# {source}: data of "))
    sizes = told.partition("data of ")[2].partition(",")[0].rstrip(".").split(" x ")
    assert layer["data_param"]["batch_size"] == BATCH
    return [np.zeros((BATCH, *map(int, sizes)), np.float32), np.zeros(BATCH, np.float32)]


class Zeros(dict[str, list[Any]]):
    """No weights: every filler counts as the constant 0."""

    def __init__(self, layers: list[Message]) -> None:
        super().__init__()
        for layer in layers:
            for parameters in layer.values():
                if isinstance(parameters, dict):
                    for word in ("weight_filler", "bias_filler"):
                        if parameters.get(word, {}).get("type") not in (None, "constant", "bilinear"):
                            parameters[word] = {"type": "constant"}
