"""The search: repeats of runs and blocks of phrases, as long as they make the net shorter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from dlc.ir import Node
from dlc.passes.rollup.phrases import LEAST_SAVING, Phrase, best_phrase
from dlc.passes.rollup.rewrite import block_scope, call, replaced
from dlc.passes.rollup.runs import Run, runs
from dlc.passes.rollup.series import BLOCK, Forms, Item, Scope, Series, all_series, weight

SMALLEST_PART = 1 / 500  # of all lines: what a block saves at least


@attrs.frozen
class Draft:
    """A block that was found: the names of its parameters, and its body."""

    name: str
    parameters: tuple[str, ...]
    scope: Scope


class Work:
    """The bodies of nets, and of the blocks that are found in them, while more is looked for."""

    def __init__(self, nets: Sequence[Scope]) -> None:
        self._count = len(nets)
        self._forms = Forms()
        self._scopes = list(nets)
        self._series = [all_series(scope, self._forms) for scope in nets]
        self._runs = [_runs(series) for series in self._series]
        self._parameters: list[tuple[str, ...]] = []

    def run(self) -> None:
        """Make a block of the phrase that saves most, or else repeats, as long as one of them saves lines."""
        least = max(LEAST_SAVING, SMALLEST_PART * self.lines())
        while (phrase := best_phrase(self._series, least)) is not None or any(self._runs):
            if phrase is not None:
                self._extract(phrase)
            else:
                self._repeat()

    @property
    def nets(self) -> list[Scope]:
        """The nets' bodies."""
        return self._scopes[: self._count]

    @property
    def drafts(self) -> list[Draft]:
        """The blocks found so far."""
        blocks = zip(self._parameters, self._scopes[self._count :], strict=True)
        return [Draft(str(at), parameters, scope) for at, (parameters, scope) in enumerate(blocks)]

    def lines(self) -> float:
        """About how many lines of code all bodies take."""
        heads = BLOCK * len(self._parameters)
        return heads + sum(weight(node.op) for scope in self._scopes for node in scope.body)

    def _repeat(self) -> None:
        """Make repeats of all runs that were found."""
        for at, here in enumerate(self._runs):
            if here:
                self._rewrite(at, {run.items[-1].exit.name: (run.items, run.repeat()) for run in here})

    def _extract(self, phrase: Phrase) -> None:
        """Make a block of a phrase, and calls of it of its occurrences."""
        name = str(len(self._parameters))
        made: dict[int, dict[str, tuple[Sequence[Item], Node]]] = {}
        for place, occurrence in enumerate(phrase.occurrences):
            node = call(occurrence, name, phrase.parameters, place)
            made.setdefault(occurrence.scope, {})[node.name] = occurrence.items, node
        for at, here in made.items():
            self._rewrite(at, here)
        self._parameters.append(phrase.parameters.names)
        self._scopes.append(block_scope(phrase.occurrences[0], phrase.parameters))
        self._series.append(all_series(self._scopes[-1], self._forms))
        self._runs.append(_runs(self._series[-1]))

    def _rewrite(self, at: int, made: Mapping[str, tuple[Sequence[Item], Node]]) -> None:
        self._scopes[at] = replaced(self._scopes[at], made)
        self._series[at] = all_series(self._scopes[at], self._forms)
        self._runs[at] = _runs(self._series[at])


def _runs(found: Sequence[Series]) -> list[Run]:
    return [run for series in found for run in runs(series)]
