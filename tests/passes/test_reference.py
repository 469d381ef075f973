"""The reference page of the passes is current, and every pass does what its docstring shows."""

from pathlib import Path

import pytest

from dlc.passes.base import Pass
from dlc.passes.check import check
from dlc.passes.pipeline import PIPELINE, WANTS
from dlc.passes.reference import examples, page
from dlc.syntax import parse, print_module

SPEC = Path(__file__).resolve().parents[2] / "spec"
PASSES = list(dict.fromkeys(type(step.made) for step in PIPELINE))


def test_the_page_is_up_to_date() -> None:
    """Otherwise: python -m dlc.passes.reference > spec/passes.md"""
    assert (SPEC / "passes.md").read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("made", PASSES, ids=lambda p: p.name)
def test_a_pass_does_what_its_docstring_shows(made: type[Pass]) -> None:
    before, after = (parse(text) for text in examples(made))
    assert (before.diagnostics, after.diagnostics) == ((), ())
    result = made().run(before.module)
    assert result.changed
    assert print_module(result.module) == print_module(after.module)
    assert result.module == after.module
    assert check(after.module).ok


def test_every_step_says_when_and_why_it_runs() -> None:
    for step in PIPELINE:
        assert step.why
        assert step.wants
        assert step.wants <= set(WANTS)


def test_names_of_passes_are_those_of_one_class_each() -> None:
    assert len({p.name for p in PASSES}) == len(PASSES)
