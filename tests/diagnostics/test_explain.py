"""The pages of `spec/errors/`: one a code, and every example on them does what the page says.

Texts are fenced as `support.pages` says. An example fenced `console DLCnnnn` is a shell session, shown
with exactly what it prints; `python tests/support/sessions.py PAGE...` writes it anew where that changed.
"""

import re
from pathlib import Path

import pytest
from support.pages import Example, examples, hold
from support.sessions import run_session

from dlc.cli.main import main
from dlc.cli.source import require
from dlc.diagnostics import CODES, DlcError
from dlc.diagnostics.explain import explain, index
from dlc.frontends.table.design.proof import proofread
from dlc.syntax import parse

SPEC = Path(__file__).resolve().parents[2] / "spec"
PAGES = {p.stem: p.read_text(encoding="utf-8") for p in sorted((SPEC / "errors").glob("*.md"))}
TEXTS = [e for code, page in PAGES.items() for e in examples(code, page, "dlnet")]
SESSIONS = [e for code, page in PAGES.items() for e in examples(code, page, "console")]


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
    shown = {e.page for e in (*TEXTS, *SESSIONS) if e.page in e.words}
    assert set(CODES) - shown == {"DLC0011", "DLC0012", "DLC0608", "DLC0911"}  # what is not to happen: below


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


def test_a_net_of_a_table_that_cannot_be_mended_is_not_given_out() -> None:
    (net,) = parse("net n {\n  x = input vector[3]\n  y = add(x)\n  output y\n}\n").module.nets
    kept, (finding,) = proofread(net)
    assert kept is None
    assert finding.code.number == "DLC0608"
    assert "add takes at least 2 inputs, y has 1" in finding.message


def test_an_unknown_code_has_no_page() -> None:
    with pytest.raises(KeyError):
        explain("DLC9999")


@pytest.mark.parametrize("example", TEXTS, ids=str)
def test_example(example: Example) -> None:
    hold(example)
    assert [w for w in example.words if w.startswith("DLC")] in ([], [example.page])


@pytest.mark.parametrize("example", SESSIONS, ids=str)
def test_session(example: Example, tmp_path: Path) -> None:
    """Each `$ command` runs in one folder; what it prints is what the page shows below it."""
    assert example.words[1] == example.page
    printed = run_session(example.text, tmp_path)
    assert example.page in printed
    assert printed == example.text
