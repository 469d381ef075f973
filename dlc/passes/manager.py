"""Runs passes in order: verifies, prints and times them where asked."""

from __future__ import annotations

import time
from collections.abc import Sequence

import attrs

from dlc.diagnostics import Diagnostic, DlcError, Note, codes
from dlc.ir import Module
from dlc.passes.base import Pass
from dlc.passes.check import check
from dlc.passes.pipeline import PIPELINE


@attrs.frozen
class Run:
    """What a series of passes made: the module, whether it changed, findings, and lines asked for."""

    module: Module
    changed: bool
    diagnostics: tuple[Diagnostic, ...]
    log: tuple[str, ...]


@attrs.frozen
class PassManager:
    """Runs passes one after another.

    `verify_each` checks after every pass that a module that was sound still is; `print_after` names passes
    after which the module is printed into the log; `time_passes` adds how long each took.
    """

    passes: Sequence[Pass]
    verify_each: bool = False
    print_after: tuple[str, ...] = ()
    time_passes: bool = False

    def run(self, module: Module) -> Run:
        """Run all passes. Raises DlcError for what a pass cannot go on with, for a pass that broke a
        sound module, and for a name in `print_after` that no pass of the pipeline has."""
        self._check_names()
        before, log = module, []
        findings: list[Diagnostic] = []
        for each in self.passes:
            started = time.perf_counter()
            result = each.run(module)
            taken = time.perf_counter() - started
            if self.verify_each and result.changed:
                _verify(each, module, result.module)
            module = result.module
            findings += result.diagnostics
            log += self._lines(each, module, taken)
        return Run(module, module != before, tuple(findings), tuple(log))

    def _lines(self, each: Pass, module: Module, seconds: float) -> list[str]:
        lines = [f"{each.name}: {seconds * 1000:.1f} ms"] if self.time_passes else []
        if each.name in self.print_after:
            from dlc.syntax import print_module

            lines.append(f"# after {each.name}\n{print_module(module)}")
        return lines

    def _check_names(self) -> None:
        known = {p.name for p in self.passes} | {step.made.name for step in PIPELINE}
        unknown = [name for name in self.print_after if name not in known]
        if unknown:
            message = f"there is no pass {unknown[0]}; there are {', '.join(sorted(known))}"
            raise DlcError(Diagnostic(codes.USAGE, message))


def _verify(each: Pass, before: Module, after: Module) -> None:
    """Raise DlcError where `each` made an unsound module of a sound one."""
    if check(before).ok:
        errors = [d for d in check(after).diagnostics if d.is_error]
        if errors:
            notes = tuple(Note(f"{d.code.number}: {d.message}", d.span) for d in errors[:5])
            message = f"pass {each.name} made an unsound net of a sound one"
            raise DlcError(Diagnostic(codes.INTERNAL, message, notes=notes))
