"""Sizes as proof-readers of arrows: what a layer's box lists as its inputs must come from its sources."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dlc.frontends.figure.network.plotted.classes import INPUT
from dlc.frontends.figure.network.plotted.label import Said, Size
from dlc.frontends.figure.network.plotted.links import Link, Links
from dlc.layers import REGISTRY


def mended(boxes: Sequence[Said], links: Links) -> list[Link]:
    """The directed links, without those whose sizes disagree where another box has the size that is asked for.

    A source that is missing is found by its size: among the boxes that lines join with the layer, among those
    of links that are too many elsewhere, or where it is the only one before it with that size.
    """
    pairs = list(links.directed)
    asked = [n for n, box in enumerate(boxes) if box.given and box.op]
    compared = {target: _compared(boxes, _sources(pairs, links, target), target) for target in asked}
    spare = {s for wrong, missing in compared.values() for s in wrong if not missing}
    pairs = [(s, t) for s, t in pairs if t not in compared or compared[t][1] or s not in compared[t][0]]
    for target, (wrong, missing) in compared.items():
        for size in missing:
            found = _source(boxes, links, pairs, target, size, spare)
            if found is None:
                continue
            if wrong:
                pairs.remove((wrong.pop(), target))
            pairs.append((found, target))
    return pairs


def completed(boxes: Sequence[Said], links: Links, pairs: Sequence[Link], value: bool = False) -> list[Link]:
    """The links, and for layers that lack a source the only box that a line joins with them and may be it.

    Lines that touch may hide which way they lead. With `value` only boxes of values (blobs) are sources.
    """
    made = list(pairs)
    for target, box in enumerate(boxes):
        have = {s for s, t in made if t == target}
        if not box.op or box.op == INPUT or len(have) >= least_sources(box):
            continue
        after = _behind(made, target)
        fit = [
            n for n in links.joined.get(target, ()) if n not in after | have and bool(boxes[n].op) != value
        ]
        if len(fit) == 1:
            made.append((fit[0], target))
    return made


def least_sources(box: Said) -> int:
    """How many sources a layer has at least."""
    known = REGISTRY.get(box.op)
    return known.least if known is not None else 1


def _sources(pairs: Sequence[Link], links: Links, target: int) -> list[int]:
    """The boxes that lead to a layer, those first that just one line joins with it."""
    return sorted((s for s, t in pairs if t == target), key=lambda s: (s, target) not in links.plain)


def _compared(boxes: Sequence[Said], sources: Sequence[int], target: int) -> tuple[list[int], list[Size]]:
    """The sources whose size is not asked for, and the sizes for which there is no source."""
    missing = list(boxes[target].given)
    wrong = []
    for source in sources:
        gives = boxes[source].gives
        if gives in missing:
            missing.remove(gives)
        elif gives is not None:
            wrong.append(source)
        elif missing:
            missing.pop()
    return wrong, missing


def _source(
    boxes: Sequence[Said],
    links: Links,
    pairs: Sequence[Link],
    target: int,
    size: Size,
    spare: Collection[int],
) -> int | None:
    """The box that gives a size and may lead to a layer; None where there is none, or several."""
    after = _behind(pairs, target)
    fit = [
        n for n, box in enumerate(boxes) if box.gives == size and n not in after and (n, target) not in pairs
    ]
    joined = [n for n in fit if n in links.joined.get(target, ())]
    loose = [n for n in fit if not any(s == n for s, _ in pairs)]
    for choice in (joined, loose, [n for n in fit if n in spare], fit):
        if len(choice) == 1:
            return choice[0]
    return None


def _behind(pairs: Sequence[Link], start: int) -> set[int]:
    """A box and all that it leads to."""
    seen, waiting = {start}, [start]
    for here in waiting:  # grows meanwhile
        following = [t for s, t in pairs if s == here and t not in seen]
        seen.update(following)
        waiting += following
    return seen
