"""Tables written as pipes, and their stages of reading, for tests."""

from __future__ import annotations

from pathlib import Path

import attrs

from dlc.frontends.table.design.facts import facts_of
from dlc.frontends.table.design.parts import Stage, layers_of
from dlc.frontends.table.design.rows import stages
from dlc.frontends.table.design.sheet import Sheet, sheets
from dlc.frontends.table.design.variants import variants
from dlc.frontends.table.model import Table
from dlc.frontends.table.read import TableReading, read_tables
from dlc.frontends.table.textual import read_csv, read_markdown, read_tsv
from dlc.ir import Net

READERS = {".md": read_markdown, ".csv": read_csv, ".tsv": read_tsv}


def tables_of(path: Path) -> tuple[Table, ...]:
    """The tables of a text file, by its suffix."""
    return READERS[path.suffix](path.read_text(encoding="utf-8"))


def tables(text: str) -> tuple[Table, ...]:
    """Tables of lines such as "conv | 3×3 | 64"; each begins with "Table N: caption", then its headers."""
    made: list[str] = []
    head = True
    for line in filter(None, map(str.strip, text.strip().splitlines())):
        if line.startswith("Table "):
            made += ["", line, ""]
            head = True
            continue
        made.append(f"| {line} |")
        if head:
            made.append("|" + "---|" * (line.count("|") + 1))
        head = False
    return read_markdown("\n".join(made) + "\n")


def table(text: str) -> Table:
    """One table, of which no caption is needed."""
    (found,) = tables(text if text.strip().startswith("Table ") else f"Table 1:\n{text}")
    return found


def sheet(text: str) -> Sheet:
    """The only sheet of a table."""
    (found,) = sheets(table(text))
    return found


def rows(text: str) -> list[Stage]:
    """The stages of a table's first network."""
    one = table(text)
    found = sheets(one)[0]
    return stages(found, variants(found)[0], facts_of(one))


def operations(stage: Stage) -> list[str]:
    """The operations of a row, as they are written."""
    return [layer.op for layer in layers_of(stage.parts)]


def bare(net: Net) -> Net:
    """A net without the places that it and its layers were read from."""
    body = tuple(attrs.evolve(node, origin=None) for node in net.body)
    return attrs.evolve(net, body=body, origin=None)


def reading(text: str) -> TableReading:
    """The networks of some tables."""
    return read_tables(tables(text))
