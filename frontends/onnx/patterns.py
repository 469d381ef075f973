"""Groups of operators that say one layer: each is replaced by a single operator of the domain `dlc`.

A pattern looks at an operator and what it reads, and gives the operator that stands for all of them; what
nothing reads any more is dropped afterwards, so that a pattern takes nothing from other readers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs

from dlc.frontends.onnx.document import Document, Operator
from dlc.frontends.onnx.fold import ARRANGE, CannotFold, fold
from dlc.frontends.onnx.tensors import SMALL

_CLOSE = 1e-4
_DEEPEST = 8  # operators that arrange a weight, one after the other


@attrs.define
class Graph:
    """The operators of a document by what they make, while patterns replace some. Of a model that dlc wrote
    only operators of one layer, `layer`, are joined."""

    document: Document
    layer: str = ""
    makers: dict[str, Operator] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.makers = {name: op for op in self.document.operators for name in op.outputs if name}

    def maker(self, tensor: str, *kinds: str) -> Operator | None:
        """The operator that makes a tensor, where it is of one of these kinds."""
        found = self.makers.get(tensor)
        return found if found is not None and found.kind in kinds and found.layer == self.layer else None

    def array(self, tensor: str) -> Any:
        """A constant's array; None for what is none, or large."""
        held = self.document.initialisers.get(tensor)
        if held is not None:
            try:
                return held.array() if held.count <= SMALL else None
            except ValueError:
                return None
        made = self.maker(tensor, "Constant")
        try:
            return fold(made, (), self.document.opset) if made is not None else None
        except CannotFold:
            return None

    def scalar(self, tensor: str) -> float | None:
        """The number of a constant of one element."""
        array = self.array(tensor) if tensor else None
        return float(array.reshape(-1)[0]) if array is not None and array.size == 1 else None

    def is_weight(self, tensor: str) -> bool:
        """Whether a tensor is a constant, perhaps one that is arranged anew."""
        made = self.makers.get(tensor)
        for _ in range(_DEEPEST):
            if made is None or made.kind not in ARRANGE:
                break
            tensor = made.input(0)
            made = self.makers.get(tensor)
        if made is None:
            return tensor in self.document.initialisers
        return made.kind in ("Constant", "ConstantOfShape")

    def split(self, op: Operator) -> tuple[str, float] | None:
        """The tensor and the number that an operator of two inputs combines; None where there is no number."""
        for place in (1, 0):
            number = self.scalar(op.input(place))
            if number is not None:
                return op.input(1 - place), number
        return None

    def parted(self, op: Operator, *kinds: str) -> Iterator[tuple[Operator, str]]:
        """Each input of an operator of two that is made by one of these kinds, with the other input."""
        for place in (0, 1):
            found = self.maker(op.input(place), *kinds)
            if found is not None:
                yield found, op.input(1 - place)


Pattern = Callable[[Graph, Operator], Operator | None]
_PATTERNS: dict[str, list[Pattern]] = {}


def _pattern(*kinds: str) -> Callable[[Pattern], Pattern]:
    """Enter a pattern for operators of these kinds, which end it."""

    def enter(function: Pattern) -> Pattern:
        for kind in kinds:
            _PATTERNS.setdefault(kind, []).append(function)
        return function

    return enter


def replaced(document: Document) -> Document:
    """The document with groups of operators replaced, and without those that nothing reads."""
    graph = Graph(document)
    made: list[Operator] = []
    for op in document.operators:
        graph.layer = op.layer
        op = next((found for p in _PATTERNS.get(op.kind, ()) if (found := p(graph, op))), op)
        graph.makers.update((name, op) for name in op.outputs if name)
        made.append(op)
    return attrs.evolve(document, operators=tuple(_live(document, made)))


def _live(document: Document, operators: Sequence[Operator]) -> list[Operator]:
    """The operators that outputs depend on; all of them where there are no outputs."""
    wanted = {t.name for t in document.outputs}
    kept: list[Operator] = []
    for op in reversed(operators):
        if wanted.intersection(op.outputs):
            wanted.update(name for name in op.inputs if name)
            kept.append(op)
    return kept[::-1] if document.outputs else list(operators)


def _as(op: Operator, kind: str, *inputs: str, **attributes: Any) -> Operator:
    """An operator in place of a group that ends with `op`."""
    return attrs.evolve(op, kind=f"dlc.{kind}", inputs=inputs, attributes=attributes, outputs=op.outputs[:1])


def _is(number: float | None, wanted: float) -> bool:
    return number is not None and abs(number - wanted) <= _CLOSE * max(1.0, abs(wanted))


# Products: activations that gate their input.


@attrs.frozen
class _Product:
    """A product of tensors and a number."""

    number: float
    tensors: tuple[str, ...]


def _factors(graph: Graph, tensor: str, depth: int = 3) -> _Product:
    """A tensor as a product of others, so many multiplications deep."""
    op = graph.maker(tensor, "Mul", "Div") if depth else None
    if op is None:
        return _Product(1.0, (tensor,))
    number = graph.scalar(op.input(1))
    if op.kind == "Div":
        if not number:
            return _Product(1.0, (tensor,))
        inner = _factors(graph, op.input(0), depth - 1)
        return _Product(inner.number / number, inner.tensors)
    parts = [(graph.scalar(name), name) for name in op.inputs]
    found = [_Product(n, ()) if n is not None else _factors(graph, name, depth - 1) for n, name in parts]
    return _Product(math.prod(p.number for p in found), tuple(name for p in found for name in p.tensors))


@_pattern("Mul", "Div")
def _gated(graph: Graph, op: Operator) -> Operator | None:
    """x times a function of x: silu, hard_silu, gelu; or a hard sigmoid alone."""
    for depth in (1, 2, 3):
        found = _factors(graph, op.output, depth)
        if len(found.tensors) == 1:
            (gate,) = found.tensors
            source = _clipped_line(graph, gate)
            if source is not None and _is(found.number, 1 / 6):
                return _as(op, "hard_sigmoid", source)
        if len(found.tensors) == 2:
            for gate, x in (found.tensors, found.tensors[::-1]):
                word = _gate(graph, gate, x, found.number)
                if word is not None:
                    return _as(op, word, x)
    return None


def _gate(graph: Graph, gate: str, x: str, number: float) -> str | None:
    """The activation that x times this gate times a number is."""
    made = graph.maker(gate, "Sigmoid", "HardSigmoid", "dlc.hard_sigmoid")
    if made is not None and made.input(0) == x and _is(number, 1.0):
        if made.kind != "HardSigmoid":
            return "silu" if made.kind == "Sigmoid" else "hard_silu"
        line = made.attributes.get("alpha", 0.2), made.attributes.get("beta", 0.5)
        return "hard_silu" if _is(line[0], 1 / 6) and _is(line[1], 0.5) else None
    if _clipped_line(graph, gate) == x and _is(number, 1 / 6):
        return "hard_silu"
    return "gelu" if _is(number, 0.5) and _error_gate(graph, gate) == x else None


def _clipped_line(graph: Graph, tensor: str) -> str | None:
    """x of min(max(x + 3, 0), 6)."""
    clip = graph.maker(tensor, "Clip")
    line = graph.maker(clip.input(0), "Add") if clip is not None else None
    if clip is None or line is None:
        return None
    low, high = clip.attributes.get("min"), clip.attributes.get("max")
    low = graph.scalar(clip.input(1)) if low is None else low
    high = graph.scalar(clip.input(2)) if high is None else high
    parts = graph.split(line)
    if parts is None or not (_is(low, 0.0) and _is(high, 6.0) and _is(parts[1], 3.0)):
        return None
    return parts[0]


def _error_gate(graph: Graph, tensor: str) -> str | None:
    """x of 1 + erf(x / sqrt(2))."""
    plus = graph.maker(tensor, "Add")
    parts = graph.split(plus) if plus is not None else None
    erf = graph.maker(parts[0], "Erf") if parts is not None and _is(parts[1], 1.0) else None
    if erf is None:
        return None
    inner = _factors(graph, erf.input(0), 1)
    return inner.tensors[0] if len(inner.tensors) == 1 and _is(inner.number, math.sqrt(0.5)) else None


@_pattern("Div")
def _softsign(graph: Graph, op: Operator) -> Operator | None:
    """x / (1 + |x|)."""
    plus = graph.maker(op.input(1), "Add")
    parts = graph.split(plus) if plus is not None else None
    size = graph.maker(parts[0], "Abs") if parts is not None and _is(parts[1], 1.0) else None
    return _as(op, "softsign", op.input(0)) if size is not None and size.inputs == op.inputs[:1] else None


@_pattern("Where")
def _steep(graph: Graph, op: Operator) -> Operator | None:
    """Softplus that is x itself where x is large."""
    above, soft = graph.maker(op.input(0), "Greater"), graph.maker(op.input(2), "Softplus")
    if above is None or soft is None or (graph.scalar(above.input(1)) or 0.0) < 15.0:
        return None
    if not above.input(0) == op.input(1) == soft.input(0):
        return None
    return attrs.evolve(op, kind="Softplus", inputs=soft.inputs, attributes={})


@_pattern("Where")
def _sloped(graph: Graph, op: Operator) -> Operator | None:
    """x where x > 0, else slopes times x."""
    above, below = graph.maker(op.input(0), "Greater", "GreaterOrEqual"), graph.maker(op.input(2), "Mul")
    if above is None or below is None or graph.scalar(above.input(1)) != 0.0:
        return None
    x = op.input(1)
    slopes = [name for name in below.inputs if name != x]
    if above.input(0) != x or len(slopes) != 1 or not graph.is_weight(slopes[0]):
        return None
    return attrs.evolve(op, kind="PRelu", inputs=(x, slopes[0]), attributes={})


# Normalisations.


@_pattern("Div", "Mul")
def _normalised(graph: Graph, op: Operator) -> Operator | None:
    """(x - mean) / sqrt(variance + eps), with mean and variance over the last axis; gamma and beta come
    after it as operators of their own."""
    centred, root = graph.maker(op.input(0), "Sub"), graph.maker(op.input(1), "Sqrt")
    if op.kind != "Div" or centred is None or root is None:
        return None
    mean = graph.maker(centred.input(1), "ReduceMean")
    plus = graph.maker(root.input(0), "Add")
    parts = graph.split(plus) if plus is not None else None
    variance = graph.maker(parts[0], "ReduceMean") if parts is not None else None
    if mean is None or variance is None or parts is None or mean.input(0) != centred.input(0):
        return None
    square = graph.maker(variance.input(0), "Pow", "Mul")
    if square is None or graph.maker(square.input(0), "Sub") is None or not _over_last(graph, mean, variance):
        return None
    if graph.makers[square.input(0)].inputs != centred.inputs:
        return None
    return _as(op, "normal", centred.input(0), epsilon=parts[1])


def _over_last(graph: Graph, *ops: Operator) -> bool:
    def axes(op: Operator) -> Any:
        array = graph.array(op.input(1))
        return op.attributes.get("axes") or (tuple(array.reshape(-1).tolist()) if array is not None else None)

    return all(axes(op) == (-1,) for op in ops)


@_pattern("Mul", "Add")
def _affine(graph: Graph, op: Operator) -> Operator | None:
    """Gamma and beta joined to what they scale."""
    for source, other in graph.parted(op, "dlc.normal", "dlc.groupnorm"):
        array = graph.array(other)
        key = "gamma" if op.kind == "Mul" else "beta"
        if array is None or "beta" in source.attributes or key in source.attributes:
            continue
        if sum(size != 1 for size in array.shape) != 1:
            continue
        held = dict(source.attributes) | {key: other}
        return _as(op, source.kind.removeprefix("dlc."), source.input(0), **held)
    return None


@_pattern("Reshape")
def _grouped(graph: Graph, op: Operator) -> Operator | None:
    """Groups as the channels of an instance normalisation without gamma and beta."""
    normal = graph.maker(op.input(0), "InstanceNormalization")
    split = graph.maker(normal.input(0), "Reshape") if normal is not None else None
    if normal is None or split is None:
        return None
    gamma, beta = graph.array(normal.input(1)), graph.array(normal.input(2))
    shape = graph.array(split.input(1))
    if gamma is None or beta is None or shape is None or len(shape) != 3 or (gamma != 1).any() or beta.any():
        return None
    epsilon = normal.attributes.get("epsilon", 1e-5)
    return _as(op, "groupnorm", split.input(0), groups=int(shape[1]), epsilon=epsilon, shape=op.input(1))


@_pattern("Mul")
def _local_response(graph: Graph, op: Operator) -> Operator | None:
    """x times (k + alpha * sum)^-beta, the sum an average of squares of neighbours."""
    for power, x in graph.parted(op, "Pow"):
        beta = graph.scalar(power.input(1))
        base = graph.maker(power.input(0), "Add")
        sum_ = graph.split(base) if base is not None else None
        times = graph.maker(sum_[0], "Mul") if sum_ is not None else None
        parts = graph.split(times) if times is not None else None
        if beta is None or sum_ is None or parts is None:
            continue
        mean, region = _neighbours(graph, parts[0], x)
        if mean is not None:
            window = mean.attributes.get("kernel_shape", (1,))
            size = window[0]
            alpha = parts[1] / (size * size if region == "within" else size)
            return _as(op, "lrn", x, size=size, alpha=alpha, beta=-beta, k=sum_[1], region=region)
    return None


def _neighbours(graph: Graph, tensor: str, x: str) -> tuple[Operator | None, str]:
    """The average of the squares of x around each number, within channels or across them."""
    back = graph.maker(tensor, "Reshape")
    mean = graph.maker(back.input(0) if back is not None else tensor, "AveragePool")
    if mean is None:
        return None, ""
    column = graph.maker(mean.input(0), "Reshape") if back is not None else None
    square = graph.maker(column.input(0) if column is not None else mean.input(0), "Mul")
    if square is None or square.inputs != (x, x) or (back is None) != (column is None):
        return None, ""
    size = mean.attributes.get("kernel_shape", (0,))[0]
    half = size // 2
    region = "within" if back is None else "across"
    kernel, pads = ((size, size), (half,) * 4) if back is None else ((size, 1), (half, 0, half, 0))
    plain = set(mean.attributes.get("strides", (1,))) == {1} and mean.attributes.get("count_include_pad", 0)
    stated = mean.attributes.get("pads", (0,) * 4)
    fine = plain and mean.attributes.get("kernel_shape") == kernel and stated == pads
    return (mean, region) if fine else (None, "")


# Attention.


@_pattern("Add")
def _attention(graph: Graph, op: Operator) -> Operator | None:
    """Projections, heads, softmax(Q K' * scale) V, and the projection of the result."""
    output = _projected(graph, op)
    joined = graph.maker(output[0], "Reshape") if output is not None else None
    beside = _transposed(graph, joined.input(0), (0, 2, 1, 3)) if joined is not None else None
    mixed = graph.maker(beside, "MatMul") if beside is not None else None
    shares = graph.maker(mixed.input(0), "Softmax") if mixed is not None else None
    if output is None or mixed is None or shares is None or shares.attributes.get("axis", -1) not in (-1, 3):
        return None
    scores = _factors(graph, shares.input(0), 1)
    product = graph.maker(scores.tensors[0], "MatMul") if len(scores.tensors) == 1 else None
    if product is None:
        return None
    parts = [
        _headed(graph, product.input(0), (0, 2, 1, 3)),
        _headed(graph, product.input(1), (0, 2, 3, 1)),
        _headed(graph, mixed.input(1), (0, 2, 1, 3)),
    ]
    return _attending(op, parts, output, scores.number)


def _attending(
    op: Operator, parts: Sequence[Any], output: tuple[str, str, str], scale: float
) -> Operator | None:
    if any(part is None for part in parts) or len({part[1] for part in parts}) > 1:
        return None
    heads, width = parts[0][1]
    if not _is(scale, 1 / math.sqrt(width)):
        return None
    weights = [name for part in parts for name in part[0][1:]]
    sources = [part[0][0] for part in parts]
    return _as(op, "attention", *sources, *weights, *output[1:], heads=heads, dim=heads * width)


def _projected(graph: Graph, op: Operator | None) -> tuple[str, str, str] | None:
    """Source, kernel and bias of a projection of the last axis."""
    if op is not None and op.kind == "dlc.dense":
        return op.input(0), op.input(1), op.input(2)
    if op is None or op.kind != "Add":
        return None
    for product, bias in graph.parted(op, "MatMul"):
        if graph.is_weight(bias) and graph.is_weight(product.input(1)):
            return product.input(0), product.input(1), bias
    return None


def _transposed(graph: Graph, tensor: str, order: tuple[int, ...]) -> str | None:
    """What a transposition in this order turns into a tensor."""
    made = graph.maker(tensor, "Transpose")
    return made.input(0) if made is not None and made.attributes.get("perm") == order else None


def _headed(graph: Graph, tensor: str, order: tuple[int, ...]) -> Any:
    """A projection that is split into heads: its source, kernel and bias; the number and width of heads."""
    inner = _transposed(graph, tensor, order)
    split = graph.maker(inner, "Reshape") if inner is not None else None
    shape = graph.array(split.input(1)) if split is not None else None
    found = _projected(graph, graph.makers.get(split.input(0))) if split is not None else None
    if found is None or shape is None or len(shape) != 4 or (shape[2:] < 1).any():
        return None
    return found, (int(shape[2]), int(shape[3]))


@_pattern("ReduceSum")
def _dot(graph: Graph, op: Operator) -> Operator | None:
    """The sum of a product of two vectors."""
    product = graph.maker(op.input(0), "Mul")
    axes = graph.array(op.input(1)) if op.input(1) else op.attributes.get("axes")
    if product is None or axes is None or list(axes) not in ([1], [-1]):
        return None
    if not op.attributes.get("keepdims", 1) or any(graph.is_weight(name) for name in product.inputs):
        return None
    return _as(op, "dot", *product.inputs)


# Biases and paddings.


@_pattern("Add")
def _biased(graph: Graph, op: Operator) -> Operator | None:
    """A bias after what multiplies with weights."""
    for source, bias in graph.parted(op, "MatMul", "Conv", "ConvTranspose"):
        array = graph.array(bias)
        weight = source.input(1)
        if array is None or not graph.is_weight(weight) or source.input(2) or array.size < 2:
            continue
        if source.kind == "MatMul" and array.ndim == 1:
            return _as(op, "dense", source.input(0), weight, bias)
    return None


@_pattern("ConvTranspose")
def _grown(graph: Graph, op: Operator) -> Operator | None:
    """Zeros after the input of a transposed convolution, where both are said to be one layer."""
    pad = graph.maker(op.input(0), "Pad")
    array = graph.array(pad.input(1)) if pad is not None and pad.layer and pad.layer == op.layer else None
    if pad is None or array is None or pad.input(2) or array[: len(array) // 2 + 2].any():
        return None
    zeros = tuple(array[len(array) // 2 + 2 :].tolist())
    inputs = (pad.input(0), *op.inputs[1:])
    return attrs.evolve(op, inputs=inputs, attributes=dict(op.attributes) | {"dlc_zeros": zeros})


@_pattern("Conv", "AveragePool")
def _padded(graph: Graph, op: Operator) -> Operator | None:
    """Zeros around the input of a window, unless they are said to be a layer of their own."""
    pad = graph.maker(op.input(0), "Pad")
    if pad is None or pad.attributes.get("mode", "constant") != "constant" or pad.layer != op.layer:
        return None
    if op.attributes.get("auto_pad", "NOTSET") not in ("NOTSET", "VALID"):
        return None
    sides = pad.attributes.get("pads")
    array = graph.array(pad.input(1)) if sides is None else None
    sides = tuple(array.tolist()) if array is not None else sides
    value = graph.scalar(pad.input(2)) if pad.input(2) else pad.attributes.get("value", 0.0)
    if sides is None or value != 0.0 or pad.input(3) or len(sides) % 2:
        return None
    rank = len(sides) // 2
    if any(sides[:2]) or any(sides[rank : rank + 2]) or any(n < 0 for n in sides):
        return None
    around = (*sides[2:rank], *sides[rank + 2 :])
    inputs = (pad.input(0), *op.inputs[1:])
    if op.kind == "Conv":
        own = op.attributes.get("pads") or (0,) * len(around)
        whole = tuple(a + b for a, b in zip(around, own, strict=True))
        return attrs.evolve(op, inputs=inputs, attributes=dict(op.attributes) | {"pads": whole})
    return attrs.evolve(op, inputs=inputs, attributes=dict(op.attributes) | {"dlc_padded": around})
