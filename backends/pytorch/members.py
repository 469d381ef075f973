"""The members of a class: modules by name, in `nn.Sequential` where several follow one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from dlc.backends.pytorch.plan import Made, Plan, bound
from dlc.backends.pytorch.statements import Link, Loop
from dlc.backends.pytorch.survey import CallPlan, Frame, Key


@attrs.frozen
class Leaf:
    """One module: that of a step of a layer's plan, or a block."""

    key: Key
    step: int
    made: Made | CallPlan


@attrs.frozen
class Chain:
    """An `nn.Sequential`."""

    entries: tuple[Entry, ...]


@attrs.frozen
class Rounds:
    """So many entries of a chain, one a round; `depth` says which of the nested repeats it is, `skipped`
    how many rounds stand before it as entries of their own."""

    count: Any
    counter: str
    depth: int
    skipped: int
    entry: Entry


Entry = Leaf | Chain | Rounds


@attrs.frozen
class Member:
    """An attribute of the class; a class that is an `nn.Sequential` itself may number its members."""

    name: str
    entry: Entry


def entries(link: Link, leading: int = 0) -> list[Entry] | None:
    """What stands for a link in an `nn.Sequential`, but for the first `leading` steps; None where it cannot
    stand in one."""
    doing = link.doing
    if isinstance(doing, CallPlan):
        return [Leaf(link.key, 0, doing)]
    if isinstance(doing, Loop):
        return _rounds(link.key, doing)
    steps = list(enumerate(doing.steps))[leading:]
    if not all(step.is_module and step.values == (at - 1,) for at, step in steps):
        return None
    return [Leaf(link.key, at, made) for at, step in steps for made in step.modules]


def leading(link: Link) -> int | None:
    """How many steps of a layer come before those that can stand in an `nn.Sequential`; None where its
    last one cannot."""
    doing = link.doing
    if not isinstance(doing, Plan):
        return 0 if entries(link) is not None else None
    count = len(doing.steps)
    while count and doing.steps[count - 1].is_module and doing.steps[count - 1].values == (count - 2,):
        count -= 1
    chained = all(s.values == (at - 1,) and not s.is_held for at, s in enumerate(doing.steps[:count]))
    return count if chained and (count < len(doing.steps) or not count) else None


def _rounds(key: Key, loop: Loop) -> list[Entry] | None:
    round_, first = _joined(loop.links), _joined(loop.first)
    if round_ is None or first is None:
        return None
    if loop.count == 1:
        return [*first, *round_]
    before = [one(first)] if first else []
    return [*before, Rounds(loop.count, loop.counter, len(key[2]), len(before), one(round_))]


def _joined(links: Sequence[Link]) -> list[Entry] | None:
    found: list[Entry] = []
    for link in links:
        made = entries(link)
        if made is None:
            return None
        found += made
    return found


def one(found: Sequence[Entry]) -> Entry:
    """Entries as a single module."""
    found = tidied(found)
    return found[0] if len(found) == 1 and not isinstance(found[0], Rounds) else Chain(tuple(found))


def tidied(found: Sequence[Entry]) -> list[Entry]:
    """Entries without the change of what was pooled to a vector and back to one pixel."""
    made: list[Entry] = []
    for entry in found:
        pooled, flat = _made(made[-2:-1]), _made(made[-1:])
        again = _made([entry])
        if pooled and flat == Made("nn.Flatten") and pooled.cls.startswith("nn.Adaptive"):
            pixel = (-1, *[1] * int(pooled.cls[-2]))
            if again == Made("nn.Unflatten", (1, pixel)):
                made.pop()
                continue
        made.append(entry)
    return made


def _made(found: Sequence[Entry]) -> Made | None:
    """The module that a sole entry is."""
    leaf = found[0] if found else None
    return leaf.made if isinstance(leaf, Leaf) and isinstance(leaf.made, Made) else None


def does_same(a: Link, b: Link) -> bool:
    """Whether one module, or one set of them, does for two places."""
    if isinstance(a.doing, Loop) and isinstance(b.doing, Loop):
        sizes = (a.doing.count, len(a.doing.first)) == (b.doing.count, len(b.doing.first))
        pairs = zip((*a.doing.first, *a.doing.links), (*b.doing.first, *b.doing.links), strict=False)
        return sizes and all(does_same(x, y) for x, y in pairs)
    return a.doing == b.doing


def weighted(members: Sequence[Member]) -> Iterator[tuple[str, Made]]:
    """The modules of members that hold weights, each with the expression for it: `self.conv[0]`."""
    for member in members:
        for place, leaf in _placed(member.entry, f"self.{member.name}"):
            if isinstance(leaf.made, Made) and leaf.made.weights:
                yield place, leaf.made


def _placed(entry: Entry, place: str) -> Iterator[tuple[str, Leaf]]:
    if isinstance(entry, Leaf):
        yield place, entry
    elif isinstance(entry, Chain):
        for at, inner in enumerate(entry.entries):
            yield from _placed(inner, f"{place}[{at}]")


def leaves(entry: Entry) -> Iterator[Leaf]:
    """All modules of a member."""
    if isinstance(entry, Leaf):
        yield entry
    elif isinstance(entry, Rounds):
        yield from leaves(entry.entry)
    else:
        for inner in entry.entries:
            yield from leaves(inner)


def path(entry: Entry, prefix: str, frame: Frame, step: int) -> str | None:
    """The path of the module for a place, from the member's own on; None where it is not in it."""
    if isinstance(entry, Leaf):
        return prefix if entry.key == frame.key and entry.step == step else None
    if isinstance(entry, Rounds):
        raise TypeError("rounds stand in a chain")
    at = 0
    for inner in entry.entries:
        if isinstance(inner, Rounds):
            count: int = bound(inner.count, frame.bindings)
            if inner.depth < len(frame.rounds):
                place = at + frame.rounds[inner.depth] - inner.skipped
                found = path(inner.entry, f"{prefix}.{place}", frame, step)
                if found is not None:
                    return found
            at += count
        else:
            found = path(inner, f"{prefix}.{at}", frame, step)
            if found is not None:
                return found
            at += 1
    return None


def is_called(plan: Plan) -> bool:
    """Whether a plan's steps are better called one by one than put into an `nn.Sequential`."""
    held = [at for at, step in enumerate(plan.steps) if step.is_held]
    return len(held) < 2 or not all(step.is_module for step in plan.steps[held[0] :])
