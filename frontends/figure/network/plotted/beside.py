"""Numbers beside arrows: Caffe's routine writes how many outputs a layer has on the arrow to its blob."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from dlc.frontends.figure.drawing import Connector, Drawing, Label
from dlc.frontends.figure.geometry import distance, near_line
from dlc.frontends.figure.network.plotted.label import Said, number
from dlc.frontends.figure.network.plotted.links import Link, Links

_NUMBERED = ("conv2d", "conv2d_transpose", "dense")
#: A number of outputs, with letters that look like digits; none begins with a zero: that has lost a digit.
_COUNT = re.compile(r"(?![0Oo])([\dOolI|SBZ]*\d[\dOolI|SBZ]*|[lI|SBZ])")
_FURTHEST = 6.0  # ems between a number and its arrow
_BESIDE = 0.6  # ems: how near a box an arrow begins or ends


def numbered(said: Sequence[Said], links: Links, free: Sequence[Label], drawing: Drawing) -> list[Said]:
    """The boxes with the numbers that stand on their outgoing arrows as output sizes."""
    made = list(said)
    em = drawing.em
    wanted = [n for n, one in enumerate(said) if one.caffe and one.op in _NUMBERED]
    lines = {n: _leaving(said, n, links.directed, drawing.connectors, em) for n in wanted}
    words = [label for label in free if _COUNT.fullmatch(label.text)]
    scored = sorted(
        (far, n, k)
        for n in wanted
        for k, label in enumerate(words)
        if (far := _far(label, lines[n])) <= _FURTHEST * em
    )
    done: set[int] = set()
    used: set[int] = set()
    for _, n, k in scored:
        if n not in done and k not in used:
            done.add(n)
            used.add(k)
            made[n] = attrs.evolve(said[n], outputs=number(words[k].text))
    return made


def _leaving(
    said: Sequence[Said], at: int, links: Sequence[Link], connectors: Sequence[Connector], em: float
) -> list[Connector]:
    """The connectors from a box to the boxes that it leads to."""
    targets = [said[t].area for s, t in links if s == at]
    return [
        line
        for line in connectors
        if distance(said[at].area, line.start) <= _BESIDE * em
        and any(distance(area, line.end) <= _BESIDE * em for area in targets)
    ]


def _far(label: Label, lines: Sequence[Connector]) -> float:
    """How far a label is from the nearest of some lines; its nearest point counts."""
    left, right = label.area[0], label.area[2]
    spots = [label.centre, (left, label.centre[1]), (right, label.centre[1])]
    return min((near_line(spot, line.points)[0] for line in lines for spot in spots), default=float("inf"))
