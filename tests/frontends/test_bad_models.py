"""Broken and hostile prototxt and Keras JSON: a coded message at the right place, in bounded time and memory."""

from __future__ import annotations

import base64
import itertools
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.command import run, run_within

from dlc.diagnostics import Diagnostic, DlcError, PointerSpan, TextSpan
from dlc.frontends import keras_json, prototxt
from dlc.ir import Module
from dlc.passes.check import check

HEAD = 'input: "x" input_shape { dim: 1 dim: 3 dim: 8 dim: 8 }\n'
CONV = (
    'layer {{ name: "c" type: "Convolution" bottom: "x" top: "c"\n'
    "  convolution_param {{ num_output: {} kernel_size: {} }} }}\n"
)
RELU = 'layer {{ name: "{0}" type: "ReLU" bottom: "{1}" top: "{0}" }}\n'


def problem(read: Callable[[str], tuple[Module, Any]], text: str) -> Diagnostic:
    """The first error of reading a text, or of checking what was read."""
    try:
        module, _ = read(text)
    except DlcError as error:
        return error.diagnostics[0]
    return next(d for d in check(module).diagnostics if d.is_error)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ((HEAD + CONV.format(8, 3))[:-20], "DLC0703", 3),
        (HEAD + 'layer { name: "c }\n', "DLC0703", 2),
        (HEAD + "layer " + "{ a " * 10_000, "DLC0703", 2),
        (HEAD + "layer " + "{ a " * 10_000 + "}" * 10_000, "DLC0703", 2),
        (HEAD.replace("8", str(10**30)) + CONV.format(8, 3), "DLC0305", 2),
        (HEAD + CONV.format("1e300", 3), "DLC0707", 2),
        (HEAD + CONV.format(10**30, 3), "DLC0707", 2),
        (HEAD + CONV.format("9" * 100_000, 3), "DLC0707", 2),
        (HEAD + CONV.format("nan", 3), "DLC0707", 2),
        (HEAD + CONV.format(-5, 3), "DLC0707", 2),
        (HEAD + CONV.format(8, 9), "DLC0302", 2),
        (HEAD + RELU.format("a", "b") + RELU.format("b", "a"), "DLC0202", 2),
        (HEAD + RELU.format("a", "y"), "DLC0202", 2),
        (HEAD, "DLC0704", 1),
        (HEAD + f'layer {{ name: "{"a" * 9 * 2**20}" }}', "DLC0010", 1),
    ],
)
def test_prototxt(text: str, code: str, line: int) -> None:
    first = problem(prototxt.read, text)
    assert first.code.number == code
    assert isinstance(first.span, TextSpan)
    assert first.span.line == line


def test_layers_of_one_name_are_what_caffe_takes_them_for() -> None:
    """The second one reads what it names, and its top hides the first one's."""
    module, _ = prototxt.read(HEAD + RELU.format("a", "x") * 2)
    assert [(n.name, n.inputs) for n in module.nets[0].body] == [("a", ("x",)), ("a_2", ("x",))]


def layer(kind: str, **config: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": config}


def chain(*layers: Any) -> str:
    first = layer("InputLayer", name="x", batch_input_shape=[None, 8, 8, 3])
    model = {"class_name": "Sequential", "config": {"name": "s", "layers": [first, *layers]}}
    return json.dumps(model | {"keras_version": "2.4.0"})


def graph(*nodes: tuple[str, str, list[str]]) -> str:
    layers = [{"name": "x", **layer("InputLayer", batch_input_shape=[None, 8]), "inbound_nodes": []}]
    for kind, name, read in nodes:
        config = {"activation": "relu"} if kind == "Activation" else {}
        calls = [[[source, 0, 0, {}] for source in read]]
        layers.append({"name": name, **layer(kind, **config), "inbound_nodes": calls})
    config = {"name": "m", "layers": layers, "output_layers": [[nodes[-1][1], 0, 0]]}
    return json.dumps({"class_name": "Model", "config": config})


GOOD = chain(layer("Conv2D", name="c", filters=8, kernel_size=[3, 3]))
RELUS = (("Activation", "a", ["b"]), ("Activation", "b", ["a"]))


@pytest.mark.parametrize(
    ("text", "code", "pointer"),
    [
        (GOOD[:-40], "DLC0701", ""),
        ('{"class_name": "Sequential", "config": ' + "[" * 10_000 + "]" * 10_000 + "}", "DLC0708", ""),
        ('{"class_name": "Sequential", "config": ' + '{"a":' * 10_000 + "1" + "}" * 10_001, "DLC0708", ""),
        (GOOD.replace(": 8", ": " + "9" * 100_000), "DLC0701", ""),
        (GOOD.replace(": 8", ": NaN"), "DLC0707", "/config/layers/1"),
        (GOOD.replace(": 8", ": 1e300"), "DLC0707", "/config/layers/1"),
        (GOOD.replace(": 8", f": {10**30}"), "DLC0707", "/config/layers/1"),
        (GOOD.replace(": 8", ': "eight"'), "DLC0707", "/config/layers/1"),
        (GOOD.replace("[null, 8", f"[null, {10**30}"), "DLC0305", "/config/layers/1"),
        (graph(*RELUS), "DLC0202", "/config/layers/1"),
        (graph(("Activation", "a", ["y"])), "DLC0202", "/config/layers/1"),
        (graph(("Activation", "a", ["x"]), ("Dense", "a", ["x"])), "DLC0201", "/config/layers/2"),
        ('{"class_name": "Sequential", "config": {"layers": {"a": 1}}}', "DLC0708", "/config"),
        ('{"class_name": "Sequential", "config": [0]}', "DLC0708", "/config/0"),
        ('{"class_name": "Sequential", "config": []}', "DLC0708", ""),
        ('{"class_name": "Sequential", "config": "' + "a" * 17 * 2**20 + '"}', "DLC0010", ""),
    ],
)
def test_keras_json(text: str, code: str, pointer: str) -> None:
    first = problem(keras_json.read, text)
    assert first.code.number == code
    assert isinstance(first.span, PointerSpan)
    assert first.span.pointer == pointer


@pytest.mark.parametrize("name", ["net.prototxt", "model.json"])
@pytest.mark.parametrize(
    "content",
    [bytes(range(256)) * 40, GOOD.encode("utf-16"), pickle.dumps({"a": 1})],
    ids=["binary", "utf-16", "pickle"],
)
def test_what_is_no_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    status, printed, said = run(capsys, tmp_path / name, "--target", "keras")
    assert (status, printed) == (1, "")
    assert "error[DLC0006]" in said


class Bomb:
    """An object whose pickle makes a folder when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (self.path,)


def test_code_in_a_configuration_is_kept_and_never_run(tmp_path: Path) -> None:
    """A Lambda's bytecode, of old files and of Keras 3's, and a class that is no layer."""
    sign = tmp_path / "run"
    code = base64.b64encode(pickle.dumps(Bomb(sign))).decode()
    new = {"class_name": "__lambda__", "config": {"code": code, "defaults": None, "closure": None}}
    document = chain(
        layer("Lambda", name="old", function=[code, None, None], function_type="lambda"),
        layer("Lambda", name="new", function=new),
        {"module": "os", "class_name": "mkdir", "config": {"name": "call", "path": str(sign)}},
        layer("Conv2D", name="c", filters=2, kernel_size=[1, 1]),
    )
    module, found = keras_json.read(document)
    kept = [n for n in module.nets[0].body if n.layer.op_name == "opaque"]
    assert [n.name for n in kept] == ["old", "new", "call"]
    assert code in repr(kept[0].layer)
    assert {d.code.number for d in found} == {"DLC0705"}
    assert not sign.exists()


@pytest.mark.parametrize(
    ("name", "opening", "piece"),
    [
        ("big.prototxt", HEAD, 'layer { name: "a" type: "ReLU" bottom: "x" top: "a" }\n'),
        ("big.json", '{"class_name": "Sequential", "config": [', '{"class_name": "Flatten", "config": {}}, '),
    ],
)
def test_files_of_50_megabytes_are_refused_in_little_memory(
    tmp_path: Path, name: str, opening: str, piece: str
) -> None:
    path = tmp_path / name
    path.write_text(opening + piece * (50 * 2**20 // len(piece)))
    status, _, said = run_within(1024, path, "--target", "keras")
    assert status == 1
    assert "error[DLC0010]" in said


def test_models_that_call_models_cannot_grow_without_end() -> None:
    """Twelve models, each of which calls the next three times."""
    first = {"name": "x", **layer("InputLayer", batch_input_shape=[None, 8]), "inbound_nodes": []}
    dense = {"name": "i", **layer("Dense", units=8), "inbound_nodes": [[["x", 0, 0, {}]]]}
    config = {"name": "m", "layers": [first, dense], "input_layers": [["x", 0, 0]]}
    model: dict[str, Any] = layer("Model", **config, output_layers=[["i", 0, 0]])
    for _ in range(12):
        calls = [[["x", 0, 0, {}]], [["i", 0, 0, {}]], [["i", 1, 0, {}]]]
        config["layers"] = [first, {**model, "name": "i", "inbound_nodes": calls}]
        model = layer("Model", **config, output_layers=[["i", 2, 0]])
    assert problem(keras_json.read, json.dumps(model)).code.number == "DLC0405"


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_layers_costs_no_time(order: int) -> None:
    """A thousand layers, each before or after what it reads."""
    names = ["x", *(f"a{i}" for i in range(1000))]
    nodes = [("Activation", name, [source]) for source, name in itertools.pairwise(names)]
    document = json.loads(graph(*nodes))
    document["config"]["layers"] = document["config"]["layers"][::order]
    module, _ = keras_json.read(json.dumps(document))
    assert [n.name for n in module.nets[0].body] == names[1:]


def test_many_layers_of_one_name_cost_no_time() -> None:
    module, _ = prototxt.read(HEAD + RELU.format("a", "x") * 3000)
    assert module.nets[0].body[-1].name == "a_3000"
