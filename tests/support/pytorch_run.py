"""Running what the PyTorch backend emits: modules from source, weights set, numpy channels-last in and out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from support.nets import emit

from dlc.backends.parameters import by_role
from dlc.backends.pytorch.params import state_dict, tensors
from dlc.ir import Module, Net
from dlc.types import Kind, Type

torch = pytest.importorskip("torch")

Array = Any
_COUNTER = "num_batches_tracked"


def from_source(text: str) -> Any:
    """The module that an emitted Python file defines last, ready for inference."""
    namespace: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(text, "emitted.py", "exec"), namespace)
    classes = [value for value in namespace.values() if isinstance(value, type)]
    own = [c for c in classes if c.__module__ == "emitted" and issubclass(c, torch.nn.Module)]
    return own[-1]().eval()


def outputs(
    module: Module, net: Net, inputs: Mapping[str, Array], weights: Mapping[str, list[Array]]
) -> dict[str, Array]:
    """What is emitted for a module gives, by output of its expanded net, with the weights of that one."""
    model = from_source(emit("pytorch", module)[0])
    set_weights(model, module, net, weights)
    return run(model, net, inputs)


def set_weights(model: Any, module: Module, net: Net, weights: Mapping[str, list[Array]]) -> None:
    """Give a module the weights of the layers of its expanded net, as `torch_eval` holds them."""
    state = state_dict(tensors(module), by_role(net, weights))
    given = {key: torch.as_tensor(np.ascontiguousarray(array)) for key, array in state.items()}
    model.load_state_dict(given)


def run(model: Any, net: Net, inputs: Mapping[str, Array]) -> dict[str, Array]:
    """What the module gives at inference, by output, channels last."""
    given = [laid(torch.as_tensor(inputs[i.name]), i.type) for i in net.inputs]
    with torch.no_grad():
        made = model(*given)
    made = made if isinstance(made, tuple) else (made,)
    types = net.types()
    return {name: unlaid(value, types[name]).numpy() for name, value in zip(net.outputs, made, strict=True)}


def laid(value: Any, kind: Type) -> Any:
    """A channels-last tensor as the module takes it."""
    return value.movedim(-1, 1).contiguous() if kind.kind in (Kind.MAP, Kind.VOLUME) else value


def unlaid(value: Any, kind: Type | None) -> Any:
    """A tensor that the module gives, channels last."""
    assert kind is not None
    return value.movedim(1, -1) if kind.kind in (Kind.MAP, Kind.VOLUME) else value


def count(model: Any) -> int:
    """Its parameters and running statistics, as Keras counts them."""
    kept = {name for name in model.state_dict() if not name.endswith(_COUNTER)}
    buffers = [tensor for name, tensor in model.named_buffers() if name in kept]
    return sum(tensor.numel() for tensor in (*model.parameters(), *buffers))
