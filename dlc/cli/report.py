"""Showing diagnostics: rich on a terminal, plain in a pipe, JSON when asked."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dlc.cli.source import Progress
from dlc.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID


MOST_NOTES = 8  # more would push errors and warnings out of sight


class Reporter:
    """Writes diagnostics to standard error and keeps the texts that excerpts are taken from.

    `most_notes`, where it is set, is how many notes people are shown; programs (JSON) get all.
    """

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.most_notes: int | None = None
        self.sources: dict[str, str] = {}

    def remember(self, name: str, text: str | None) -> None:
        """Keep the text of an input, so that diagnostics can quote it."""
        if text is not None:
            self.sources[name] = text

    def show(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Write diagnostics, all of them, in the order of their places."""
        found = tuple(diagnostics)
        if not found:
            return
        from dlc.diagnostics import render

        if self.as_json:
            sys.stderr.write(render.to_json(found) + "\n")
            return
        found, hidden = self._brief(found)
        if sys.stderr.isatty():
            render.to_terminal(found, self.sources)
        else:
            sys.stderr.write(render.to_text(found, self.sources))
        if hidden:
            sys.stderr.write(f"{hidden} more note{'s' * (hidden != 1)}: --all-notes shows them\n")

    def _brief(self, found: tuple[Diagnostic, ...]) -> tuple[tuple[Diagnostic, ...], int]:
        """The diagnostics without the notes past the first `most_notes` by place, and how many those are."""
        from dlc.diagnostics.order import by_place

        notes = [d for d in by_place(found) if d.severity is Severity.NOTE]
        if self.most_notes is None or len(notes) <= self.most_notes:
            return found, 0
        dropped = {id(d) for d in notes[self.most_notes :]}
        return tuple(d for d in found if id(d) not in dropped), len(dropped)

    def status(self, diagnostics: Iterable[Diagnostic], strict: bool = False) -> int:
        """The exit status that findings call for: 1 with errors (or, when strict, warnings), else 0."""
        worst = {d.severity for d in diagnostics}
        return int(Severity.ERROR in worst or (strict and Severity.WARNING in worst))


@contextmanager
def progress_bar() -> Iterator[Progress | None]:
    """A progress display on standard error while it is a terminal; None, and nothing shown, otherwise."""
    if not sys.stderr.isatty():
        yield None
        return
    bars = _Bars()
    try:
        yield bars.advance
    finally:
        bars.stop()


class _Bars:
    """A bar a stage; nothing is loaded or shown before there is something to tell."""

    def __init__(self) -> None:
        self._display: Bar | None = None
        self._tasks: dict[str, TaskID] = {}

    def advance(self, stage: str, done: int, total: int) -> None:
        """Show how much of a stage is done."""
        display = self._display or self._start()
        if stage not in self._tasks:
            self._tasks[stage] = display.add_task(stage, total=total)
        display.update(self._tasks[stage], completed=done, total=total)

    def stop(self) -> None:
        """Take the display away."""
        if self._display:
            self._display.stop()

    def _start(self) -> Bar:
        from rich.console import Console
        from rich.progress import Progress as Display

        self._display = Display(console=Console(stderr=True), transient=True)
        self._display.start()
        return self._display
