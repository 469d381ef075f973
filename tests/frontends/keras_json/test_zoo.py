"""Real models: parameter counts and output shapes as the Keras that loads them reports them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from dlc.cli.commands.summary import lines
from dlc.diagnostics import DlcError
from dlc.frontends.keras_json import read
from dlc.passes.check import check
from dlc.types import total


@pytest.fixture(scope="module")
def zoo(shared: Path) -> Path:
    if not (shared / "zoo" / "keras_json").is_dir():
        pytest.skip("the zoo is not here")
    return shared / "zoo"


def rows(zoo: Path) -> list[dict[str, str]]:
    with (zoo / "keras_json" / "manifest.tsv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_models_that_some_keras_loads_have_its_counts_and_shapes(zoo: Path) -> None:
    loaded = [r for r in rows(zoo) if r["any_ok"] == "yes"]
    wrong = {r["file"]: found for r in loaded if (found := difference(zoo, r))}
    assert len(wrong) <= 0.03 * len(loaded), wrong


def test_the_others_are_read_or_refused_with_a_code(zoo: Path) -> None:
    for row in rows(zoo):
        if row["any_ok"] != "yes":
            text = (zoo / "keras_json" / row["file"]).read_text(encoding="utf-8", errors="replace")
            try:
                read(text, row["file"])
            except DlcError as error:
                assert error.diagnostics  # noqa: PT017


def difference(zoo: Path, row: Mapping[str, str]) -> str | None:
    module, _ = read((zoo / "keras_json" / row["file"]).read_text(encoding="utf-8"), row["file"])
    net = check(module).module.nets[0]
    count = total(*(line.parameters for line in lines(net)))
    types = net.types()
    shapes = [types[name] for name in net.outputs]
    first = (
        str(tuple(shapes[0].shape) if shapes[0] is not None else "?")[1:-1].strip(",").replace("?", "None")
    )
    if str(count) != row["params"]:
        return f"{count} parameters, not {row['params']}"
    return None if first in row["output_shape"] else f"{first} is not {row['output_shape']}"


def test_every_application_has_the_shapes_and_counts_of_keras(zoo: Path) -> None:
    summaries = sorted((zoo / "keras_apps").glob("*.summary.json"))
    assert len(summaries) == 40
    for path in summaries:
        says = json.loads(path.read_text())
        module, _ = read((path.parent / path.name.replace(".summary", "")).read_text(), path.name)
        net = check(module).module.nets[0]
        types = {n.name: n.type for n in net.body}
        for each in says["layers"]:
            made = types.get(each["name"])
            if made is not None:
                found = [d if isinstance(d, int) else None for d in made.shape]
                assert found == each["output_shape"][1:], (path.name, each["name"])
        assert total(*(line.parameters for line in lines(net))) == says["params"], path.name
