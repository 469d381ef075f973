"""An ONNX file as a graph of operators in order; every damage is told by a code, with its place."""

from __future__ import annotations

import functools
import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from dlc.diagnostics import Diagnostic, DlcError, FileSpan, Fix, PointerSpan, codes
from dlc.frontends.onnx.schema import inferred_dims, misfit
from dlc.frontends.onnx.tensors import Initialiser, initialiser, text
from dlc.types import HOLE, Dim, symbol

LAYER_KEY, CALL_KEY = "dlc.layer", "dlc.call"  # metadata of operators in models that dlc wrote
MOST_RANK = 8  # axes of a tensor
OLDEST, NEWEST = 1, 26  # opsets whose operators are understood
STANDARD = ("", "ai.onnx")
_INTEGERS = frozenset({2, 3, 4, 5, 6, 7, 12, 13})  # TensorProto's element types


@attrs.frozen(eq=False)
class Operator:
    """An operator: its kind, with its domain in front where that is not the standard one, what it reads and
    gives (empty names are left out), attributes as Python values. `layer` and `call` are what a model that
    dlc wrote says of it."""

    kind: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any] = attrs.field(factory=dict)
    index: int = 0
    layer: str = ""
    call: str = ""

    def input(self, place: int) -> str:
        """The name of an input; empty where it is left out."""
        return self.inputs[place] if place < len(self.inputs) else ""

    @property
    def output(self) -> str:
        """The first output."""
        return self.outputs[0]


@attrs.frozen
class Tensor:
    """An input or output of the graph: its dimensions (a hole where unknown; None without a rank), and
    whether it holds integers."""

    name: str
    dims: tuple[Dim, ...] | None
    whole: bool = False


@attrs.frozen(slots=False)
class Document:
    """A graph whose operators stand after what they read."""

    name: str
    opset: int
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    initialisers: Mapping[str, Initialiser]
    stated: Mapping[str, Tensor]  # what the file says of values inside
    file: str | None = None
    proto: Any = attrs.field(default=None, repr=False)

    def dims_of(self, name: str) -> tuple[Dim, ...] | None:
        """The dimensions of a value, as the file states them or onnx infers them; None where it does not."""
        stated = self.stated.get(name)
        if stated is not None and stated.dims is not None:
            return stated.dims
        return self.inferred.get(name)

    @functools.cached_property
    def inferred(self) -> Mapping[str, tuple[Dim, ...]]:
        """The dimensions that onnx infers of the values inside."""
        return inferred_dims(self.proto, _tensor) if self.proto is not None else {}

    def span(self, operator: Operator) -> PointerSpan:
        """The place of an operator."""
        return PointerSpan(f"/graph/node/{operator.index}", self.file)


def parse(data: bytes, file: str | None = None) -> Document:
    """The graph of a model. Raises DlcError where the bytes are no model, or the graph does not hold
    together."""
    proto = _decoded(data, file)
    graph, opset = proto.graph, _opset(proto, file)
    folder = Path(file).resolve().parent if file and not file.startswith("<") else None
    held = {text(t.name): initialiser(t, folder) for t in graph.initializer}
    operators = [_operator(node, index) for index, node in enumerate(graph.node)]
    problems = [p for op, node in zip(operators, graph.node, strict=True) if (p := misfit(op, node, opset))]
    if problems:
        raise DlcError(
            Diagnostic(codes.ONNX_UNSOUND, message, PointerSpan(f"/graph/node/{index}", file))
            for index, message in problems
        )
    inputs = tuple(_tensor(value) for value in graph.input if text(value.name) not in held)
    outputs = tuple(_tensor(value) for value in graph.output)
    ordered = _checked(operators, [t.name for t in inputs], held, outputs, file)
    stated = {text(value.name): _tensor(value) for value in (*graph.value_info, *graph.output)}
    name = text(graph.name) or (Path(file).stem if file else "net")
    return Document(name, opset, inputs, outputs, ordered, held, stated, file, proto)


def _decoded(data: bytes, file: str | None) -> Any:
    try:
        import onnx
        from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    except ModuleNotFoundError as error:
        message = f"reading ONNX models needs {error.name}: pip install 'dlnet[onnx]'"
        raise DlcError(Diagnostic(codes.EXTRA_MISSING, message)) from None
    try:
        proto = onnx.ModelProto.FromString(data)
    except DecodeError:
        fix = Fix("the file may be cut off, or be of another format")
        raise _malformed("its bytes are no protobuf message", file, fix) from None
    if not proto.HasField("graph"):
        raise _malformed("it has no graph", file)
    return proto


def _malformed(why: str, file: str | None, fix: Fix | None = None) -> DlcError:
    message = f"{file or 'the input'} is no ONNX model: {why}"
    return DlcError(Diagnostic(codes.ONNX_MALFORMED, message, FileSpan(file), fix=fix))


def unsound(message: str, pointer: str, file: str | None, fix: Fix | None = None) -> DlcError:
    """The error for a graph that does not hold together."""
    return DlcError(Diagnostic(codes.ONNX_UNSOUND, message, PointerSpan(pointer, file), fix=fix))


def _opset(proto: Any, file: str | None) -> int:
    found = [int(entry.version) for entry in proto.opset_import if entry.domain in STANDARD]
    if not found:
        raise _malformed("it names no version of the standard operators", file)
    if not OLDEST <= found[0] <= NEWEST:
        message = f"its operators are of opset {found[0]}; dlc reads {OLDEST} to {NEWEST}"
        raise _malformed(message, file, Fix("onnx.version_converter converts models"))
    return found[0]


def _operator(node: Any, index: int) -> Operator:
    domain = "" if node.domain in STANDARD else f"{text(node.domain)}."
    facts = {text(entry.key): text(entry.value) for entry in getattr(node, "metadata_props", ())}
    return Operator(
        f"{domain}{text(node.op_type)}",
        text(node.name),
        tuple(map(text, node.input)),
        tuple(map(text, node.output)),
        {text(a.name): _value(a) for a in node.attribute},
        index,
        facts.get(LAYER_KEY, ""),
        facts.get(CALL_KEY, ""),
    )


def _value(attribute: Any) -> Any:
    """An attribute as a Python value: numbers, texts, tuples of them, initialisers for tensors."""
    kind = attribute.type
    if kind == 1:
        return float(attribute.f)
    if kind == 2:
        return int(attribute.i)
    if kind == 3:
        return attribute.s.decode("utf-8", "replace")
    if kind == 4:
        return initialiser(attribute.t, None)
    if kind in (6, 7):
        return tuple(attribute.floats if kind == 6 else attribute.ints)
    if kind == 8:
        return tuple(s.decode("utf-8", "replace") for s in attribute.strings)
    return None  # graphs and types, which no rule asks for


def _tensor(value: Any) -> Tensor:
    kind, name = value.type.tensor_type, text(value.name)
    whole = kind.elem_type in _INTEGERS
    if not kind.HasField("shape"):
        return Tensor(name, None, whole)
    return Tensor(name, tuple(_dim(d) for d in kind.shape.dim), whole)


def _dim(dim: Any) -> Dim:
    if dim.HasField("dim_value"):
        return int(dim.dim_value) if dim.dim_value > 0 else HOLE
    name = text(dim.dim_param)
    return symbol(name) if name.isidentifier() else HOLE


def _checked(
    operators: Sequence[Operator],
    inputs: Sequence[str],
    held: Mapping[str, Initialiser],
    outputs: Sequence[Tensor],
    file: str | None,
) -> tuple[Operator, ...]:
    """The operators in an order in which everything is made before it is read; raises DlcError with all
    that keeps the graph from holding together."""
    makers = {name: op for op in operators for name in op.outputs if name}
    problems = [*_made_twice(operators, [*inputs, *held], file)]
    for op in operators:
        for name in op.inputs:
            if name and name not in makers and name not in held and name not in inputs:
                problems.append(_missing(op, name, file))
    known = {*makers, *held, *inputs}
    for output in outputs:
        if output.name not in known:
            message = f"output {output.name!r} is never made"
            problems.append(Diagnostic(codes.ONNX_UNSOUND, message, PointerSpan("/graph/output", file)))
    problems += [p for one in held.values() if (p := _oversized(one, file))]
    if problems:
        raise DlcError(problems)
    ordered = _sorted(operators, makers)
    if len(ordered) < len(operators):
        stuck = min(set(operators) - set(ordered), key=lambda op: op.index)
        raise unsound(f"{said(stuck)} reads its own result", f"/graph/node/{stuck.index}", file)
    return ordered


def said(op: Operator) -> str:
    """An operator in a message."""
    return f"{op.kind} {op.name or next(iter(op.outputs), '')!r}"


def _missing(op: Operator, name: str, file: str | None) -> Diagnostic:
    message = f"{said(op)} reads {name!r}, which is no input, no initialiser and never made"
    return Diagnostic(codes.ONNX_UNSOUND, message, PointerSpan(f"/graph/node/{op.index}", file))


def _made_twice(
    operators: Sequence[Operator], given: Iterable[str], file: str | None
) -> Iterator[Diagnostic]:
    counts = Counter(name for op in operators for name in op.outputs if name)
    counts.update(dict.fromkeys(given, 1))
    for name, count in counts.items():
        if count > 1:
            yield Diagnostic(
                codes.ONNX_UNSOUND, f"{name!r} is made {count} times", PointerSpan("/graph", file)
            )


def _oversized(one: Initialiser, file: str | None) -> Diagnostic | None:
    why = one.problem()
    if why is None:
        return None
    message = f"initialiser {one.name!r} of {list(one.dims)[:MOST_RANK]}: {why}"
    return Diagnostic(codes.ONNX_UNSOUND, message, PointerSpan("/graph/initializer", file))


def _sorted(operators: Sequence[Operator], makers: Mapping[str, Operator]) -> tuple[Operator, ...]:
    """The operators, each after those whose results it reads, else in the file's order; some are left out
    where there is a cycle."""
    waits = {op.index: {makers[name].index for name in op.inputs if name in makers} for op in operators}
    readers: dict[int, list[int]] = {}
    for index, sources in waits.items():
        for source in sources:
            readers.setdefault(source, []).append(index)
    left = {index: len(sources) for index, sources in waits.items()}
    ready = [index for index, count in left.items() if not count]
    heapq.heapify(ready)
    found: list[Operator] = []
    while ready:
        index = heapq.heappop(ready)
        found.append(operators[index])
        for reader in readers.get(index, ()):
            left[reader] -= 1
            if not left[reader]:
                heapq.heappush(ready, reader)
    return tuple(found)
