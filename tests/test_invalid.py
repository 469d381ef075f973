"""Wrong texts, each with all that is said about it beside the lines: the files `*_invalid.dlnet`."""

from pathlib import Path

import pytest
from support.annotated import annotated, cases, findings, plain

FOLDER = Path(__file__).resolve().parent
FILES = sorted(FOLDER.rglob("*_invalid.dlnet"))
CASES = [pytest.param(c, id=f"{f.stem}-{i}") for f in FILES for i, c in enumerate(cases(f), 1)]


@pytest.mark.parametrize("case", CASES)
def test_case(case: str) -> None:
    assert annotated(plain(case)) == case


@pytest.mark.parametrize("case", CASES)
def test_every_finding_has_a_place_in_the_text(case: str) -> None:
    text = plain(case)
    lines = text.split("\n")
    for finding in findings(text):
        span = finding.span
        assert (span.line, span.column) <= (span.end_line, span.end_column)
        assert span.end_line <= len(lines)
        assert span.column <= len(lines[span.line - 1]) + 1


@pytest.mark.parametrize("case", CASES)
def test_fixes_that_are_written_out_fit(case: str) -> None:
    """Every replacement, put at its place, leaves no more errors than there were."""
    text = plain(case)
    before = findings(text)
    for finding in before:
        fix = finding.fix
        if fix is None or fix.replacement is None:
            continue
        assert fix.span is not None
        lines = text.split("\n")
        start = sum(len(line) + 1 for line in lines[: fix.span.line - 1]) + fix.span.column - 1
        end = sum(len(line) + 1 for line in lines[: fix.span.end_line - 1]) + fix.span.end_column - 1
        after = findings(text[:start] + fix.replacement + text[end:])
        assert sum(d.is_error for d in after) <= sum(d.is_error for d in before), finding.message


def test_the_cases_show_every_code_of_the_language() -> None:
    from dlc.diagnostics import CODES

    shown = {d.code.number for case in CASES for d in findings(plain(case.values[0]))}  # type: ignore[arg-type]
    wanted = {c for c in CODES if c[3:5] in ("01", "02", "03")}
    assert wanted - shown == {"DLC0123", "DLC0127"}  # nested too deep, too many errors: in test_parser.py
