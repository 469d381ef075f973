"""Tables that go on where another one ends: layers 1-6 in one, 7-9 in the next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from dlc.frontends.table.read import Candidate

_CONTINUED = re.compile(r"\(?\bcont(?:inued|\.)\)?", re.I)


def joined(designs: Sequence[Candidate]) -> list[Candidate]:
    """Designs with the rows of tables that continue them appended; those tables are no nets of their own."""
    made: list[Candidate] = []
    for candidate in designs:
        befores = [i for i, earlier in enumerate(made) if _continues(earlier, candidate)]
        if not befores:
            made.append(candidate)
            continue
        alike = [i for i in befores if made[i].draft.title is None or _alike(made[i], candidate)]
        for index in alike or befores:
            made[index] = _appended(made[index], candidate)
    return made


def _continues(earlier: Candidate, later: Candidate) -> bool:
    """Whether the later table's rows are numbered on, or its caption says that it continues."""
    first, second = earlier.draft.table, later.draft.table
    if first is second or not 0 <= second.page - first.page <= 1:
        return False
    if _CONTINUED.search(second.caption) and first.number == second.number:
        return True
    last, start = _numbers(earlier)[-1:], _numbers(later)[:1]
    return bool(last) and bool(start) and start[0] == last[0] + 1 and last[0] > 1


def _numbers(candidate: Candidate) -> list[int]:
    labels = [s.label.strip() for s in candidate.draft.stages if s.parts]
    return [int(label) for label in labels if re.fullmatch(r"\d{1,3}", label)]


def _alike(earlier: Candidate, later: Candidate) -> bool:
    """Whether two titles share a word: "Large Feature" and "Output Units Large"."""
    words = [set(re.findall(r"[a-z]{3,}", (c.draft.title or "").lower())) for c in (earlier, later)]
    return bool(words[0] & words[1]) or not words[1]


def _appended(earlier: Candidate, later: Candidate) -> Candidate:
    offset = max((s.row for s in earlier.draft.stages), default=0) + 1
    rows = tuple(attrs.evolve(s, row=s.row + offset) for s in later.draft.stages)
    draft = attrs.evolve(earlier.draft, stages=(*earlier.draft.stages, *rows))
    return attrs.evolve(earlier, draft=draft)
