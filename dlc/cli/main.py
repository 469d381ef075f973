"""The entry point of the command `dlc`.

Exit status: 0 fine, 1 the input is wrong, 2 the command line is wrong.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

FINE, WRONG_INPUT, WRONG_USAGE = 0, 1, 2
INTERRUPTED, NO_READER = 130, 141  # what shells report for Ctrl-C and for a pipe whose reader has gone


def main(words: Sequence[str] | None = None) -> int:
    """Run one command line (the process's own when none is given) and return its exit status."""
    words = list(sys.argv[1:] if words is None else words)
    if words == ["--version"]:  # answered without loading anything
        from dlc import __version__

        print(f"dlc {__version__}")
        return FINE
    try:
        return _run(words)
    except SystemExit as done:  # argparse has printed help
        return int(done.code or 0)
    except BrokenPipeError:
        _silence()
        return NO_READER
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return INTERRUPTED


def _silence() -> None:
    """Let what is still in buffers go nowhere: nobody reads it, and the interpreter would complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


def _run(words: list[str]) -> int:
    from dlc.cli.parser import UsageError
    from dlc.cli.report import Reporter
    from dlc.diagnostics import DlcError

    reporter = Reporter("--json" in words)
    try:
        return _dispatch(words, reporter)
    except UsageError as error:
        reporter.show(error.diagnostics)
        return WRONG_USAGE
    except DlcError as error:
        reporter.show(error.diagnostics)
        return WRONG_INPUT
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except Exception as error:
        if os.environ.get("DLC_DEBUG"):
            raise
        reporter.show([_internal(error)])
        return WRONG_INPUT


def _dispatch(words: list[str], reporter: Reporter) -> int:
    from dlc.cli.arguments import overview, parse

    if not words:
        sys.stderr.write(overview())
        return WRONG_USAGE
    return _command(parse(words), reporter)


def _command(arguments: argparse.Namespace, reporter: Reporter) -> int:
    import importlib

    module = importlib.import_module(f"dlc.cli.commands.{arguments.command}")
    status: int = module.run(arguments, reporter)
    return status


def _internal(error: Exception) -> Diagnostic:
    from dlc.diagnostics import Diagnostic, Note, codes

    message = f"dlc failed on this input ({type(error).__name__}: {error})"
    note = Note("this is a defect of dlc; DLC_DEBUG=1 shows where it is")
    return Diagnostic(codes.INTERNAL, message, notes=(note,))


if TYPE_CHECKING:
    from dlc.cli.report import Reporter
    from dlc.diagnostics import Diagnostic

if __name__ == "__main__":
    sys.exit(main())
