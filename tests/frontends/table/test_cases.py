"""Tables as papers print them, and the networks that they give: `cases/NAME.md` (.csv, .tsv), `NAME.dlnet`.

The layouts are those of well-known and of ordinary papers; the golden file has the findings as comments and
the nets without their origins. `pytest tests/frontends/table --update-golden` writes the golden files anew.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from support.sheets import READERS, bare, tables_of

from dlc.frontends.table.read import TableReading, read_tables
from dlc.ir import Module
from dlc.passes.check import check
from dlc.syntax import parse, print_module

CASES = Path(__file__).parent / "cases"
TABLES = sorted(p for p in CASES.iterdir() if p.suffix in READERS)


def written(reading: TableReading) -> str:
    """What a golden file holds: the findings, one a line, and the nets."""
    found = [
        f"# {str(d.span).removeprefix('<input>: ')}: {d.severity.value}[{d.code.number}]: {d.message}\n"
        for d in reading.diagnostics
    ]
    return "".join(found) + print_module(Module(nets=tuple(map(bare, reading.nets))))


@pytest.mark.parametrize("path", TABLES, ids=lambda p: p.name)
def test_a_table_gives_its_networks(path: Path, golden: Callable[[Path, str], None]) -> None:
    golden(path.with_suffix(".dlnet"), written(read_tables(tables_of(path))))


@pytest.mark.parametrize("path", TABLES, ids=lambda p: p.name)
def test_a_golden_file_is_a_sound_module(path: Path) -> None:
    parsed = parse(path.with_suffix(".dlnet").read_text(encoding="utf-8"))
    assert parsed.ok
    assert parsed.module.nets
    assert check(parsed.module).ok


def test_every_golden_file_has_its_table() -> None:
    assert sorted(p.stem for p in CASES.glob("*.dlnet")) == sorted(p.stem for p in TABLES)
