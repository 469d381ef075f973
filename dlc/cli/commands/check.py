"""`dlc check INPUT...`: report everything that is wrong."""

from __future__ import annotations

import argparse
from typing import Any

from dlc.cli.arguments import reading
from dlc.cli.output import write_json, write_stdout
from dlc.cli.report import Reporter, progress_bar
from dlc.cli.source import load
from dlc.diagnostics import Diagnostic, DlcError, Severity
from dlc.passes.check import check


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Check every net of every input; a line to standard output for each input where all is well."""
    rows = [_check(name, arguments, reporter) for name in arguments.inputs]
    if reporter.as_json:
        write_json(rows)
    return int(any(row["status"] for row in rows))


def _check(name: str, arguments: argparse.Namespace, reporter: Reporter) -> dict[str, Any]:
    """Report on one input; what `--json` says of it."""
    nets = layers = 0
    try:
        with progress_bar() as progress:
            loaded = load(name, arguments.form, progress, reading(arguments))
        reporter.remember(loaded.name, loaded.text)
        found = (*loaded.diagnostics, *check(loaded.module).diagnostics)
        nets, layers = len(loaded.module.nets), sum(len(net.body) for net in loaded.module.nets)
    except DlcError as error:
        found = error.diagnostics
    reporter.show(found)
    status = reporter.status(found, arguments.strict)
    if status == 0 and not reporter.as_json:
        write_stdout(f"{name}: fine ({nets} net{'s' * (nets != 1)}, {layers:,} layers)\n")
    return {"input": name, "nets": nets, "layers": layers, **_counts(found), "status": status}


def _counts(found: tuple[Diagnostic, ...]) -> dict[str, int]:
    return {f"{s.value}s": sum(d.severity is s for d in found) for s in Severity}
