"""Overviews with what is inside their boxes: the details that other places of the paper show, as blocks.

A box of an overview that is no known layer is looked up among the paper's other networks by its name. Where
exactly one has that name, takes as many values as come into the box, and contradicts no size, it becomes a
block, and the box a call of it. The overview as it is drawn stays a network of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import attrs

from dlc.diagnostics import Diagnostic, Note, Severity, Span, codes
from dlc.frontends.figure.find import Figure
from dlc.frontends.paper.detail.details import UNLETTERED, Shown, has_detail, shown
from dlc.frontends.paper.detail.insert import block_of, misfit, with_calls
from dlc.frontends.paper.detail.names import Name, name_of
from dlc.frontends.paper.evidence import Evidence
from dlc.frontends.table.design.proof import span_of
from dlc.ir import Block, Module, Net, Node, Op
from dlc.layers import REGISTRY
from dlc.passes.expand import ExpandBlocks
from dlc.passes.names import Names

#: A detail that was read less surely is none.
_SURE_ENOUGH = 0.6
#: What a composed net is called after its overview.
_WHOLE = "whole"


@attrs.frozen
class Composed:
    """Blocks for details, overviews that call them, which net each is made from, and what was found."""

    blocks: tuple[Block, ...] = ()
    nets: tuple[Net, ...] = ()
    overviews: tuple[Net, ...] = ()
    findings: tuple[Diagnostic, ...] = ()

    def written_out(self) -> tuple[Net, ...]:
        """The nets without blocks."""
        return ExpandBlocks().run(Module(self.blocks, self.nets)).module.nets


def compose(
    nets: Sequence[Net], sources: Sequence[Sequence[Evidence]], figures: Sequence[Figure]
) -> Composed:
    """The overviews among networks with their details; `sources` are the readings of each network."""
    if not any(_is_box(node) for net in nets for node in net.body):
        return Composed()
    work = _Composer(shown(nets, sources, figures), Names([*REGISTRY, *(net.name for net in nets)]))
    pairs = [(each.net, made) for each in work.all if (made := work.whole(each)) is not each.net]
    names = Names([*(net.name for net in nets), *(block.name for block in work.blocks)])
    named = tuple(attrs.evolve(net, name=names.fresh(f"{old.name}_{_WHOLE}")) for old, net in pairs)
    return Composed(work.blocks, named, tuple(old for old, _ in pairs), tuple(work.findings))


@attrs.frozen
class _Found:
    """A detail that has a box's name, how sure that is, and what says so."""

    detail: Shown
    sure: float
    why: str

    @property
    def likely(self) -> float:
        """How likely the box is what was read in the detail's place."""
        return round(self.sure * _sure(self.detail.net), 2)


@attrs.frozen
class _Box:
    """The boxes of one name in an overview into which equally many values come."""

    name: Name
    nodes: Sequence[Node]
    overview: Shown

    @property
    def words(self) -> str:
        """The name as it is written, and where."""
        return f"{self.nodes[0].layer.attributes()['type']} in {self.overview.place}"

    @property
    def span(self) -> Span:
        """Where the first of them is."""
        return span_of(self.nodes[0].origin or self.overview.net.origin)


class _Composer:
    """Looks up the boxes of one paper; each detail becomes a block once."""

    def __init__(self, every: Sequence[Shown], names: Names) -> None:
        self.all = every
        self.findings: list[Diagnostic] = []
        self._names = names
        self._wholes: dict[str, Net] = {}
        self._blocks: dict[str, Block] = {}

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks that are called."""
        return tuple(self._blocks.values())

    def whole(self, overview: Shown) -> Net:
        """The network of an overview with calls for its boxes; itself where none was found."""
        key = overview.net.name
        if key not in self._wholes:
            self._wholes[key] = overview.net  # what is inside itself stays closed
            self._wholes[key] = self._filled(overview)
        return self._wholes[key]

    def _filled(self, overview: Shown) -> Net:
        """The overview with calls, of boxes with a detail of their full name first."""
        net, sure, used = overview.net, 1.0, set[str]()
        exact = {name: self._found(name, overview) for name in _boxes(net)}
        for box in sorted(_alike(overview), key=lambda box: not exact[box.name]):
            found = exact[box.name] or self._unlettered(box.name, overview, used)
            taken, net = self._inserted(net, box, found) if found else (None, net)
            if taken is not None:
                used.add(taken.detail.net.name)
                sure = min(sure, taken.likely)
        return attrs.evolve(net, confidence=round(_sure(net) * sure, 3)) if used else net

    def _inserted(self, net: Net, box: _Box, found: Sequence[_Found]) -> tuple[_Found | None, Net]:
        """The one detail of several that fits, and the net with calls of it."""
        wrong = [self._misfit(net, box, each) for each in found]
        fitting = [each for each, reason in zip(found, wrong, strict=True) if reason is None]
        if len(fitting) != 1:
            self.findings.append(_left(box, list(zip(found, wrong, strict=True))))
            return None, net
        (taken,) = fitting
        block = self._block(taken.detail, box.name)
        self.findings.append(_taken(box, taken, block))
        return taken, with_calls(net, box.nodes, self.blocks, block, taken.likely)

    def _misfit(self, net: Net, box: _Box, found: _Found) -> str | None:
        """What speaks against a detail for a box."""
        detail = found.detail.net
        if _sure(detail) < _SURE_ENOUGH:
            return f"it was read too unsurely ({_sure(detail):.0%})"
        if len(detail.outputs) != 1:
            return f"{len(detail.outputs)} values come out of it"
        trial = block_of(self.whole(found.detail), detail.name)
        made = with_calls(net, box.nodes, self.blocks, trial, found.likely)
        return misfit(net, made, box.nodes, detail, (*self.blocks, trial))

    def _block(self, detail: Shown, name: Name) -> Block:
        """The block for a detail, called after the first box that it is put into."""
        key = detail.net.name
        if key not in self._blocks:
            self._blocks[key] = block_of(self.whole(detail), self._names.fresh(name.identifier))
        return self._blocks[key]

    # which details a box may mean ----------------------------------------------------------------------

    def _found(self, name: Name, overview: Shown) -> list[_Found]:
        """The details of a name. One that the captions join to the overview goes before the others."""
        found = [
            _Found(each, max(sure for sure, _ in named), next(why for _, why in named))
            for each in self.all
            if (named := [(sure, why) for own, sure, why in each.names if own.is_same(name)])
        ]
        return self._in_question(found, name, overview)

    def _unlettered(self, name: Name, overview: Shown, used: Collection[str]) -> list[_Found]:
        """The details of a lettered box's name without the letter, joined by captions; not those used."""
        base = name.base
        if base is None:
            return []
        found = [
            _Found(each, UNLETTERED, "the captions, which refer to each other")
            for each in self.all
            if any(own.is_same(base) for own, _, _ in each.names)
            and not any(own.base is not None and own.base.is_same(base) for own, _, _ in each.names)
            and _joined(overview, each)
            and each.net.name not in used
        ]
        return self._in_question(found, name, overview)

    def _in_question(self, found: Sequence[_Found], name: Name, overview: Shown) -> list[_Found]:
        """Those of them that are no overviews of the same box, nor of other figures by their captions."""
        every = frozenset(key for each in self.all for key in each.keys)
        able = [
            each
            for each in found
            if each.detail is not overview and has_detail(each.detail.net)
            if not any(other.is_same(name) for other in _boxes(each.detail.net))
        ]
        joined = [each for each in able if _joined(overview, each.detail)]
        if joined or overview.refers_to() & every:
            return joined
        return [each for each in able if not each.detail.refers_to() & every]


def _joined(one: Shown, other: Shown) -> bool:
    """Whether the caption of one refers to the other, or one figure shows both."""
    return bool(one.refers_to() & other.keys or other.refers_to() & one.keys or one.keys & other.keys)


def _boxes(net: Net) -> Mapping[Name, list[Node]]:
    """The boxes of a net that are no known layers, by their names."""
    found: dict[Name, list[Node]] = {}
    for node in net.body:
        name = name_of(str(node.layer.attributes()["type"])) if _is_box(node) else None
        if name is not None:
            found.setdefault(name, []).append(node)
    return found


def _alike(overview: Shown) -> list[_Box]:
    """The boxes of an overview, those of one name and as many inputs together, in order."""
    found: dict[tuple[Name, int], list[Node]] = {}
    for name, nodes in _boxes(overview.net).items():
        for node in nodes:
            found.setdefault((name, len(node.inputs)), []).append(node)
    return [_Box(name, nodes, overview) for (name, _), nodes in found.items()]


def _is_box(node: Node) -> bool:
    return isinstance(node.op, Op) and node.op.op_name == "opaque" and bool(node.inputs)


def _sure(net: Net) -> float:
    return 1.0 if net.confidence is None else net.confidence


def _taken(box: _Box, found: _Found, block: Block) -> Diagnostic:
    detail = found.detail
    message = (
        f"{box.words} is taken to be what {detail.place} shows ({found.likely:.0%} sure, by {found.why}):"
        f" block {block.name}"
    )
    note = Note(f"{detail.net.name} in {detail.place}", span_of(detail.net.origin))
    return Diagnostic(codes.DETAIL_TAKEN, message, box.span, Severity.NOTE, notes=(note,))


def _left(box: _Box, tried: Sequence[tuple[_Found, str | None]]) -> Diagnostic:
    several = any(wrong is None for _, wrong in tried)
    why = "several details fit" if several else "no detail of that name fits"
    notes = tuple(
        Note(
            f"{each.detail.net.name} in {each.detail.place}: {wrong or 'it fits'}",
            span_of(each.detail.net.origin),
        )
        for each, wrong in tried
    )
    message = f"{box.words} stays an unknown layer: {why}"
    return Diagnostic(codes.DETAIL_LEFT, message, box.span, Severity.NOTE, notes=notes)
