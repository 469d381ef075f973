"""Diagnostics: codes, places, notes and fixes."""

from dlc.diagnostics import codes
from dlc.diagnostics.codes import CODES, Code
from dlc.diagnostics.diagnostic import Diagnostic, DlcError, Fix, Note, Severity
from dlc.diagnostics.span import CellSpan, FileSpan, PageSpan, PointerSpan, Span, TextSpan

__all__ = [
    "CODES",
    "CellSpan",
    "Code",
    "Diagnostic",
    "DlcError",
    "FileSpan",
    "Fix",
    "Note",
    "PageSpan",
    "PointerSpan",
    "Severity",
    "Span",
    "TextSpan",
    "codes",
]
