"""Examples on the pages of `spec/`: fenced texts, and what is said about each.

A text fenced `dlnet` is one in which nothing is wrong; `dlnet <severity> DLCnnnn`, one whose findings of that
severity, and errors, all have that code. ` target=<name>` compiles it too, with ` holes=default` and
` approximate=yes` as with these options of the command.
"""

from __future__ import annotations

import re

import attrs

from dlc.backends import load as load_backend
from dlc.cli.pipeline import CompileOptions, compile_module
from dlc.diagnostics import Diagnostic, DlcError, Severity
from dlc.passes.check import check
from dlc.syntax import parse

FENCE = re.compile(r"^```(.+)\n((?:.*\n)*?)```$", re.MULTILINE)


@attrs.frozen
class Example:
    """A fenced text of a page: the words after the fence, and the text."""

    page: str
    words: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f"{self.page}-{'-'.join(self.words[:2])}"


def examples(page: str, text: str, language: str) -> list[Example]:
    """The examples of a page in a language."""
    found = [Example(page, tuple(words.split()), body) for words, body in FENCE.findall(text)]
    return [e for e in found if e.words[0] == language]


def hold(example: Example) -> None:
    """Fail unless what is said about the example is what its fence says."""
    options = dict(w.split("=") for w in example.words if "=" in w)
    found = run(example.text, options.pop("target", None), **options)
    wanted = [w for w in example.words[1:] if "=" not in w]
    if not wanted:
        assert [d.message for d in found] == []
        return
    severity, code = Severity(wanted[0]), wanted[1]
    told = [d for d in found if d.severity is severity or d.is_error]
    assert {d.code.number for d in told} == {code}
    assert all(d.severity is severity for d in told)


def run(text: str, target: str | None, holes: str = "error", approximate: str = "no") -> list[Diagnostic]:
    """Everything that is found on the way to a target, or by the checker."""
    parsed = parse(text)
    if target is None or not parsed.ok:
        return [*parsed.diagnostics, *check(parsed.module).diagnostics]
    options = CompileOptions(holes=holes, approximate=approximate == "yes")
    try:
        results = compile_module(parsed.module, load_backend(target), options)
    except DlcError as error:
        return list(error.diagnostics)
    return [d for r in results for d in r.diagnostics]
