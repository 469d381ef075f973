"""Wrong texts with what is said about them beside each line: the files `*_invalid.dlnet`.

Cases are split by lines `# -----`. Below a line of a case stands what begins there: carets under what is
meant, the code, the message, then notes and the fix, each on a line of its own.

      y = conv2d(x, filters 8)
    #                       ^ DLC0104 = is missing before 8
    #   fix: insert =

`python tests/support/annotated.py FILE...` writes what is said now; look at every change that it makes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from dlc.diagnostics import Diagnostic, TextSpan
from dlc.diagnostics.order import by_place
from dlc.passes.check import check
from dlc.syntax import parse

SPLIT = "# -----\n"
_MARK = re.compile(r"#?\s*\^+( … to line \d+)? (warning |note )?DLC\d{4} |#   (fix|note): ")


def cases(file: Path) -> list[str]:
    """The cases of a file, annotations included."""
    return file.read_text(encoding="utf-8").split(SPLIT)


def findings(text: str) -> list[Diagnostic]:
    """All that the parser and the checker say about a text."""
    parsed = parse(text)
    return by_place([*parsed.diagnostics, *check(parsed.module).diagnostics])


def plain(case: str) -> str:
    """A case without its annotations."""
    return "".join(line for line in case.splitlines(keepends=True) if not _MARK.match(line))


def annotated(text: str) -> str:
    """A text with its annotations."""
    lines = text.splitlines(keepends=True)
    found: dict[int, list[str]] = {}
    for finding in findings(text):
        line = min(finding.span.line, len(lines)) if isinstance(finding.span, TextSpan) else 0
        found.setdefault(line, []).extend(_annotation(finding, lines))
    shown = ["".join(f"{a}\n" for a in found.get(0, ()))]
    for number, line in enumerate(lines, 1):
        shown += [line, *(f"{a}\n" for a in found.get(number, ()))]
    return "".join(shown)


def _annotation(finding: Diagnostic, lines: list[str]) -> Iterator[str]:
    severity = "" if finding.is_error else f"{finding.severity.value} "
    yield f"{_carets(finding.span, lines)} {severity}{finding.code} {finding.message}"
    for note in finding.notes:
        place = f" (line {note.span.line})" if isinstance(note.span, TextSpan) else ""
        yield f"#   note: {note.message}{place}"
    if finding.fix:
        written = finding.fix.replacement
        yield f"#   fix: {finding.fix.message}" + (f" -> {written!r}" if written is not None else "")


def _carets(span: object, lines: list[str]) -> str:
    if not isinstance(span, TextSpan):
        return "#  ^"
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(lines[span.line - 1].rstrip())
    more = f" … to line {span.end_line}" if span.end_line > span.line else ""
    return "#" * (start > 0) + " " * (start - 1) + "^" * max(end - start, 1) + more


def rewrite(files: Iterable[str]) -> None:
    """Annotate the cases of files anew."""
    for name in files:
        file = Path(name)
        file.write_text(SPLIT.join(annotated(plain(c)) for c in cases(file)), encoding="utf-8")


if __name__ == "__main__":
    rewrite(sys.argv[1:])
