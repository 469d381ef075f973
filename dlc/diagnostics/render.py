"""Diagnostics as text for people (plain or coloured, the same content) and as JSON lines for programs.

    lenet.dlnet:3:11: error[DLC0203]: there is no layer convd2
        3 |   conv1 = convd2(image, filters=20, kernel=5)
          |           ^^^^^^
          = note: dlc layers lists the layers
          = fix: did you mean conv2d?

All diagnostics are shown, in the order of their places; a last line counts them when there are several.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from dlc.diagnostics.diagnostic import Diagnostic, Fix, Note, Severity
from dlc.diagnostics.excerpt import excerpt, visible
from dlc.diagnostics.order import by_place
from dlc.diagnostics.span import CellSpan, FileSpan, PageSpan, PointerSpan, Span, TextSpan

if TYPE_CHECKING:
    from rich.console import Console

# A piece of a line and what it is; the plain form drops the second part, the terminal colours by it.
Piece = tuple[str, str]
Line = tuple[Piece, ...]

STYLES = {
    "place": "bold",
    "error": "bold red",
    "warning": "bold yellow",
    "note": "bold cyan",
    "message": "bold",
    "gutter": "blue",
    "mark": "bold red",
    "fix": "bold green",
}
MARGIN = 5  # columns of the line number
_TAGS: dict[type, str] = {
    FileSpan: "file",
    TextSpan: "text",
    PageSpan: "page",
    CellSpan: "cell",
    PointerSpan: "pointer",
}


def to_text(diagnostics: Iterable[Diagnostic], sources: Mapping[str, str] | None = None) -> str:
    """Plain text, ending in a newline; `sources` holds the texts of files to quote from, by name."""
    return "".join(_plain(line) + "\n" for line in lines(diagnostics, sources or {}))


def to_terminal(
    diagnostics: Iterable[Diagnostic],
    sources: Mapping[str, str] | None = None,
    console: Console | None = None,
) -> None:
    """Write the same content with colours to a terminal: standard error unless a console is given."""
    from rich.console import Console
    from rich.text import Text

    target = console or Console(stderr=True)
    for line in lines(diagnostics, sources or {}):
        text = Text.assemble(*((piece, STYLES.get(role, "")) for piece, role in line))
        target.print(text, soft_wrap=True, highlight=False)


def to_json(diagnostics: Iterable[Diagnostic]) -> str:
    """JSON lines, one object a diagnostic: code, title, severity, message, span, notes, fix."""
    return "\n".join(json.dumps(to_dict(d), ensure_ascii=False) for d in by_place(diagnostics))


def to_dict(diagnostic: Diagnostic) -> dict[str, Any]:
    """What `--json` writes of one diagnostic; places are null or objects with a `kind`."""
    fix = diagnostic.fix
    return {
        "code": diagnostic.code.number,
        "title": diagnostic.code.title,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "span": _span(diagnostic.span),
        "notes": [{"message": note.message, "span": _span(note.span)} for note in diagnostic.notes],
        "fix": fix and {"message": fix.message, "replacement": fix.replacement, "span": _span(fix.span)},
    }


def lines(diagnostics: Iterable[Diagnostic], sources: Mapping[str, str]) -> Iterator[Line]:
    """The lines of all diagnostics, by place, and of their count."""
    found = by_place(diagnostics)
    split: dict[str, list[str]] = {name: text.split("\n") for name, text in sources.items()}
    for diagnostic in found:
        yield from _one(diagnostic, split)
    if len(found) > 1:
        yield ((count(found), "message"),)


def count(diagnostics: Sequence[Diagnostic]) -> str:
    """How many of each severity there are: `3 errors, 1 warning`."""
    tally = {severity: sum(d.severity is severity for d in diagnostics) for severity in Severity}
    return ", ".join(f"{n} {severity.value}{'s' * (n != 1)}" for severity, n in tally.items() if n)


def _one(diagnostic: Diagnostic, sources: Mapping[str, list[str]]) -> Iterator[Line]:
    severity = diagnostic.severity.value
    yield (
        (visible(str(diagnostic.span or "dlc")), "place"),
        (": ", ""),
        (f"{severity}[{diagnostic.code.number}]", severity),
        (": ", ""),
        (visible(diagnostic.message), "message"),
    )
    yield from _quote(diagnostic.span, sources)
    for note in diagnostic.notes:
        yield from _note(note, sources)
    if diagnostic.fix:
        yield _fix(diagnostic.fix)


def _note(note: Note, sources: Mapping[str, list[str]]) -> Iterator[Line]:
    place = f" ({visible(str(note.span))})" if note.span else ""
    yield (*_margin("="), ("note", "note"), (f": {visible(note.message)}{place}", ""))
    yield from _quote(note.span, sources)


def _fix(fix: Fix) -> Line:
    written = fix.replacement.strip() if fix.replacement else ""
    shown = f": {visible(written)}" if written and written not in fix.message else ""
    return (*_margin("="), ("fix", "fix"), (f": {visible(fix.message)}{shown}", ""))


def _quote(span: Span | None, sources: Mapping[str, list[str]]) -> Iterator[Line]:
    if not isinstance(span, TextSpan):
        return
    quoted = excerpt(span, sources.get(span.file or "", []))
    if quoted is None:
        return
    end = f" … to line {span.end_line}" if span.end_line > span.line else ""
    yield (*_margin("|", str(quoted.number)), (quoted.text, ""))
    yield (*_margin("|"), (quoted.carets + end, "mark"))


def _margin(sign: str, number: str = "") -> Line:
    return ((f"{number:>{MARGIN}} {sign} ", "gutter"),)


def _plain(line: Line) -> str:
    return "".join(piece for piece, _ in line).rstrip()


def _span(span: Span | None) -> dict[str, Any] | None:
    return None if span is None else {"kind": _TAGS[type(span)], **attrs.asdict(span)}
