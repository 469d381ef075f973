"""Real networks as PyTorch: the 40 of `keras.applications`, and Caffe files whose pooling rounds up."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.drawn import embeds_numbers, is_quick

from dlc.backends import load
from dlc.backends.base import EmitOptions
from dlc.frontends import keras_json, prototxt
from dlc.ir import Module, Net
from dlc.passes.check import check
from dlc.passes.expand import ExpandBlocks
from dlc.passes.manager import PassManager
from dlc.passes.pipeline import Blocks, preparation

pytest.importorskip("torch")

from support import pytorch_run, torch_eval
from support.close import differences
from support.pytorch_run import torch

SMALL = [
    "ConvNeXtTiny",
    "DenseNet121",
    "EfficientNetB0",
    "EfficientNetV2B0",
    "InceptionV3",
    "MobileNet",
    "MobileNetV2",
    "MobileNetV3Small",
    "NASNetMobile",
    "ResNet50",
    "ResNet50V2",
    "Xception",
]


def prepared(module: Module, blocks: Blocks = Blocks.SHORTER) -> Module:
    passes = preparation(fill=True, default=True, expand=False, blocks=blocks)
    run = PassManager(passes, False, (), False).run(check(module).module)
    checked = check(run.module)
    assert checked.ok, checked.diagnostics
    return checked.module


def written(module: Module) -> str:
    return load("pytorch").emit(module, EmitOptions()).files[0].text


def test_keras_applications(shared: Path) -> None:
    """Each has as many parameters as Keras says, and takes and gives the same shapes."""
    folder = shared / "zoo" / "keras_apps"
    rows = list(
        csv.DictReader((folder / "table.tsv").read_text(encoding="utf-8").splitlines(), delimiter="\t")
    )
    assert len(rows) == 40
    wrong = {}
    for row in rows:
        module, _ = keras_json.read((folder / f"{row['name']}.json").read_text(encoding="utf-8"), row["name"])
        with torch.device("meta"):
            model = pytorch_run.from_source(written(prepared(module)))
            height, width, channels = (size or 224 for size in sizes(row["input_shape"]))
            made = model(torch.zeros(1, channels, height, width))
        found = (pytorch_run.count(model), list(made.shape[1:]))
        if found != (int(row["params"]), sizes(row["output_shape"])):
            wrong[row["name"]] = found
    assert wrong == {}


def sizes(text: str) -> list[Any]:
    """`[None, 224, 224, 3]` without the batch."""
    found: list[Any] = json.loads(text.replace("None", "null"))
    return found[1:]


@pytest.mark.parametrize("name", SMALL)
def test_keras_applications_compute_the_same(name: str, shared: Path) -> None:
    """With random weights and blocks rolled up, what the catalogue defines of the flat net."""
    text = (shared / "zoo" / "keras_apps" / f"{name}.json").read_text(encoding="utf-8")
    module = prepared(keras_json.read(text, name)[0])
    net = check(ExpandBlocks().run(module).module).module.nets[0]
    inputs, weights = torch_eval.drawn_inputs(net, batch=2), torch_eval.drawn_weights(net)
    made = pytorch_run.outputs(module, net, inputs, weights)
    values = torch_eval.evaluate(net, inputs, weights)
    for name_, array in made.items():
        expected = values[name_]
        assert np.abs(array - expected).max() <= 1e-3 * np.abs(expected).max()


def test_resnet50_is_code_that_one_keeps(shared: Path) -> None:
    text = (shared / "zoo" / "keras_apps" / "ResNet50.json").read_text(encoding="utf-8")
    lines = written(prepared(keras_json.read(text, "ResNet50.json")[0], Blocks.ROLL)).splitlines()
    assert len(lines) < 120
    assert "class Residual(nn.Module):" in lines
    assert sum("for _ in range(" in line for line in lines) == 4


def test_caffe_files_that_round_pooling_up(shared: Path) -> None:
    """As the catalogue defines it, which is as Caffe computes it."""
    folder = shared / "zoo" / "prototxt"
    with (folder / "manifest.tsv").open(encoding="utf-8") as file:
        accepted = [r["file"] for r in csv.DictReader(file, delimiter="\t") if r["caffe_verdict"] == "ok"]
    random.Random(20).shuffle(accepted)
    tried, wrong = 0, {}
    for name in accepted[:60]:
        text = (folder / name).read_text(encoding="utf-8", errors="replace")
        module = prepared(prototxt.read(text, name)[0])
        net = check(ExpandBlocks().run(module).module).module.nets[0]
        if embeds_numbers(net) or not is_quick(net, 300_000_000) or not rounds_up(net):
            continue
        inputs, weights = torch_eval.drawn_inputs(net), torch_eval.drawn_weights(net)
        made = pytorch_run.outputs(module, net, inputs, weights)
        values = torch_eval.evaluate(net, inputs, weights)
        if found := differences(made, {name: values[name] for name in net.outputs}):
            wrong[name] = found
        tried += 1
    assert wrong == {}
    assert tried >= 5


def rounds_up(net: Net) -> bool:
    return any(node.layer.attributes().get("round") == "ceil" for node in net.body)
