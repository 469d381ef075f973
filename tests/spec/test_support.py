"""The page of what targets say and formats give is current, and its second half is true."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import onnx
import pytest
from support.keras_cases import CASES, text
from support.nets import emit, read_net

from dlc.backends.onnx import build
from dlc.cli.support import page
from dlc.diagnostics import DlcError
from dlc.frontends import keras_json, prototxt
from dlc.frontends import onnx as from_onnx
from dlc.frontends.keras_json.builder import RULES as KERAS
from dlc.frontends.prototxt.registry import RULES as CAFFE
from dlc.frontends.support import reads
from dlc.layers import REGISTRY

SPEC = Path(__file__).resolve().parents[2] / "spec"
OURS = " that dlc wrote"
# A model does not say what it means by these: a part that leaves the ends out is read as a crop, and a Transpose
# whose result nothing reads as another layout of the same.
LIKE = [*(("slice", {f"crop{rank}d"}) for rank in (1, 2, 3)), ("permute", set[str]())]


def test_the_page_is_up_to_date() -> None:
    """Otherwise: python -m dlc.cli.support > spec/support.md"""
    assert (SPEC / "support.md").read_text(encoding="utf-8") == page()


def test_every_layer_has_a_cell_with_a_source_or_a_reason() -> None:
    for format_, row in reads().items():
        assert list(row) == list(REGISTRY), format_
        assert all(cell.sources or cell.reason for cell in row.values())


@pytest.mark.parametrize(("format_", "rules"), [("keras-json", KERAS), ("prototxt", CAFFE)])
def test_the_sources_are_what_the_frontend_has_rules_for(format_: str, rules: dict[str, Any]) -> None:
    for op, cell in reads()[format_].items():
        if op != "opaque":
            assert all(name in rules for name in cell.sources.split(", ") if name), op


def test_the_operators_are_what_onnx_has() -> None:
    """Several of them may be read together as one layer."""
    for op, cell in reads()["onnx"].items():
        names = re.split(", | and ", cell.sources.removesuffix(OURS))
        assert op == "opaque" or all(onnx.defs.has(name) for name in names), op


@pytest.mark.parametrize("case", CASES, ids=str)
def test_onnx_gives_what_the_page_says(case: tuple[str, str]) -> None:
    """Whoever wrote the model, but where the page says that dlc must have."""
    op = case[1].partition("(")[0]
    model, _ = build(read_net(text(case)))
    if not reads()["onnx"][op].sources.endswith(OURS):
        for node in model.graph.node:
            del node.metadata_props[:]
    module, _ = from_onnx.read(model.SerializeToString())
    found = {node.layer.op_name for node in module.nets[0].body}
    assert op in found or (op, found) in LIKE, found


def returned(target: str, case: tuple[str, str]) -> set[str]:
    """The layers that are read of what is written for a case."""
    read = {"keras-json": keras_json.read, "caffe": prototxt.read}[target]
    try:
        module, _ = read(emit(target, read_net(text(case)))[0])
    except DlcError:
        return set()
    return {node.layer.op_name for node in module.nets[0].body}


def given(target: str) -> set[str]:
    """The layers that come back from a target in one form at least."""
    return {op for case in CASES if (op := case[1].partition("(")[0]) in returned(target, case)}


def keras(kind: str, shape: list[int], **config: Any) -> str:
    """A chain of one layer, as Keras 3 writes it."""
    layers = [
        {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, *shape]}},
        {"class_name": kind, "config": {"name": "it", **config}},
    ]
    return json.dumps({"class_name": "Sequential", "keras_version": "3.0", "config": {"layers": layers}})


SIZES = {"size": 3, "alpha": 0.1, "beta": 0.5, "k": 1.0}
ITEM = {
    "args": [
        {"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}},
        [{"class_name": "__ellipsis__", "config": {}}, {"class_name": "__slice__", "config": {"stop": 2}}],
    ]
}
FUNCTIONAL = {
    "class_name": "Functional",
    "keras_version": "3.0",
    "config": {
        "name": "n",
        "layers": [
            {"class_name": "InputLayer", "name": "x", "config": {"batch_shape": [None, 4, 3]}},
            {"class_name": "GetItem", "name": "it", "config": {"name": "it"}, "inbound_nodes": [ITEM]},
        ],
        "output_layers": [["it", 0, 0]],
    },
}
WRITTEN_KERAS = {
    "lrn": keras("LocalResponseNormalization", [5, 5, 4], **SIZES),
    "hard_sigmoid": keras("Activation", [5], activation="hard_sigmoid"),
    "hard_silu": keras("Activation", [5], activation="hard_silu"),
    "slice": json.dumps(FUNCTIONAL),
}


def test_keras_json_gives_what_the_page_says() -> None:
    found = given("keras-json")
    for op, document in WRITTEN_KERAS.items():
        module, _ = keras_json.read(document)
        assert module.nets[0].body[-1].layer.op_name == op
    exact = {op for op, cell in reads()["keras-json"].items() if cell.sources}
    assert exact - found - set(WRITTEN_KERAS) == {"opaque"}


def caffe(kind: str, rest: str = "", dims: str = "dim: 1 dim: 4 dim: 6 dim: 6") -> str:
    return (
        f'input: "x" input_shape {{ {dims} }}\n'
        f'layer {{ name: "it" type: "{kind}" bottom: "x" top: "it" {rest} }}\n'
    )


LSTM = caffe("LSTM", "recurrent_param { num_output: 3 }", "dim: 5 dim: 1 dim: 4")
STEPS = 'layer { name: "y" type: "InnerProduct" bottom: "it" top: "y" inner_product_param { num_output: 2 axis: 2 } }'
WRITTEN_CAFFE = {
    "conv1d": LSTM + STEPS,
    "depthwise_conv2d": caffe("Scale"),
    "upsample2d": caffe("Upsample", "upsample_param { scale: 2 }"),
    "relu6": caffe("ReLU6"),
    "silu": caffe("Swish"),
    "reshape": caffe("Reshape", "reshape_param { shape { dim: 0 dim: 4 dim: 36 dim: 1 } }"),
    "permute": caffe("Permute", "permute_param { order: 0 order: 2 order: 3 order: 1 }"),
    "crop2d": 'input: "z" input_shape { dim: 1 dim: 4 dim: 3 dim: 3 }\n'
    + caffe("Crop", 'bottom: "z" crop_param { offset: 1 }'),
}


def test_prototxt_gives_what_the_page_says() -> None:
    found = given("caffe")
    for op, document in WRITTEN_CAFFE.items():
        module, _ = prototxt.read(document)
        assert op in {node.layer.op_name for node in module.nets[0].body}, op
    exact = {op for op, cell in reads()["prototxt"].items() if cell.sources}
    assert exact - found - set(WRITTEN_CAFFE) == {"opaque"}
    assert found <= exact | {"opaque"}
