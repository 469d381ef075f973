"""Which passes run between the checker and a backend, in which order, and why."""

from __future__ import annotations

import enum

import attrs

from dlc.diagnostics import Severity
from dlc.passes.activations import MergeActivations, SplitActivations
from dlc.passes.base import Pass
from dlc.passes.dead import RemoveDead
from dlc.passes.default import DefaultHoles
from dlc.passes.expand import ExpandBlocks
from dlc.passes.fill import FillHoles
from dlc.passes.flatten import InsertFlatten
from dlc.passes.noops import RemoveNoOps
from dlc.passes.padding import CanonicalPadding
from dlc.passes.rollup import RollUp
from dlc.passes.symbols import ChooseSymbols

# What may be wanted of the passes.
WANTS: dict[str, str] = {
    "fill": "the target needs every number",
    "default": "what nothing says is to be customary",
    "strict": "what nothing says is an error",
    "flat": "the target has no blocks and repeats, or they are to be written out or found anew",
    "kept": "the target has blocks and repeats, and those that are there stay",
    "split": "the target has no activations that are products of others",
    "shorter": "blocks and repeats are to be found where that makes the net much shorter",
    "roll": "blocks and repeats are to be found anew",
}


@attrs.frozen
class Step:
    """A pass of the pipeline, why it stands there, and what must be wanted for it to run: all of `wants`."""

    why: str
    made: Pass
    wants: frozenset[str]


def _step(why: str, made: Pass, *wants: str) -> Step:
    return Step(why, made, frozenset(wants))


PIPELINE: tuple[Step, ...] = (
    _step("a repeat is written out only when its count is a number", ChooseSymbols(), "default"),
    _step("holes are filled by what stands beside them", ExpandBlocks(unknown_count=1), "flat", "default"),
    _step("the passes after it look at layers", ExpandBlocks(), "flat"),
    _step(
        "the author's blocks stay unless something in them is open",
        ExpandBlocks(unknown_count=1, unless_complete=True),
        "kept",
        "default",
    ),
    _step("likewise, and no count is made up", ExpandBlocks(unless_complete=True), "kept"),
    _step("sizes are carried through a flatten that only types need", InsertFlatten(), "default"),
    _step("what the source says decides", FillHoles(Severity.ERROR), "strict"),
    _step("what the source says decides first", FillHoles(), "default"),
    _step("custom decides only what the source leaves open", DefaultHoles(), "default"),
    _step("numbers are known now; it leaves layers that pad by 0", CanonicalPadding(), "fill"),
    _step("layers that do nothing part those that belong together", RemoveNoOps(), "fill"),
    _step("nothing parts the layers any more that are one activation", MergeActivations(), "fill"),
    _step("what a target lacks is written out when nothing makes it again", SplitActivations(), "split"),
    _step("code has no dead lines, and what nobody needs is in no block", RemoveDead(), "fill"),
    _step("last, since the passes before it do not look into blocks", RollUp(), "shorter"),
    _step("likewise", RollUp(at_most=1.0, at_least=0), "roll"),
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
