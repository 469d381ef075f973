"""`dlc targets`: the targets and what each can say."""

from __future__ import annotations

import argparse
import json
import sys

from dlc.backends import TARGETS, load
from dlc.backends.base import Cell, Support
from dlc.cli.report import Reporter
from dlc.cli.tables import show_table
from dlc.layers import REGISTRY


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """List targets with counts of layers, or the whole matrix."""
    backends = {name: load(name) for name in TARGETS}
    cells = {name: backend.cells() for name, backend in backends.items()}
    if arguments.json:
        found = {n: {op: _json(c) for op, c in row.items()} for n, row in cells.items()}
        sys.stdout.write(json.dumps(found, indent=1) + "\n")
    elif arguments.matrix:
        show_table(
            ("layer", *TARGETS), [(op, *(_short(cells[n].get(op)) for n in TARGETS)) for op in REGISTRY]
        )
    else:
        rows = [(n, backends[n].title, *_counts(cells[n])) for n in TARGETS]
        show_table(("target", "what it writes", "exact", "approximate", "refused"), rows)
    return 0


def _counts(row: dict[str, Cell]) -> tuple[str, ...]:
    return tuple(str(sum(c.support is s for c in row.values())) for s in Support)


def _short(cell: Cell | None) -> str:
    if cell is None:
        return "-"
    return f"{cell.support.value}*" if cell.support is Support.EXACT and cell.reason else cell.support.value


def _json(cell: Cell) -> dict[str, str]:
    return {"support": cell.support.value, "reason": cell.reason}
