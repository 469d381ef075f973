"""Phrases: successive items of one form that occur again and again, and what writing them once saves."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

import attrs

from dlc.ir import BlockCall, Repeat, Value
from dlc.passes.rollup.parameters import Parameters, parametrised
from dlc.passes.rollup.series import ARGUMENT, BLOCK, CALL, LOOP, Form, Series

MOST_ITEMS = 48  # of a phrase
LEAST_SAVING = 2.0  # lines
TORN = 0.25  # lines that a phrase must save more for each end at which it parts layers that belong together


@attrs.frozen
class Occurrence:
    """A phrase at one place: the items of `series` from `start` on; `scope` says in which body that is."""

    scope: int
    series: Series
    start: int
    length: int

    @property
    def end(self) -> int:
        """The position after its last item."""
        return self.start + self.length

    @property
    def items(self) -> Series:
        """The items."""
        return self.series[self.start : self.end]

    @property
    def values(self) -> tuple[Value, ...]:
        """The free values of all items, in order."""
        return tuple(v for item in self.items for v in item.values)

    @property
    def labels(self) -> tuple[str, ...]:
        """The attributes that they stand in."""
        return tuple(label for item in self.items for label in item.form.labels)


@attrs.frozen
class Phrase:
    """All occurrences of one phrase that become calls of one block, and what that saves."""

    occurrences: tuple[Occurrence, ...]
    parameters: Parameters
    saving: float


_Places = list[tuple[int, int]]  # number of a series, position in it
_Numbered = Sequence[tuple[int, Series]]  # number of a body, one of its series


def best_phrase(bodies: Sequence[Sequence[Series]], least: float = LEAST_SAVING) -> Phrase | None:
    """The phrase that saves most; `bodies` holds the series of every body. None where none saves `least`."""
    numbered = [(scope, series) for scope, body in enumerate(bodies) for series in body]
    found = [(_bound(numbered, places, length), places, length) for places, length in _repeated(numbered)]
    best: Phrase | None = None
    for most, places, length in sorted(found, key=lambda f: -f[0]):
        if most < (best.saving if best else least):
            break
        phrase = _phrase([Occurrence(*numbered[s], start, length) for s, start in places], least)
        if phrase is not None and (best is None or phrase.saving > best.saving):
            best = phrase
    return best


def _repeated(numbered: _Numbered) -> Iterator[tuple[_Places, int]]:
    """Places of each phrase that occurs twice without overlap, and its length, short ones first."""
    groups = _grouped(
        (items[i].form, s, i) for s, (_, items) in enumerate(numbered) for i in range(len(items))
    )
    for length in range(1, MOST_ITEMS + 1):
        for places in groups:
            apart = list(_apart(places, length))
            if len(apart) > 1:
                yield apart, length
        grown: list[list[tuple[int, int]]] = []
        for places in groups:
            longer = [(s, i) for s, i in places if i + length < len(numbered[s][1])]
            grown += _grouped((numbered[s][1][i + length].form, s, i) for s, i in longer)
        groups = grown
        if not groups:
            return


def _grouped(places: Iterable[tuple[Form, int, int]]) -> list[_Places]:
    """Places with equal keys together, where there are several."""
    groups: dict[Form, _Places] = {}
    for key, s, i in places:
        groups.setdefault(key, []).append((s, i))
    return [group for group in groups.values() if len(group) > 1]


def _apart(places: _Places, length: int) -> Iterator[tuple[int, int]]:
    """As many places as do not overlap, from the first one on."""
    last, free = -1, 0
    for s, i in places:
        if s != last or i >= free:
            yield s, i
            last, free = s, i + length


def _bound(numbered: _Numbered, places: _Places, length: int) -> float:
    """What a phrase saves at most: as if its calls needed no arguments and stood in one loop."""
    s, start = places[0]
    each = sum(item.form.weight for item in numbered[s][1][start : start + length])
    return (len(places) - 1) * each - BLOCK - CALL


def _phrase(found: Sequence[Occurrence], least: float) -> Phrase | None:
    first = found[0].items
    if (len(first) == 1 and first[0].form.is_link) or _holds_phrase(first):
        return None
    occurrences = [occurrence for occurrence in found if not _cuts_run(occurrence)]
    if len(occurrences) < 2 or 2 * sum(map(_is_out_of_step, occurrences)) > len(occurrences):
        return None
    columns = list(zip(*(o.values for o in occurrences), strict=True))
    parameters = parametrised(columns, occurrences[0].labels)
    rounds = list(_rounds(occurrences))
    loops = LOOP * sum(count > 1 for count in rounds)
    body = _lines(first)
    after = body + BLOCK + (CALL + ARGUMENT * len(parameters.names)) * len(rounds) + loops
    # What needs no block for it can be repeated as it is.
    repeated = body * len(rounds) + loops if _is_repeatable(first) else body * len(occurrences)
    saving = body * len(occurrences) - after - TORN * sum(map(_torn_ends, occurrences))
    worthwhile = min(repeated - after, saving) >= least
    return Phrase(tuple(occurrences), parameters, saving) if worthwhile else None


def _is_repeatable(items: Series) -> bool:
    return all(item.form.is_link and not isinstance(item.exit.op, Repeat) for item in items)


def _torn_ends(o: Occurrence) -> int:
    """At how many ends an activation or normalisation is parted from the layer before it."""
    before = o.start > 0 and o.series[o.start].form.is_passive
    after = o.end < len(o.series) and o.series[o.end].form.is_passive
    return before + after


def _rounds(occurrences: Sequence[Occurrence]) -> Iterator[int]:
    """How many equal occurrences stand one after another, each time: such become one repeat."""
    count = 1
    for before, occurrence in itertools.pairwise(occurrences):
        adjacent = before.series is occurrence.series and before.end == occurrence.start
        if adjacent and before.values == occurrence.values:
            count += 1
        else:
            yield count
            count = 1
    yield count


def _holds_phrase(items: Series) -> bool:
    """Whether a part of it stands there twice in a row, which makes a better phrase, or a repeat."""
    same = _squares(items, [item.key for item in items])
    alike = _squares(items, [item.form for item in items])
    return any(_lines(part) > LOOP for part in same) or any(map(_is_large, alike))


def _squares(items: Series, keys: Sequence[object]) -> Iterator[Series]:
    """The parts that stand there twice in a row, by their keys."""
    for period in range(1, len(keys) // 2 + 1):
        same = 0
        for at, (a, b) in enumerate(zip(keys, keys[period:], strict=False), 1):
            same = same + 1 if a == b else 0
            if same == period:
                yield items[at - period : at]


def _is_large(items: Series) -> bool:
    """Whether items could be a block of their own, or are calls of one."""
    return _lines(items) > LEAST_SAVING or any(isinstance(item.exit.op, BlockCall) for item in items)


def _is_out_of_step(o: Occurrence) -> bool:
    """Whether it begins and ends alike, and what stands beside it goes on so: one round would do."""
    forms = [item.form for item in o.series[max(0, o.start - 1) : o.end + 1]]
    first = min(o.start, 1)
    end = first + o.length
    for period in range(1, o.length):
        if forms[first : end - period] == forms[first + period : end] and _is_large(o.items[:period]):
            after = end < len(forms) and forms[end] == forms[end - period]
            before = first > 0 and forms[0] == forms[period]
            if after or before:
                return True
    return False


def _lines(items: Series) -> float:
    return sum(item.form.weight for item in items)


def _cuts_run(o: Occurrence) -> bool:
    """Whether what stands at its end, or at its start, goes on beyond it."""
    keys = [item.key for item in o.series[max(0, o.start - o.length) : o.end + o.length]]
    start = min(o.start, o.length)
    end = start + o.length
    for part in range(1, o.length):
        after = keys[end - part : end] == keys[end : end + part]
        before = start >= part and keys[start : start + part] == keys[start - part : start]
        if (after and _lines(o.items[-part:]) > LOOP) or (before and _lines(o.items[:part]) > LOOP):
            return True
    return False
