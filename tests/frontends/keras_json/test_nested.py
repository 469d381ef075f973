"""Models inside models: blocks where they are wanted, their layers otherwise; further calls share weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest
from support.command import run

from dlc.cli.commands.summary import lines
from dlc.frontends.keras_json import read
from dlc.ir import Module
from dlc.passes.check import check
from dlc.passes.expand import ExpandBlocks
from dlc.syntax import print_module
from dlc.types import total

INPUT = {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 4]}, "inbound_nodes": []}


def dense(name: str, units: int, source: str) -> dict[str, Any]:
    calls = [[[source, 0, 0, {}]]]
    return {
        "class_name": "Dense",
        "name": name,
        "config": {"name": name, "units": units},
        "inbound_nodes": calls,
    }


def model(name: str, layers: list[dict[str, Any]], outputs: list[list[Any]]) -> dict[str, Any]:
    inputs = [[la["name"], 0, 0] for la in layers if la["class_name"] == "InputLayer"]
    config = {"name": name, "layers": layers, "input_layers": inputs, "output_layers": outputs}
    return {"class_name": "Model", "name": name, "config": config}


def given(name: str) -> dict[str, Any]:
    return INPUT | {"name": name}


def siamese(first: int) -> str:
    """A tower that is called twice; its calls are counted from `first` on."""
    tower = model("tower", [given("x"), dense("a", 3, "x"), dense("b", 2, "a")], [["b", 0, 0]])
    tower["inbound_nodes"] = [[["left", 0, 0, {}]], [["right", 0, 0, {}]]]
    calls = [[["tower", first, 0, {}], ["tower", first + 1, 0, {}]]]
    added = {"class_name": "Add", "name": "sum", "config": {"name": "sum"}, "inbound_nodes": calls}
    return json.dumps(model("siamese", [given("left"), given("right"), tower, added], [["sum", 0, 0]]))


OWN = 3 * (4 + 1) + 2 * (3 + 1)
BLOCKS = """\
block tower(x) {
  a = dense(x, units=3)
  b = dense(a, units=2)
  output b
}

net siamese {
  left = input vector[4]
  right = input vector[4]
  tower = tower(left)
  tower_2 = tower(right) @ shares tower
  sum = add(tower, tower_2)
  output sum
}
"""


def parameters(module: Module) -> object:
    flat = check(ExpandBlocks().run(module).module)
    assert flat.ok
    return total(*(line.parameters for line in lines(flat.module.nets[0])))


@pytest.mark.parametrize("first", [0, 1])
def test_a_model_that_is_called_twice_is_a_block(first: int) -> None:
    """Before Keras 3 the calls of a model inside another one are counted from 1."""
    module, found = read(siamese(first), blocks=True)
    assert found == ()
    assert print_module(module) == BLOCKS
    assert check(module).diagnostics == ()
    assert parameters(module) == OWN


@pytest.mark.parametrize("first", [0, 1])
def test_written_out_its_layers_share_weights(first: int) -> None:
    module, _ = read(siamese(first))
    names = {n.name: n.shares for n in module.nets[0].body}
    assert names == {
        "tower/a": None,
        "tower/b": None,
        "tower/a_2": "tower/a",
        "tower/b_2": "tower/b",
        "sum": None,
    }
    assert parameters(module) == OWN


def test_both_are_the_same_net() -> None:
    flat, _ = read(siamese(0))
    blocks = ExpandBlocks().run(read(siamese(0), blocks=True)[0]).module
    written = [
        [attrs.evolve(n, name="", inputs=(), shares=None) for n in m.nets[0].body] for m in (flat, blocks)
    ]
    assert written[0] == written[1]


def test_a_chain_in_a_chain() -> None:
    inner = {
        "class_name": "Sequential",
        "config": [{"class_name": "Dense", "config": {"name": "d", "units": 3}}],
    }
    first = {"class_name": "Dense", "config": {"name": "e", "units": 5, "batch_input_shape": [None, 4]}}
    document = {"class_name": "Sequential", "config": [first, inner | {"name": "part"}]}
    module, _ = read(json.dumps(document), blocks=True)
    assert print_module(module).splitlines()[:4] == [
        "block part(x) {",
        "  d = dense(x, units=3)",
        "  output d",
        "}",
    ]
    assert parameters(module) == 5 * (4 + 1) + 3 * (5 + 1)


def test_a_model_of_two_results_is_written_out() -> None:
    pair = model("pair", [given("x"), dense("a", 3, "x"), dense("b", 2, "x")], [["a", 0, 0], ["b", 0, 0]])
    pair["inbound_nodes"] = [[["left", 0, 0, {}]]]
    last = dense("c", 2, "pair")
    last["inbound_nodes"][0][0][2] = 1
    module, _ = read(json.dumps(model("m", [given("left"), pair, last], [["c", 0, 0]])), blocks=True)
    assert module.blocks == ()
    assert module.nets[0].body[-1].inputs == ("pair/b",)


def test_the_command_keeps_them_in_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "siamese.json"
    path.write_text(siamese(1))
    assert run(capsys, path)[1] == BLOCKS
    status, printed, _ = run(capsys, path, "--target", "keras")
    assert status == 0
    assert printed.count("layers.Dense(") == 2
    assert printed.count("tower_a_layer(") == 2
