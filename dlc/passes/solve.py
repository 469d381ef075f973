"""Fills all holes of a net at once: declared types and merges agree, at the least distance from custom.

A walk over the layers in order keeps, for every combination of types that the values still needed may
have, the cheapest way to get there (dynamic programming over the frontier of the graph). Going back
from the best end gives the layers taken, and for each the others that lead to as good an end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from dlc.ir import Input, Net, Node, Op, RuleBroken
from dlc.passes.demand import Demands
from dlc.passes.fillings import Filling, fillings
from dlc.passes.preferences import LEVELS
from dlc.passes.sizes import Setting, input_fillings
from dlc.types import Kind, Type, fits, meet, signatures

# What a contradiction costs: more than any number of uncustomary choices.
BROKEN = 100_000
MOST_STATES = 160
# A walk that has tried so many layers goes on from the few cheapest states alone: it must end soon.
MANY_TRIED, FEW_STATES = 30_000, 8

Choice = (
    Op | Type | None
)  # the layer taken for a node, the type taken for an input, None where neither is open


@attrs.frozen
class Task:
    """What is asked: fill a flat net's holes. With `customary` every hole gets a number, and a declared
    type that contradicts is overruled; without it, only holes that something declared decides are filled."""

    net: Net
    order: tuple[Node, ...]
    demands: Demands
    customary: bool = False
    last: frozenset[str] = frozenset()
    classes: int = 10
    sequences: frozenset[str] = frozenset()
    near: tuple[int, ...] = ()
    results: Mapping[str, Type] = attrs.field(factory=dict)  # of nodes that are no layers


@attrs.frozen
class Solution:
    """What was taken for each node and input with holes, what fits as well, and where nothing fits."""

    taken: Mapping[str, Op | Type]
    others: Mapping[str, tuple[Op | Type, ...]]
    broken: tuple[str, ...]
    types: Mapping[str, Type | None]

    @property
    def contradictions(self) -> int:
        """At how many layers nothing fits."""
        return len(self.broken)


@attrs.define
class _State:
    """A combination of the frontier's types: the least cost to get there, and from which state how."""

    cost: int
    before: int = -1
    choice: Choice = None
    result: int = 0
    broken: bool = False


@attrs.define(eq=False)
class _Outcome:
    """What some choices for a value make of the same inputs. `ways`: each choice with its place among all
    choices for these inputs and its cost; `choice` and `cost` are those of the cheapest. A cost is the
    distance from custom, and what a contradiction costs."""

    result: int
    broken: bool
    choice: Choice
    cost: int
    ways: list[tuple[int, Choice, int]]


@attrs.frozen
class _Edge:
    before: int
    after: int
    outcome: _Outcome


@attrs.define
class _Step:
    """One value's step: the states after it, and all the ways that lead to them."""

    name: str
    states: list[_State]
    edges: list[_Edge]


def solve(task: Task, levels: Sequence[int] = range(1, len(LEVELS))) -> Solution:
    """The best filling, searched further from custom only while something contradicts."""
    best: Solution | None = None
    for level in levels:
        found = _Walk(task, level).run()
        if best is None or found.contradictions < best.contradictions:
            best = found
        if not best.broken:
            break
    assert best is not None
    return best


class _Walk:
    """One walk over a net at one level of custom. Types are numbered, so that states compare fast."""

    def __init__(self, task: Task, level: int) -> None:
        self._task = task
        self._level = level
        self._tried = 0
        self._types: list[Type | None] = []
        self._numbers: dict[Type | None, int] = {}
        self._outcomes: dict[tuple[object, ...], list[_Outcome]] = {}
        self._signatures = signatures()

    def run(self) -> Solution:
        live: list[str] = []
        keys: list[tuple[int, ...]] = [()]
        states = [_State(0)]
        steps: list[_Step] = []
        until = _last_uses(self._task)
        values: Sequence[Input | Node] = (*self._task.net.inputs, *self._task.order)
        for position, value in enumerate(values):
            kept = [i for i, name in enumerate(live) if until.get(name, -1) > position]
            stays = until.get(value.name, -1) > position
            step, keys = self._step(value, live, kept, stays, keys, states)
            steps.append(step)
            live = [live[i] for i in kept] + ([value.name] if stays else [])
            states = step.states
        return self._solution(steps)

    def _step(
        self,
        value: Input | Node,
        live: list[str],
        kept: list[int],
        stays: bool,
        keys: list[tuple[int, ...]],
        states: list[_State],
    ) -> tuple[_Step, list[tuple[int, ...]]]:
        where = [live.index(name) for name in value.inputs if name in live] if isinstance(value, Node) else []
        found: dict[tuple[int, ...], int] = {}
        after: list[_State] = []
        edges: list[_Edge] = []
        outcomes: dict[tuple[int, ...], list[_Outcome]] = {}
        for before, key in enumerate(keys):
            if before >= FEW_STATES and self._tried > MANY_TRIED:
                break
            rest, given = tuple([key[i] for i in kept]), tuple([key[i] for i in where])
            cost = states[before].cost
            if given not in outcomes:
                outcomes[given] = self._outcomes_of(value, given)
            for outcome in outcomes[given]:
                made = (*rest, outcome.result) if stays else rest
                index = found.setdefault(made, len(after))
                if index == len(after):
                    after.append(_reached(before, cost, outcome))
                elif _better(states, after[index], before, cost + outcome.cost):
                    after[index] = _reached(before, cost, outcome)
                edges.append(_Edge(before, index, outcome))
        return _trimmed(value.name, list(found), after, edges)

    def _outcomes_of(self, value: Input | Node, given: tuple[int, ...]) -> list[_Outcome]:
        """The outcomes of all that may stand for a value, worked out once for layers in the same place."""
        key: tuple[object, ...] = (value.name,)
        if isinstance(value, Node) and isinstance(value.op, Op):
            key = (value.op, given, value.declared, *self._place(value))
        if key not in self._outcomes:
            self._outcomes[key] = _grouped(self._ways(value, given))
        return self._outcomes[key]

    def _ways(self, value: Input | Node, given: tuple[int, ...]) -> Iterator[tuple[Choice, int, int, bool]]:
        """What may stand for a value: choice, distance from custom, the result's number, contradiction."""
        if isinstance(value, Input):
            yield from self._inputs(value)
        elif not isinstance(value.op, Op):
            yield None, 0, self._number(value.declared or self._task.results.get(value.name)), False
        elif not value.op.holes():
            yield (None, 0, *self._result(value, value.op, given))
        else:
            candidates = self._candidates(value, value.op, given)
            self._tried += len(candidates)
            for filling in candidates:
                yield (filling.op, filling.cost, *self._result(value, filling.op, given))

    def _inputs(self, value: Input) -> Iterator[tuple[Choice, int, int, bool]]:
        task = self._task
        wanted = task.demands.wanted.get(value.name)
        decided = task.customary or value.name in task.demands.pinned
        near = task.near if self._level == len(LEVELS) - 1 else ()
        for made, cost in (
            input_fillings(value.type, wanted, near, task.customary) if decided else [(value.type, 0)]
        ):
            if cost <= LEVELS[self._level]:
                yield (made if made != value.type else None), cost, self._number(made), False

    def _place(self, node: Node) -> tuple[Type | None, bool, bool, bool]:
        """What is wanted of a layer, whether its window is asked for, whether it is the last with weights,
        and whether a sequence is read from it."""
        task = self._task
        windows = task.customary or node.name in task.demands.pinned
        return (
            task.demands.wanted.get(node.name),
            windows,
            node.name in task.last,
            node.name in task.sequences,
        )

    def _candidates(self, node: Node, op: Op, given: tuple[int, ...]) -> list[Filling]:
        wanted, windows, is_last, sequence = self._place(node)
        inputs = tuple(self._types[i] for i in given)
        setting = Setting(inputs, wanted, self._task.customary, is_last, self._task.classes, sequence)
        return fillings(op, setting, self._level, windows)

    def _result(self, node: Node, op: Op, given: tuple[int, ...]) -> tuple[int, bool]:
        made, broken = self._infer(node, op, [self._types[i] for i in given])
        return self._number(made), broken

    def _infer(self, node: Node, op: Op, given: Sequence[Type | None]) -> tuple[Type | None, bool]:
        """The result's type, and whether something contradicts; unknown inputs contradict nothing."""
        if op.declares_result:
            return node.declared, False
        known = [t for t in given if t is not None]
        if len(known) < len(given) or not known:
            return node.declared, False
        if not self._takes(op, known):
            return node.declared, True
        try:
            made = op.infer(known)
        except RuleBroken:
            return node.declared, True
        if fits(made, node.declared):
            return meet(node.declared, made), False
        return (made if self._task.customary else node.declared), True

    def _takes(self, op: Op, given: Sequence[Type]) -> bool:
        signature = self._signatures.get(op.op_name)
        kinds: frozenset[Kind] = signature.takes if signature else frozenset(Kind)
        return all(t.kind in kinds for t in given) and len(given) >= op.least

    def _number(self, made: Type | None) -> int:
        if made not in self._numbers:
            self._numbers[made] = len(self._types)
            self._types.append(made)
        return self._numbers[made]

    def _solution(self, steps: list[_Step]) -> Solution:
        path = _best_path(steps)
        taken = {
            s.name: state.choice for s, state in zip(steps, path, strict=True) if state.choice is not None
        }
        return Solution(
            taken,
            _others(steps, path),
            tuple(step.name for step, state in zip(steps, path, strict=True) if state.broken),
            {step.name: self._types[state.result] for step, state in zip(steps, path, strict=True)},
        )


def _last_uses(task: Task) -> dict[str, int]:
    """The last position at which each value is read."""
    offset = len(task.net.inputs)
    return {name: offset + i for i, node in enumerate(task.order) for name in node.inputs}


def _grouped(ways: Iterable[tuple[Choice, int, int, bool]]) -> list[_Outcome]:
    """The ways of one value by what they come to, in the order in which each first does."""
    found: dict[tuple[int, bool], _Outcome] = {}
    for place, (choice, cost, result, broken) in enumerate(ways):
        price = cost + (BROKEN if broken else 0)
        outcome = found.setdefault((result, broken), _Outcome(result, broken, choice, price, []))
        if price < outcome.cost:
            outcome.choice, outcome.cost = choice, price
        outcome.ways.append((place, choice, price))
    return list(found.values())


def _reached(before: int, cost: int, outcome: _Outcome) -> _State:
    return _State(cost + outcome.cost, before, outcome.choice, outcome.result, outcome.broken)


def _better(states: list[_State], old: _State, before: int, cost: int) -> bool:
    """Whether a new way to a state beats the old one; of equals, the one that left custom earlier."""
    return cost < old.cost or (cost == old.cost and states[before].cost > states[old.before].cost)


def _trimmed(
    name: str, keys: list[tuple[int, ...]], states: list[_State], edges: list[_Edge]
) -> tuple[_Step, list[tuple[int, ...]]]:
    """The step with its cheapest states only, in order of cost."""
    order = sorted(range(len(states)), key=lambda i: states[i].cost)[:MOST_STATES]
    place = {old: new for new, old in enumerate(order)}
    kept = [_Edge(e.before, place[e.after], e.outcome) for e in edges if e.after in place]
    return _Step(name, [states[i] for i in order], kept), [keys[i] for i in order]


def _best_path(steps: list[_Step]) -> list[_State]:
    path: list[_State] = []
    index = 0  # states are in order of cost
    for step in reversed(steps):
        state = step.states[index]
        path.append(state)
        index = state.before
    return path[::-1]


def _others(steps: list[_Step], path: list[_State]) -> dict[str, tuple[Op | Type, ...]]:
    """For every choice the other ones that lie on a way with as few contradictions, cheapest first."""
    if not steps:
        return {}
    fewest = path[-1].cost // BROKEN
    onward = [0] * len(steps[-1].states)
    found: dict[str, tuple[Op | Type, ...]] = {}
    for at in range(len(steps) - 1, -1, -1):
        step, starts = steps[at], steps[at - 1].states if at else [_State(0)]
        low: dict[_Outcome, tuple[int, int]] = {}  # the first state from which, and the least cost beside
        backward = [BROKEN * BROKEN] * len(starts)
        for edge in step.edges:
            outcome, rest = edge.outcome, onward[edge.after]
            backward[edge.before] = min(backward[edge.before], outcome.cost + rest)
            beside = starts[edge.before].cost + rest
            if (beside + outcome.cost) // BROKEN == fewest:
                first, least = low.get(outcome, (edge.before, beside))
                low[outcome] = first, min(least, beside)
        taken = path[at].choice
        if taken is not None:
            found[step.name] = tuple(c for c in _cheapest_first(low) if c != taken)
        onward = backward
    return found


def _cheapest_first(low: Mapping[_Outcome, tuple[int, int]]) -> list[Op | Type]:
    """The choices of outcomes, each with the first state before it and the least cost of all beside it;
    those as cheap as each other in the order in which they were found."""
    every = [
        (first, place, least + cost, choice)
        for outcome, (first, least) in low.items()
        for place, choice, cost in outcome.ways
        if choice is not None
    ]
    every.sort(key=lambda way: way[:2])
    ways: dict[Op | Type, int] = {}
    for _, _, total, choice in every:
        ways[choice] = min(total, ways.get(choice, total))
    return sorted(ways, key=lambda c: ways[c])
