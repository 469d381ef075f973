"""Networks that several tables and figures show are made one: which they are, and what each adds.

A figure shows how layers are joined, a table states their hyper-parameters. Where two readings are of one
network, the one with more of a topology is kept and completed from the other; where both state something and
agree, it is surer, and where they differ, both places are told.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dlc.diagnostics import Diagnostic
from dlc.frontends.paper.align import Alignment, align, telling
from dlc.frontends.paper.combine import combine
from dlc.frontends.paper.evidence import Evidence
from dlc.frontends.table.design.parts import MERGES
from dlc.ir import Net

#: Networks with fewer telling layers paired are only the same where nothing is left over.
_FEWEST = 3
#: The share of layers paired from which two readings are of one network, and the share of attributes stated
#: by both that may differ: where nothing names them, where the names or a reference join them, and where
#: the names part them.
_UNNAMED, _NAMED, _PARTED = (0.92, 0.12), (0.75, 0.3), (1.0, 0.0)
#: Attributes that must agree before networks that nothing joins are taken for one.
_LEAST_AGREED = 3
#: By how much the best of several partners must be better than the next, in shares of layers and attributes.
_MARGIN = 0.05


@attrs.frozen
class Merged:
    """Networks, each once, what was found on the way, and for each network the readings that it is made of."""

    nets: tuple[Net, ...]
    findings: tuple[Diagnostic, ...] = ()
    sources: tuple[tuple[Evidence, ...], ...] = ()


@attrs.frozen
class _Match:
    one: Evidence
    other: Evidence
    alignment: Alignment
    score: float


def merge(found: Sequence[Evidence]) -> Merged:
    """The networks of a paper, readings of one network combined. Those of one table or figure stay apart."""
    groups, findings = [_Group(each, (each,)) for each in found], list[Diagnostic]()
    for match in _matches(found):
        one, other = (_alone(each, groups) for each in (match.one, match.other))
        combined = combine(match.one, match.other, match.alignment) if one and other else None
        if one is None or other is None or combined is None:
            continue
        made, told = combined
        findings += told
        groups[groups.index(one)] = _Group(made, (*one.readings, *other.readings))
        groups.remove(other)
    nets = tuple(group.result.net for group in groups)
    return Merged(nets, tuple(findings), tuple(group.readings for group in groups))


@attrs.frozen
class _Group:
    """Readings of one network, and what they say together."""

    result: Evidence
    readings: tuple[Evidence, ...]


def _alone(reading: Evidence, groups: Sequence[_Group]) -> _Group | None:
    """The group of a reading while it is combined with no other."""
    return next((group for group in groups if group.readings == (reading,)), None)


def _matches(found: Sequence[Evidence]) -> list[_Match]:
    """Pairs of readings of one network, the surest first; what fits several about equally well, none."""
    every = []
    for index, one in enumerate(found):
        for other in found[index + 1 :]:
            match = _match(one, other)
            if match is not None:
                every.append(match)
    clear = [match for match in every if not _rivalled(match, every)]
    return sorted(clear, key=lambda match: -match.score)


def _match(one: Evidence, other: Evidence) -> _Match | None:
    if one.key == other.key:
        return None
    sizes = [len(telling(each.net, merging=False)) for each in (one, other)]
    if min(sizes) < 0.6 * max(sizes) or not max(sizes):
        return None
    if _flattened(one, other) or _flattened(other, one):
        return None
    alignment = align(one.net, other.net)
    if not _is_one_network(one, other, alignment):
        return None
    named = bool(one.names() & other.names())
    return _Match(one, other, alignment, alignment.covered - alignment.dispute + 0.2 * named)


def _flattened(one: Evidence, other: Evidence) -> bool:
    """Whether a figure shows a plain chain where a table says that values are merged."""
    joints = [any(node.layer.op_name in MERGES for node in each.net.body) for each in (one, other)]
    return one.kind == "figure" and other.kind == "table" and joints == [False, True]


def _is_one_network(one: Evidence, other: Evidence, alignment: Alignment) -> bool:
    """Whether two readings are of one network, by their layers and by what the paper says of them."""
    covered, differing = alignment.covered, alignment.dispute
    if one.kind == other.kind:
        alone = len(alignment.pairs) < _FEWEST or alignment.agreed < _LEAST_AGREED
        return not alone and covered == 1 and differing == 0 and _same_joints(one.net, other.net, alignment)
    joined = bool(one.names() & other.names()) or one.points_at(other) or other.points_at(one)
    parted = not joined and bool(one.names()) and bool(other.names())
    least, most = _PARTED if parted else _NAMED if joined else _UNNAMED
    if len(alignment.pairs) < _FEWEST or covered < least or differing > most:
        return False
    return joined or alignment.agreed >= _LEAST_AGREED


def _same_joints(one: Net, other: Net, alignment: Alignment) -> bool:
    """Whether two networks join their paired layers alike."""
    counts = [sum(node.layer.op_name in MERGES for node in net.body) for net in (one, other)]
    if counts[0] != counts[1]:
        return False
    partner = {a.name: b.name for a, b in alignment.pairs}
    first, second = _links(one, set(partner)), _links(other, set(partner.values()))
    return {(partner.get(a, a), partner[b]) for a, b in first} == second


def _links(net: Net, kept: set[str]) -> set[tuple[str, str]]:
    """Which kept layers lead to which, through others; what comes from outside begins at ""."""
    before: dict[str, frozenset[str]] = {given.name: frozenset(("",)) for given in net.inputs}
    found = set()
    for node in net.body:
        sources = frozenset[str]().union(*(before.get(name, frozenset()) for name in node.inputs))
        if node.name in kept:
            found |= {(source, node.name) for source in sources}
            before[node.name] = frozenset((node.name,))
        else:
            before[node.name] = sources
    return found


def _rivalled(match: _Match, every: Sequence[_Match]) -> bool:
    """Whether one side of a match goes about as well with another network of the other's exhibit."""
    for mine, theirs in ((match.one, match.other), (match.other, match.one)):
        for rival in every:
            if rival is match or mine not in (rival.one, rival.other):
                continue
            partner = rival.other if rival.one is mine else rival.one
            if partner.key == theirs.key and rival.score > match.score - _MARGIN:
                return True
    return False
