"""`dlc targets [TARGET]`: the targets and what each can say."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from dlc.backends import TARGETS, load
from dlc.backends.base import Cell, Support
from dlc.cli.output import write_json
from dlc.cli.report import Reporter
from dlc.cli.tables import show_table
from dlc.layers import REGISTRY


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """List targets with counts of layers, one target's layers with conditions, or the whole matrix."""
    asked = (arguments.target,) if arguments.target else tuple(TARGETS)
    cells = {name: load(name).cells() for name in asked}
    if arguments.json:
        write_json({n: {op: _json(c) for op, c in row.items()} for n, row in cells.items()})
    elif arguments.target:
        _page(arguments.target, cells[arguments.target])
    elif arguments.matrix:
        rows = [(op, *(_short(cells[n].get(op)) for n in asked)) for op in REGISTRY]
        show_table(("layer", *asked), rows)
    else:
        rows = [(n, load(n).title, *_counts(cells[n])) for n in asked]
        show_table(("target", "what it writes", "exact", "approximate", "refused"), rows)
    return 0


def _page(target: str, row: Mapping[str, Cell]) -> None:
    rows = [(op, c.support.value, c.reason) for op, c in row.items()]
    show_table(("layer", target, "what differs, or under which condition"), rows)


def _counts(row: dict[str, Cell]) -> tuple[str, ...]:
    return tuple(str(sum(c.support is s for c in row.values())) for s in Support)


def _short(cell: Cell | None) -> str:
    if cell is None:
        return "-"
    return f"{cell.support.value}*" if cell.support is Support.EXACT and cell.reason else cell.support.value


def _json(cell: Cell) -> dict[str, str]:
    return {"support": cell.support.value, "reason": cell.reason}
