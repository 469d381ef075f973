"""Figures to networks: what the figures of a paper, or one drawing, show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from dlc.diagnostics import Diagnostic, Severity, codes
from dlc.frontends.figure.calibration import calibrated
from dlc.frontends.figure.choice import networks
from dlc.frontends.figure.classify.judge import LEAST
from dlc.frontends.figure.drawing import Drawing
from dlc.frontends.figure.find import Figure
from dlc.frontends.figure.network.channels import with_channels_last
from dlc.frontends.figure.network.coverage import coverage
from dlc.frontends.figure.network.dashed import with_dashed_boxes
from dlc.frontends.figure.network.emit import NO_SIGN, ONE_INPUT, Facts, Place, emit, facts_of
from dlc.frontends.figure.network.enlarging import with_enlargements
from dlc.frontends.figure.network.graph import MERGES, Graph
from dlc.frontends.figure.network.kinds import graphs_of
from dlc.frontends.figure.network.plotted import plotted_nets
from dlc.frontends.figure.network.plotted.assemble import Assembled
from dlc.frontends.figure.network.trust import confidence
from dlc.frontends.figure.scripts import unread, unread_share
from dlc.frontends.table.design.proof import proofread, span_of
from dlc.ir import Module, Net, Op
from dlc.passes.check import check

#: A network in a paper of which less than this share is likely right is no reading of it.
_LEAST_BELIEVED = 0.25
#: What is left of the confidence in a network after each line that should be there and was not found.
_AFTER_A_MISS = 0.85

#: So many of the layers of a figure may be of no known kind, where nothing else makes its network sound.
_UNKNOWN = 0.1
#: How much of it goes where the layers, joined as they were read, contradict every size that stands there.
_CONTRADICTED = 0.8
#: How much of the confidence in a network goes where none of its figure's text was read.
_DOUBT = 0.8


@attrs.frozen
class Figures:
    """What figures offer: nets, and what was found doubtful or wrong."""

    nets: tuple[Net, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def figure_nets(found: Iterable[Figure]) -> Figures:
    """Every network that figures show."""
    made = [_read_figure(figure) for figure in found]
    nets = _named([net for each in made for net in each.nets])
    return Figures(nets, tuple(finding for each in made for finding in each.diagnostics))


def _read_figure(figure: Figure) -> Figures:
    region = figure.region
    place = Place(region.page, region.number or None, region.area)
    made = read_drawing(figure.drawing, region.caption, place, figure.verdict.confidence)
    nets = tuple(net for net in made.nets if _is_believed(net))
    if made.nets and not nets:
        most = max(net.confidence or 0.0 for net in made.nets)
        message = (
            f"it may show a network, but too little of it was read ({most:.0%} is likely right): left out"
        )
        left_out = Diagnostic(codes.NO_NETWORK, message, span_of(place.origin()), Severity.WARNING)
        return Figures((), (*figure.findings, left_out))
    return Figures(nets, (*figure.findings, *made.diagnostics))


def _is_believed(net: Net) -> bool:
    """Whether a network of a paper is likely enough to be one."""
    return net.confidence is None or net.confidence >= _LEAST_BELIEVED


def read_drawing(
    drawing: Drawing, caption: str = "", place: Place | None = None, likely: float = 1.0
) -> Figures:
    """The networks that a drawing shows.

    `caption` supplies what its boxes leave out. `likely` is how likely it shows networks at all: less likely
    ones must look more like networks themselves.
    """
    place = place or Place(area=drawing.area)
    plotted = plotted_nets(drawing, place)
    if plotted is not None:
        return _of_plotted(plotted, place)
    told: tuple[Diagnostic, ...] = ()
    share = 0.0
    if likely >= LEAST and (told := unread(drawing, span_of(place.origin()))):
        share = unread_share(drawing)
    facts = facts_of(" ".join([caption, *(label.text for label in drawing.labels)]))
    drawing = with_dashed_boxes(with_channels_last(with_enlargements(drawing, caption)))
    graphs = networks(graphs_of(drawing), likely)
    read = coverage(drawing, graphs) * (1 - _DOUBT * share) if graphs else 0.0
    made = [_net(graph, place, facts, confidence(graph, likely) * read) for graph in graphs]
    nets = tuple(net for net, _ in made if net is not None)
    return Figures(nets, (*told, *(finding for _, findings in made for finding in findings)))


def _of_plotted(plotted: Sequence[Assembled], place: Place) -> Figures:
    """The nets of a drawing that a framework's own routine made; proofread where something contradicts."""
    nets: list[Net] = []
    findings: list[Diagnostic] = []
    for one in plotted:
        net: Net | None = one.net
        if not check(Module(nets=(one.net,))).ok:
            net, found = proofread(one.net, _UNKNOWN)
            findings += found
        nets += [net] if net is not None else []
        span = span_of(place.origin())
        findings += [Diagnostic(codes.GUESSED, note, span, Severity.NOTE) for note in one.notes]
    return Figures(tuple(nets), tuple(findings))


def _net(graph: Graph, place: Place, facts: Facts, looks: float) -> tuple[Net | None, Sequence[Diagnostic]]:
    where = attrs.evolve(place, area=graph.area())
    net, notes = emit(graph, where, facts)
    if net is None or _only_joins(net):
        return None, ()
    sound, findings = proofread(net, _UNKNOWN)
    if sound is None:
        return None, findings
    span = span_of(where.origin())
    guesses = [Diagnostic(codes.GUESSED, note, span, Severity.NOTE) for note in dict.fromkeys(notes)]
    missed = sum(ONE_INPUT in note for note in notes) + sum(map(_is_unknown, findings))
    looks *= _AFTER_A_MISS**missed * _borne_out(net, findings)
    looks *= _drawn(sum(NO_SIGN in note for note in notes), len(net.body))
    return attrs.evolve(sound, confidence=calibrated(looks)), [*findings, *guesses]


def _is_unknown(finding: Diagnostic) -> bool:
    """Whether a layer had to be left unknown."""
    return finding.code == codes.GUESSED and finding.severity is Severity.WARNING


def _borne_out(net: Net, findings: Sequence[Diagnostic]) -> float:
    """What is left of the confidence in a net by how many of its printed sizes its layers contradict, 0..1.

    One size more is counted than there are: a single one that disagrees may be the figure's own mistake.
    """
    printed = sum(node.declared is not None for node in net.body)
    contradicted = sum(finding.code == codes.SIZE_CONTRADICTS for finding in findings)
    return 1 - _CONTRADICTED * min(1.0, contradicted / (printed + 1))


def _only_joins(net: Net) -> bool:
    """Whether nothing but joins of values was read, which any flow chart has."""
    ops = [node.op.op_name for node in net.body if isinstance(node.op, Op)]
    return len(ops) == len(net.body) and set(ops) <= MERGES - {"attention"}


def _drawn(guessed: int, layers: int) -> float:
    """What is left of the confidence in a net by how many of its layers are merges that were not drawn, 0..1.

    A third are as many as blocks of two layers have that a shortcut leads round.
    """
    return max(0.0, 1 - 1.5 * max(0.0, guessed / layers - 1 / 3)) if layers else 1.0


def _named(nets: Sequence[Net]) -> tuple[Net, ...]:
    """The nets with names after their figures: `figure_3`, `figure_4_a`, `figure_4_b`."""
    numbers = [net.origin.number if net.origin is not None and net.origin.number else "" for net in nets]
    made = []
    for index, (net, number) in enumerate(zip(nets, numbers, strict=True)):
        base = "_".join(filter(None, ("figure", "".join(c if c.isalnum() else "_" for c in number.lower()))))
        place, count = numbers[:index].count(number), numbers.count(number)
        letter = chr(ord("a") + place) if place < 26 else str(place)
        made.append(attrs.evolve(net, name=f"{base}_{letter}" if count > 1 else base))
    return tuple(made)
