"""The diagnostic: what every stage reports instead of raising or printing."""

from __future__ import annotations

import enum
from collections.abc import Iterable

import attrs

from dlc.diagnostics.codes import Code
from dlc.diagnostics.span import Span


class Severity(enum.Enum):
    """How much a diagnostic weighs: an error stops compilation, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@attrs.frozen
class Note:
    """A line under a diagnostic: more facts, or a second place."""

    message: str
    span: Span | None = None


@attrs.frozen
class Fix:
    """A remedy that is sure: put `replacement` at `span`."""

    message: str
    replacement: str | None = None
    span: Span | None = None


@attrs.frozen
class Diagnostic:
    """One finding: a code, a lowercase message that names the values, the smallest span, notes and a fix."""

    code: Code
    message: str
    span: Span | None = None
    severity: Severity = Severity.ERROR
    notes: tuple[Note, ...] = ()
    fix: Fix | None = None

    @property
    def is_error(self) -> bool:
        """Whether this finding stops compilation."""
        return self.severity is Severity.ERROR


class DlcError(Exception):
    """Carries one or more diagnostics out of a stage that cannot go on."""

    def __init__(self, diagnostics: Diagnostic | Iterable[Diagnostic]) -> None:
        found = (diagnostics,) if isinstance(diagnostics, Diagnostic) else tuple(diagnostics)
        super().__init__("; ".join(f"{d.code.number}: {d.message}" for d in found))
        self.diagnostics: tuple[Diagnostic, ...] = found
