"""What each pass makes of small nets: `<pass>.dlnet` holds pairs of before and after, with what it says.

A case is what stands between two lines `# -----`; `# =====` parts what goes in from what comes out. The
first comment of a case says what it shows.
"""

from pathlib import Path

import pytest
from support.pairs import pairs

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
from dlc.syntax import parse, print_module

FOLDER = Path(__file__).parent
PASSES: dict[str, Pass] = {
    "canonical-padding": CanonicalPadding(),
    "choose-symbols": ChooseSymbols(),
    "default-holes": DefaultHoles(),
    "expand-blocks": ExpandBlocks(),
    "fill-holes": FillHoles(),
    "insert-flatten": InsertFlatten(),
    "kept-roll-up": RollUp(),
    "merge-activations": MergeActivations(),
    "remove-dead": RemoveDead(),
    "remove-no-ops": RemoveNoOps(),
    "roll-up": RollUp(at_most=1.0, at_least=0),
    "split-activations": SplitActivations(),
}


def shown(result: PassResult) -> str:
    """The module, and under it what the pass said."""
    findings = (f"# {d.severity.value} {d.code.number}: {d.message}\n" for d in result.diagnostics)
    return print_module(result.module) + "".join(findings)


@pytest.mark.parametrize("name", PASSES)
def test_cases_are_there(name: str) -> None:
    assert pairs(FOLDER / f"{name}.dlnet")


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [pytest.param(n, *case.values, id=case.id) for n in PASSES for case in pairs(FOLDER / f"{n}.dlnet")],
)
def test_case(name: str, before: str, after: str) -> None:
    parsed = parse(before)
    assert parsed.diagnostics == ()
    result = PASSES[name].run(parsed.module)
    assert shown(result) == after
    assert result.changed is (result.module != parsed.module)
    again = PASSES[name].run(result.module)
    assert not again.changed
    assert again.module == result.module
    if check(parsed.module).ok:
        assert check(result.module).ok
