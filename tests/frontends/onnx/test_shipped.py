"""The models that come with onnx for testing runtimes: those that PyTorch wrote years ago give the numbers that
stand beside them, well-known nets have their parameter counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlc.cli.commands.summary import lines
from dlc.diagnostics import DlcError
from dlc.frontends.onnx import read, read_with_weights
from dlc.ir import Module, Net
from dlc.passes.check import check
from dlc.types import Kind, total

pytest.importorskip("onnx")
pytest.importorskip("torch")

import onnx
from support import torch_eval
from support.onnx_net import ordered

DATA = Path(onnx.__file__).parent / "backend" / "test" / "data"
# As their papers or frameworks count; resnet50's has no moving averages counted apart.
COUNTS = {
    "bvlc_alexnet": 60_965_224,
    "densenet121": 8_062_504,
    "inception_v2": 11_214_888,
    "resnet50": 25_610_152,
    "squeezenet": 1_235_496,
    "vgg19": 143_667_240,
    "zfnet512": 87_250_536,
}


@pytest.mark.parametrize("name", COUNTS)
def test_well_known_nets(name: str) -> None:
    path = DATA / "light" / f"light_{name}.onnx"
    if not path.is_file():
        pytest.skip("this onnx does not ship it")
    module, findings = read(path.read_bytes(), str(path))
    assert not findings
    (net,) = check(module).module.nets
    assert total(*(line.parameters for line in lines(net))) == COUNTS[name]


@pytest.mark.parametrize("name", ["inception_v1", "shufflenet"])
def test_nets_with_averages_that_no_layer_takes(name: str) -> None:
    """What follows an operator that is kept is read all the same, since onnx infers its type."""
    path = DATA / "light" / f"light_{name}.onnx"
    if not path.is_file():
        pytest.skip("this onnx does not ship it")
    module, findings = read(path.read_bytes(), str(path))
    assert {d.message.split(" ")[0] for d in findings} == {"AveragePool"}
    (net,) = check(module).module.nets
    assert str(net.types()[net.outputs[0]]) == "vector[1000]"


def test_models_of_pytorch_give_the_numbers_beside_them() -> None:
    folders = sorted(DATA.glob("pytorch-*/*"))
    if not folders:
        pytest.skip("this onnx does not ship them")
    wrong = {}
    compared = 0
    for folder in folders:
        found = difference(folder)
        if found is None:
            continue
        compared += 1
        if not found <= 1e-3:
            wrong[folder.name] = found
    assert not wrong
    assert compared >= 70


def difference(folder: Path) -> float | None:
    """The largest difference of a model's result; None where the model is kept in part, or refused."""
    given = [tensor(path) for path in sorted(folder.glob("test_data_set_0/input_*.pb"))]
    if any(array.dtype == np.float64 or array.ndim < 2 for array in given):
        return None  # some of the former hold what was in memory; the latter have no batch
    try:
        net, arrays, findings = read_with_weights(
            (folder / "model.onnx").read_bytes(), str(folder / "m.onnx")
        )
    except DlcError:
        return None
    if findings:
        return None
    (net,) = check(Module(nets=(net,))).module.nets
    inputs = {i.name: turned(a, i.type.kind, i.type.shape) for i, a in zip(net.inputs, given, strict=True)}
    made = torch_eval.evaluate(net, inputs, ordered(net, arrays))[net.outputs[0]]
    wanted = tensor(folder / "test_data_set_0" / "output_0.pb")
    steps_last = given[0].shape[1:] != net.inputs[0].type.shape
    return float(np.abs(made - like(wanted, net, made.shape, steps_last)).max())


def tensor(path: Path) -> Any:
    return onnx.numpy_helper.to_array(onnx.TensorProto.FromString(path.read_bytes())).copy()


def turned(array: Any, kind: Kind, shape: tuple[Any, ...]) -> Any:
    """An input channels last."""
    if kind is Kind.IDS:
        return array
    first = kind in (Kind.MAP, Kind.VOLUME) or array.shape[1:] != shape
    return np.moveaxis(array, 1, -1) if first else array


def like(array: Any, net: Net, shape: tuple[int, ...], steps_last: bool) -> Any:
    """An output channels last, in the shape that the net's has."""
    kind = net.types()[net.outputs[0]]
    assert kind is not None
    last = kind.kind in (Kind.MAP, Kind.VOLUME) or (kind.kind is Kind.SEQUENCE and steps_last)
    return (np.moveaxis(array, 1, -1) if last and array.ndim > 2 else array).reshape(shape)
