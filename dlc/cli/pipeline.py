"""From a loaded module to emitted files: check, fill holes, prepare for the target, emit."""

from __future__ import annotations

import attrs

from dlc.backends.base import Backend, Emitted
from dlc.diagnostics import Diagnostic, DlcError, Fix, codes
from dlc.ir import Module
from dlc.layers import nearest
from dlc.passes.check import check
from dlc.passes.manager import PassManager


@attrs.frozen
class CompileOptions:
    """How to compile: `holes` is "error" or "default"; the rest goes to the pass manager and the backend."""

    holes: str = "error"
    approximate: bool = False
    source: str | None = None
    verify_each: bool = False
    print_after: tuple[str, ...] = ()
    time_passes: bool = False


@attrs.frozen
class Result:
    """One net's emitted files, with everything that was found on the way."""

    net: str
    emitted: Emitted
    diagnostics: tuple[Diagnostic, ...]
    log: tuple[str, ...] = ()


def select(module: Module, name: str | None) -> Module:
    """The module with only the net of that name; raises DlcError naming the nets there are."""
    if name is None:
        return module
    found = tuple(net for net in module.nets if net.name == name)
    if found:
        return attrs.evolve(module, nets=found)
    names = [net.name for net in module.nets]
    like = nearest(name, names)
    message = f"there is no net {name}; there are {', '.join(names) or 'none'}"
    fix = Fix(f"did you mean {like}?", like) if like else None
    raise DlcError(Diagnostic(codes.NET_UNKNOWN, message, fix=fix))


def compile_module(module: Module, backend: Backend, options: CompileOptions) -> list[Result]:
    """Emit every net of a module (all at once where the target writes whole modules).

    Raises DlcError with all findings when the module is wrong or the target cannot say it.
    """
    if not module.nets:
        raise DlcError(Diagnostic(codes.NO_NETWORK, "there is no net to compile"))
    if backend.whole_module:
        return [_compile_one(module, backend, options)]
    results, failures = [], []
    for net in module.nets:
        try:
            results.append(_compile_one(attrs.evolve(module, nets=(net,)), backend, options))
        except DlcError as error:
            failures += [_in_net(d, net, module) for d in error.diagnostics]
    if failures:
        raise DlcError(failures)
    return results


def _compile_one(module: Module, backend: Backend, options: CompileOptions) -> Result:
    from dlc.passes.pipeline import passes_for

    needs_numbers = not backend.keeps_holes
    first = check(module)
    if needs_numbers and options.holes == "error" and first.ok:
        _refuse_holes(module, backend)
    if not first.ok and not (needs_numbers and options.holes == "default"):
        raise DlcError(first.diagnostics)
    passes = passes_for(
        fill=needs_numbers, default=options.holes == "default", expand=not backend.keeps_blocks
    )
    manager = PassManager(passes, options.verify_each, options.print_after, options.time_passes)
    run = manager.run(first.module)
    checked = check(run.module)
    findings = (*run.diagnostics, *checked.diagnostics)
    if not checked.ok or any(d.is_error for d in findings):
        raise DlcError(findings)
    emitted = backend.emit(checked.module, options=_emit_options(options, findings))
    return Result(module.nets[0].name, emitted, _once((*findings, *emitted.diagnostics)), run.log)
