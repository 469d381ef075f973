"""`dlc convert WEIGHTS --net FILE --target T -w OUT [-o CODE]`: a net with its weights, for another framework."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from dlc.backends import load as load_backend
from dlc.backends.base import Backend
from dlc.cli.arguments import reading, usage_error
from dlc.cli.commands.compile import TARGET_OF_ENDING, files_of, options_of
from dlc.cli.output import write_all, write_json
from dlc.cli.pipeline import Result, compile_module, only
from dlc.cli.report import Reporter, progress_bar
from dlc.cli.source import Loaded, load, load_bytes, require
from dlc.diagnostics import Diagnostic, DlcError, codes
from dlc.ir import Module

# The target whose code goes with weights of a framework.
_TARGETS = {"caffe": "caffe", "keras": "keras", "pytorch": "pytorch", "onnx": "onnx"}
_FRAMEWORKS = {**{t: f for f, t in _TARGETS.items()}, "keras-json": "keras", "caffe-train": "caffe"}


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Read the weights, compile the net, and write both; nothing is written when anything is wrong."""
    require("dlc.weights.files", "weights", "converting weights")
    require("numpy", "weights", "converting weights")
    require("h5py", "weights", "converting weights")
    if arguments.weights is None and arguments.output is None:
        raise usage_error("-w OUT says where the weights go, -o OUT where the code goes; one is needed")
    target = _target(arguments)
    loaded = _net(arguments)
    reporter.remember(loaded.name, loaded.text)
    module = only(loaded, arguments.name, "--name")
    backend = load_backend(target)
    result = _compiled(module, backend, loaded, arguments)
    _refuse_approximate_rnn(result)
    found = _transfer(module, result, loaded, arguments, backend)
    reporter.show([*loaded.diagnostics, *result.diagnostics, *found])
    return 0


def _target(arguments: argparse.Namespace) -> str:
    """What is asked for, else what the endings of the outputs say; they must agree."""
    from dlc.weights.files import require_framework

    framework = require_framework(Path(arguments.weights)) if arguments.weights else None
    by_code = TARGET_OF_ENDING.get(Path(arguments.output or "").suffix.lower())
    named: str | None = arguments.target or by_code if framework is None else arguments.target
    target = named or _TARGETS[str(framework)]
    if target not in _FRAMEWORKS:
        raise usage_error(f"{target} holds no weights; targets that do are {', '.join(_FRAMEWORKS)}")
    if framework is not None and _FRAMEWORKS[target] != framework:
        raise usage_error(f"{arguments.weights} would hold weights for {framework}, not for {target}")
    return target


def _net(arguments: argparse.Namespace) -> Loaded:
    """The net: of --net, else of the weights file itself."""
    if arguments.net is not None:
        with progress_bar() as progress:
            return load(arguments.net, arguments.form, progress, reading(arguments))
    from dlc.weights.files import own_net, require_framework
    from dlc.weights.hdf5 import no_config

    path = Path(arguments.input)
    framework = require_framework(path)
    if framework == "onnx":
        return load(arguments.input)
    text = own_net(path) if framework == "keras" else None
    if text is None:
        raise no_config(path)
    return load_bytes(text.encode(), arguments.input, "keras-json")


def _compiled(module: Module, backend: Backend, loaded: Loaded, arguments: argparse.Namespace) -> Result:
    return compile_module(module, backend, options_of(arguments, "error", loaded, backend))[0]


def _refuse_approximate_rnn(result: Result) -> None:
    """Caffe's own RNN, which is written where approximations are accepted, has weights that no net has."""
    rnn = next((d for d in result.diagnostics if "Caffe's RNN" in d.message), None)
    if rnn is not None:
        message = f"{rnn.message}; its weights are not known: convert without --approximate"
        raise DlcError(Diagnostic(codes.WEIGHTS_FORMAT, message, rnn.span))


def _weights_files(arguments: argparse.Namespace, result: Result) -> set[Path]:
    """The files that get the weights; an ONNX model is its code's file too."""
    models = [arguments.output] if result.emitted.files[0].ending == ".onnx" else []
    return {Path(name) for name in (arguments.weights, *models) if name is not None}


def _transfer(
    module: Module, result: Result, loaded: Loaded, arguments: argparse.Namespace, backend: Backend
) -> Sequence[Diagnostic]:
    """Read the weights, and write them and the code."""
    from dlc.weights import convert

    weights = convert.weights_of(Path(arguments.input), module, loaded.format, loaded.text)
    files: dict[Path, str | bytes] = {}
    if arguments.output is not None and result.emitted.files[0].ending != ".onnx":
        files.update(files_of([result], arguments.output, Path(loaded.name).stem, backend))
    for path in _weights_files(arguments, result):
        files[path] = convert.written(path, module, result.module, weights.weights, backend.name)
    write_all(files)
    made = [str(path) for path in files]
    if arguments.json:
        write_json({"files": made})
    elif sys.stderr.isatty():
        sys.stderr.writelines(f"wrote {name}\n" for name in made)
    return weights.diagnostics
