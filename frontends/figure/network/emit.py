"""Networks from graphs of readings: one node a layer, values in order, merges decided, sizes declared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from dlc.frontends.figure.drawing import Area
from dlc.frontends.figure.network.graph import MERGES, Arc, Graph, Vertex, is_source, ordered
from dlc.frontends.figure.network.reading import Role
from dlc.frontends.figure.network.recurrent import with_sequences
from dlc.frontends.phrases import Phrase
from dlc.frontends.phrases.values import Number
from dlc.frontends.table.design.facts import Facts as TableFacts
from dlc.frontends.table.design.layers import catalogue_layer
from dlc.frontends.table.design.parts import WIDTH, Layer
from dlc.frontends.table.design.sizes import Size
from dlc.frontends.table.model import Cell
from dlc.ir import Input, Net, Node, Op, Origin, RuleBroken
from dlc.layers import CannotBuild, build
from dlc.passes.standin import coerce
from dlc.types import HOLE, Dim, Kind, Type, signatures
from dlc.types.dims import parse_number

#: Longer repeats are not written out.
_MOST_COPIES = 200
#: What a note says of a merge to which a line was not found.
ONE_INPUT = "only one of its inputs was found"
NO_SIGN = "arrows meet without a sign"
_INPUT_NAMES = {Kind.MAP: "image", Kind.VECTOR: "features", Kind.SEQUENCE: "sequence", Kind.IDS: "tokens"}
_FLAT = re.compile(
    r"\b(?:1-?\s?d|one-dimensional|temporal|speech|audio|waveform|texts?|characters?|sentences?|words?"
    r"|time[- ]series|sequences?|acoustic|frames)\b",
    re.I,
)
_PLANAR = re.compile(
    r"\b(?:images?|pixels?|2-?\s?d|faces?|spatial|objects?|visual|scenes?|segmentation)\b", re.I
)
#: Layers whose output has as many channels as they have filters or units.
_WIDE = frozenset(("conv1d", "conv2d", "conv3d", "conv2d_transpose", "separable_conv2d", "dense"))
_FLAT_FIRST = frozenset(("conv1d", "maxpool1d", "avgpool1d", "rnn", "lstm", "gru", "attention"))

#: A map by its letter and number.
_NUMBERED = re.compile(r"(?P<letter>[A-Z])_?(?P<number>\d)")


@attrs.frozen
class Place:
    """Where in a document a figure is."""

    page: int | None = None
    number: str | None = None
    area: Area | None = None

    def origin(self, area: Area | None = None, text: str | None = None) -> Origin:
        """The origin of what was read in an area of the figure."""
        box = area or self.area
        rounded = tuple(round(v, 1) for v in box) if box is not None else None
        words = re.sub(r"[«»\s]+", " ", text).strip() if text else None
        return Origin(page=self.page, kind="figure", number=self.number, bbox=rounded, text=words or None)  # type: ignore[arg-type]


@attrs.frozen
class Facts:
    """What the caption and the words of a figure say about all of it.

    `joins` is "add" or "concat" where they tell how unmarked meeting arrows are merged, `flat` tells that
    the data have one dimension.
    """

    joins: str = ""
    flat: bool = False


def facts_of(text: str) -> Facts:
    """Read a caption and what stands in a figure."""
    return Facts(flat=len(_FLAT.findall(text)) > len(_PLANAR.findall(text)))


def emit(graph: Graph, place: Place, facts: Facts) -> tuple[Net | None, tuple[str, ...]]:
    """The network of a connected graph, and notes on what was guessed; None where it has no layer."""
    order, graph = ordered(graph)
    graph = with_sequences(graph)
    return _Emitter(graph, place, facts).run(order)


class _Emitter:
    """Writes the nodes of one network."""

    def __init__(self, graph: Graph, place: Place, facts: Facts) -> None:
        self._graph = graph
        self._place = place
        self._facts = facts
        self._inputs: list[Input] = []
        self._nodes: list[Node] = []
        self._types: dict[str, Type | None] = {}
        self._made: dict[int, str] = {}
        self._names: set[str] = set()
        self._sources: dict[str, frozenset[str]] = {}
        self._notes: list[str] = list(graph.notes)
        self._outside: str | None = None
        self._invented: dict[str, Vertex | None] = {}  # inputs that no word tells of
        self._numbers: dict[tuple[str, Kind], str] = {}  # what stands for invented ids in calculations
        self._kind = Kind.MAP

    def run(self, order: Sequence[int]) -> tuple[Net | None, tuple[str, ...]]:
        self._kind = _first_kind(self._graph, order, self._facts.flat)
        for key in order:
            self._vertex(self._graph.vertices[key])
        if not self._nodes:
            return None, ()
        used = {name for node in self._nodes for name in node.inputs}
        outputs = tuple(node.name for node in self._nodes if node.name not in used)
        inputs = tuple(given for given in self._inputs if given.name in used) or tuple(self._inputs[:1])
        origin = self._place.origin()
        net = Net("net", inputs, tuple(self._nodes), outputs, origin=origin)
        return net, tuple(self._notes)

    # values ---------------------------------------------------------------------------------------------

    def _vertex(self, vertex: Vertex) -> None:
        arcs = [arc for arc in self._graph.into(vertex.key) if arc.source in self._made]
        values = list(dict.fromkeys(self._along(arc, vertex) for arc in self._in_order(arcs)))
        if not values and is_source(vertex):
            if self._graph.out_of(vertex.key):
                self._made[vertex.key] = self._given(vertex)
            return
        if not values:
            values = (
                [self._outside_value()]
                if vertex.reading.steps[0].op != "opaque" or not self._lonely(vertex)
                else []
            )
        if vertex.reading.role is Role.LAYERS:
            self._made[vertex.key] = self._layers(vertex, values)
        elif len(arcs) == 1 and self._is_next_map(arcs[0], vertex):
            step = Phrase("opaque", type=vertex.text, text=vertex.text, confidence=0.6)
            self._made[vertex.key] = self._node(step, values, vertex)
        else:
            self._made[vertex.key] = values[0] if len(values) == 1 else self._merge(values, vertex)
            self._declare(self._made[vertex.key], vertex.size or vertex.reading.shape)
        if vertex.after:
            value = self._made[vertex.key]
            for step in vertex.after:
                value = self._node(step, [value], vertex)
            self._made[vertex.key] = value

    def _is_next_map(self, arc: Arc, vertex: Vertex) -> bool:
        """Whether a value is another than the one it is made of, by layers that are not told: "C3" of "C2"."""
        texts = self._graph.vertices[arc.source].text, vertex.text
        one, other = (_NUMBERED.fullmatch(text) for text in texts)
        if arc.steps or one is None or other is None:
            return False
        return one["letter"] == other["letter"] and one["number"] != other["number"]

    def _lonely(self, vertex: Vertex) -> bool:
        """Whether a block without input only feeds a merge further on: it makes its own values."""
        out = self._graph.out_of(vertex.key)
        return bool(out) and all(len(self._graph.into(arc.target)) > 1 for arc in out)

    def _in_order(self, arcs: Sequence[Arc]) -> list[Arc]:
        """Arcs by where they come from: left before right, above before below."""
        vertices = self._graph.vertices
        return sorted(arcs, key=lambda arc: (vertices[arc.source].area[0], vertices[arc.source].area[1]))

    def _along(self, arc: Arc, target: Vertex) -> str:
        """The value that an arc brings, through the layers written beside it."""
        value = self._made[arc.source]
        alone = len({other.source for other in self._graph.into(target.key)}) == 1
        for step in _widened(arc.steps, target) if alone else arc.steps:
            value = self._node(step, [value], target)
        return value

    def _given(self, vertex: Vertex) -> str:
        """An input of the network for a vertex from which nothing comes."""
        size = vertex.size or vertex.reading.shape
        if vertex.joint and self._outside is not None:
            return self._outside
        words = "" if vertex.joint or vertex.reading.role is Role.LAYERS else vertex.text
        kind = self._kind if size is not None and len(size) == 2 else None
        name = self._input(words, _type(size, kind) or _open(self._kind), vertex)
        if vertex.joint:
            self._outside = name
            self._invented[name] = vertex
        return name

    def _outside_value(self) -> str:
        """The one input of all layers from which no arrow was seen to come."""
        if self._outside is None:
            self._outside = self._inputs[0].name if self._inputs else self._first_input()
        return self._outside

    def _first_input(self) -> str:
        name = self._input("", _open(self._kind), None)
        self._invented[name] = None
        return name

    def _input(self, words: str, type_: Type, vertex: Vertex | None) -> str:
        wanted = _identifier(words)[:24] if len(words) <= 24 else ""
        name = self._free(wanted or _INPUT_NAMES.get(type_.kind, "input"))
        area, text = (vertex.area, vertex.text) if vertex is not None else (None, None)
        self._inputs.append(Input(name, type_, self._place.origin(area, text)))
        self._types[name] = type_
        self._sources[name] = frozenset((name,))
        return name

    # layers ---------------------------------------------------------------------------------------------

    def _layers(self, vertex: Vertex, values: list[str]) -> str:
        steps, count = vertex.reading.steps, vertex.reading.repeat
        copies = count if isinstance(count, int) and 1 <= count <= _MOST_COPIES else 1
        if isinstance(count, str):
            self._notes.append(f"{vertex.text}: repeated {count} times, written once")
        value = ""
        for copy in range(copies):
            for index, step in enumerate(steps):
                given = values if copy == 0 and index == 0 else [value]
                value = self._node(step, given, vertex)
        self._declare(value, vertex.size)
        return value

    def _node(self, step: Phrase, values: list[str], vertex: Vertex) -> str:
        """Write one layer; several values of a layer that takes one are merged before it."""
        if step.op in MERGES - {"attention"} and len(values) < 2 and not _is_sign(step):
            step = attrs.evolve(step, op="opaque", type=step.text, attributes={})
        values = self._fitting_count(step, values, vertex)
        kind = next((t.kind for v in values if (t := self._types.get(v)) is not None), None)
        op_name, attributes, sure, note = catalogue_layer(_layer(step), kind, TableFacts())
        if note is not None:
            self._notes.append(note)
        try:
            op = build(op_name, attributes)
        except CannotBuild:
            op = build("opaque", {"type": step.text or op_name})
        values = self._coerced(op, values)
        name = self._free(_identifier(step.name or "") or _short(op_name))
        confidence = min(sure or 1.0, step.confidence)
        origin = self._place.origin(vertex.area, step.text or vertex.text)
        node = Node(name, op, tuple(values), origin=origin, confidence=confidence if confidence < 1 else None)
        self._add(node)
        return name

    def _add(self, node: Node) -> None:
        self._nodes.append(node)
        self._types[node.name] = self._inferred(node)
        own = [self._sources[value] for value in node.inputs]
        self._sources[node.name] = frozenset({node.name}).union(*own)

    def _inferred(self, node: Node) -> Type | None:
        given = [self._types.get(value) for value in node.inputs]
        known = [t for t in given if t is not None]
        if len(known) < len(given) or not known or node.layer.declares_result:
            return None
        try:
            return node.layer.infer(known)
        except RuleBroken:
            return _open(known[0].kind) if node.layer.op_name in MERGES else None

    def _fitting_count(self, step: Phrase, values: list[str], vertex: Vertex) -> list[str]:
        op = step.op or ""
        if op in MERGES and op != "attention":
            if len(values) < 2:
                return [*values, self._missing(vertex, op, values)]
            if op in ("dot", "subtract") and len(values) > 2:
                return [self._merge(values[:-1], vertex), values[-1]]
            return values
        if len(values) > (3 if op == "attention" else 1) and op != "opaque":
            return [self._merge(values, vertex)]
        return values

    def _missing(self, vertex: Vertex, op: str, values: Sequence[str]) -> str:
        """An input for what a merge takes besides what was seen to come."""
        self._notes.append(f"{vertex.text or op}: {ONE_INPUT}")
        known = next((t.kind for v in values if (t := self._types.get(v)) is not None), self._kind)
        kind = Kind.SEQUENCE if known is Kind.IDS else known  # ids are not calculated with
        return self._input("shortcut", _open(kind), vertex)

    def _merge(self, values: list[str], vertex: Vertex) -> str:
        """A merge that is not drawn: arrows that meet are added where one is a short way round the other."""
        op = self._join_of(values)
        self._notes.append(f"{len(values)} {NO_SIGN}: {op} is taken")
        inputs = self._coerced(build(op, {}), values)
        name = self._free(_short(op))
        self._add(
            Node(name, build(op, {}), tuple(inputs), origin=self._place.origin(vertex.area), confidence=0.7)
        )
        return name

    def _join_of(self, values: Sequence[str]) -> str:
        if self._facts.joins:
            return self._facts.joins
        if len(values) == 2:
            one, other = values
            if one in self._sources[other] or other in self._sources[one]:
                late, early = (other, one) if one in self._sources[other] else (one, other)
                between = self._sources[late] - self._sources[early]
                ops = {node.layer.op_name for node in self._nodes if node.name in between}
                if len(between) == 1 and self._channels(early) != self._channels(late):
                    return "concat"  # a sum round one layer gives as many channels as come in
                if len(between) <= 12 and not any(
                    "pool" in op or "upsample" in op or "transpose" in op for op in ops
                ):
                    return "add"
        return "concat"

    def _channels(self, value: str) -> object:
        """The channels of a value; None where they are not known."""
        found = self._types.get(value)
        return None if found is None or found.shape[-1] is HOLE else found.shape[-1]

    def _coerced(self, op: Op, values: list[str]) -> list[str]:
        """The values in kinds that a layer takes: a flatten or reshape, marked as inferred, between."""
        signature = signatures().get(op.op_name)
        if signature is None:
            return values
        takes = signature.takes
        if op.op_name in MERGES and len(values) > 1 and op.op_name != "attention":
            kinds = {t.kind for v in values if (t := self._types.get(v)) is not None} & takes
            if kinds:
                takes = frozenset({max(kinds, key=lambda kind: kind.rank)})
        return [self._brought(value, takes) for value in values]

    def _brought(self, value: str, takes: frozenset[Kind]) -> str:
        have = self._types.get(value)
        if have is None or have.kind in takes:
            return value
        if have.kind is Kind.IDS and value in self._invented:
            return self._reinvented(value, takes)
        for step in coerce(have, takes, open_sizes=True) or ():
            made = next(
                (n for n in self._nodes if n.inferred and n.inputs == (value,) and n.op == step), None
            )
            if made is None:
                made = Node(self._free(_short(step.op_name)), step, (value,), inferred=True)
                self._add(made)
            value = made.name
        return value

    def _reinvented(self, value: str, takes: frozenset[Kind]) -> str:
        """An input beside invented ids for a layer that calculates with numbers: ids only go to an embedding."""
        kind = next(kind for kind in (Kind.SEQUENCE, Kind.VECTOR, Kind.MAP, Kind.VOLUME) if kind in takes)
        made = self._numbers.get((value, kind))
        if made is None:
            made = self._numbers[value, kind] = self._input("", _open(kind), self._invented[value])
        return made

    def _declare(self, value: str, size: Size | None) -> None:
        """Assert a size that stands beside a thing for its last layer."""
        index = next((i for i, node in enumerate(self._nodes) if node.name == value), None)
        have = self._types.get(value)
        if size is None or index is None:
            return
        declared = _type(size, have.kind if have is not None else self._kind_given(self._nodes[index]))
        if declared is None:
            return
        node = self._nodes[index]
        self._nodes[index] = attrs.evolve(node, op=_with_width(node.layer, declared), declared=declared)
        self._types[value] = declared

    def _kind_given(self, node: Node) -> Kind | None:
        """The kind that a layer gives, where it always gives one."""
        signature = signatures().get(node.layer.op_name)
        gives = signature.gives if signature is not None else None
        return next(iter(gives)) if gives is not None and len(gives) == 1 else None

    def _free(self, wanted: str) -> str:
        name = wanted
        number = 1
        while name in self._names:
            number += 1
            name = f"{wanted}{'_' if wanted[-1:].isdigit() else ''}{number}"
        self._names.add(name)
        return name


def _widened(steps: Sequence[Phrase], target: Vertex) -> Sequence[Phrase]:
    """Steps to a drawn value, whose channels tell the width of the last layer that has one."""
    size = target.size or target.reading.shape
    if target.reading.role is Role.LAYERS or size is None or not isinstance(size[-1], int) or len(size) == 2:
        return steps
    made = list(steps)
    for index in range(len(made) - 1, -1, -1):
        width = WIDTH.get(made[index].op or "")
        if width is not None and made[index].op != "opaque":
            made[index] = attrs.evolve(made[index], attributes={width: size[-1], **made[index].attributes})
            break
    return made


def _with_width(op: Op, declared: Type) -> Op:
    """A layer whose channels or units are open, with those of the size that stands beside it."""
    width, last = WIDTH.get(op.op_name), declared.shape[-1]
    known = dict(op.attributes())
    if width is None or op.op_name not in _WIDE or known.get(width) is not HOLE or last is HOLE:
        return op
    return build(op.op_name, {**known, width: last})


def _is_sign(step: Phrase) -> bool:
    """Whether a merge is written as a sign, or as the one word for it."""
    return len(step.text) <= 2 or step.op in ("concat", "dot") or step.text.lower() in ("add", "sum")


def _layer(step: Phrase) -> Layer:
    return Layer(step, Cell(0, 0, text=step.text))


def _first_kind(graph: Graph, order: Iterable[int], flat: bool) -> Kind:
    """The kind of the network's input, by its first layer that tells."""
    for key in order:
        for step in graph.vertices[key].reading.steps:
            if step.op == "embed":
                return Kind.IDS
            if step.op in _FLAT_FIRST:
                return Kind.SEQUENCE
            if step.op == "dense":
                return Kind.VECTOR
            if step.op and (step.op.endswith("2d") or step.op in ("pool", "global_pool")):
                return Kind.SEQUENCE if flat and step.rank is None else Kind.MAP
            if step.op and step.op.endswith("3d"):
                return Kind.VOLUME
    return Kind.SEQUENCE if flat else Kind.MAP


def _open(kind: Kind) -> Type:
    return Type(kind, (HOLE,) * kind.rank)


def _type(size: Size | None, kind: Kind | None = None) -> Type | None:
    """A size as a type: three dimensions are a map, two its height and width, one a vector."""
    if size is None:
        return None
    dims = [_dim(value) for value in size]
    if len(dims) == 2 and (kind is None or kind is Kind.MAP):
        return Type(Kind.MAP, (*dims, HOLE))
    if len(dims) == 2 and kind is Kind.SEQUENCE:
        return Type(Kind.SEQUENCE, tuple(dims))
    if len(dims) == 3 and (kind in (None, Kind.MAP)):
        return Type(Kind.MAP, tuple(dims))
    if len(dims) == 3 and kind is Kind.VECTOR and dims[0] == dims[1] == 1:
        return Type(Kind.VECTOR, (dims[2],))
    if len(dims) == 1:
        return _of_one(dims[0], kind)
    return Type(Kind.VOLUME, tuple(dims)) if len(dims) == 4 else None


def _of_one(dim: Dim, kind: Kind | None) -> Type | None:
    if kind in (None, Kind.VECTOR):
        return Type(Kind.VECTOR, (dim,))
    return Type(Kind.MAP, (dim, dim, HOLE)) if kind is Kind.MAP else None


def _dim(value: Number) -> Dim:
    if isinstance(value, int) and value > 0:
        return value
    try:
        made: Any = parse_number(str(value))
    except ValueError:
        return HOLE
    return HOLE if isinstance(made, float) or (isinstance(made, int) and made <= 0) else made


def _identifier(words: str) -> str:
    """A name of the language from words; "" where nothing is left."""
    name = re.sub(r"\W+", "_", words.lower(), flags=re.ASCII).strip("_")
    return name if re.match(r"[a-z]", name) else ""


def _short(op: str) -> str:
    """What a layer is called after its operation: conv, pool, fc."""
    named = {
        "dense": "fc",
        "batchnorm": "bn",
        "opaque": "block",
        "conv2d_transpose": "upconv",
        "conv2d": "conv",
    }
    return named.get(op) or re.sub(r"_?[123]d.*$", "", op) or op
