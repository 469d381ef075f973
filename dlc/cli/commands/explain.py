"""`dlc explain [CODE]`: print the page of a diagnostic code."""

from __future__ import annotations

import argparse
import re

from dlc.cli.arguments import usage_error
from dlc.cli.output import on_terminal, write_stdout
from dlc.cli.report import Reporter
from dlc.cli.tables import show_table
from dlc.diagnostics import CODES, Fix
from dlc.diagnostics.explain import explain


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Print the page, as Markdown in a pipe and laid out on a terminal; all codes where none is given."""
    if arguments.code is None:
        show_table(("code", "meaning"), [(str(c), c.title) for c in sorted(CODES.values(), key=str)])
        return 0
    page = explain(_code(arguments.code))
    if on_terminal():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(page))
    else:
        write_stdout(page)
    return 0


def _code(text: str) -> str:
    """The code that is meant: DLC0203 may be written dlc0203, DLC203 or 203."""
    match = re.fullmatch(r"(?:DLC)?(\d{1,4})", text.strip().upper())
    code = f"DLC{int(match[1]):04d}" if match else text
    if code not in CODES:
        fix = Fix("dlc explain without a code lists them all")
        raise usage_error(f"there is no code {text}", fix)
    return code
