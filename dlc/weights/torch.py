"""State dicts of the modules that target `pytorch` writes, as safetensors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dlc.backends.pytorch.params import Tensor, catalogue, shapes, state_dict, tensors
from dlc.ir import Module
from dlc.weights import safetensors, transfer
from dlc.weights.held import Array, Key, Stored, Weights
from dlc.weights.match import expanded
from dlc.weights.transfer import Reading

_COUNTERS = "num_batches_tracked"


def read(path: Path, module: Module) -> Reading:
    """The weights of the module that is written for a prepared module, under the names of the expanded one.

    Raises DlcError.
    """
    net = expanded(module).nets[0]
    found, own = tensors(module), shapes(net)
    held = {n: a for n, a in safetensors.read(path).items() if not n.endswith(_COUNTERS)}
    arrays = {_key(name): array for name, array in held.items()}
    wanted = {_key(t.key): (t.node, _shape(t, own)) for t in found}
    extra = transfer.check(net, wanted, arrays, path)
    weights = catalogue(found, _Lazy(held), own)
    return Reading(weights, extra)


def _key(name: str) -> Key:
    """`conv1.0.weight` as the module and the parameter."""
    module, _, parameter = name.rpartition(".")
    return module, parameter


def _shape(tensor: Tensor, own: Mapping[str, Mapping[str, tuple[int, ...]]]) -> tuple[int, ...]:
    """The shape of an entry of the state dict."""
    import numpy as np

    empty = {role: np.broadcast_to(np.float32(0), shape) for role, shape in own[tensor.node].items()}
    made = state_dict([tensor], {tensor.node: empty})[tensor.key]
    return tuple(int(n) for n in made.shape)


class _Lazy(Mapping[str, Array]):
    """Arrays that are read when they are asked for."""

    def __init__(self, held: Mapping[str, Stored]) -> None:
        self._held = held

    def __getitem__(self, name: str) -> Any:
        return self._held[name].read()

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


def written(path: Path, module: Module, weights: Weights) -> bytes:
    """The safetensors file for a prepared module; `weights` are under the names of the expanded one."""
    return safetensors.written(state_dict(tensors(module), weights))
