"""The pages of `spec/errors/`: one a code, and every example on them does what the page says.

An example is fenced `dlnet <severity> DLCnnnn`, with ` target=<name>` where it is compiled and not only
checked (` holes=default` and ` approximate=yes` as with these options of the command): all its
diagnostics of that severity (and all errors) have that code. Plain `dlnet` examples are fine. An example
fenced `console DLCnnnn` is a shell session, shown with exactly what it prints; after a change of a
message, `python tests/support/sessions.py PAGE...` writes it anew.
"""

import re
from pathlib import Path

import attrs
import pytest
from support.sessions import run_session

from dlc.backends import load as load_backend
from dlc.cli.main import main
from dlc.cli.pipeline import CompileOptions, compile_module
from dlc.cli.source import require
from dlc.diagnostics import CODES, Diagnostic, DlcError, Severity
from dlc.diagnostics.explain import explain, index
from dlc.passes.check import check
from dlc.syntax import parse

SPEC = Path(__file__).resolve().parents[2] / "spec"
FENCE = re.compile(r"^```(.*)\n((?:.*\n)*?)```$", re.MULTILINE)


@attrs.frozen
class Example:
    """A fenced text of a page: the words after the fence, and the text."""

    page: str
    words: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f"{self.page}-{'-'.join(self.words[:2])}"


def examples(language: str) -> list[Example]:
    found = [
        Example(code, tuple(words.split()), text)
        for code in CODES
        if (SPEC / "errors" / f"{code}.md").exists()
        for words, text in FENCE.findall(explain(code))
    ]
    return [e for e in found if e.words[0] == language]


def run(text: str, target: str | None, holes: str = "error", approximate: str = "no") -> list[Diagnostic]:
    parsed = parse(text)
    if target is None or not parsed.ok:
        return [*parsed.diagnostics, *check(parsed.module).diagnostics]
    options = CompileOptions(holes=holes, approximate=approximate == "yes")
    try:
        results = compile_module(parsed.module, load_backend(target), options)
    except DlcError as error:
        return list(error.diagnostics)
    return [d for r in results for d in r.diagnostics]


def test_codes_and_pages_are_the_same() -> None:
    assert sorted(p.stem for p in (SPEC / "errors").iterdir()) == sorted(CODES)


def test_the_index_is_up_to_date() -> None:
    assert (SPEC / "errors.md").read_text(encoding="utf-8") == index()


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_page_names_its_code_and_says_how_to_mend_it(code: str) -> None:
    page = explain(code)
    assert page.startswith(f"# {code}: {CODES[code].title}\n")
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == ["Example", "How to mend it"]


def test_every_page_has_an_example_that_is_run() -> None:
    shown = {e.page for e in (*examples("dlnet"), *examples("console")) if e.page in e.words}
    assert set(CODES) - shown == {"DLC0011", "DLC0012"}  # what a sound installation never shows: below


def test_an_exception_becomes_an_internal_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> int:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("dlc.cli.commands.targets.run", fail)
    assert main(["targets"]) == 1
    assert "error[DLC0011]: dlc failed on this input (ZeroDivisionError: a defect)" in capsys.readouterr().err
    monkeypatch.setenv("DLC_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["targets"])


def test_a_part_that_is_not_installed_is_named() -> None:
    with pytest.raises(DlcError) as raised:
        require("no_such_package", "papers")
    (finding,) = raised.value.diagnostics
    assert finding.code.number == "DLC0012"
    assert finding.message == "reading papers needs no_such_package: pip install 'dlnet[papers]'"


def test_an_unknown_code_has_no_page() -> None:
    with pytest.raises(KeyError):
        explain("DLC9999")


@pytest.mark.parametrize("example", examples("dlnet"), ids=str)
def test_example(example: Example) -> None:
    options = dict(w.split("=") for w in example.words if "=" in w)
    found = run(example.text, options.pop("target", None), **options)
    wanted = [w for w in example.words[1:] if "=" not in w]
    if not wanted:
        assert found == []
        return
    severity, code = Severity(wanted[0]), wanted[1]
    assert code == example.page
    told = [d for d in found if d.severity is severity or d.is_error]
    assert {d.code.number for d in told} == {code}
    assert all(d.severity is severity for d in told)


@pytest.mark.parametrize("example", examples("console"), ids=str)
def test_session(example: Example, tmp_path: Path) -> None:
    """Each `$ command` runs in one folder; what it prints is what the page shows below it."""
    assert example.words[1] == example.page
    printed = run_session(example.text, tmp_path)
    assert example.page in printed
    assert printed == example.text
