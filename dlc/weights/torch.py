"""State dicts of the modules that target `pytorch` writes, as safetensors."""

from __future__ import annotations

from pathlib import Path

from dlc.backends.pytorch.params import key_of, state_dict, tensors
from dlc.ir import Module
from dlc.weights import safetensors, transfer
from dlc.weights.held import Weights
from dlc.weights.match import expanded
from dlc.weights.transfer import Reading

_COUNTERS = "num_batches_tracked"


def read(path: Path, module: Module) -> Reading:
    """The weights of the module that is written for a prepared module, under the names of the expanded one.

    Raises DlcError.
    """
    held = safetensors.read(path).items()
    arrays = {key_of(name): array for name, array in held if not name.endswith(_COUNTERS)}
    return transfer.read(expanded(module).nets[0], tensors(module), arrays, path)


def written(path: Path, module: Module, weights: Weights) -> bytes:
    """The safetensors file for a prepared module; `weights` are under the names of the expanded one."""
    return safetensors.written(state_dict(tensors(module), weights))
