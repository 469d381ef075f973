"""The examples as each target writes them, beside what it should write; all are formatted and well formed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.nets import emit, read_module
from support.prototxt import read, read_net

FOLDER = Path(__file__).parent / "golden"
EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.dlnet"))
# Thousands of lines each, which say again what the others say.
REPETITIVE = {"densenet121", "mobilenet", "mobilenetv2", "resnet50", "resnet152"}
TRAINED = ("lenet", "sentiment", "tagger", "two_inputs", "unet")

named = pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
Golden = Callable[[Path, str], None]


def written(target: str, file: Path) -> list[str]:
    return emit(target, read_module(file.read_text(encoding="utf-8")), source=file.name)


@named
def test_keras(file: Path, golden: Golden) -> None:
    (text,) = written("keras", file)
    golden(FOLDER / "keras" / f"{file.stem}.py", text)


@named
def test_pytorch(file: Path, golden: Golden) -> None:
    (text,) = written("pytorch", file)
    golden(FOLDER / "pytorch" / f"{file.stem}.py", text)


@named
def test_caffe(file: Path, golden: Golden) -> None:
    (text,) = written("caffe", file)
    read_net(text)
    if file.stem not in REPETITIVE:
        golden(FOLDER / "caffe" / f"{file.stem}.prototxt", text)


@named
def test_caffe_train(file: Path, golden: Golden) -> None:
    net, solver = written("caffe-train", file)
    read_net(net)
    read(solver, "SolverParameter")
    if file.stem in TRAINED:
        golden(FOLDER / "caffe-train" / f"{file.stem}_train_val.prototxt", net)
        golden(FOLDER / "caffe-train" / f"{file.stem}_solver.prototxt", solver)


python = pytest.mark.parametrize("target", ["keras", "pytorch"])


def ruff(*arguments: str) -> None:
    command = [sys.executable, "-m", "ruff", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@python
def test_python_is_formatted(target: str) -> None:
    """As `ruff format` leaves it in its own settings."""
    ruff("format", "--isolated", "--check", "--diff", str(FOLDER / target))


@python
def test_python_has_no_dead_lines(target: str) -> None:
    """No unused import, variable or argument, no undefined name."""
    ruff("check", "--isolated", "--select", "F,E,W,I,ARG,B", str(FOLDER / target))
