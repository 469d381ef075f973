"""Hypothesis strategies for networks.

`chains` draws plain chains from the grammar's start rule for them; `sampled_nets` draws designs over
Tables 1 and 2 of DLPaper2Code; `dags` draws directed acyclic nets over the whole catalogue, small enough to
be built and run; `broken_nets` draws nets with edges that Table 1 forbids, and says where. In a property:

    @given(dags())
    def test_printing_loses_nothing(net):
        module = Module(nets=(net,))
        assert parse(print_module(module)).module == module

A failing net shrinks to few layers with small numbers; `print_module` shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from hypothesis import strategies as st

from dlc.fuzz.sampler import SHALLOWEST, Sampler
from dlc.ir import Input, Net, Node, Op, RuleBroken
from dlc.layers import REGISTRY, Attribute, CannotBuild, build
from dlc.layers.domains import (
    Axis,
    AxisPair,
    Choice,
    Domain,
    Flag,
    Integer,
    Integers,
    Padding,
    Real,
    Reals,
    Shape,
    Sizes,
)
from dlc.syntax import parse_chain
from dlc.syntax.tables import lark
from dlc.types import HOLE, Kind, Type, image, sequence, signatures, vector

MOST_VALUES = 4096  # values of a type that strategies go on from, so that nets stay quick to run
Draw = Any

INPUT_TYPES = (image(16, 16, 3), image(9, 12, 2), vector(7), sequence(6, 4), Type(Kind.IDS, (5,)))


def chain_texts() -> st.SearchStrategy[str]:
    """Texts of the grammar's start rule `chain`: the plain chains that Table 1 allows."""
    from hypothesis.extra.lark import from_lark

    # Blank space and comments are drawn where they may stand; before |> one blank is enough.
    return from_lark(lark("chain"), start="chain", explicit={"PIPE": st.just(" |> ")})


def chains() -> st.SearchStrategy[Net]:
    """Plain chains that Table 1 allows, as nets from `input` to `output`."""
    return chain_texts().map(lambda text: parse_chain(text).module.nets[0])


def sampled_nets(shallowest: int = SHALLOWEST, deepest: int = 12) -> st.SearchStrategy[Net]:
    """Designs of the fast sampler: chains with skips into concats, Table 2's sizes."""
    depths = st.integers(shallowest, deepest)
    return st.builds(lambda seed, depth: Sampler(seed).net(depth), st.integers(0, 2**32), depths)


@st.composite
def dags(draw: Draw, most: int = 10, layers: Sequence[str] | None = None) -> Net:
    """Valid nets of up to `most` layers from `layers` (default: all but opaque), one or two inputs."""
    names = tuple(layers) if layers is not None else tuple(n for n in REGISTRY if n != "opaque")
    kinds = draw(st.lists(st.sampled_from(INPUT_TYPES), min_size=1, max_size=2))
    inputs = tuple(Input(f"in{i}", kind) for i, kind in enumerate(kinds))
    values: list[tuple[str, Type]] = [(i.name, i.type) for i in inputs]
    nodes: list[Node] = []
    for index in range(draw(st.integers(1, most))):
        node = draw(_nodes(f"v{index}", values, names))
        if node is not None:
            nodes.append(node)
            values.append((node.name, node.type))
    return Net("net", inputs, tuple(nodes), _sinks(inputs, nodes))


@st.composite
def broken_nets(draw: Draw) -> tuple[Net, tuple[str, ...]]:
    """A net with one edge or more that Table 1 forbids, and the names of the layers that those lead to.

    A wrong edge brings a kind that its layer does not take, or not together with its other inputs. None
    starts at a value whose kind another wrong edge makes unknown, so that each can be found out.
    """
    net = draw(dags(most=8).filter(_breakable))
    chosen = draw(st.sets(st.sampled_from(_breakable(net)), min_size=1))
    known = {i.name: i.type.kind for i in net.inputs}
    broken: list[str] = []
    body: list[Node] = []
    for node in net.body:
        wrong = _wrong_edges(node, known) if node.name in chosen else []
        if wrong:
            node = _rewired(node, *draw(st.sampled_from(wrong)))
            broken.append(node.name)
        elif node.type is not None and all(name in known for name in node.inputs):
            known[node.name] = node.type.kind
        body.append(node)
    return attrs.evolve(net, body=tuple(body)), tuple(broken)


def attribute_values(a: Attribute, holes: bool = False) -> st.SearchStrategy[Any]:
    """Values that an attribute accepts, small ones; with `holes` also `?`."""
    drawn = _domain_values(a.domain)
    return drawn | st.just(HOLE) if holes else drawn


def layers_named(name: str, holes: bool = False) -> st.SearchStrategy[Op]:
    """Layers of one name with any attributes that their domains accept."""
    required = {a.name: attribute_values(a, holes) for a in REGISTRY[name].table if a.required}
    optional = {a.name: attribute_values(a, holes) for a in REGISTRY[name].table if not a.required}
    drawn = st.fixed_dictionaries(required, optional=optional)
    made = drawn.map(lambda values: _build(name, values))
    return made.flatmap(lambda op: st.nothing() if op is None else st.just(op))


@st.composite
def _nodes(draw: Draw, name: str, values: list[tuple[str, Type]], names: Sequence[str]) -> Node | None:
    source, kind = draw(st.sampled_from(values))
    usable = [n for n in names if kind.kind in signatures()[n].takes]
    if not usable:
        return None
    op = draw(layers_named(draw(st.sampled_from(usable))))
    inputs = [(source, kind)]
    if op.least > 1:
        partners = [v for v in values if v[1].kind is kind.kind]
        most = op.least if op.most is None else op.most - 1
        inputs += draw(st.lists(st.sampled_from(partners), min_size=op.least - 1, max_size=most))
    return _node(name, op, inputs)


def _node(name: str, op: Op, inputs: Sequence[tuple[str, Type]]) -> Node | None:
    try:
        made = op.infer([kind for _, kind in inputs])
    except RuleBroken:
        return None
    if made is None or not made.is_concrete or _count(made) > MOST_VALUES:
        return None
    return Node(name, op, tuple(source for source, _ in inputs), type=made)


def _sinks(inputs: Sequence[Input], nodes: Sequence[Node]) -> tuple[str, ...]:
    used = {source for node in nodes for source in node.inputs}
    return tuple(n.name for n in nodes if n.name not in used) or (inputs[0].name,)


def _breakable(net: Net) -> list[str]:
    """The layers of which an input can be replaced by an earlier value of a kind that is wrong there."""
    known = {i.name: i.type.kind for i in net.inputs}
    found = []
    for node in net.body:
        found += [node.name] if _wrong_edges(node, known) else []
        if node.type is not None:
            known[node.name] = node.type.kind
    return found


def _wrong_edges(node: Node, known: Mapping[str, Kind]) -> list[tuple[int, str]]:
    """Inputs of a node by number, each with a value that must not be there."""
    signature = signatures()[node.layer.op_name]
    takes, alike = signature.takes, signature.gives is None  # dot may join a vector with a sequence
    kinds = [known.get(name) for name in node.inputs]
    if len(kinds) > 1 and None in kinds:
        return []
    return [
        (index, name)
        for index in range(len(kinds))
        for name, kind in known.items()
        if kind not in takes or (alike and any(kind is not k for k in (*kinds[:index], *kinds[index + 1 :])))
    ]


def _rewired(node: Node, index: int, source: str) -> Node:
    inputs = (*node.inputs[:index], source, *node.inputs[index + 1 :])
    return attrs.evolve(node, inputs=inputs, type=None)


def _domain_values(domain: Domain) -> st.SearchStrategy[Any]:
    if isinstance(domain, Integer):
        low = -2 if domain.low is None else domain.low
        return st.integers(low, low + 4).filter(lambda v: not domain.odd or v % 2 == 1)
    if isinstance(domain, Sizes):
        one = st.integers(domain.low, domain.low + 3)
        return one | st.tuples(*[one] * domain.rank)
    if isinstance(domain, Padding):
        numbers = st.integers(0, 2)
        return st.sampled_from(domain.words) | numbers | st.tuples(*[numbers] * (2 * domain.rank))
    if isinstance(domain, Integers):
        return st.integers(domain.least, 4).flatmap(lambda n: st.permutations(range(1, n + 1))).map(tuple)
    if isinstance(domain, Shape):
        sizes = st.lists(st.integers(1, 8), max_size=3)
        return st.tuples(sizes, sizes).map(lambda drawn: (*drawn[0], -1, *drawn[1])[: domain.most])
    if isinstance(domain, Axis | AxisPair):
        return st.sampled_from((-2, -1, 1, 2))
    if isinstance(domain, Real):
        return st.floats(max(domain.low, 0.01), min(domain.high, 2.0))
    if isinstance(domain, Reals):
        return st.floats(-2.0, 2.0).map(lambda v: round(v, 3))
    if isinstance(domain, Flag):
        return st.booleans()
    if isinstance(domain, Choice):
        return st.sampled_from(domain.words)
    raise TypeError(f"no strategy for {domain}")


def _build(name: str, values: dict[str, Any]) -> Op | None:
    try:
        return build(name, values)
    except CannotBuild:
        return None


def _count(kind: Type) -> int:
    total = 1
    for dim in kind.shape:
        total *= dim if isinstance(dim, int) else 1
    return total
