"""Runs passes in order: verifies, prints and times them where asked; and says which order that is."""

from __future__ import annotations

import enum
import time
from collections.abc import Sequence

import attrs

from dlc.diagnostics import Diagnostic, DlcError, Note, Severity, codes
from dlc.ir import Module
from dlc.passes.activations import MergeActivations, SplitActivations
from dlc.passes.base import Pass, PassResult
from dlc.passes.check import check
from dlc.passes.dead import RemoveDead
from dlc.passes.default import DefaultHoles
from dlc.passes.expand import ExpandBlocks
from dlc.passes.fill import FillHoles
from dlc.passes.flatten import InsertFlatten
from dlc.passes.noops import RemoveNoOps
from dlc.passes.padding import CanonicalPadding
from dlc.passes.rollup import RollUp
from dlc.passes.symbols import ChooseSymbols

__all__ = ["PIPELINE", "Blocks", "Pass", "PassManager", "PassResult", "Run", "Step", "preparation"]


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


@attrs.frozen
class Step:
    """A pass of the pipeline, and what must be wanted for it to run: all of `wants`.

    `fill`: every number; `default`: and where nothing says one, the customary one; `strict`: and where
    nothing says one, an error; `flat`: layers only, without blocks; `kept`: every number, and the blocks
    that are there; `roll`: blocks for what repeats itself, and `shorter`: only where that is much shorter;
    `split`: no activations that are products of others.
    """

    made: Pass
    wants: frozenset[str]


def _step(made: Pass, *wants: str) -> Step:
    return Step(made, frozenset(wants))


PIPELINE: tuple[Step, ...] = (
    # A repeat is written out only when its count is a number, so symbols come first.
    _step(ChooseSymbols(), "default"),
    # Holes are filled where their neighbours are known: inside blocks only once these are written out.
    _step(ExpandBlocks(unknown_count=1), "default", "flat"),
    _step(ExpandBlocks(), "flat"),
    # A target that has functions and loops keeps the author's blocks, unless something in them is open.
    _step(ExpandBlocks(unknown_count=1, unless_complete=True), "default", "kept"),
    _step(ExpandBlocks(unless_complete=True), "kept"),
    # A flatten that only types need must be there before sizes are carried through it.
    _step(InsertFlatten(), "default"),
    # What the source says decides first, custom only what it leaves open.
    _step(FillHoles(Severity.ERROR), "strict"),
    _step(FillHoles(), "default"),
    _step(DefaultHoles(), "default"),
    # Once all numbers are there: zeros around an input are a layer's padding, and what pads by 0 shows.
    _step(CanonicalPadding(), "fill"),
    # Layers that do nothing part those that belong together, so they go before these are looked for.
    _step(RemoveNoOps(), "fill"),
    _step(MergeActivations(), "fill"),
    # What a target lacks is written out after everything that might make it.
    _step(SplitActivations(), "split"),
    # Generated code has no dead lines, and a layer that nothing needs is no part of a block.
    _step(RemoveDead(), "fill"),
    # Last, since no pass before it looks into blocks as it looks into nets.
    _step(RollUp(), "shorter"),
    _step(RollUp(at_most=1.0), "roll"),
)


class Blocks(enum.Enum):
    """What becomes of blocks and repeats where a target can say them."""

    KEEP = "keep"  # as the net has them
    SHORTER = "shorter"  # and found in a net without them, where that makes it much shorter
    ROLL = "roll"  # found anew
    EXPAND = "expand"  # written out


def preparation(
    fill: bool, default: bool, expand: bool, blocks: Blocks = Blocks.KEEP, split: bool = False
) -> tuple[Pass, ...]:
    """The passes between the checker and a backend: `fill` for targets that need every number, `default`
    to take customary numbers where nothing says them, `expand` for targets without blocks and repeats,
    `blocks` for the others, `split` for targets without activations that are products of others."""
    flat = expand or blocks in (Blocks.EXPAND, Blocks.ROLL)
    flags = {
        "fill": fill,
        "default": fill and default,
        "strict": fill and not default,
        "flat": flat,
        "kept": fill and not flat,
        "roll": blocks is Blocks.ROLL and not expand,
        "shorter": blocks is Blocks.SHORTER and not expand,
        "split": split,
    }
    wanted = {flag for flag, value in flags.items() if value}
    return tuple(step.made for step in PIPELINE if step.wants <= wanted)
