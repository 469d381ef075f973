"""The lines of a body before they are printed: what is applied to what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from dlc.backends.pytorch.plan import Plan
from dlc.backends.pytorch.survey import CallPlan, Key, Survey, counter_of
from dlc.ir import Action, Node, Repeat


@attrs.frozen
class Loop:
    """Links applied one after another, `count` times; `first` are those of a first round that differs."""

    count: Any
    counter: str
    first: tuple[Link, ...]
    links: tuple[Link, ...]


@attrs.frozen
class Link:
    """What is done at one place."""

    key: Key
    doing: Plan | CallPlan | Loop


@attrs.frozen
class Statement:
    """What makes the value `value` from `inputs`, with the weights of `owner`."""

    value: str
    owner: str
    link: Link
    inputs: tuple[str, ...]

    @property
    def is_shared(self) -> bool:
        """Whether it uses the modules of another statement."""
        return self.owner != self.value


def statements(
    scope: str, body: Sequence[Node], outputs: Sequence[str], survey: Survey
) -> tuple[Statement, ...]:
    """What a net's or block's outputs are made of, branch by branch."""
    nodes = _branches({node.name: node for node in body}, outputs)
    return tuple(
        Statement(
            node.name,
            node.shares or node.name,
            _link((scope, node.name, ()), node.op, survey),
            node.inputs,
        )
        for node in nodes
    )


def _branches(by_name: Mapping[str, Node], outputs: Sequence[str]) -> list[Node]:
    """The nodes that outputs depend on, each after its inputs, those of its first input first; layers after
    the one whose weights they use."""
    found: dict[str, Node] = {}
    stack = list(reversed(outputs))
    while stack:
        node = by_name.get(stack[-1])
        if node is None or node.name in found:
            stack.pop()
            continue
        needed = (*([node.shares] if node.shares else []), *node.inputs)
        waiting = [name for name in needed if name in by_name and name not in found]
        if waiting:
            stack.extend(reversed(waiting))
        else:
            found[stack.pop()] = node
    return list(found.values())


def _link(key: Key, action: Action, survey: Survey) -> Link:
    if not isinstance(action, Repeat):
        return Link(key, survey.plans[key])
    kind = survey.rounds[key]
    links = tuple(_links(key, action, survey, False))
    first = tuple(_links(key, action, survey, True)) if kind == "first" else ()
    count = action.count - 1 if first else action.count  # type: ignore[operator]
    counter = counter_of(key, survey.module) if kind == "grown" else "_"
    return Link(key, Loop(count, counter, first, links))


def _links(key: Key, repeat: Repeat, survey: Survey, first: bool) -> Iterator[Link]:
    for index, link in enumerate(repeat.links):
        place = (*key[2], -1 - index if first else index)
        yield _link((key[0], key[1], place), link, survey)
