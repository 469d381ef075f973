"""Tables to networks: lay out, read rows, judge, join continuations, wire, and let the checker proof-read."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dlc.diagnostics import Diagnostic, Severity, codes
from dlc.frontends.table.design.assembly import Draft, assemble
from dlc.frontends.table.design.continuation import joined
from dlc.frontends.table.design.definitions import Definition, definition_of
from dlc.frontends.table.design.facts import facts_of
from dlc.frontends.table.design.judge import Verdict, judge
from dlc.frontends.table.design.naming import net_names
from dlc.frontends.table.design.parts import Stage
from dlc.frontends.table.design.places import Places
from dlc.frontends.table.design.proof import proofread
from dlc.frontends.table.design.rows import stages
from dlc.frontends.table.design.sections import sections
from dlc.frontends.table.design.sheet import sheets
from dlc.frontends.table.design.variants import variants
from dlc.frontends.table.model import Cell, Table
from dlc.ir import Net


@attrs.frozen
class Candidate:
    """A variant of a table with the verdict on it."""

    draft: Draft
    verdict: Verdict


@attrs.frozen
class TableReading:
    """The networks of tables, with what was guessed, contradicted or not understood."""

    nets: tuple[Net, ...]
    diagnostics: tuple[Diagnostic, ...]


def read_tables(tables: Sequence[Table], document: str = "") -> TableReading:
    """The networks that tables describe; `document` is the text around them, which settles doubts."""
    found = [c for table in tables for c in candidates(table, document)]
    designs = [c for c in found if c.verdict.design]
    definitions = [d for c in found if (d := definition_of(c.draft.table, c.draft.stages)) is not None]
    nets: list[Net] = []
    diagnostics: list[Diagnostic] = []
    for candidate in joined(designs):
        net, findings = _read(candidate, definitions)
        diagnostics += findings
        if net is not None:
            nets.append(net)
    return TableReading(net_names(nets), tuple(dict.fromkeys(diagnostics)))


def candidates(table: Table, document: str = "") -> list[Candidate]:
    """Every variant of a table that names layers at all, with the verdict on it."""
    facts = facts_of(table, document)
    made = []
    for sheet in sheets(table):
        for variant in variants(sheet):
            rows = stages(sheet, variant, facts)
            verdict = judge(table, sheet, rows)
            for section in sections(rows):
                title = section.title or variant.title or sheet.title
                draft = Draft(table, title, section.stages, facts, sheet.groups)
                made.append(Candidate(draft, verdict))
    return made


def _read(candidate: Candidate, definitions: Sequence[Definition]) -> tuple[Net | None, list[Diagnostic]]:
    draft = candidate.draft
    net, notes = assemble(draft, definitions)
    places = Places(draft.table)
    findings = [*notes, *(_unread(s, places) for s in draft.stages if s.unread)]
    findings += [_unstated(cell, places) for s in draft.stages for cell in s.unstated]
    if net is None:
        return None, findings
    net, problems = proofread(net)
    if net is None:
        return None, [*findings, *problems]
    agreement = 0.9 ** sum(d.code == codes.SIZE_CONTRADICTS for d in problems)
    named = attrs.evolve(
        net, name=draft.title or "", confidence=round(candidate.verdict.confidence * agreement, 2)
    )
    return named, [*findings, *problems]


def _unread(stage: Stage, places: Places) -> Diagnostic:
    done = "kept as an unknown layer" if stage.parts else "left out"
    message = f"a row was not understood and {done}: {stage.unread}"
    return Diagnostic(codes.ROW_NOT_READ, message, places.span(stage.cell), Severity.WARNING)


def _unstated(cell: Cell, places: Places) -> Diagnostic:
    message = f"«{cell.text.strip()}» is no size that can be read; it is left open"
    return Diagnostic(codes.ROW_NOT_READ, message, places.span(cell), Severity.WARNING)
