"""Models that PyTorch exports, by both of its exporters: understood as a whole, and the same numbers."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlc.types import Kind

pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("onnxscript")

import torch
from support import torch_eval
from support.onnx_net import read_net

nn = torch.nn
F = torch.nn.functional


class Residual(nn.Module):  # type: ignore[name-defined,misc]
    def __init__(self, given: int, made: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(given, made, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(made)
        self.conv2 = nn.Conv2d(made, made, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(made)
        self.short = nn.Conv2d(given, made, 1, stride)

    def forward(self, x: Any) -> Any:
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(y + self.short(x))


class Squeeze(nn.Module):  # type: ignore[name-defined,misc]
    def __init__(self) -> None:
        super().__init__()
        self.down, self.up = nn.Conv2d(8, 4, 1), nn.Conv2d(4, 8, 1)

    def forward(self, x: Any) -> Any:
        gate = torch.sigmoid(self.up(F.silu(self.down(F.adaptive_avg_pool2d(x, 1)))))
        return x * gate


class Words(nn.Module):  # type: ignore[name-defined,misc]
    """A recurrent net of which every step is taken, or the last one."""

    def __init__(self, kind: Callable[..., Any], both: bool = False, last: bool = False) -> None:
        super().__init__()
        self.table = nn.Embedding(20, 6)
        self.cells = kind(6, 5, batch_first=True, bidirectional=both)
        self.out = nn.Linear(10 if both else 5, 3)
        self.last = last

    def forward(self, x: Any) -> Any:
        y, _ = self.cells(self.table(x))
        return self.out(y[:, -1] if self.last else y)


class Shuffled(nn.Module):  # type: ignore[name-defined,misc]
    def forward(self, x: Any) -> Any:
        a, b = x.chunk(2, 1)
        return torch.cat([F.relu(b), a], 1)


class Viewed(nn.Module):  # type: ignore[name-defined,misc]
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.out = nn.Conv2d(3, 4, 3), nn.Linear(4 * 6 * 6, 7)

    def forward(self, x: Any) -> Any:
        y = self.conv(x)
        return self.out(y.view(y.size(0), -1))


def chain(*layers: Any) -> Any:
    return nn.Sequential(*layers)


IDS = "ids"
CASES: dict[str, tuple[Callable[[], Any], Any]] = {
    "residual": (
        lambda: chain(
            nn.Conv2d(3, 8, 7, 2, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
            Residual(8, 12, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(12, 5),
        ),
        (3, 32, 32),
    ),
    "pooled up, flattened": (
        lambda: chain(
            nn.Conv2d(3, 6, 3, padding=1), nn.MaxPool2d(2, ceil_mode=True), nn.Flatten(), nn.Dropout(),
            nn.Linear(6 * 16, 5), nn.Softmax(1),
        ),
        (3, 7, 7),
    ),
    "activations": (
        lambda: chain(
            nn.Conv2d(3, 4, 3, groups=1), nn.ReLU6(), nn.Conv2d(4, 4, 3, groups=4), nn.Hardsigmoid(), nn.PReLU(4),
            nn.ELU(), nn.SELU(), nn.Softplus(), nn.Softsign(), nn.Tanh(), nn.GELU(), nn.Hardswish(),
            nn.LeakyReLU(0.2), nn.AvgPool2d(2, padding=1),
        ),
        (3, 9, 9),
    ),
    "squeeze": (lambda: chain(nn.Conv2d(3, 8, 3), Squeeze()), (3, 6, 6)),
    "view": (Viewed, (3, 8, 8)),
    "chunks": (Shuffled, (4, 5, 5)),
    "groups and enlarging": (
        lambda: chain(
            nn.GroupNorm(2, 4), nn.InstanceNorm2d(4, affine=True), nn.Upsample(scale_factor=2, mode="bilinear"),
            nn.ConvTranspose2d(4, 3, 4, 2, 1), nn.Upsample(scale_factor=2),
        ),
        (4, 5, 6),
    ),
    "volume": (lambda: chain(nn.Conv3d(2, 4, 3, padding=1), nn.BatchNorm3d(4), nn.AvgPool3d(2)), (2, 6, 6, 6)),
    "lstm": (lambda: Words(nn.LSTM), IDS),
    "lstm both ways": (lambda: Words(nn.LSTM, both=True), IDS),
    "gru, last step": (lambda: Words(nn.GRU, last=True), IDS),
    "gru both ways": (lambda: Words(nn.GRU, both=True), IDS),
    "layernorm and linear": (lambda: chain(nn.LayerNorm(6), nn.Linear(6, 4), nn.GELU()), (5, 6)),
    "convolution of steps": (
        lambda: chain(nn.Conv1d(4, 6, 3, padding=2, dilation=2), nn.MaxPool1d(2), nn.Flatten(), nn.Linear(36, 3)),
        (4, 12),
    ),
}  # fmt: skip


@pytest.mark.parametrize("dynamo", [False, True], ids=["script", "dynamo"])
@pytest.mark.parametrize("word", CASES)
def test_exported(word: str, dynamo: bool) -> None:
    torch.manual_seed(0)
    make, form = CASES[word]
    module = make().eval()
    given = torch.randint(0, 20, (2, 7)) if form == IDS else torch.randn(2, *form)
    net, weights = read_net(exported(module, given, dynamo))
    (name,) = (i.name for i in net.inputs)
    values = torch_eval.evaluate(net, {name: channels_last(given, net.inputs[0].type.kind, form)}, weights)
    with torch.no_grad():
        wanted = module(given)
    kind = net.types()[net.outputs[0]]
    assert kind is not None
    np.testing.assert_allclose(values[net.outputs[0]], channels_last(wanted, kind.kind, None), atol=1e-4)


def exported(module: Any, given: Any, dynamo: bool) -> bytes:
    """The model; skips where this version of PyTorch cannot export it here."""
    file = io.BytesIO()
    logging.disable(logging.ERROR)
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            if dynamo:
                program = torch.onnx.export(module, (given,), dynamo=True, verbose=False)
                return bytes(program.model_proto.SerializeToString())
            torch.onnx.export(
                module, (given,), file, dynamo=False, dynamic_axes={"x": {0: "n"}}, input_names=["x"]
            )
    except (ImportError, AttributeError, TypeError) as error:
        pytest.skip(f"this PyTorch does not export it: {error}")
    finally:
        logging.disable(logging.NOTSET)
    return file.getvalue()


def channels_last(tensor: Any, kind: Kind, form: Any) -> Any:
    """A tensor of PyTorch as the language has it; steps of convolutions have their features first."""
    array = tensor.detach().numpy()
    turned = kind in (Kind.MAP, Kind.VOLUME) or form == (4, 12)
    return np.moveaxis(array, 1, -1) if turned else array
