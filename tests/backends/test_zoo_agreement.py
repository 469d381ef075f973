"""Real networks, with the same random weights: Keras and OpenCV, which reads the prototxt, give the same.

Of the files that are small enough to run in a test, a few dozen different ones are taken.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.nets import emit

from dlc.diagnostics import DlcError
from dlc.frontends import keras_json, prototxt
from dlc.ir import Module, Net
from dlc.passes.check import check
from dlc.passes.expand import ExpandBlocks
from dlc.types import total

pytest.importorskip("keras", minversion="3.0")
pytest.importorskip("torch")

from support import keras_run, torch_eval
from support.caffe_net import CaffeNet
from support.close import differences
from support.keras_weights import set_weights

MOST_MULTIPLY_ADDS = 60_000_000
FILES = 14


def small(folder: Path) -> Iterator[tuple[str, Net]]:
    """Nets that need nothing but numbers, and not many of them; one of each shape."""
    seen: set[object] = set()
    for name, module in documents(folder):
        checked = check(ExpandBlocks().run(module).module)
        net = checked.module.nets[0]
        types = net.types()
        if not checked.ok or any(t is None or not t.is_concrete for t in types.values()):
            continue
        given = [[t for n in node.inputs if (t := types[n])] for node in net.body]
        costs = [n.layer.multiply_adds(g, types[n.name]) for n, g in zip(net.body, given, strict=True)]  # type: ignore[arg-type]
        cost = total(*costs)
        shape = tuple((n.layer, types[n.name]) for n in net.body)
        if isinstance(cost, int) and cost <= MOST_MULTIPLY_ADDS and shape not in seen:
            seen.add(shape)
            yield name, net


def documents(folder: Path) -> Iterator[tuple[str, Module]]:
    for kind, wanted in (("prototxt", "caffe_verdict"), ("keras_json", "any_ok")):
        with (folder / kind / "manifest.tsv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        read: Any = prototxt.read if kind == "prototxt" else keras_json.read
        for row in rows:
            if row[wanted].startswith(("ok", "yes")):
                text = (folder / kind / row["file"]).read_text(encoding="utf-8", errors="replace")
                yield row["file"], read(text, row["file"])[0]


def test_keras_and_opencv_give_the_same(shared: Path) -> None:
    if not (shared / "zoo" / "prototxt").is_dir():
        pytest.skip("the zoo is not here")
    found = list(small(shared / "zoo"))
    random.Random(4).shuffle(found)
    compared: dict[str, dict[str, str]] = {}
    for name, net in found:
        try:
            caffe, text = CaffeNet(net), emit("keras-json", net)[0]
        except DlcError:
            continue
        if not caffe.runs_in_opencv or any(n.shares for n in net.body):
            continue
        inputs, weights = torch_eval.drawn_inputs(net), torch_eval.drawn_weights(net)
        model = keras_run.from_json(text)
        set_weights(model, net, weights)
        values = keras_run.run(model, *(inputs[given.name] for given in net.inputs))
        made = dict(zip(net.outputs, values, strict=True))
        compared[name] = differences(caffe.in_opencv(inputs, weights), made)
        if len(compared) == FILES:
            break
    assert {name: wrong for name, wrong in compared.items() if wrong} == {}
    assert len(compared) >= 12
