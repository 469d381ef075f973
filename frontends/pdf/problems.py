"""Why a PDF file cannot be read: coded errors, raised before or while a reader opens it."""

from __future__ import annotations

from pathlib import Path

from dlc.diagnostics import Diagnostic, DlcError, FileSpan, Fix, Severity, codes


def load(source: Path | bytes) -> bytes:
    """The bytes of a PDF file.

    Raises `DlcError`: file missing, unreadable or empty, or not a PDF at all.
    """
    name = name_of(source)
    data = source if isinstance(source, bytes) else _read(source)
    if not data.strip():
        raise problem(codes.FILE_EMPTY, "the file is empty", name)
    if b"%PDF-" not in data[:1024]:
        raise problem(codes.PDF_DAMAGED, "not a PDF: the `%PDF-` header is missing", name)
    return data


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise problem(codes.FILE_MISSING, f"there is no file `{path}`", str(path)) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise problem(codes.FILE_UNREADABLE, f"`{path}` cannot be read: {reason}", str(path)) from None


def name_of(source: Path | bytes) -> str | None:
    """How places name the source: its path, if it has one."""
    return None if isinstance(source, bytes) else str(source)


def problem(code: codes.Code, message: str, name: str | None) -> DlcError:
    """An error about the whole file."""
    return DlcError(Diagnostic(code, message, FileSpan(name)))


def damaged(name: str | None, reason: str) -> DlcError:
    """The file is cut off or its structure is broken."""
    return problem(codes.PDF_DAMAGED, f"the PDF is damaged: {reason}", name)


def encrypted(name: str | None) -> DlcError:
    """The file wants a password."""
    return problem(codes.PDF_ENCRYPTED, "the PDF is encrypted: remove its password first", name)


def without_text(name: str | None, count: int) -> DlcError:
    """Not one page has characters: a scan."""
    return problem(codes.PDF_NO_TEXT, f"the PDF has no text: {_pictures(count)}; run OCR on it first", name)


def tables_unread(name: str | None, count: int) -> Diagnostic:
    """The warning that of a scan only figures were looked for."""
    message = f"the PDF has no text: {_pictures(count)}, of which figures were read but no tables"
    fix = Fix("run OCR on it first, or write its tables into .csv files")
    return Diagnostic(codes.PDF_NO_TEXT, message, FileSpan(name), Severity.WARNING, fix=fix)


def figures_unread(name: str | None, count: int) -> Diagnostic:
    """The warning that of a damaged file only tables were looked for, on the pages that could be found."""
    pages = "1 page was" if count == 1 else f"{count} pages were"
    message = f"the PDF is damaged: its list of pages is broken; {pages} found, and read for tables alone"
    fix = Fix("download the file again, or print it to a new PDF, and its figures are read too")
    return Diagnostic(codes.PDF_DAMAGED, message, FileSpan(name), Severity.WARNING, fix=fix)


def _pictures(count: int) -> str:
    return "its only page is a picture" if count == 1 else f"its {count} pages are pictures"
