"""What holds of every pass on any net: it stays valid, and a second run changes nothing."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from support.repeating import punched, repeating_nets
from support.texts import modules

from dlc.diagnostics import DlcError, Severity, codes
from dlc.fuzz.strategies import dags, sampled_nets
from dlc.ir import Module, Net
from dlc.passes.base import Pass
from dlc.passes.check import check
from dlc.passes.default import DefaultHoles
from dlc.passes.expand import ExpandBlocks
from dlc.passes.fill import FillHoles
from dlc.passes.manager import PassManager
from dlc.passes.pipeline import PIPELINE, Blocks, preparation
from dlc.passes.rollup import RollUp
from dlc.passes.same import names
from dlc.syntax import parse, print_module
from dlc.types import fits

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.dlnet"))
PASSES = [step.made for step in PIPELINE]
ANY_ROLL_UP = RollUp(at_most=1.0, at_least=0)

nets = st.one_of(dags(), sampled_nets(deepest=20), repeating_nets())
slow = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def typed(net: Net) -> Module:
    checked = check(Module(nets=(net,)))
    assert checked.ok, checked.diagnostics
    return checked.module


def output_types(module: Module) -> list[object]:
    return [[net.types()[name] for name in net.outputs] for net in module.nets]


@pytest.mark.parametrize("made", PASSES, ids=lambda p: p.name)
@given(nets)
@slow
def test_a_valid_net_stays_valid_and_gives_the_same_types(made: Pass, net: Net) -> None:
    module = typed(net)
    result = made.run(module)
    checked = check(result.module)
    assert checked.ok, (checked.diagnostics, print_module(result.module))
    assert output_types(checked.module) == output_types(module)
    assert result.changed == (result.module != module)
    assert [n.outputs for n in result.module.nets] == [n.outputs for n in module.nets]
    assert [n.inputs for n in result.module.nets] == [n.inputs for n in module.nets]
    again = made.run(result.module)
    assert not again.changed, print_module(result.module)
    assert again.module == result.module


@pytest.mark.parametrize("made", PASSES, ids=lambda p: p.name)
@given(modules())
@settings(slow, max_examples=60)
def test_an_unsound_module_is_no_reason_to_fail(made: Pass, module: Module) -> None:
    with contextlib.suppress(DlcError):  # such as for blocks that call themselves
        made.run(module)


@given(repeating_nets())
@settings(slow, max_examples=300)
def test_blocks_that_were_found_stand_for_the_same_layers(net: Net) -> None:
    module = typed(net)
    rolled = ANY_ROLL_UP.run(module).module
    assert parse(print_module(rolled)).module == rolled
    (back,) = ExpandBlocks().run(rolled).module.nets
    found = names(net, back)
    assert found is not None, print_module(rolled)
    assert len(found) == len(net.body) + 1
    assert len(back.body) == len(net.body)
    least = {n.name: n.confidence for n in back.body}
    for node in net.body:
        sure = least[found[node.name]]
        assert node.confidence is None or (sure is not None and sure <= node.confidence)


@given(repeating_nets())
@slow
def test_a_roll_up_never_makes_a_net_longer(net: Net) -> None:
    module = typed(net)
    rolled = ANY_ROLL_UP.run(module).module
    calls = sum(len(n.body) for n in (*rolled.nets, *rolled.blocks))
    assert calls <= len(net.body)
    assert {n.outputs for n in rolled.nets} == {net.outputs}


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda f: f.stem)
def test_examples_are_found_again(file: Path) -> None:
    flat = ExpandBlocks().run(parse(file.read_text(encoding="utf-8")).module).module
    result = ANY_ROLL_UP.run(flat)
    (back,) = ExpandBlocks().run(result.module).module.nets
    found = names(flat.nets[0], back)
    assert found is not None
    assert len(found) == len(flat.nets[0].body) + len(flat.nets[0].inputs)
    assert check(result.module).ok


@given(st.one_of(dags(), repeating_nets(marks=False)).flatmap(punched))
@slow
def test_what_is_filled_gives_what_is_declared(net: Net) -> None:
    assume(check(Module(nets=(net,))).ok)
    module = Module(nets=(net,))
    result = FillHoles().run(module)
    checked = check(result.module)
    assert checked.ok, print_module(result.module)
    for before, after in zip(net.body, result.module.nets[0].body, strict=True):
        stated, filled = before.layer.attributes(), after.layer.attributes()
        assert all(
            filled[name] == value for name, value in stated.items() if name not in before.layer.holes()
        )
    assert {d.code for d in result.diagnostics} <= {
        codes.HOLE_FILLED,
        codes.SEVERAL_FILLINGS,
        codes.NO_FILLING,
    }


@given(st.one_of(dags(), repeating_nets(marks=False)).flatmap(punched))
@slow
def test_every_hole_gets_a_number_and_the_net_can_be_built(net: Net) -> None:
    result = DefaultHoles().run(Module(nets=(net,)))
    checked = check(result.module)
    assert checked.ok, (checked.diagnostics, print_module(Module(nets=(net,))))
    (made,) = checked.module.nets
    assert not any(node.layer.holes() for node in made.body)
    assert all(made.types()[name] is not None for name in made.outputs)
    assert all(d.severity is not Severity.ERROR for d in result.diagnostics)


@given(nets, st.booleans(), st.sampled_from(Blocks), st.booleans(), st.booleans())
@slow
def test_the_whole_pipeline_verifies(
    net: Net, default: bool, blocks: Blocks, expand: bool, split: bool
) -> None:
    module = typed(net)
    passes = preparation(fill=True, default=default, expand=expand, blocks=blocks, split=split)
    run = PassManager(passes, verify_each=True).run(module)
    pairs = zip(output_types(module)[0], output_types(check(run.module).module)[0], strict=True)  # type: ignore[call-overload]
    assert all(fits(before, after) for before, after in pairs)
