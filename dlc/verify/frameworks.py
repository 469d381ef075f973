"""The frameworks that nets are run in: what each needs, and the process that runs one."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from dlc.diagnostics import Diagnostic, DlcError, Note, codes
from dlc.weights.held import Array

RUNNERS = Path(__file__).parent / "runners"


@attrs.frozen
class Framework:
    """What a framework is called, the packages one of which runs it, and how these are installed."""

    name: str
    title: str
    packages: tuple[str, ...]
    install: str


FRAMEWORKS = {
    f.name: f
    for f in (
        Framework("keras", "Keras", ("keras",), "pip install keras torch"),
        Framework("pytorch", "PyTorch", ("torch",), "pip install torch"),
        Framework("onnx", "onnxruntime", ("onnxruntime",), "pip install onnx onnxruntime"),
        Framework("caffe", "Caffe", ("cv2", "caffe"), "pip install opencv-python-headless"),
    )
}
_KERAS_BACKENDS = ("tensorflow", "torch", "jax")


def is_installed(framework: str) -> bool:
    """Whether a framework can be run here; nothing is imported."""
    return any(importlib.util.find_spec(package) is not None for package in FRAMEWORKS[framework].packages)


def require(framework: str, what: str) -> None:
    """Raise DlcError where a framework, in which `what` is to run, is not installed."""
    if not is_installed(framework):
        known = FRAMEWORKS[framework]
        message = f"{what} runs in {known.title}, which is not installed: {known.install}"
        raise DlcError(Diagnostic(codes.FRAMEWORK_MISSING, message))


@attrs.frozen
class Job:
    """What a runner is to do: the net's file, its weights, and what is wanted of it (see `runners`)."""

    framework: str
    model: Path
    weights: Path | None
    fetch: tuple[Any, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict)


def run(job: Job, inputs: list[Array], folder: Path, what: str, limit: float) -> dict[str, Array]:
    """The values that a net computes, by the names that its runner gives them.

    Raises DlcError where the framework fails, or takes longer than `limit` seconds.
    """
    import numpy as np

    given, out, order = folder / "inputs.npz", folder / "values.npz", folder / "job.json"
    np.savez(given, **{str(i): array for i, array in enumerate(inputs)})
    weights = None if job.weights is None else str(job.weights)
    stated = {"model": str(job.model), "weights": weights, "inputs": str(given), "out": str(out)}
    order.write_text(json.dumps({**stated, "fetch": list(job.fetch), **job.extra}))
    script = RUNNERS / f"{job.framework}_runner.py"
    try:
        done = subprocess.run(
            [sys.executable, str(script), str(order)],
            capture_output=True, text=True, check=False, timeout=limit, env=_environment(),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise _failed(job, what, f"it took more than {limit:g} seconds", "") from None
    if done.returncode or not out.exists():
        lines = done.stderr.strip().splitlines() or [f"it ended with status {done.returncode}"]
        raise _failed(job, what, lines[-1].strip(), done.stderr)
    with np.load(out) as held:
        return {name: held[name] for name in held.files}


def _environment() -> dict[str, str]:
    backend = next((b for b in _KERAS_BACKENDS if importlib.util.find_spec(b) is not None), "tensorflow")
    return {"KERAS_BACKEND": backend, **os.environ, "PYTHONUTF8": "1"}


def _failed(job: Job, what: str, why: str, output: str) -> DlcError:
    message = f"{what} fails in {FRAMEWORKS[job.framework].title}: {why}"
    last = [Note(line) for line in output.strip().splitlines()[-6:-1]]
    return DlcError(Diagnostic(codes.RUN_FAILED, message, notes=tuple(last)))
