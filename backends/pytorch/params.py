"""Where the weights of a net are in the state dict of its emitted module, and how they lie there.

A tensor's key is the path of a module in the emitted class, and the parameter's name: `conv1.0`, `weight`.
The layers that it names are those of the *expanded* net, as `ExpandBlocks` calls them. With `weights` by layer
and role, as `dlc.backends.parameters` names and lays them out (`by_role` makes them):

    found = tensors(module)
    state = state_dict(found, weights)  # {"conv1.0.weight": array}, for `load_state_dict`

and each tensor's `restore` is the way back. The module may have blocks and repeats, which become classes and
loops, or be expanded: it must be the very module that is emitted, since the paths depend on its blocks.
Layers that share the weights of others are the same module as those, or have tensors that hold the same once
more. Batch norm's `num_batches_tracked` is not among the tensors: PyTorch adds it. `paths` gives the modules'
paths alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dlc.backends.base import Differences
from dlc.backends.parameters import net_parameters
from dlc.backends.pytorch.members import path
from dlc.backends.pytorch.program import Program, program
from dlc.backends.pytorch.survey import Frame, Instance
from dlc.backends.pytorch.weights import Weight
from dlc.backends.stored import Key, Tensor
from dlc.ir import Module, Net
from dlc.passes.check import check
from dlc.passes.expand import ExpandBlocks

Array = Any  # a numpy array


def tensors(module: Module) -> tuple[Tensor, ...]:
    """The state dict of what the backend writes for a checked module of one net.

    Raises DlcError where PyTorch cannot say the net.
    """
    made = program(module, Differences("PyTorch", True))
    net = check(ExpandBlocks().run(made.module).module).module.nets[0]
    held = {name: {p.role: p for p in owned} for name, owned in net_parameters(net).items()}
    return tuple(
        weight.of(key_of(f"{prefix}.{weight.name}"), node, held[node])
        for prefix, node, weight in _weights(made, net)
    )


def key_of(name: str) -> Key:
    """`conv1.0.weight` as the module and the parameter."""
    module, _, parameter = name.rpartition(".")
    return module, parameter


def paths(module: Module) -> dict[str, str]:
    """For every layer of the expanded net that holds weights, the path of its module (of a separable
    convolution, that of the first of the two)."""
    made = program(module, Differences("PyTorch", True))
    found: dict[str, str] = {}
    for prefix, node, _ in _weights(made, ExpandBlocks().run(made.module).module.nets[0]):
        found.setdefault(node, prefix)
    return found


def state_dict(found: Sequence[Tensor], weights: Mapping[str, Mapping[str, Array]]) -> dict[str, Array]:
    """Arrays as PyTorch stores them. Raises KeyError where a layer lacks an array."""
    return {".".join(tensor.key): tensor.stored(weights[tensor.node]) for tensor in found}


def _weights(made: Program, expanded: Net) -> Iterator[tuple[str, str, Weight]]:
    """Every parameter of every module, with the path of that and its layer in the expanded net."""
    for node, instance in _named(made, expanded):
        for at, step in enumerate(instance.plan.steps):
            weights = [weight for held in step.modules for weight in held.weights]
            prefix = _path(made, instance.way, at) if weights else None
            if prefix is not None:
                yield from ((prefix, node, weight) for weight in weights)


def _named(made: Program, expanded: Net) -> list[tuple[str, Instance]]:
    """The layers with the names of those of the expanded net whose weights they use; the net's own nodes
    come in its order."""
    position = {node.name: at for at, node in enumerate(made.net.body)}
    instances = sorted(made.survey.instances, key=lambda each: position[each.way[0].key[1]])
    return [
        (node.shares or node.name, instance) for node, instance in zip(expanded.body, instances, strict=True)
    ]


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
