"""Parts of the roll-up: actions taken apart, parameters, origins, time."""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.nets import read_module, read_net

from dlc.fuzz.strategies import layers_named
from dlc.ir import BlockCall, Input, Module, Net, Node, Origin, Repeat
from dlc.layers import REGISTRY, build
from dlc.layers.bind import bind_action
from dlc.passes.check import check
from dlc.passes.expand import ExpandBlocks
from dlc.passes.rollup import RollUp
from dlc.passes.rollup.leaves import join, split
from dlc.passes.rollup.parameters import numbered, parametrised
from dlc.passes.rollup.rewrite import common_origin
from dlc.passes.same import names
from dlc.syntax import parse
from dlc.types import HOLE, image, symbol

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LAYERS = [name for name in REGISTRY if name != "opaque"]


@given(st.sampled_from(LAYERS).flatmap(lambda name: layers_named(name, holes=True)))
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_layer_whose_numbers_are_parameters_becomes_itself_again(op: object) -> None:
    parts = split(op)  # type: ignore[arg-type]
    values = [symbol(f"p{i}") for i in range(len(parts.values))]
    general = join(op, iter(values))  # type: ignore[arg-type]
    given_values = {f"p{i}": value for i, value in enumerate(parts.values)}
    assert bind_action(general, given_values) == op
    assert join(op, iter(parts.values)) == op  # type: ignore[arg-type]


def test_calls_and_repeats_are_taken_apart_too() -> None:
    relu, drop = build("relu", {}), build("dropout", {"rate": 0.5})
    repeat = Repeat(3, (relu, drop, BlockCall("unit", {"width": 8, "word": "same", "pair": (1, 2)})))
    parts = split(repeat)
    assert parts.values == (3, 0.5, 1, 2, 8)
    assert parts.labels == ("count", "rate", "pair", "pair", "width")
    other = join(repeat, iter((2, 0.1, 5, 6, 7)))
    assert other == Repeat(
        2,
        (
            relu,
            build("dropout", {"rate": 0.1}),
            BlockCall("unit", {"width": 7, "word": "same", "pair": (5, 6)}),
        ),
    )
    assert split(other).form == parts.form


def test_words_lengths_and_kinds_of_padding_are_no_parameters() -> None:
    forms = {
        split(build("conv2d", {"filters": 8, "kernel": 3, "padding": padding})).form
        for padding in ("same", "valid", 1, (0, 1, 0, 1))
    }
    assert len(forms) == 3


def test_parameters_are_shared() -> None:
    columns = [(64, 128), (3, 3), (256, 512), (64, 128), (1, 2), (True, False), (1, 0), (0.5, 0.5)]
    labels = ["filters", "kernel", "filters", "units", "stride", "bias", "stride", "rate"]
    found = parametrised(columns, labels)
    assert found.names == ("filters", "stride1", "bias", "stride2")
    assert found.columns == ((64, 128), (1, 2), (True, False), (1, 0))
    filters = symbol("filters")
    assert found.inside == (
        filters, 3, filters * 4, filters, symbol("stride1"), symbol("bias"), symbol("stride2"), 0.5,
    )  # fmt: skip
    assert found.arguments(1) == {"filters": 128, "stride1": 2, "bias": False, "stride2": 0}


def test_what_is_no_multiple_everywhere_is_passed() -> None:
    found = parametrised([(10, 20), (20, 50), (30, 60)], ["filters", "filters", "filters"])
    assert found.names == ("filters1", "filters2")
    assert found.inside == (symbol("filters1"), symbol("filters2"), symbol("filters1") * 3)


def test_symbols_are_passed_even_where_all_places_agree() -> None:
    k = symbol("k")
    found = parametrised([(k, k), (HOLE, HOLE)], ["filters", "kernel"])
    assert found.names == ("filters",)
    assert found.inside == (symbol("filters"), HOLE)


def test_names_are_numbered_where_there_are_several() -> None:
    assert numbered(["a", "b", "a"]) == ["a1", "b", "a2"]


@pytest.mark.parametrize(
    ("texts", "common"),
    [
        (["p.4 table 1 row 3", "p.4 table 1 row 4"], "p.4 table 1"),
        (["p.4 table 1 row 3", None, "p.4 table 1 row 3"], "p.4 table 1 row 3"),
        (["p.4 table 1 row 3", "p.4 table 2 row 3"], "p.4"),
        (["p.4 table 1", "p.5 figure 1"], None),
        (["a note", "a note"], "a note"),
        ([None, None], None),
        ([], None),
    ],
)
def test_origins_have_in_common_what_all_say(texts: list[str | None], common: str | None) -> None:
    found = common_origin(None if text is None else Origin.parse(text) for text in texts)
    assert found == (None if common is None else Origin.parse(common))


# Which nets are left alone.


def chain(layers: int, period: int) -> Module:
    """Convolutions, normalisations and rectifiers, of `period` different numbers of filters."""
    kinds = [build("batchnorm", {}), build("relu", {})]
    nodes = []
    for i in range(layers):
        conv = build("conv2d", {"filters": 4 + (i // 3) % period, "kernel": 3, "padding": "same"})
        nodes.append(Node(f"v{i}", (conv, *kinds)[i % 3], (f"v{i - 1}" if i else "i",)))
    return Module(nets=(Net("n", (Input("i", image(8, 8, 3)),), tuple(nodes), (nodes[-1].name,)),))


def test_a_net_of_too_many_layers_stays() -> None:
    module = chain(300, 2)
    assert RollUp().run(module).changed
    assert not RollUp(most_layers=299).run(module).changed


def test_what_saves_too_little_stays() -> None:
    module = chain(24, 1)
    assert RollUp(at_least=20).run(module).changed
    assert not RollUp(at_least=21).run(module).changed
    assert RollUp(at_most=0.17).run(module).changed
    assert not RollUp(at_most=0.16).run(module).changed


# Time.


def seconds(module: Module) -> float:
    """The least processor time of three runs."""
    found = []
    for _ in range(3):
        start = time.process_time()
        RollUp().run(module)
        found.append(time.process_time() - start)
    return min(found)


def test_resnet_152_takes_less_than_half_a_second() -> None:
    net = read_net((EXAMPLES / "resnet152.dlnet").read_text(encoding="utf-8"))
    assert len(net.body) > 500
    assert seconds(Module(nets=(net,))) < 0.5


def test_time_grows_with_the_net_and_not_with_its_square() -> None:
    assert seconds(chain(4000, 7)) < 8 * max(seconds(chain(1000, 7)), 0.02)


# Names of layers are not lost.


def test_the_names_of_layers_can_be_found_again() -> None:
    text = (EXAMPLES / "resnet50.dlnet").read_text(encoding="utf-8")
    flat = read_net(text)
    rolled = RollUp().run(Module(nets=(flat,))).module
    (back,) = ExpandBlocks().run(rolled).module.nets
    found = names(flat, back)
    assert found is not None
    kept = {node.name for node in rolled.nets[0].body}
    assert {name for name, other in found.items() if name == other} >= kept | {"image"}


DIFFERENT = """
net a { i = input vector[4]
  x = relu(i)
  y = tanh(x)
  output y }
net other_layer { i = input vector[4]
  x = relu(i)
  y = relu(x)
  output y }
net other_input { i = input vector[5]
  x = relu(i)
  y = tanh(x)
  output y }
net other_value { i = input vector[4]
  x = relu(i)
  y = tanh(i)
  output y }
net more_outputs { i = input vector[4]
  x = relu(i)
  y = tanh(x)
  output y, x }
net more_inputs { i = input vector[4]
  j = input vector[4]
  x = relu(i)
  y = tanh(x)
  output y }
"""


def test_nets_that_differ_have_no_names_for_each_other() -> None:
    first, *others = parse(DIFFERENT).module.nets
    assert names(first, first) == {"i": "i", "x": "x", "y": "y"}
    assert [names(first, other) for other in others] == [None] * 5
    twice = read_module("net n {\n i = input vector[4]\n a = relu(i)\n y = add(a, a)\n output y\n}\n").nets[0]
    each = read_module(
        "net n {\n i = input vector[4]\n a = relu(i)\n b = relu(i)\n y = add(a, b)\n output y\n}\n"
    ).nets[0]
    assert names(twice, each) is None
    assert names(each, twice) is None


def test_a_block_keeps_its_types_where_it_is_called() -> None:
    net = read_net((EXAMPLES / "densenet121.dlnet").read_text(encoding="utf-8"))
    checked = check(RollUp().run(Module(nets=(net,))).module)
    assert checked.ok
    assert checked.module.nets[0].types()["prob"] == net.types()["prob"]
