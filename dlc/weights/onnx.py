"""ONNX models, which hold their weights: those that target `onnx` writes."""

from __future__ import annotations

from pathlib import Path

from dlc.backends import onnx as target
from dlc.backends.base import EmitOptions
from dlc.diagnostics import codes
from dlc.ir import Module
from dlc.weights.held import Weights, check_size, damaged, problem
from dlc.weights.match import expanded
from dlc.weights.transfer import Reading


def read_own(path: Path) -> Reading:
    """The weights of any model, under the names of the net that the frontend reads from it.

    Raises DlcError.
    """
    from dlc.frontends.onnx import read_with_weights

    check_size(path)
    _, weights, _ = read_with_weights(path.read_bytes(), str(path))
    return Reading(weights)


def read(path: Path, module: Module) -> Reading:
    """The weights that dlc has written into a model of this prepared module. Raises DlcError."""
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    from onnx import load

    check_size(path)
    net = expanded(module).nets[0]
    try:
        return Reading(target.weights_of(net, load(str(path))))
    except DecodeError:
        raise damaged(path, "it is no ONNX model") from None
    except KeyError as error:
        message = f"{path} has no initialiser {error}: dlc has not written it for this net"
        raise problem(codes.WEIGHTS_MISSING, path, message) from None


def written(path: Path, module: Module, weights: Weights) -> bytes:
    """The model of a prepared module with these weights, under the names of the expanded one."""
    net = expanded(module).nets[0]
    made, _ = target.build(net, EmitOptions(approximate=True, source=str(path.name)), weights)
    content: bytes = made.SerializeToString()
    return content
