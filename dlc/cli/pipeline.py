"""From a loaded module to emitted files: check, fill holes, prepare for the target, emit."""

from __future__ import annotations

import attrs

from dlc.backends.base import Backend, EmitOptions, Emitted, describe
from dlc.cli.parser import usage_error
from dlc.cli.source import Loaded
from dlc.diagnostics import Diagnostic, DlcError, FileSpan, Fix, Note, Span, codes
from dlc.ir import Module, Node, Op, Value
from dlc.layers import nearest
from dlc.passes.check import check
from dlc.passes.flatten import InsertFlatten
from dlc.passes.manager import PassManager
from dlc.passes.pipeline import Blocks, preparation
from dlc.types import Expr, Hole


@attrs.frozen
class CompileOptions:
    """How to compile: `holes` is "error" or "default", `blocks` what becomes of blocks and repeats where the
    target has them; the rest goes to the pass manager and the backend."""

    holes: str = "error"
    approximate: bool = False
    source: str | None = None
    verify_each: bool = False
    print_after: tuple[str, ...] = ()
    time_passes: bool = False
    blocks: Blocks = Blocks.KEEP


@attrs.frozen
class Result:
    """One net's emitted files, with everything that was found on the way, and the module as it was emitted."""

    net: str
    emitted: Emitted
    diagnostics: tuple[Diagnostic, ...]
    module: Module
    log: tuple[str, ...] = ()


def select(module: Module, name: str | None, file: str) -> Module:
    """The module with only the net of that name, or all; raises DlcError where there is none."""
    if not module.nets:
        raise DlcError(Diagnostic(codes.NO_NETWORK, f"there is no net in {file}", FileSpan(file)))
    if name is None:
        return module
    found = tuple(net for net in module.nets if net.name == name)
    if found:
        return attrs.evolve(module, nets=found)
    names = [net.name for net in module.nets]
    like = nearest(name, names)
    message = f"there is no net {name}; there are {', '.join(names)}"
    fix = Fix(f"did you mean {like}?", like) if like else None
    raise DlcError(Diagnostic(codes.NET_UNKNOWN, message, FileSpan(file), fix=fix))


def only(loaded: Loaded, name: str | None, option: str) -> Module:
    """The module of a file that was read without errors, with its only net, or that of the name.

    Raises DlcError; where there are several nets its remedy is `option`.
    """
    if any(d.is_error for d in loaded.diagnostics):
        raise DlcError(loaded.diagnostics)
    module = select(loaded.module, name, loaded.name)
    if len(module.nets) > 1:
        names = ", ".join(net.name for net in module.nets)
        fix = Fix(f"{option} NAME says which")
        raise usage_error(f"{loaded.name} holds {len(module.nets)} nets ({names})", fix)
    return attrs.evolve(module, nets=module.nets[:1])


def compile_module(module: Module, backend: Backend, options: CompileOptions) -> list[Result]:
    """Emit every net of a module (all at once where the target writes whole modules).

    Raises DlcError with all findings when the module is wrong or the target cannot say it.
    """
    if backend.whole_module:
        return [_compile_one(module, backend, options)]
    results: list[Result] = []
    failures: list[Diagnostic] = []
    for net in module.nets:
        try:
            results.append(_compile_one(attrs.evolve(module, nets=(net,)), backend, options))
        except DlcError as error:
            failures += error.diagnostics
    if failures:
        raise DlcError(failures)
    return results


def _compile_one(module: Module, backend: Backend, options: CompileOptions) -> Result:
    fill = not backend.keeps_holes
    default = fill and options.holes == "default"
    checked = check(module)
    if not checked.ok and not (default and _can_be_mended(module)):
        raise DlcError(checked.diagnostics)
    passes = preparation(
        fill=fill,
        default=default,
        expand=not backend.keeps_blocks,
        blocks=options.blocks,
        split=backend.splits_activations,
    )
    manager = PassManager(passes, options.verify_each, options.print_after, options.time_passes)
    run = manager.run(checked.module)
    final = check(run.module) if passes else checked
    findings = (*run.diagnostics, *final.diagnostics)
    if any(d.is_error for d in findings):
        raise DlcError(findings)
    if fill:
        _refuse_holes(final.module, backend)
    emitted = backend.emit(final.module, EmitOptions(options.approximate, options.source, findings))
    found = (*findings, *emitted.diagnostics)
    return Result(module.nets[0].name, emitted, found, final.module, run.log)


def _can_be_mended(module: Module) -> bool:
    """Whether nothing is wrong but what the passes of `--holes default` set right."""
    flattened = check(InsertFlatten().run(module).module)
    return not any(d.is_error and d.code not in _MENDED for d in flattened.diagnostics)


# What `--holes default` mends: declared sizes that contradict the layers are dropped with a warning.
_MENDED = (codes.TYPE_DISAGREES, codes.INPUTS_DISAGREE, codes.SIZE_VANISHES, codes.SHAPE_RULE)


def _refuse_holes(module: Module, backend: Backend) -> None:
    """Raise DlcError naming every hole that is left in a module for a target that needs numbers."""
    left = [(node, names) for net in module.nets for node in net.body if (names := unknowns(node))]
    left_inputs = [i for net in module.nets for i in net.inputs if not i.type.is_concrete]
    if not left and not left_inputs:
        return
    fix = Fix("--holes default takes defaults and lists them at the head of the output")
    findings = [_hole_finding(f"input {i.name} is {i.type}", i.span, fix) for i in left_inputs]
    for node, names in left:
        findings.append(_hole_finding(f"{describe(node)} does not state {', '.join(names)}", node.span, fix))
    count = Note(f"{backend.name} code needs every number")
    raise DlcError([attrs.evolve(findings[0], notes=(count,)), *findings[1:]])


def unknowns(node: Node) -> tuple[str, ...]:
    """The attributes of a layer that are no numbers yet: symbols, and holes that no default means."""
    if not isinstance(node.op, Op):
        return ()
    holes = set(node.op.holes())
    values = node.op.attributes().items()
    return tuple(n for n, v in values if n in holes or not (isinstance(v, Hole) or _settled(v)))


def _settled(value: Value) -> bool:
    if isinstance(value, tuple):
        return all(map(_settled, value))
    return not isinstance(value, Hole | Expr)


def _hole_finding(message: str, span: Span | None, fix: Fix) -> Diagnostic:
    return Diagnostic(codes.HOLES_LEFT, message, span, fix=fix)
