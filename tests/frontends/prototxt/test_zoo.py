"""Real files: blob shapes and parameter counts as BVLC Caffe itself reports them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dlc.cli.commands.summary import lines
from dlc.diagnostics import DlcError
from dlc.frontends.prototxt import read
from dlc.frontends.prototxt.builder import caffe_dims
from dlc.ir import Net
from dlc.passes.check import check
from dlc.types import total

_OUTSIDE = ("Split", "Accuracy", "Input", "DummyData", "MemoryData", "Silence", "Python")
_STEPWISE = ("LSTM", "Embed", "InnerProduct", "Softmax")  # whose blobs have the batch second


@pytest.fixture(scope="module")
def zoo(shared: Path) -> Path:
    if not (shared / "zoo" / "prototxt").is_dir():
        pytest.skip("the zoo is not here")
    return shared / "zoo" / "prototxt"


def rows(zoo: Path) -> list[dict[str, str]]:
    with (zoo / "manifest.tsv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_accepted_files_have_the_shapes_and_counts_of_caffe(zoo: Path) -> None:
    accepted = [r for r in rows(zoo) if r["caffe_verdict"].startswith("ok")]
    wrong = {r["file"]: found for r in accepted if (found := differences(zoo, r))}
    assert len(wrong) <= 0.03 * len(accepted), wrong


def test_files_of_forks_are_read(zoo: Path) -> None:
    forks = [r for r in rows(zoo) if not r["caffe_verdict"].startswith("ok")]
    refused = [r["file"] for r in forks if not is_read(zoo / r["file"])]
    assert len(refused) <= 0.15 * len(forks), refused


def is_read(path: Path) -> bool:
    try:
        read(path.read_text(encoding="utf-8", errors="replace"), path.name)
    except DlcError:
        return False
    return True


def differences(zoo: Path, row: Mapping[str, str]) -> list[str]:
    says = json.loads((zoo / "caffe_says" / f"{row['file']}.json").read_text())
    text = (zoo / row["file"]).read_text(encoding="utf-8", errors="replace")
    stages = [s for s in row["stage"].split(",") if s] or None
    found: list[str] = []
    for phase in ("TEST", "TRAIN"):
        loaded: Any = says.get(phase)
        if isinstance(loaded, dict) and loaded.get("ok"):
            given = {
                top: stub["shape"][1:]
                for layer in loaded.get("stubbed_data_layers") or []
                for top, stub in layer["tops"].items()
            }
            module, _ = read(text, row["file"], phase.lower(), given, stages)
            found += compared(check(module).module.nets[0], loaded)
    return found


def compared(net: Net, loaded: Mapping[str, Any]) -> list[str]:
    types = {node.name: node.type for node in net.body}
    found = []
    for layer in loaded["layers"]:
        name, kind = layer["name"], layer["type"]
        if kind in _OUTSIDE or "Loss" in kind or name not in types:
            continue
        made, wanted = caffe_dims(types[name]), tuple(layer["top_shapes"][0][1:])
        stepwise = kind in _STEPWISE and made is not None and made[-1] == wanted[-1] and len(wanted) == 2
        if made != wanted and not stepwise:
            found.append(f"{name}: {types[name]}, not {wanted}")
    factors = sum(layer["type"] == "BatchNorm" for layer in loaded["layers"])
    count = total(*(line.parameters for line in lines(net)))
    if not isinstance(count, int) or count + factors != loaded["param_count"]:
        found.append(f"{count} + {factors} parameters, not {loaded['param_count']}")
    return found
