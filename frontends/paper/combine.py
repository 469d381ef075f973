"""Two readings of one network as one: topology of the one, what the other adds, and where they differ."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from dlc.diagnostics import Diagnostic, Note, Severity, codes
from dlc.frontends.paper.align import SMALL, UNSAID, Alignment, plain, stated_by_both, telling
from dlc.frontends.paper.evidence import Evidence
from dlc.frontends.table.design.parts import MERGES
from dlc.frontends.table.design.proof import proofread, span_of
from dlc.ir import Input, Net, Node, has_hole
from dlc.layers import CannotBuild, build
from dlc.passes.names import Names
from dlc.types import Type

#: Names of nets that only say which table or figure they are from.
_NUMBERED = re.compile(r"(?:table|figure)(?:_[a-z]{0,2}_?[\d_]*[a-z]?)?(?:_[a-z])?")
#: What is left of the confidence in a layer of which two readings differ.
_DOUBT = 0.7
#: Small layers that change no size: they can be put behind a layer without touching what follows.
_ADDED = (
    SMALL - frozenset(("flatten", "reshape", "permute")) - {n for n in SMALL if "pad" in n or "crop" in n}
)


def combine(
    one: Evidence, other: Evidence, alignment: Alignment
) -> tuple[Evidence, tuple[Diagnostic, ...]] | None:
    """One reading of two, and the findings; None where what they say together is not sound."""
    if _leads(other, one):
        one, other = other, one
        alignment = attrs.evolve(alignment, pairs=tuple((b, a) for a, b in alignment.pairs))
    work = _Combiner(one, other)
    sound, findings = proofread(work.run(alignment))
    if sound is None:
        return None
    return attrs.evolve(one, net=sound), (_taken(one, other), *work.findings, *findings)


def _taken(one: Evidence, other: Evidence) -> Diagnostic:
    """The note that two readings were taken for one network."""
    message = f"{one.place} and {other.place} are taken to show one network"
    note = Note(f"{other.net.name} in {other.place}", span_of(other.net.origin))
    return Diagnostic(codes.GUESSED, message, span_of(one.net.origin), Severity.NOTE, notes=(note,))


def _leads(one: Evidence, other: Evidence) -> bool:
    """Whether the first reading is the one to keep: it joins layers, has more of them, or states more."""
    return _weight(one) > _weight(other)


def _weight(each: Evidence) -> tuple[int, bool, int, int]:
    joints = sum(node.layer.op_name in MERGES for node in each.net.body)
    layers = telling(each.net)
    return joints, each.kind == "figure" and joints > 0, len(layers), _stated(layers)


def _stated(layers: Iterable[Node]) -> int:
    """How many attributes and sizes are stated."""
    return sum(
        (node.declared is not None)
        + sum(value is not None and not has_hole(value) for value in node.layer.attributes().values())
        for node in layers
    )


class _Combiner:
    """Builds the combined net."""

    def __init__(self, kept: Evidence, added: Evidence) -> None:
        self._kept = kept
        self._added = added
        self.findings: list[Diagnostic] = []

    def run(self, alignment: Alignment) -> Net:
        partner = {mine.name: theirs for mine, theirs in alignment.pairs}
        net = self._kept.net
        body = tuple(self._both(n, partner[n.name]) if n.name in partner else n for n in net.body)
        self._tell_unpaired(alignment)
        sure = 1 - (1 - _sure(net.confidence)) * (1 - _sure(self._added.net.confidence))
        made = attrs.evolve(
            net,
            name=self._name(),
            inputs=self._inputs(),
            body=body,
            confidence=round(sure * (1 - alignment.dispute), 3),
        )
        return _with_small_layers(made, self._added.net, alignment)

    def _name(self) -> str:
        """The name that says more than which table or figure it is."""
        names = [each.net.name for each in (self._kept, self._added)]
        return next((name for name in names if not _NUMBERED.fullmatch(name)), names[0])

    def _inputs(self) -> tuple[Input, ...]:
        """The inputs, sizes left open taken from the other reading where both have one."""
        mine, theirs = self._kept.net.inputs, self._added.net.inputs
        if len(mine) != 1 or len(theirs) != 1 or mine[0].type.kind != theirs[0].type.kind:
            return mine
        if not _open(mine[0].type) or _open(theirs[0].type):
            return mine
        return (attrs.evolve(mine[0], type=theirs[0].type, origin=theirs[0].origin),)

    def _both(self, mine: Node, theirs: Node) -> Node:
        """A layer with what both readings of it say."""
        node = self._with_attributes(mine, theirs)
        declared = mine.declared or (None if theirs.layer.declares_result else theirs.declared)
        if mine.declared and theirs.declared and not _agree(mine.declared, theirs.declared):
            self._differ(mine, theirs, "the size", mine.declared, theirs.declared, mine.declared)
        return attrs.evolve(node, declared=declared)

    def _with_attributes(self, mine: Node, theirs: Node) -> Node:
        op, partner = mine.layer, theirs.layer
        if op.op_name != partner.op_name or op.op_name == "opaque":
            return mine
        told = stated_by_both(mine, theirs)
        values = _filled(op.attributes(), partner.attributes())
        table = self._added.kind == "table" and self._kept.kind != "table"
        for name in (name for name, alike in told.items() if not alike):
            own, others = op.attributes()[name], partner.attributes()[name]
            values[name] = others if table else own
            self._differ(mine, theirs, name, plain(own), plain(others), plain(values[name]))
        try:
            made = build(op.op_name, values)
        except CannotBuild:
            return mine
        return attrs.evolve(mine, op=made, confidence=_together(mine, theirs, told))

    def _differ(self, mine: Node, theirs: Node, what: str, own: Any, others: Any, taken: Any) -> None:
        """Tell that two places say different things, with both."""
        kept, added = self._kept.place, self._added.place
        follows = kept if taken == own else added
        message = f"{mine.name}: {what} is {own} in {kept}, {others} in {added}; {follows} is followed"
        note = Note(f"{theirs.name} in {added}", span_of(theirs.origin or self._added.net.origin))
        place = span_of(mine.origin or self._kept.net.origin)
        self.findings.append(
            Diagnostic(codes.EVIDENCE_DIFFERS, message, place, Severity.WARNING, notes=(note,))
        )

    def _tell_unpaired(self, alignment: Alignment) -> None:
        """Tell which layers only the other reading has."""
        paired = {theirs.name for _, theirs in alignment.pairs}
        merges = any(node.layer.op_name in MERGES for node in self._kept.net.body)
        left = [
            node
            for node in self._added.net.body
            if node.name not in paired and not node.inferred and node.layer.op_name not in SMALL
            if merges or node.layer.op_name not in MERGES
        ]
        for node in left:
            kept, added = self._kept.place, self._added.place
            layer = f"{node.name} ({node.layer.op_name})"
            message = f"{layer} is in {added} but not in {kept}, which is followed"
            place = span_of(node.origin or self._added.net.origin)
            note = Note(f"{self._kept.net.name} in {self._kept.place}", span_of(self._kept.net.origin))
            self.findings.append(
                Diagnostic(codes.EVIDENCE_DIFFERS, message, place, Severity.WARNING, notes=(note,))
            )


def _filled(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes with what one reading leaves open taken from the other."""
    values = dict(mine)
    for name, value in theirs.items():
        if name not in mine or value is None or has_hole(value):
            continue
        unsaid = name in UNSAID and plain(mine[name]) == UNSAID[name]
        if has_hole(mine[name]) or mine[name] is None or unsaid:
            values[name] = value
    return values


def _together(mine: Node, theirs: Node, told: Mapping[str, bool]) -> float | None:
    """How sure a layer is that was read twice: surer where the readings agree, less where they differ."""
    one, other = _sure(mine.confidence), _sure(theirs.confidence)
    if told and not all(told.values()):
        return round(_DOUBT * min(one, other), 3)
    sure = 1 - (1 - one) * (1 - other) if told else one
    return None if sure >= 1 else round(sure, 3)


def _sure(confidence: float | None) -> float:
    return 1.0 if confidence is None else confidence


def _open(type_: Type) -> bool:
    return any(map(has_hole, type_.shape))


def _agree(one: Type, other: Type) -> bool:
    """Whether two types can be one: nothing that both state as a number differs."""
    if len(one.shape) != len(other.shape):
        return True  # 1×1×N and N are written for each other
    both = zip(one.shape, other.shape, strict=True)
    return all(a == b for a, b in both if isinstance(a, int) and isinstance(b, int))


def _with_small_layers(net: Net, other: Net, alignment: Alignment) -> Net:
    """The net with activations and the like of the other reading, behind layers that have none yet."""
    readers, theirs_readers = net.consumers(), other.consumers()
    names = Names(net.types())
    behind: dict[str, list[Node]] = {}
    for mine, theirs in alignment.pairs:
        new = [] if _trail(mine, readers) else _trail(theirs, theirs_readers)
        if new:
            behind[mine.name] = _renamed(new, mine.name, names)
    last = {name: chain[-1].name for name, chain in behind.items()}
    body: list[Node] = []
    for node in net.body:
        body.append(attrs.evolve(node, inputs=tuple(last.get(name, name) for name in node.inputs)))
        body += behind.get(node.name, [])
    outputs = tuple(last.get(name, name) for name in net.outputs)
    return attrs.evolve(net, body=tuple(body), outputs=outputs)


def _trail(node: Node, readers: Mapping[str, Sequence[Node]]) -> list[Node]:
    """The small layers that follow a layer, one after the other."""
    found: list[Node] = []
    while True:
        nodes = readers.get(node.name, [])
        if len(nodes) != 1 or nodes[0].layer.op_name not in _ADDED or nodes[0].inferred:
            return found
        node = nodes[0]
        found.append(node)


def _renamed(chain: Sequence[Node], source: str, names: Names) -> list[Node]:
    """A chain behind another layer, under names that are free."""
    made: list[Node] = []
    for node in chain:
        name = names.fresh(node.name)
        made.append(attrs.evolve(node, name=name, inputs=(source,), declared=None))
        source = name
    return made
