"""`dlc evaluate DIR`: read every picture of a simulated set, and say how much of it was right."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlc.cli.arguments import UsageError
from dlc.cli.output import make_directory, write_all
from dlc.cli.report import Reporter, progress_bar
from dlc.cli.source import require
from dlc.diagnostics import Diagnostic, codes

if TYPE_CHECKING:
    from dlc.evaluate.run import Outcome


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Write the numbers, a line for every picture, and Figure 6; print a table."""
    _check(arguments)
    require("dlc.evaluate.figure6", "simulate", "evaluation")
    from dlc.evaluate.entries import load_entries
    from dlc.evaluate.reader import DEFAULT, load_reader
    from dlc.evaluate.report import report, table
    from dlc.evaluate.run import Task
    from dlc.evaluate.run import run as run_all
    from dlc.simulate.parallel import cores

    folder = Path(arguments.set)
    task = Task(folder, arguments.reader or DEFAULT, f".{arguments.form}", arguments.limit)
    load_reader(task.reader)
    entries = load_entries(folder, task.ending, arguments.most)
    with progress_bar() as progress:
        tell = (lambda done: progress("pictures", done, len(entries))) if progress else None
        outcomes = run_all(task, entries, arguments.jobs or cores(), tell)
    made = {"reader": task.reader, "form": arguments.form, **report(outcomes)}
    _write(Path(arguments.output or folder / "evaluation"), made, outcomes)
    sys.stdout.write(json.dumps(made) + "\n" if arguments.json else table(made))
    return 0


def _write(folder: Path, made: dict[str, Any], outcomes: Sequence[Outcome]) -> None:
    from dlc.evaluate.figure6 import figure6

    make_directory(folder)
    files: dict[Path, str | bytes] = {
        folder / "evaluation.json": json.dumps(made, indent=1) + "\n",
        folder / "readings.jsonl": "".join(json.dumps(o.json()) + "\n" for o in outcomes),
    }
    files |= {folder / f"figure6{ending}": data for ending, data in figure6(outcomes).items()}
    write_all(files)


def _check(arguments: argparse.Namespace) -> None:
    if arguments.most is not None and arguments.most < 1:
        raise _usage(f"--most {arguments.most} is not positive")
    if not arguments.limit > 0:
        raise _usage(f"--limit {arguments.limit} is not positive")
    if arguments.jobs < 0:
        raise _usage(f"--jobs {arguments.jobs} is negative")


def _usage(message: str) -> UsageError:
    return UsageError(Diagnostic(codes.USAGE, message))
