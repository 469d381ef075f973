"""From a weights file of one framework to one of another."""

from __future__ import annotations

from pathlib import Path

from dlc.backends import load
from dlc.backends.parameters import net_parameters
from dlc.diagnostics import Diagnostic, DlcError, FileSpan, codes
from dlc.ir import Module
from dlc.passes.check import check
from dlc.passes.manager import PassManager
from dlc.passes.pipeline import Blocks, preparation
from dlc.weights import files
from dlc.weights.held import Weights
from dlc.weights.match import expanded, renamed, same_layers
from dlc.weights.transfer import Reading


def weights_of(path: Path, module: Module, form: str, text: str | None) -> Reading:
    """The weights in a file for a module that was read from a file of format `form`.

    They are under the names of the expanded module. Raises DlcError where they do not fit.
    """
    own = expanded(module).nets[0]
    found = files.read(path, own, form, text)
    if found is not None:
        return found
    made = prepared(module, files.require_framework(path), form)
    emitted = files.read_emitted(path, made)
    pairs = same_layers(expanded(made).nets[0], own)
    return Reading(renamed(emitted.weights, pairs), emitted.diagnostics)


def prepared(module: Module, framework: str, form: str) -> Module:
    """The module as dlc emits it for a framework, read from a file of format `form`, when nothing else is
    asked for. Raises DlcError where it is not sound."""
    backend = load(framework)
    keep = form == "dlnet" or not backend.keeps_blocks
    passes = preparation(
        fill=True,
        default=False,
        expand=not backend.keeps_blocks,
        blocks=Blocks.KEEP if keep else Blocks.SHORTER,
        split=backend.splits_activations,
    )
    run = PassManager(passes).run(check(module).module)
    final = check(run.module)
    errors = [d for d in (*run.diagnostics, *final.diagnostics) if d.is_error]
    if errors:
        raise DlcError(errors)
    return final.module


def written(
    path: Path, module: Module, prepared: Module, weights: Weights, target: str | None = None
) -> bytes:
    """The weights file for the code of a module, which is `prepared` for its target.

    `weights` are under the names of the expanded module. Raises DlcError where a layer of the prepared one
    is not found among them.
    """
    net, made = expanded(module).nets[0], expanded(prepared).nets[0]
    layers = same_layers(net, made)
    lost = [name for name in net_parameters(made) if layers.get(name) not in weights]
    if lost:
        message = f"no weights are known for {', '.join(lost)}"
        raise DlcError(Diagnostic(codes.WEIGHTS_MISSING, message, FileSpan(str(path))))
    return files.written(path, prepared, renamed(weights, layers), target)
