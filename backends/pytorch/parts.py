"""A body in parts: each is one statement, or several that become one `nn.Sequential`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

import attrs

from dlc.backends.python.names import Namer
from dlc.backends.pytorch.members import (
    Chain,
    Leaf,
    Member,
    does_same,
    entries,
    is_called,
    leading,
    one,
    tidied,
)
from dlc.backends.pytorch.names import common, member_name, stem
from dlc.backends.pytorch.plan import Plan
from dlc.backends.pytorch.statements import Loop, Statement
from dlc.backends.pytorch.survey import CallPlan


@attrs.frozen
class Part:
    """Statements that one member does (`member`) after the first `leading` steps, or one statement whose
    steps are called one by one, each held step by a member of its own (`steps`, by their numbers)."""

    statements: tuple[Statement, ...]
    member: str | None
    leading: int = 0
    steps: dict[int, str] = attrs.field(factory=dict)

    @property
    def first(self) -> Statement:
        """The statement that reads what the part is given."""
        return self.statements[0]

    @property
    def value(self) -> str:
        """What the part makes."""
        return self.statements[-1].value


@attrs.frozen
class Tie:
    """Members of one statement whose weights are those of another's, where one module does not do for both."""

    user: tuple[Member, ...]
    owner: tuple[Member, ...]


@attrs.frozen
class Body:
    """The parts of a class, and its members; `numbered` where it is an `nn.Sequential` of numbered ones,
    `is_chain` where it is one at all. `turned` are outputs whose axes after the batch change places."""

    parts: tuple[Part, ...]
    members: tuple[Member, ...]
    is_chain: bool = False
    numbered: bool = False
    turned: frozenset[str] = frozenset()
    ties: tuple[Tie, ...] = ()


def body(
    made: Sequence[Statement],
    inputs: Sequence[str],
    outputs: Sequence[str],
    turned: frozenset[str] = frozenset(),
) -> Body:
    """The statements of a class in parts."""
    uses = _uses(made, outputs)
    if not turned and _is_chain(made, inputs, outputs):
        return _chain(made)
    shared = {s.owner for s in made if s.is_shared}
    sole = _sole(made)
    namer = Namer()
    members: list[Member] = []
    parts: list[Part] = []
    ties: list[Tie] = []
    owned: dict[str, tuple[Part, tuple[Member, ...]]] = {}
    for group in _groups(made, uses, shared):
        (first, *_), start = group, len(members)
        owner, theirs = owned.get(first.owner, (None, ()))
        if owner is not None and does_same(owner.first.link, first.link):
            parts.append(attrs.evolve(owner, statements=tuple(group)))
            continue
        parts.append(_part(group, sole, namer, members))
        own = tuple(members[start:])
        ties += [Tie(own, theirs)] if owner is not None else []
        owned.setdefault(first.value, (parts[-1], own))
    return Body(tuple(parts), tuple(members), turned=turned, ties=tuple(ties))


def _sole(made: Sequence[Statement]) -> set[str]:
    """The chains of the source (by the name of their result) that hold weights in one layer only."""
    counts = Counter(stem(s.value) for s in made if _holds(s))
    return {name for name, count in counts.items() if count == 1}


def _uses(made: Sequence[Statement], outputs: Sequence[str]) -> dict[str, int]:
    uses: dict[str, int] = dict.fromkeys(outputs, 2)  # what is given stays
    for statement in made:
        for name in statement.inputs:
            uses[name] = uses.get(name, 0) + 1
    return uses


def _is_chain(made: Sequence[Statement], inputs: Sequence[str], outputs: Sequence[str]) -> bool:
    """Whether each statement takes only what the one before it gives, and all can stand in a chain."""
    if len(inputs) != 1 or not made or any(s.is_shared or entries(s.link) is None for s in made):
        return False
    values = [inputs[0], *(s.value for s in made)]
    follows = all(s.inputs == (before,) for s, before in zip(made, values, strict=False))
    modules = [entry for s in made for entry in entries(s.link) or ()]
    return follows and tuple(outputs) == (values[-1],) and len(modules) > 1


def _chain(made: Sequence[Statement]) -> Body:
    groups = list(_dotted(made))
    if len(groups) == 1:
        found = [entry for s in made for entry in entries(s.link) or ()]
        return Body((), (Member("", Chain(tuple(tidied(found)))),), is_chain=True, numbered=True)
    namer = Namer()
    members = []
    for group in groups:
        found = [entry for s in group for entry in entries(s.link) or ()]
        if found:
            members.append(Member(namer.unique(member_name(_name_of(group))), one(found)))
    return Body((), tuple(members), is_chain=True)


def _dotted(made: Sequence[Statement]) -> Iterator[list[Statement]]:
    """Statements that belong together."""
    group: list[Statement] = []
    for statement in made:
        if group and not _belongs(group[-1], statement):
            yield group
            group = []
        group.append(statement)
    if group:
        yield group


def _goes_on(before: str, after: str) -> bool:
    """Whether a name is the next one of a chain: `conv1.2` or `conv1` after `conv1.1`."""
    return before != stem(before) and stem(before) in (after, stem(after))


def _groups(made: Sequence[Statement], uses: dict[str, int], shared: set[str]) -> Iterator[list[Statement]]:
    group: list[Statement] = []
    for statement in made:
        if group and not _joins(group[-1], statement, uses, shared):
            yield from _worthwhile(group)
            group = []
        group.append(statement)
    if group:
        yield from _worthwhile(group)


def _joins(before: Statement, after: Statement, uses: dict[str, int], shared: set[str]) -> bool:
    """Whether a statement may stand in one `nn.Sequential` with the one before it."""
    if after.inputs != (before.value,) or uses[before.value] > 1:
        return False
    if any(s.is_shared or s.value in shared for s in (before, after)):
        return False
    if leading(before.link) is None or entries(after.link) is None:
        return False
    if len(before.inputs) > 1:
        return False
    return _belongs(before, after)


def _belongs(before: Statement, after: Statement) -> bool:
    """Whether statements are of one chain in the source, or calls of blocks with a common name."""
    blocks = all(isinstance(s.link.doing, CallPlan | Loop) for s in (before, after))
    return _goes_on(before.value, after.value) or (blocks and bool(common(before.value, after.value)))


def _worthwhile(group: list[Statement]) -> Iterator[list[Statement]]:
    """A group as a whole where that is worth an `nn.Sequential`, else statement by statement."""
    held = [_holds(statement) for statement in group]
    wrapped = len(group) == 2 and held == [True, False]
    if len(group) > 1 and any(held) and not wrapped:
        yield group
    else:
        yield from ([statement] for statement in group)


def _holds(statement: Statement) -> bool:
    doing = statement.link.doing
    return not isinstance(doing, Plan) or any(step.is_held for step in doing.steps)


def _part(group: Sequence[Statement], sole: Collection[str], namer: Namer, members: list[Member]) -> Part:
    """The part for statements; their members are added."""
    first, *others = group
    doing = first.link.doing
    if not others and isinstance(doing, Plan) and is_called(doing):
        return _stepwise(first, doing, stem(first.value) in sole, namer, members)
    start = leading(first.link)
    assert start is not None, "loops that need more than a chain were expanded"
    found = [*(entries(first.link, start) or ()), *(e for s in others for e in entries(s.link) or ())]
    member = namer.unique(member_name(_name_of(group) if others else first.value))
    members.append(Member(member, one(found)))
    return Part(tuple(group), member, start)


def _name_of(group: Sequence[Statement]) -> str:
    first, last = group[0].value, group[-1].value
    return stem(last) if stem(first) == stem(last) else common(first, last)


def _stepwise(statement: Statement, plan: Plan, sole: bool, namer: Namer, members: list[Member]) -> Part:
    """The part for a layer whose steps are called; `sole`: it alone holds weights in its chain."""
    steps: dict[int, str] = {}
    name = stem(statement.value) if sole else statement.value
    for at, step in enumerate(plan.steps):
        if step.is_held or step.is_symbolic:
            own = f"{name}_{step.role}" if step.role else name
            steps[at] = namer.unique(member_name(own))
            members.append(Member(steps[at], Leaf(statement.link.key, at, step.modules[0])))
    return Part((statement,), None, steps=steps)
