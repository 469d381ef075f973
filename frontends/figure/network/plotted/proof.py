"""Sizes as proof-readers of arrows: what a layer's box lists as its inputs must come from its sources."""

from __future__ import annotations

from collections.abc import Sequence

from dlc.frontends.figure.network.plotted.label import Said, Size
from dlc.frontends.figure.network.plotted.links import Link, Links


def mended(boxes: Sequence[Said], links: Links) -> list[Link]:
    """The directed links, without those whose sizes disagree where another box has the size that is asked for.

    A source that is missing is found by its size: among the boxes that lines join with the layer, or where
    it is the only one before it with that size.
    """
    pairs = list(links.directed)
    for target, box in enumerate(boxes):
        if not box.given or not box.op:
            continue
        sources = [s for s, t in pairs if t == target]
        wrong, missing = _compared([(s, boxes[s].gives) for s in sources], box.given)
        for size in missing:
            found = _source(boxes, links, pairs, target, size)
            if found is None:
                continue
            if wrong:
                pairs.remove((wrong.pop(), target))
            pairs.append((found, target))
        pairs = [pair for pair in pairs if missing or pair[1] != target or pair[0] not in wrong]
    return pairs


def _compared(
    sources: Sequence[tuple[int, Size | None]], given: Sequence[Size]
) -> tuple[list[int], list[Size]]:
    """The sources whose size is not asked for, and the sizes for which there is no source."""
    missing = list(given)
    wrong = []
    for source, gives in sources:
        if gives in missing:
            missing.remove(gives)
        elif gives is not None:
            wrong.append(source)
        elif missing:
            missing.pop()
    return wrong, missing


def _source(
    boxes: Sequence[Said], links: Links, pairs: Sequence[Link], target: int, size: Size
) -> int | None:
    """The box that gives a size and may lead to a layer; None where there is none, or several."""
    after = _behind(pairs, target)
    fit = [
        n for n, box in enumerate(boxes) if box.gives == size and n not in after and (n, target) not in pairs
    ]
    joined = [n for n in fit if n in links.joined.get(target, ())]
    loose = [n for n in fit if not any(s == n for s, _ in pairs)]
    for choice in (joined, loose, fit):
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
