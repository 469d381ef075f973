"""`dlc check INPUT`: report everything that is wrong."""

from __future__ import annotations

import argparse
import sys

from dlc.cli.arguments import reading
from dlc.cli.report import Reporter, progress_bar
from dlc.cli.source import load
from dlc.passes.check import check


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Check every net; one line to standard output when all is well."""
    with progress_bar() as progress:
        loaded = load(arguments.input, arguments.form, progress, reading(arguments))
    reporter.remember(loaded.name, loaded.text)
    checked = check(loaded.module)
    found = (*loaded.diagnostics, *checked.diagnostics)
    reporter.show(found)
    status = reporter.status(found, arguments.strict)
    if status == 0 and not reporter.as_json:
        nets = loaded.module.nets
        layers = sum(len(net.body) for net in nets)
        sys.stdout.write(f"{loaded.name}: fine ({len(nets)} net{'s' * (len(nets) != 1)}, {layers} layers)\n")
    return status
