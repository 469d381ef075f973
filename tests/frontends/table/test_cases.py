"""Tables as papers print them, and the networks that they give: `cases/NAME.md` (.csv, .tsv), `NAME.dlnet`.

The layouts are those of well-known and of ordinary papers; the golden file has the findings as comments and
the nets without their origins. `pytest tests/frontends/table --update-golden` writes the golden files anew.
"""

from pathlib import Path

import attrs
import pytest

from dlc.frontends.table.model import Table
from dlc.frontends.table.read import TableReading, read_tables
from dlc.frontends.table.textual import read_csv, read_markdown, read_tsv
from dlc.ir import Module, Net
from dlc.passes.check import check
from dlc.syntax import parse, print_module

CASES = Path(__file__).parent / "cases"
READERS = {".md": read_markdown, ".csv": read_csv, ".tsv": read_tsv}
TABLES = sorted(p for p in CASES.iterdir() if p.suffix in READERS)


def tables_of(path: Path) -> tuple[Table, ...]:
    return READERS[path.suffix](path.read_text(encoding="utf-8"))


def bare(net: Net) -> Net:
    """The net without the places that its layers were read from."""
    body = tuple(attrs.evolve(node, origin=None) for node in net.body)
    return attrs.evolve(net, body=body, origin=None)


def golden(reading: TableReading) -> str:
    """What a golden file holds: the findings, one a line, and the nets."""
    found = [
        f"# {str(d.span).removeprefix('<input>: ')}: {d.severity.value}[{d.code.number}]: {d.message}\n"
        for d in reading.diagnostics
    ]
    return "".join(found) + print_module(Module(nets=tuple(map(bare, reading.nets))))


@pytest.mark.parametrize("path", TABLES, ids=lambda p: p.name)
def test_a_table_gives_its_networks(path: Path, request: pytest.FixtureRequest) -> None:
    written = golden(read_tables(tables_of(path)))
    expected = path.with_suffix(".dlnet")
    if request.config.getoption("--update-golden"):
        expected.write_text(written, encoding="utf-8")
    assert written == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", TABLES, ids=lambda p: p.name)
def test_a_golden_file_is_a_sound_module(path: Path) -> None:
    parsed = parse(path.with_suffix(".dlnet").read_text(encoding="utf-8"))
    assert parsed.ok
    assert parsed.module.nets
    assert check(parsed.module).ok


def test_every_golden_file_has_its_table() -> None:
    assert sorted(p.stem for p in CASES.glob("*.dlnet")) == sorted(p.stem for p in TABLES)
