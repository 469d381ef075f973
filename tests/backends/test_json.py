"""The JSON export follows its schema and reads back to the same net."""

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings

from dlc.backends.base import EmitOptions
from dlc.backends.json import JsonBackend, module_json
from dlc.backends.json_schema import schema
from dlc.diagnostics import DlcError
from dlc.frontends.dlnet_json import read
from dlc.fuzz.strategies import dags
from dlc.ir import Module, Net
from dlc.passes.check import check
from dlc.passes.expand import ExpandBlocks
from dlc.syntax import parse

ROOT = Path(__file__).resolve().parents[2]
VALIDATOR = jsonschema.Draft202012Validator(schema())


def test_the_schema_in_spec_is_up_to_date() -> None:
    assert json.loads((ROOT / "spec" / "dlnet-json-1.schema.json").read_text()) == schema()


@given(dags())
@settings(max_examples=60, deadline=None)
def test_every_net_follows_the_schema_and_reads_back(net: Net) -> None:
    module = check(Module(nets=(net,))).module
    text = JsonBackend().emit(module, EmitOptions()).files[0].text
    VALIDATOR.validate(json.loads(text))
    assert read(text) == module


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.dlnet")), ids=lambda p: p.stem)
def test_examples_read_back(path: Path) -> None:
    parsed = parse(path.read_text(), path.name)
    module = check(ExpandBlocks().run(parsed.module).module).module
    document = module_json(module)
    VALIDATOR.validate(document)
    assert read(json.dumps(document)).nets == module.nets


def _net(**parts: object) -> dict[str, object]:
    return {"nets": [{"name": "n", "inputs": [], "layers": [], "outputs": []} | parts]}


def _layer(**parts: object) -> dict[str, object]:
    return _net(layers=[{"name": "a", "op": "dense", "inputs": [], "attrs": {}} | parts])


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"format": "other"}, "", "DLC0702"),
        ({"nets": 3}, "/nets", "DLC0702"),
        (_layer(op="conv9d"), "/nets/0/layers/0/op", "DLC0702"),
        (_layer(attrs={"units": -1}), "/nets/0/layers/0/attrs/units", "DLC0206"),
        (
            _net(inputs=[{"name": "i", "type": {"kind": "map", "shape": [3]}}]),
            "/nets/0/inputs/0/type",
            "DLC0702",
        ),
    ],
)
def test_breaches_of_the_contract_have_their_place(
    change: dict[str, object], pointer: str, code: str
) -> None:
    document = {"format": "dlnet-json/1", "nets": []} | change
    with pytest.raises(DlcError) as raised:
        read(json.dumps(document), "net.json")
    found = raised.value.diagnostics[0]
    assert found.code.number == code
    assert str(found.span) == f"net.json#{pointer}"


def test_malformed_json_has_its_line() -> None:
    with pytest.raises(DlcError, match="line 2"):
        read('{"format":\n oops}')


def test_deep_nesting_is_refused_calmly() -> None:
    with pytest.raises(DlcError, match="nested too deeply"):
        read("[" * 100_000)
