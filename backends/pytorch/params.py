"""Where the weights of a net are in the state dict of its emitted module, and how they lie there.

For each tensor of the state dict there is a `Tensor`: its key (`conv1.0.weight`: the path of the module in
the emitted class, and the parameter's name), the layer of the *expanded* net that it belongs to, by the name
that `ExpandBlocks` gives it, and the layout, in `weight.parts`. With `weights` by layer and role, as
`dlc.backends.parameters` names and lays them out (`by_role` makes them):

    found = tensors(module)
    state = state_dict(found, weights)              # {key: array}, for `load_state_dict`
    weights = catalogue(found, state, shapes(net))  # and back; `net` is the expanded one

The module may have blocks and repeats, which become classes and loops, or be expanded: it must be the very
module that is emitted, since the paths depend on its blocks. Layers that share the weights of others are
the same module as those, or have tensors that hold the same once more. Batch norm's `num_batches_tracked`
is not among the tensors: PyTorch adds it. `paths` gives the modules' paths alone. Arrays are numpy's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from dlc.backends.base import Differences
from dlc.backends.parameters import net_parameters
from dlc.backends.pytorch.members import path
from dlc.backends.pytorch.program import Program, program
from dlc.backends.pytorch.survey import Frame, Instance
from dlc.backends.pytorch.weights import Weight
from dlc.ir import Module, Net
from dlc.passes.expand import ExpandBlocks

Array = Any
Shapes = Mapping[str, Mapping[str, tuple[int, ...]]]  # by layer and role


@attrs.frozen
class Tensor:
    """One entry of the state dict: its key, the layer of the expanded net, and how it is made."""

    key: str
    node: str
    weight: Weight


def tensors(module: Module) -> tuple[Tensor, ...]:
    """The state dict of what the backend writes for a checked module of one net.

    Raises DlcError where PyTorch cannot say the net.
    """
    made = program(module, Differences("PyTorch", True))
    found = []
    for node, instance in _named(made):
        for at, step in enumerate(instance.plan.steps):
            weights = [weight for held in step.modules for weight in held.weights]
            prefix = _path(made, instance.way, at) if weights else None
            if prefix is not None:
                found += [Tensor(f"{prefix}.{weight.name}", node, weight) for weight in weights]
    return tuple(found)


def paths(module: Module) -> dict[str, str]:
    """For every layer of the expanded net that holds weights, the path of its module (of a separable
    convolution, that of the first of the two)."""
    found: dict[str, str] = {}
    for tensor in tensors(module):
        owner, _, _ = tensor.key.removesuffix(tensor.weight.name).rpartition(".")
        found.setdefault(tensor.node, owner)
    return found


def shapes(net: Net) -> dict[str, dict[str, tuple[int, ...]]]:
    """The shapes of a checked, expanded net's parameters by layer and role."""
    return {name: {p.role: p.shape for p in held} for name, held in net_parameters(net).items()}


def state_dict(found: Sequence[Tensor], weights: Mapping[str, Mapping[str, Array]]) -> dict[str, Array]:
    """Arrays as PyTorch stores them. Raises KeyError where a layer lacks an array."""
    return {tensor.key: _stored(tensor.weight, weights[tensor.node]) for tensor in found}


def catalogue(
    found: Sequence[Tensor], state: Mapping[str, Array], wanted: Shapes
) -> dict[str, dict[str, Array]]:
    """Arrays by layer and role from a state dict. Raises KeyError where it lacks an entry, and ValueError
    where an array has another size."""
    made: dict[str, dict[str, Array]] = {}
    rows: dict[tuple[str, str], dict[int, Array]] = {}
    for tensor in found:
        arrays, own = made.setdefault(tensor.node, {}), wanted[tensor.node]
        at = 0
        for part in tensor.weight.parts:
            shape = own[part.role]
            whole = state[tensor.key]
            count = len(whole) // len(tensor.weight.parts)
            array = part.restored(whole[at : at + count], shape)
            at += count
            if part.row is not None:
                rows.setdefault((tensor.node, part.role), {})[part.row] = array
            else:
                arrays[part.role] = arrays[part.role] + array if tensor.weight.added else array
    for (node, role), held in rows.items():
        import numpy as np

        made[node][role] = np.stack([held[row] for row in sorted(held)])
    return made


def _stored(weight: Weight, arrays: Mapping[str, Array]) -> Array:
    parts = [part.stored(arrays[part.role]) for part in weight.parts]
    if len(parts) != 1:
        import numpy as np

        return np.concatenate(parts) if parts else np.zeros((), np.float32)
    return parts[0] * 0 if weight.added else parts[0]


def _named(made: Program) -> list[tuple[str, Instance]]:
    """The layers with the names of those of the expanded net whose weights they use; the net's own nodes
    come in its order."""
    position = {node.name: at for at, node in enumerate(made.net.body)}
    expanded = ExpandBlocks().run(made.module).module.nets[0].body
    instances = sorted(made.survey.instances, key=lambda each: position[each.way[0].key[1]])
    return [(node.shares or node.name, instance) for node, instance in zip(expanded, instances, strict=True)]


def _path(made: Program, way: Sequence[Frame], step: int) -> str | None:
    """The path of the module for a step of a layer; None where nothing uses the layer."""
    classes, prefix = made.by_scope, ""
    for index, frame in enumerate(way):
        last = index == len(way) - 1
        found = None
        for member in classes[frame.key[0]].body.members:
            found = path(member.entry, member.name, frame, step if last else 0)
            if found is not None:
                break
        if found is None:
            return None
        prefix = f"{prefix}.{found.removeprefix('.')}" if prefix else found.removeprefix(".")
    return prefix
