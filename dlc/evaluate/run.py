"""Reading a whole set, by as many processes as wanted."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import attrs

from dlc.diagnostics import Diagnostic, DlcError, FileSpan, codes
from dlc.evaluate.entries import Entry, load_truth
from dlc.evaluate.measure import Measures, measure
from dlc.evaluate.reader import OutOfTime, Reading, load_reader, read, time_limit
from dlc.simulate.parallel import workers

_WORTH = 8  # pictures that make it worth while to start another process


@attrs.frozen
class Task:
    """What every process is told: where the set is, who reads, which files, how long a picture may take."""

    folder: Path
    reader: str
    ending: str = ".png"
    limit: float = 60.0


@attrs.frozen
class Outcome:
    """One picture: what was measured, how long reading took, and why nothing was read, if so."""

    entry: Entry
    measures: Measures
    seconds: float
    error: str | None = None

    def json(self) -> dict[str, Any]:
        """As an object of JSON's types."""
        counts = {name: count for name, count in attrs.asdict(self.measures).items() if count is not None}
        kept = {name: getattr(self.entry, name) for name in ("id", "depth", "source", "style", "damage")}
        done = {"exact": self.measures.exact, "seconds": round(self.seconds, 4), "error": self.error}
        return kept | done | counts


def run(
    task: Task, entries: Sequence[Entry], jobs: int = 1, progress: Callable[[int], None] | None = None
) -> list[Outcome]:
    """Read and measure every picture, in the order of the entries.

    A reader that fails, or takes too long, has read nothing of that picture. Raises DlcError where the set
    is damaged.
    """
    outcomes: list[Outcome] = []
    with workers(min(jobs, len(entries) // _WORTH)) as in_order:
        for made in in_order(functools.partial(_attempt, task), entries):
            if isinstance(made, Diagnostic):
                raise DlcError(made)
            outcomes.append(made)
            if progress:
                progress(len(outcomes))
    return outcomes


def _attempt(task: Task, entry: Entry) -> Outcome | Diagnostic:
    """One picture; a damaged set is told by a value, since it crosses processes."""
    try:
        return read_one(task, entry)
    except DlcError as error:
        return error.diagnostics[0]


def read_one(task: Task, entry: Entry) -> Outcome:
    """Read a picture and measure; raises DlcError where the set is damaged."""
    truth = load_truth(task.folder, entry)
    path = task.folder / entry.files[task.ending]
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read: {(error.strerror or str(error)).lower()}"
        raise DlcError(Diagnostic(codes.SET_DAMAGED, message, FileSpan(str(path)))) from None
    start = time.perf_counter()
    reading, why = _read(task, data, str(path))
    seconds = time.perf_counter() - start
    scale = 1.0 if task.ending == ".png" else truth.scale
    return Outcome(entry, measure(truth, reading, scale), seconds, why)


def _read(task: Task, data: bytes, name: str) -> tuple[Reading, str | None]:
    """The reading, or an empty one and why: whatever a reader raises is its failure on this picture alone."""
    reader = _reader(task.reader)
    try:
        with time_limit(task.limit):
            return read(reader, data, name), None
    except DlcError as error:
        return Reading(), str(error)
    except OutOfTime:
        return Reading(), f"not done after {task.limit:g} s"
    except Exception as error:
        return Reading(), f"{type(error).__name__}: {error}"


@functools.cache
def _reader(name: str) -> Callable[[bytes, str], Any]:
    return load_reader(name)
