"""Runs a PyTorch module from source that defines it: the last nn.Module of the file, made without arguments."""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np


def main(job: dict[str, Any]) -> None:
    """Build, load the weights, run, and write the values."""
    import torch

    model = build(torch, job["model"])
    if job["weights"]:
        state = in_order(model, load(torch, job["weights"]))
        missing, unexpected = model.load_state_dict(state, strict=False)
        missing = [name for name in missing if not name.endswith("num_batches_tracked")]
        if missing or unexpected:
            sys.exit(f"the weights do not fit: missing {missing[:5]}, not known {unexpected[:5]}")
    model.eval()
    values: dict[str, Any] = {}
    for name, module in model.named_modules():
        if name and (not job["fetch"] or name in job["fetch"]):
            module.register_forward_hook(keep(torch, values, name))
    given = np.load(job["inputs"])
    with torch.no_grad():
        made = model(*(torch.as_tensor(given[name]) for name in sorted(given.files, key=int)))
    made = made if isinstance(made, (list, tuple)) else [made]
    values.update({f"output:{i}": value.numpy() for i, value in enumerate(made)})
    np.savez(job["out"], **values)


def build(torch: Any, path: str) -> Any:
    """The module that a file defines last."""
    scope: dict[str, Any] = {"__name__": "net"}
    with open(path, encoding="utf-8") as stream:
        exec(compile(stream.read(), path, "exec"), scope)
    kinds = [v for v in scope.values() if isinstance(v, type) and issubclass(v, torch.nn.Module)]
    own = [kind for kind in kinds if kind.__module__ in ("net", "builtins")]
    if not own:
        sys.exit(f"{path} defines no nn.Module")
    return own[-1]()


def load(torch: Any, path: str) -> dict[str, Any]:
    """The state dict in a safetensors file."""
    from pathlib import Path

    from dlc.weights.safetensors import read

    return {name: torch.as_tensor(np.array(held.read())) for name, held in read(Path(path)).items()}


def in_order(model: Any, state: dict[str, Any]) -> dict[str, Any]:
    """The state dict; under the module's own names where only these differ, entry by entry."""
    own = [(n, tuple(v.shape)) for n, v in model.state_dict().items() if not n.endswith("_tracked")]
    if [n for n, _ in own] == list(state) or [s for _, s in own] != [tuple(v.shape) for v in state.values()]:
        return state
    return dict(zip([name for name, _ in own], state.values(), strict=True))


def keep(torch: Any, values: dict[str, Any], name: str) -> Any:
    """A hook that keeps a module's result."""

    def hook(module: Any, given: Any, result: Any) -> None:
        result = result[0] if isinstance(result, tuple) else result
        if torch.is_tensor(result) and name not in values:
            values[name] = result.numpy().copy()

    return hook


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as stream:
        main(json.load(stream))
