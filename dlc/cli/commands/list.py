"""`dlc list INPUT`: what networks an input offers."""

from __future__ import annotations

import argparse
from typing import Any

from dlc.cli.arguments import reading
from dlc.cli.output import write_json
from dlc.cli.report import Reporter, progress_bar
from dlc.cli.source import load
from dlc.cli.tables import show_table
from dlc.ir import Net


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """List every net with its place, kind and confidence."""
    with progress_bar() as progress:
        loaded = load(arguments.input, arguments.form, progress, reading(arguments))
    reporter.remember(loaded.name, loaded.text)
    rows = [_row(net) for net in loaded.module.nets]
    if arguments.json:
        write_json(rows)
    else:
        show_table(("net", "page", "from", "number", "layers", "confidence"), [_cells(row) for row in rows])
    reporter.show(loaded.diagnostics)
    return reporter.status(loaded.diagnostics)


def _row(net: Net) -> dict[str, Any]:
    origin = net.origin
    return {
        "name": net.name,
        "page": origin.page if origin else None,
        "kind": origin.kind if origin else None,
        "number": origin.number if origin else None,
        "layers": len(net.body),
        "confidence": net.confidence,
    }


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple("-" if v is None else f"{v:.2f}" if isinstance(v, float) else str(v) for v in row.values())
