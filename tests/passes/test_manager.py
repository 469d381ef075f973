"""The pass manager: it runs, verifies, prints and times passes, and says what they found."""

from typing import ClassVar

import attrs
import pytest
from support.nets import read_module

from dlc.diagnostics import Diagnostic, DlcError, Severity, codes
from dlc.ir import Module
from dlc.layers import build
from dlc.passes.base import Pass, PassResult
from dlc.passes.dead import RemoveDead
from dlc.passes.manager import PassManager
from dlc.passes.noops import RemoveNoOps
from dlc.passes.pipeline import PIPELINE, WANTS, Blocks, preparation
from dlc.syntax import print_module

TEXT = """net n {
  i = input map[8, 8, 3]
  a = linear(i)
  unused = relu(i)
  y = relu(a)
  output y
}
"""


@attrs.frozen
class Breaks(Pass):
    """Puts dense where relu was."""

    name: ClassVar[str] = "breaks"

    def run(self, module: Module) -> PassResult:
        (net,) = module.nets
        dense = build("dense", {"units": 3})
        body = tuple(attrs.evolve(n, op=dense) if n.name == "y" else n for n in net.body)
        return PassResult(Module(nets=(attrs.evolve(net, body=body),)), True)


@attrs.frozen
class Says(Pass):
    """Says something."""

    name: ClassVar[str] = "says"

    def run(self, module: Module) -> PassResult:
        return PassResult(module, False, (Diagnostic(codes.HOLE_FILLED, "a word", severity=Severity.NOTE),))


def test_passes_run_one_after_another() -> None:
    run = PassManager((RemoveNoOps(), RemoveDead(), Says())).run(read_module(TEXT))
    assert run.changed
    assert [n.name for n in run.module.nets[0].body] == ["y"]
    assert [d.message for d in run.diagnostics] == ["a word"]
    assert run.log == ()
    again = PassManager((RemoveNoOps(), RemoveDead())).run(run.module)
    assert not again.changed


def test_a_pass_that_breaks_a_sound_net_is_found_out() -> None:
    module = read_module(TEXT)
    assert PassManager((Breaks(),)).run(module).changed
    with pytest.raises(DlcError) as raised:
        PassManager((RemoveNoOps(), Breaks()), verify_each=True).run(module)
    (finding,) = raised.value.diagnostics
    assert finding.code is codes.INTERNAL
    assert finding.message == "pass breaks made an unsound net of a sound one"
    assert [n.message for n in finding.notes] == ["DLC0301: dense takes vector or ids, but i is map[8, 8, 3]"]


def test_a_net_that_was_unsound_before_is_no_pass_s_fault() -> None:
    broken = Breaks().run(read_module(TEXT)).module
    assert PassManager((RemoveNoOps(),), verify_each=True).run(broken).changed


def test_it_prints_the_module_after_a_pass() -> None:
    run = PassManager((RemoveNoOps(), RemoveDead()), print_after=("remove-no-ops",)).run(read_module(TEXT))
    after = RemoveNoOps().run(read_module(TEXT)).module
    assert run.log == (f"# after remove-no-ops\n{print_module(after)}",)


def test_it_times_passes() -> None:
    run = PassManager((RemoveNoOps(), RemoveDead()), time_passes=True).run(read_module(TEXT))
    assert [line.split(": ")[0] for line in run.log] == ["remove-no-ops", "remove-dead"]
    assert all(float(line.split(": ")[1].removesuffix(" ms")) >= 0 for line in run.log)


def test_a_pass_that_there_is_not() -> None:
    manager = PassManager((RemoveDead(),), print_after=("remove-dead", "no-such-pass"))
    with pytest.raises(DlcError) as raised:
        manager.run(read_module(TEXT))
    (finding,) = raised.value.diagnostics
    assert finding.code is codes.USAGE
    assert finding.message.startswith("there is no pass no-such-pass; there are canonical-padding, choose-s")


def test_a_pass_that_does_not_run_this_time_may_be_named() -> None:
    assert PassManager((RemoveDead(),), print_after=("roll-up",)).run(read_module(TEXT)).log == ()


# Which passes run.


def run_for(**options: object) -> list[str]:
    return [made.name for made in preparation(**options)]  # type: ignore[arg-type]


COMPLETE = ["canonical-padding", "remove-no-ops", "merge-activations"]


def test_a_target_that_keeps_everything_runs_nothing() -> None:
    assert run_for(fill=False, default=False, expand=False) == []
    assert run_for(fill=False, default=True, expand=False) == []


def test_a_flat_target() -> None:
    made = run_for(fill=True, default=False, expand=True)
    assert made == ["expand-blocks", "fill-holes", *COMPLETE, "remove-dead"]
    assert run_for(fill=True, default=False, expand=True, blocks=Blocks.ROLL) == made
    assert run_for(fill=True, default=False, expand=True, blocks=Blocks.SHORTER) == made


def test_customary_numbers() -> None:
    assert run_for(fill=True, default=True, expand=True) == [
        *(
            "choose-symbols",
            "expand-blocks",
            "expand-blocks",
            "insert-flatten",
            "fill-holes",
            "default-holes",
        ),
        *(*COMPLETE, "remove-dead"),
    ]


@pytest.mark.parametrize(("blocks", "rolls"), [(Blocks.KEEP, 0), (Blocks.SHORTER, 1), (Blocks.ROLL, 1)])
def test_a_target_with_blocks(blocks: Blocks, rolls: int) -> None:
    made = run_for(fill=True, default=False, expand=False, blocks=blocks)
    assert made == ["expand-blocks", "fill-holes", *COMPLETE, "remove-dead", *["roll-up"] * rolls]


def test_blocks_alone() -> None:
    assert run_for(fill=False, default=False, expand=False, blocks=Blocks.ROLL) == [
        "expand-blocks",
        "roll-up",
    ]
    assert run_for(fill=False, default=False, expand=False, blocks=Blocks.EXPAND) == ["expand-blocks"]


def test_activations_are_split_where_a_target_has_none() -> None:
    made = run_for(fill=True, default=False, expand=True, split=True)
    assert made.index("split-activations") == made.index("merge-activations") + 1


def test_every_want_is_one_that_a_step_has() -> None:
    assert {want for step in PIPELINE for want in step.wants} == set(WANTS)
