"""`dlc explain CODE`: print the page of a diagnostic code."""

from __future__ import annotations

import argparse
import sys

from dlc.cli.arguments import UsageError
from dlc.cli.report import Reporter
from dlc.diagnostics import CODES, Diagnostic, Fix, codes
from dlc.diagnostics.explain import explain


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Print the page, as Markdown in a pipe and laid out on a terminal."""
    code = arguments.code.upper()
    if code not in CODES:
        fix = Fix("dlc explain takes codes such as DLC0203; the index is spec/errors.md")
        raise UsageError(Diagnostic(codes.USAGE, f"there is no code {arguments.code}", fix=fix))
    page = explain(code)
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(page))
    else:
        sys.stdout.write(page)
    return 0
