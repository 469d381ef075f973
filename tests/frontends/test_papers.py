"""Whole papers of the measurement material: their networks, and none from tables of results."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dlc.backends import load
from dlc.cli.pipeline import CompileOptions, compile_module
from dlc.frontends.paper import read_paper, survey
from dlc.ir import Module

#: Papers, with how many of their networks stand in tables.
DESIGNS = {
    "1409.1556": 6,
    "1509.01626": 2,
    "1512.03385": 5,
    "1612.08242": 1,
    "1704.04861": 1,
    "1801.04381": 2,
    "1806.10447": 3,
    "2201.03545": 3,
}
#: Papers whose tables show results, data sets and settings alone.
OTHERS = ["1409.3215", "1505.00387", "1612.03144", "1707.00415"]


@pytest.fixture(scope="module")
def score(shared: Path) -> ModuleType:
    pytest.importorskip("scipy")  # which the scorer needs
    spec = importlib.util.spec_from_file_location("score", shared / "papers" / "score.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def nets_of(shared: Path, paper: str) -> list[dict[str, Any]]:
    """The networks as the JSON that `dlc` writes."""
    pdf = shared / "papers" / "pdf" / f"{paper}.pdf"
    nets = read_paper(pdf.read_bytes(), pdf.name).nets
    (compiled,) = compile_module(Module(nets=nets), load("json"), CompileOptions())
    assert compiled.emitted is not None
    made: list[dict[str, Any]] = json.loads(compiled.emitted.files[0].text)["nets"]
    return made


@pytest.mark.parametrize("paper", DESIGNS)
def test_a_paper_gives_the_networks_of_its_tables(shared: Path, score: ModuleType, paper: str) -> None:
    truth = json.loads((shared / "papers" / "truth" / f"{paper}.json").read_text(encoding="utf-8"))["nets"]
    designs = [net for net in truth if net["source"]["kind"] == "table"]
    read = nets_of(shared, paper)
    from_tables = [net for net in read if net["source"]["kind"] == "table"]  # or completed by a figure
    assert len(from_tables) <= len(designs) == DESIGNS[paper]
    for design in designs:
        assert any(score.is_exact(score.compare(design, net)) for net in read), design["id"]


@pytest.mark.parametrize("paper", OTHERS)
def test_tables_of_results_give_no_network(shared: Path, paper: str) -> None:
    pdf = shared / "papers" / "pdf" / f"{paper}.pdf"
    nets = survey(pdf.read_bytes(), pdf.name).nets
    assert [net.name for net in nets if net.origin is None or net.origin.kind == "table"] == []
