"""Strategies for modules that use the whole language, and for texts that do not follow it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from dlc.ir import Block, BlockCall, Input, Module, Net, Node, Origin, Parameter, Repeat
from dlc.layers import REGISTRY, build
from dlc.syntax.tables import table
from dlc.types import HOLE, Kind, Type, symbol

Draw = Any
Many = st.SearchStrategy

NAMES = (
    "x",
    "y",
    "conv1",
    "net",
    "input",
    "relu",
    "block",
    "_",
    "a.b",
    "odd name",
    'q"uote',
    "größe",
    "true",
)
ITEM_NAMES = ("n", "relu", "two words", "block", "unit.1")


def dims() -> Many[Any]:
    """Numbers, holes, symbols and expressions of both."""
    h, w = symbol("H"), symbol("W")
    return st.integers(1, 300) | st.sampled_from(
        (HOLE, h, 2 * w, (h + 1) // 2, h * w - 3, (3 * h - w) // 4 // 5)
    )


def types() -> Many[Type]:
    """Types of every kind."""
    return st.sampled_from(list(Kind)).flatmap(
        lambda kind: st.tuples(*[dims()] * kind.rank).map(lambda shape: Type(kind, shape))
    )


def raw_values() -> Many[Any]:
    """Values of opaque layers: what the language can write, nested."""
    plain = (
        st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False)
        | st.text(max_size=8) | st.sampled_from((HOLE, symbol("k")))
    )  # fmt: skip
    texts = st.text(min_size=1, max_size=5)
    return st.recursive(
        plain,
        lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(texts, inner, max_size=2),
        max_leaves=5,
    )


@st.composite
def modules(draw: Draw) -> Module:
    """Modules of any structure, sound or not, with distinct names of items and values."""
    names = draw(st.lists(st.sampled_from(ITEM_NAMES), min_size=1, max_size=3, unique=True))
    count = draw(st.integers(0, len(names)))
    blocks = tuple(draw(_blocks(name, names[:count])) for name in names[:count])
    return Module(blocks, tuple(draw(_nets(name, names[:count])) for name in names[count:]))


@st.composite
def _nets(draw: Draw, name: str, blocks: Sequence[str]) -> Net:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True))
    count = draw(st.integers(1, len(names)))
    inputs = tuple(Input(n, draw(types()), draw(_origins()), draw(_confidences())) for n in names[:count])
    body = tuple(draw(_nodes(n, names, blocks)) for n in names[count:])
    outputs = tuple(draw(st.lists(st.sampled_from(names), max_size=3)))
    return Net(name, inputs, body, outputs, draw(_origins()), draw(_confidences()))


@st.composite
def _blocks(draw: Draw, name: str, blocks: Sequence[str]) -> Block:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=6, unique=True))
    count = draw(st.integers(1, len(names)))
    body = tuple(draw(_nodes(n, names[:1], blocks)) for n in names[count:])
    output = draw(st.sampled_from([names[0], *(n.name for n in body)]))
    parameters = tuple(draw(_parameters(n)) for n in names[1:count])
    return Block(name, tuple(names[:1]), parameters, body, output)


@st.composite
def _parameters(draw: Draw, name: str) -> Parameter:
    if draw(st.booleans()):
        return Parameter(name)
    return Parameter(name, draw(st.sampled_from((1, 0.5, HOLE, None, True, "same", (1, 2)))), False)


@st.composite
def _nodes(draw: Draw, name: str, names: Sequence[str], blocks: Sequence[str]) -> Node:
    op = draw(_actions(blocks))
    least = 1 if isinstance(op, Repeat) else 0
    inputs = tuple(draw(st.lists(st.sampled_from(names), min_size=least, max_size=2)))
    declared = draw(st.none() | types())
    return Node(name, op, inputs, declared, draw(_origins()), draw(_confidences()), draw(st.booleans()))


def _actions(blocks: Sequence[str]) -> Many[Any]:
    layers = st.sampled_from(("relu", "conv2d", "dense", "opaque", "concat", "maxpool2d")).flatmap(_layers)
    calls = st.builds(
        BlockCall,
        st.sampled_from(list(blocks) or ["relu"]),
        st.dictionaries(st.sampled_from(("width", "a b")), st.sampled_from((3, "s", 0.5, HOLE, symbol("k")))),
    )
    plain = layers | calls if blocks else layers
    return st.recursive(
        plain,
        lambda inner: st.builds(Repeat, dims(), st.lists(inner, max_size=3).map(tuple)),
        max_leaves=3,
    )


def _layers(name: str) -> Many[Any]:
    if name == "opaque":
        attributes = st.dictionaries(st.text(min_size=1, max_size=5), raw_values(), max_size=3)
        types = st.text(min_size=1, max_size=8)
        return st.tuples(types, attributes).map(lambda t: build("opaque", {"type": t[0], "attributes": t[1]}))
    required = {a.name: dims() for a in REGISTRY[name].table if a.required}
    return st.fixed_dictionaries(required).map(lambda values: build(name, values))


def _origins() -> Many[Any]:
    texts = st.sampled_from(("p.4 table 1 row 3", "figure 2", 'box "conv"', "p.12 «3×3 conv, 64»"))
    return st.none() | texts.map(Origin.parse)


def _confidences() -> Many[Any]:
    return st.none() | st.floats(0, 1)


def soups() -> Many[str]:
    """Texts of words and signs of the language in any order, and some that are not of it."""
    words = [*table().keywords, "x", "y", "28", "0.5", '"s"', "#c\n", "\n", "\t", "é", ";", '"', "1e999"]
    signs = ["{", "}", "(", ")", "[", "]", "=", ",", ":", "@", "|>", "?", "+", "-", "*", "//", "->", "|"]
    pieces = st.sampled_from(words + 2 * signs)
    return st.lists(pieces, max_size=300).map(lambda p: " ".join(p)[:2048])


@st.composite
def mutations(draw: Draw, texts: Sequence[str]) -> str:
    """One of `texts` with pieces cut out, doubled, moved or replaced, of at most 2 kB."""
    text = draw(st.sampled_from(texts))[:2048]
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(start + 40, len(text))))
        to = draw(st.integers(0, len(text)))
        piece = draw(
            st.sampled_from(("", text[start:end], "\n", "}", "{", "(", ")", '"', "x", "=", "|>", "#"))
        )
        text = draw(
            st.sampled_from((text[:start] + text[end:], text[:to] + piece + text[to:], text[:start] + piece))
        )
    return text[:2048]
