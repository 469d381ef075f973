"""Random nets are valid by construction, the same for the same seed, and broken ones are found out."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlc.cli.main import main
from dlc.diagnostics import codes
from dlc.fuzz import MOST_FLAT, SHALLOWEST, Sampler
from dlc.fuzz.strategies import broken_nets, dags, sampled_nets
from dlc.ir import Module, Net
from dlc.layers.tables import INPUTS, RANGES
from dlc.passes.check import check
from dlc.syntax import parse, print_module


@given(st.integers(0, 2**32), st.integers(SHALLOWEST, 40))
@settings(max_examples=200, deadline=None)
def test_samples_are_valid_designs_of_the_asked_depth(seed: int, depth: int) -> None:
    net = Sampler(seed).net(depth)
    checked = check(Module(nets=(net,)))
    assert checked.diagnostics == ()
    assert [n.type for n in checked.module.nets[0].body] == [n.type for n in net.body]
    assert len(net.body) == depth
    (source,) = [i for i in INPUTS if i.type == net.inputs[0].type]
    assert net.body[-1].layer.attributes()["units"] == source.classes


@given(sampled_nets(deepest=40))
@settings(max_examples=100, deadline=None)
def test_samples_stay_in_table_2(net: Net) -> None:
    for node in net.body[:-1]:
        for name, values in RANGES.get(node.layer.op_name, {}).items():
            drawn = node.layer.attributes()[name]
            assert (drawn[0] if isinstance(drawn, tuple) else drawn) in values
        if node.layer.op_name == "flatten":
            assert node.type is not None
            assert node.type.channels <= MOST_FLAT  # type: ignore[operator]


def test_one_seed_gives_one_set() -> None:
    def draw(seed: int) -> list[Net]:
        sampler = Sampler(seed)
        return [sampler.net(depth) for depth in range(5, 12)]

    assert draw(7) == draw(7)
    assert draw(7) != draw(8)


def test_every_layer_and_input_turns_up() -> None:
    sampler = Sampler(3)
    nets = [sampler.net(depth) for depth in range(5, 41) for _ in range(5)]
    assert {n.layer.op_name for net in nets for n in net.body} == {*RANGES, "flatten", "concat"}
    assert {net.inputs[0].name for net in nets} == {i.name for i in INPUTS}


@given(dags())
@settings(max_examples=150, deadline=None)
def test_drawn_nets_are_valid_and_round_trip(net: Net) -> None:
    module = Module(nets=(net,))
    assert check(module).ok
    assert parse(print_module(module)).module == module


@given(broken_nets())
@settings(max_examples=300, deadline=None)
def test_each_forbidden_edge_is_reported_at_its_layer(broken: tuple[Net, tuple[str, ...]]) -> None:
    net, names = broken
    parsed = parse(print_module(Module(nets=(net,))))
    found = [d for d in check(parsed.module).diagnostics if d.is_error]
    nodes = [n for n in parsed.module.nets[0].body if n.name in names]
    assert {d.code for d in found} <= {codes.KIND_MISMATCH, codes.INPUTS_DISAGREE, codes.SHAPE_RULE}
    assert [d.span for d in found] == [n.span for n in nodes]
    for node, finding in zip(nodes, found, strict=True):
        told = node.inputs if finding.code is codes.KIND_MISMATCH else (node.name,)
        assert any(name in finding.message for name in told)


def test_the_command_writes_every_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["fuzz", "--count", "2", "--depth", "5..6", "--seed", "1", "-o", str(tmp_path), "--json"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["nets"] == 4
    stem = tmp_path / "depth-05" / "net_05_00000"
    assert sorted(p.name for p in stem.parent.iterdir() if p.stem == stem.name) == [
        "net_05_00000.dlnet",
        "net_05_00000.json",
        "net_05_00000.prototxt",
    ]
    text = stem.with_suffix(".dlnet").read_text()
    assert check(parse(text).module).ok
    assert main([*words[:-3], "-o", str(tmp_path / "again")]) == 0
    assert (tmp_path / "again" / "depth-05" / "net_05_00000.dlnet").read_text() == text
