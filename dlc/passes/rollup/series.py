"""A body as series of items: each takes one value and gives one, which only the next item reads.

An item is a layer with one input, or all layers between a value and the place where the paths from it
meet again: a residual block, an inception module. Dominators find it: every path to a layer comes
through its *entry*, and where nothing between the two is read elsewhere, what lies between is an item.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

import attrs

from dlc.ir import Action, BlockCall, Node, Op, Repeat, Value
from dlc.passes.demand import keeps_shape
from dlc.passes.rollup.leaves import Parts, split
from dlc.passes.sharing import sharing

MOST_LAYERS = 200  # of an item; larger ones are no blocks that anyone would write

# About how many lines of code things take; a layer takes one.
CALL = 1.1
ARGUMENT = 0.25
LOOP = 1.0  # the head of a repeat
BLOCK = 6.0  # the head and the end of a block


@attrs.frozen
class Scope:
    """A body that is rolled up: of a net, or of a block that was found in one.

    Its nodes are in an order in which inputs come first. `kept` are the values that must stay: outputs,
    and those whose declared type says more than the layers do.
    """

    inputs: tuple[str, ...]
    body: tuple[Node, ...]
    kept: frozenset[str]


@attrs.frozen(eq=False)
class Form:
    """What items must share to be uses of one block: there is one object of each form.

    `labels` are the attributes that the free values stand in; `weight` says about how many lines of code
    an item takes. A link can stand in a repeat, where nothing can be declared; one that is passive is a
    layer that one thinks of as belonging to the layer before it.
    """

    labels: tuple[str, ...]
    weight: float
    is_link: bool
    is_passive: bool


@attrs.frozen
class Item:
    """What makes the value of its last node from the value `entry`; `values` are its nodes' free values."""

    entry: str
    nodes: tuple[Node, ...]
    form: Form
    values: tuple[Value, ...]

    @property
    def key(self) -> tuple[Form, tuple[Value, ...]]:
        """Equal for items that do the same."""
        return self.form, self.values

    @property
    def exit(self) -> Node:
        """The node that gives the item's value."""
        return self.nodes[-1]


Series = tuple[Item, ...]


def weight(action: Action) -> float:
    """About how many lines of code an action takes."""
    if isinstance(action, BlockCall):
        return CALL + ARGUMENT * len(action.arguments)
    if isinstance(action, Repeat):
        return LOOP + sum(map(weight, action.links))
    return 1


class Forms:
    """Makes items, and one form for all that are alike."""

    def __init__(self) -> None:
        self._forms: dict[object, Form] = {}
        self._parts: dict[Action, Parts] = {}

    def item(self, entry: str, nodes: tuple[Node, ...]) -> Item:
        """The item of these nodes, which are in an order that follows from their structure alone."""
        places = {node.name: index for index, node in enumerate(nodes)}
        parts = [self._split(node.op) for node in nodes]
        key = tuple(
            (part.form, *_marks(node), *[places.get(source, -1) for source in node.inputs])
            for part, node in zip(parts, nodes, strict=True)
        )
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = _form(nodes, parts)
        return Item(entry, nodes, form, tuple([v for part in parts for v in part.values]))

    def _split(self, action: Action) -> Parts:
        if action not in self._parts:
            self._parts[action] = split(action)
        return self._parts[action]


def _form(nodes: Sequence[Node], parts: Sequence[Parts]) -> Form:
    op = nodes[-1].op
    typed = isinstance(op, Op) and op.declares_result
    link = len(nodes) == 1 and len(nodes[0].inputs) == 1 and not typed
    labels = tuple(label for part in parts for label in part.labels)
    passive = link and isinstance(op, Op) and keeps_shape(op)
    return Form(labels, sum(weight(node.op) for node in nodes), link, passive)


def _marks(node: Node) -> tuple[object, ...]:
    """What else must be equal: whether a layer was inferred, and an opaque layer's type."""
    declared = node.declared if isinstance(node.op, Op) and node.op.declares_result else None
    return node.inferred, declared


def all_series(scope: Scope, forms: Forms) -> list[Series]:
    """Every series of a body, those inside items included; each item is in exactly one.

    Layers that share weights are in none: another use of a block would have weights of its own.
    """
    entries = _entries(scope)
    readers = _readers(scope.body)
    shared = sharing(scope.body)
    by_name = {node.name: node for node in scope.body}
    items: dict[str, Item] = {}
    for node in scope.body:
        found = _between(node, entries[node.name], by_name, readers, scope.kept)
        if found is not None and shared.isdisjoint(inner.name for inner in found[1]):
            items[node.name] = forms.item(*found)
    return _chained(items, readers, scope.kept)


def _chained(
    items: Mapping[str, Item], readers: Mapping[str, AbstractSet[str]], kept: AbstractSet[str]
) -> list[Series]:
    """The items one after another, as long as what one gives is read by the next one alone."""
    following: dict[str, Item] = {}
    for item in items.values():
        inside = {node.name for node in item.nodes}
        if item.entry in items and item.entry not in kept and readers[item.entry] <= inside:
            following[item.entry] = item
    later = {item.exit.name for item in following.values()}
    made = []
    for name, item in items.items():
        if name not in later:
            series = [item]
            while (after := following.get(series[-1].exit.name)) is not None:
                series.append(after)
            made.append(tuple(series))
    return made


def _readers(body: Iterable[Node]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for node in body:
        found.setdefault(node.name, set())
        for source in node.inputs:
            found.setdefault(source, set()).add(node.name)
    return found


def _entries(scope: Scope) -> dict[str, str | None]:
    """For every node the last value through which all paths to it come; None where there is none near."""
    entries: dict[str, str | None] = dict.fromkeys(scope.inputs)
    depths: dict[str | None, int] = {None: 0, **dict.fromkeys(scope.inputs, 1)}
    for node in scope.body:
        common = _meeting(list(dict.fromkeys(node.inputs)), entries, depths)
        entries[node.name] = common
        depths[node.name] = depths[common] + 1
    return entries


def _meeting(
    sources: list[str], entries: Mapping[str, str | None], depths: Mapping[str | None, int]
) -> str | None:
    """Where the ways back from several values first come together."""
    common: str | None = sources[0] if sources else None
    steps = 0
    for source in sources[1:]:
        other: str | None = source
        while common != other:
            if depths[common] >= depths[other]:
                common = entries[common] if common is not None else None
            else:
                other = entries[other] if other is not None else None
            steps += 1
            if steps > 2 * MOST_LAYERS:
                return None
    return common


def _between(
    node: Node,
    entry: str | None,
    by_name: Mapping[str, Node],
    readers: Mapping[str, AbstractSet[str]],
    kept: AbstractSet[str],
) -> tuple[str, tuple[Node, ...]] | None:
    """The entry of an item that ends in `node`, and its nodes; None where there is no such item."""
    if entry is None:
        return None
    nodes = _backwards(node, entry, by_name)
    if nodes is None:
        return None
    inside = {n.name for n in nodes}
    escapes = any(n.name in kept or not readers[n.name] <= inside for n in nodes[:-1])
    return None if escapes else (entry, nodes)


def _backwards(node: Node, entry: str, by_name: Mapping[str, Node]) -> tuple[Node, ...] | None:
    """All nodes from `entry` to `node`, inputs first, in the order of their readers' inputs."""
    found: list[Node] = []
    seen = {entry}
    stack = [(node, 0)]
    while stack:
        current, at = stack.pop()
        if at == len(current.inputs):
            found.append(current)
            continue
        stack.append((current, at + 1))
        source = current.inputs[at]
        if source not in seen:
            seen.add(source)
            stack.append((by_name[source], 0))
            if len(seen) > MOST_LAYERS:
                return None
    return tuple(found)
