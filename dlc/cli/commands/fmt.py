"""`dlc fmt FILE...`: rewrite .dlnet files in canonical form."""

from __future__ import annotations

import argparse
from pathlib import Path

from dlc.cli.output import write_all, write_stdout
from dlc.cli.report import Reporter
from dlc.cli.source import decode, read_bytes
from dlc.diagnostics import DlcError
from dlc.syntax import format_text


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Format every file that can be read; 1 where one cannot, or with --check where one would change."""
    status = 0
    for name in arguments.files:
        try:
            changed = _format(name, arguments.check, reporter)
        except DlcError as error:
            reporter.show(error.diagnostics)
            status = 1
            continue
        if changed and arguments.check:
            write_stdout(f"{name} would change\n")
            status = 1
    return status


def _format(name: str, only_check: bool, reporter: Reporter) -> bool:
    text = decode(read_bytes(name), name)
    reporter.remember(name, text)
    formatted = format_text(text, name)
    if name == "-" and not only_check:
        write_stdout(formatted)
    elif formatted != text and not only_check:
        write_all({Path(name): formatted})
    return formatted != text
