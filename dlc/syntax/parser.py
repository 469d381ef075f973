"""From text to module: one pass that reports everything that is wrong."""

from __future__ import annotations

import re

import attrs

from dlc.diagnostics import Code, Diagnostic
from dlc.ir import Module
from dlc.syntax import tree
from dlc.syntax.actions import Actions
from dlc.syntax.lalr import Machine
from dlc.syntax.lower import Lowering
from dlc.syntax.places import Places
from dlc.syntax.recovery import Recovery


@attrs.frozen
class Parsed:
    """What a text says, as far as it could be read, and what is wrong with it.

    Where something is wrong, a layer that could not be read stands as an opaque layer of unknown type,
    so that the checker can still say what else is wrong.
    """

    module: Module
    diagnostics: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing that was found is an error."""
        return not any(d.is_error for d in self.diagnostics)


def parse(text: str, file: str | None = None) -> Parsed:
    """Read a text; never raises for anything that a text can hold. `file` names it in spans."""
    text = text.removeprefix("\ufeff")
    places = Places(text, file)
    found: list[Diagnostic] = []
    lowering = Lowering(text, places, found.append)
    items = read(text, places, found, lowering)
    module = lowering.module(items)
    return Parsed(module, tuple(sorted(found, key=_position)))


def parse_chain(text: str, file: str | None = None) -> Parsed:
    """Read a plain chain, `map[28, 28, 1] |> conv2d(...)`, as a net `chain` from `input` to `output`.

    These are the texts of the grammar's start rule `chain`, in which a newline is blank space wherever it
    stands. Columns in spans are those of the net's text.
    """
    text = _NO_BLANK.sub(lambda m: m[0] if m[0].startswith('"') else " " * len(m[0]), text)
    head, _, rest = text.partition("|>")
    if not rest:
        return parse(f"net chain {{\n  input = input {head}\n  output input\n}}\n", file)
    return parse(
        f"net chain {{\n  input = input {head}\n  output = input |>{rest}\n  output output\n}}\n", file
    )


_NO_BLANK = re.compile(r'"(?:\\.|[^"\\\n])*"|#[^\n]*|\n')  # strings, comments and newlines


def read(text: str, places: Places, found: list[Diagnostic], lowering: Lowering | None) -> list[tree.Item]:
    """The nets and blocks of a text as trees, their statements lowered where `lowering` is given."""

    def report(code: Code, message: str, start: int, end: int) -> None:
        found.append(Diagnostic(code, message, places.span(start, end)))

    actions = Actions(report, lowering.statement if lowering is not None else lambda line: line)
    machine = Machine(text, actions.reductions())
    recovery = Recovery(machine, actions, places, found.append)
    while (unexpected := machine.run()) is not None:
        if not recovery.recover(unexpected):
            break
    return actions.items


def _position(finding: Diagnostic) -> tuple[int, int]:
    span = finding.span
    return (getattr(span, "line", 0), getattr(span, "column", 0))
