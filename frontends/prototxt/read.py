"""From a network file to a net: upgrade, pick the phase, apply a rule to every layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import attrs

from dlc.diagnostics import Diagnostic, DlcError, Severity, TextSpan, codes
from dlc.frontends.prototxt import elementwise, forks, sequences, shapes, windows  # noqa: F401  (register rules)
from dlc.frontends.prototxt.builder import Builder, Source
from dlc.frontends.prototxt.legacy import upgraded
from dlc.frontends.prototxt.message import Field, Message, numbers
from dlc.frontends.prototxt.outside import data_types, is_data, is_outside, type_of_blob
from dlc.frontends.prototxt.phases import belongs
from dlc.frontends.prototxt.registry import RULES
from dlc.frontends.prototxt.sharing import share_weights
from dlc.frontends.prototxt.text import parse
from dlc.ir import Module, Net
from dlc.layers import CannotBuild
from dlc.types import HOLE, Kind, Type

_RECURRENT = frozenset(("LSTM", "RNN"))
_MOST_STAGES = 16  # that are tried one after the other; real files have up to three
_STEPWISE = frozenset(("Embed", "Dropout", "ReLU", "Sigmoid", "TanH"))


Dims = Mapping[str, Sequence[int]]


def read(
    text: str,
    file: str | None = None,
    phase: str | None = None,
    given: Dims | None = None,
    stages: Sequence[str] | None = None,
) -> tuple[Module, tuple[Diagnostic, ...]]:
    """The net of a prototxt, and what was kept as it is or left out.

    `phase` is "test" or "train"; without it, the first of the two in which every layer finds what it
    reads; `stages` are Caffe's, and without them none, else the first that the file knows. `given` are
    shapes of inputs that only the data know, in Caffe's order without the batch.
    Raises DlcError where the text is no message, or describes no network.
    """
    message = upgraded(parse(text, file))
    if not any(isinstance(m, Message) for m in message.all("layer")):
        raise DlcError(_no_net(message, file))
    failures: list[Diagnostic] = []
    for state in _states(message, phase, stages):
        b = _built(message, state, file, given or {})
        if b.nodes and not any(d.is_error for d in b.findings):
            net = Net(str(message.get("name") or "net"), tuple(b.inputs), tuple(b.nodes), _outputs(b))
            return Module(nets=(net,)), tuple(b.findings)
        failures = failures or [d for d in b.findings if d.is_error] or [_no_net(message, file)]
    raise DlcError(failures)


def _states(
    message: Message, phase: str | None, given: Sequence[str] | None
) -> list[tuple[str, frozenset[str]]]:
    """Phases, each without a stage and then with every stage that the file knows, in order."""
    stages = {
        str(stage)
        for layer in message.all("layer")
        for rule in layer.all("include", "exclude")
        if isinstance(rule, Message)
        for stage in rule.all("stage")
    }
    choices = [frozenset[str](), *(frozenset({s}) for s in sorted(stages)[:_MOST_STAGES])]
    if given is not None:
        choices = [frozenset(given)]
    phases = [phase.upper()] if phase else ["TEST", "TRAIN"]
    return [(p, s) for p in phases for s in choices]


def _built(message: Message, state: tuple[str, frozenset[str]], file: str | None, given: Dims) -> Builder:
    """Everything that a phase and stage have, with findings where something is missing."""
    layers = [m for m in message.all("layer") if isinstance(m, Message) and belongs(m, *state)]
    used = _with_scales(_with_paddings([Source(m, state[0], file) for m in layers]))
    b = Builder(file)
    timed = _time_major(used)
    _net_inputs(b, message, used, timed, given)
    embedded = _embedded(used)
    for source in used:
        _layer(b, source, embedded, timed, given)
    return b


def _no_net(message: Message, file: str | None) -> Diagnostic:
    what = (
        "it is a solver: give the file that its `net` names"
        if message.has("base_lr") or message.has("net")
        else ""
    )
    text = "the file has no layers" + (f"; {what}" if what else "")
    return Diagnostic(codes.PROTOTXT_NO_NET, text, TextSpan(1, 1, 1, 1, file))


def _net_inputs(
    b: Builder, message: Message, used: Sequence[Source], timed: frozenset[str], given: Dims
) -> None:
    """Inputs that the net itself declares, by `input_shape` or four `input_dim` each."""
    embedded = _embedded(used)
    layered = {top for s in used if is_data(s) for top in s.tops}
    names = [str(n) for n in message.all("input")]
    shapes_ = [numbers(s.all("dim")) for s in message.all("input_shape") if isinstance(s, Message)]
    dims = numbers(message.all("input_dim"))
    shapes_ = shapes_ or [dims[i : i + 4] for i in range(0, len(dims), 4)]
    for index, name in enumerate(names):
        stated = shapes_[index] if index < len(shapes_) else []
        if name in layered and not stated:
            continue
        stated = [1, *given[name]] if name in given else stated
        _add_input(b, name, _typed(name, stated, embedded, timed), None)


def _add_input(b: Builder, name: str, kind: Type | None, span: TextSpan | None) -> None:
    """An input, unless it brings one number an example (a label)."""
    if kind is not None:
        b.input(name, kind, span)


def _embedded(used: Sequence[Source]) -> frozenset[str]:
    """The blobs that an Embed reads."""
    return frozenset(bottom for source in used if source.kind == "Embed" for bottom in source.bottoms)


def _typed(name: str, dims: list[int], embedded: frozenset[str], timed: frozenset[str]) -> Type | None:
    """An input's type: time-major ones have their batch second; what an Embed reads is ids."""
    if name in timed and len(dims) >= 2:
        rest = [dims[0], *dims[2:]]
        kind = type_of_blob([1, *rest])
    else:
        kind = type_of_blob(dims) if dims else Type(Kind.MAP, (HOLE, HOLE, HOLE))
    if kind is not None and name in embedded and kind.kind is Kind.VECTOR:
        return Type(Kind.IDS, kind.shape)
    return kind


def _time_major(used: Sequence[Source]) -> frozenset[str]:
    """Blobs whose first axis is time: what recurrent layers read (a third bottom is the same at every step),
    and what that is made from step by step."""
    timed: set[str] = set()
    for source in reversed(used):
        if source.kind in _RECURRENT or (source.kind in _STEPWISE and any(t in timed for t in source.tops)):
            timed.update(source.bottoms[:2])
    return frozenset(timed)


def _with_scales(sources: Sequence[Source]) -> list[Source]:
    """Layers with every Scale that follows a BatchNorm joined to it as its gamma and beta."""
    readers = Counter(b for s in sources for b in s.bottoms)
    made: list[Source] = []
    for source in sources:
        before = made[-1] if made else None
        if before is not None and _joins(before, source, readers):
            bias = source.param("scale_param").get("bias_term", False)
            named = [f for f in source.message.fields if f.name == "param"]
            scale = Field("dlc_scale", Message((Field("name", source.name), Field("bias", bias), *named)))
            tops = tuple(f for f in source.message.fields if f.name == "top")
            fields = (*before.message.without("top").fields, *tops, scale)
            made[-1] = attrs.evolve(before, message=attrs.evolve(before.message, fields=fields))
        else:
            made.append(source)
    return made


def joined_scales(text: str, file: str | None = None) -> dict[str, str]:
    """The Scale layers that are joined to a BatchNorm before them: BatchNorm -> Scale, by their names."""
    message = upgraded(parse(text, file))
    found: dict[str, str] = {}
    for phase, stages in _states(message, None, None):
        layers = [m for m in message.all("layer") if isinstance(m, Message) and belongs(m, phase, stages)]
        for source in _with_scales([Source(m, phase, file) for m in layers]):
            if source.message.has("dlc_scale"):
                found.setdefault(source.name, str(source.param("dlc_scale").get("name")))
    return found


def layer_types(text: str, file: str | None = None) -> dict[str, str]:
    """The type of every layer of a file, by its name, of whatever phase."""
    layers = [
        Source(m, file=file) for m in upgraded(parse(text, file)).all("layer") if isinstance(m, Message)
    ]
    return {layer.name: layer.kind for layer in reversed(layers)}


def is_deployed(text: str, file: str | None = None) -> bool:
    """Whether a file brings in no data of its own and measures nothing: what is computed from given inputs."""
    layers = [
        Source(m, file=file) for m in upgraded(parse(text, file)).all("layer") if isinstance(m, Message)
    ]
    return not any(is_outside(s) or (is_data(s) and s.kind != "Input") for s in layers)


def _with_paddings(sources: Sequence[Source]) -> list[Source]:
    """V0's padding layers taken into the convolution or pooling that follows, as Caffe upgrades them."""
    pads = {s.tops[0]: s for s in sources if s.kind == "padding" and s.tops and s.bottoms}
    return [_padded(s, pads) for s in sources if s.kind != "padding"]


def _padded(source: Source, pads: Mapping[str, Source]) -> Source:
    before = next((pads[b] for b in source.bottoms if b in pads), None)
    if before is None:
        return source
    name = "pooling_param" if source.kind == "Pooling" else "convolution_param"
    pad = Field(name, Message((Field("pad", before.message.get("pad", 0)),)))
    fields = tuple(
        attrs.evolve(f, value=before.bottoms[0]) if f.name == "bottom" and f.value in pads else f
        for f in source.message.fields
    )
    return attrs.evolve(source, message=attrs.evolve(source.message, fields=(*fields, pad)))


def _joins(before: Source, source: Source, readers: Counter[str]) -> bool:
    if before.kind != "BatchNorm" or source.kind != "Scale" or before.message.has("dlc_scale"):
        return False
    param = source.param("scale_param")
    plain = param.get("axis", 1) == 1 and param.get("num_axes", 1) == 1
    in_place = source.tops == source.bottoms
    return plain and source.bottoms == before.tops and (in_place or readers[before.tops[0]] == 1)


def _layer(b: Builder, source: Source, embedded: frozenset[str], timed: frozenset[str], given: Dims) -> None:
    if is_data(source):
        _data(b, source, embedded, timed, given)
        return
    if is_outside(source):
        b.note(
            codes.LAYER_SKIPPED, f"{source.kind} {source.name} measures the network and is left out", source
        )
        return
    inputs = _inputs(b, source)
    if inputs is None:
        return
    since = len(b.nodes)
    values = _applied(b, source, inputs)
    share_weights(b, source, since)
    for top, value in zip(source.tops or [source.name], values, strict=False):
        b.blobs[top] = value


def _data(b: Builder, source: Source, embedded: frozenset[str], timed: frozenset[str], given: Dims) -> None:
    """Inputs for what a data layer brings in; labels wait until a layer of the net reads them."""
    for top, kind in zip(source.tops, data_types(b, source), strict=True):
        dims = [1, *given[top]] if top in given else _dims_of(source, top)
        found = _typed(top, dims, embedded, timed) if dims else kind
        if found is None:
            b.waiting[top] = Type(Kind.VECTOR, (1 if dims else HOLE,))
        else:
            b.input(top, found, source.span)


def _dims_of(source: Source, top: str) -> list[int]:
    """The shape that an Input layer states for a top; empty for other data layers."""
    if source.kind not in ("Input", "DummyData"):
        return []
    from dlc.frontends.prototxt.outside import stated

    shapes_ = stated(source)
    index = source.tops.index(top)
    return shapes_[min(index, len(shapes_) - 1)] if shapes_ else []


def _inputs(b: Builder, source: Source) -> list[str] | None:
    """The values that a layer reads; None, with a finding, where one is unknown."""
    found = []
    for bottom in source.bottoms:
        if bottom not in b.blobs and bottom in b.waiting and source.kind not in _RECURRENT:
            b.input(bottom, b.waiting.pop(bottom), source.span)
        if bottom in b.blobs:
            found.append(b.blobs[bottom])
        elif source.kind in _RECURRENT and found:
            continue  # where sequences go on: outside the net
        else:
            message = f"{source.kind} {source.name} reads {bottom}, which no layer before it writes"
            b.findings.append(Diagnostic(codes.UNDEFINED_NAME, message, source.span))
            return None
    return found


def _applied(b: Builder, source: Source, inputs: list[str]) -> list[str]:
    rule = RULES.get(source.kind)
    if rule is None or not inputs:
        message = f"{source.kind} {source.name} is no layer of the catalogue and kept as it is"
        b.note(codes.LAYER_KEPT, message, source, Severity.WARNING)
        return b.opaque(source, inputs)
    try:
        return rule(b, source, inputs)
    except CannotBuild as error:
        for problem in error.problems:
            message = f"{source.kind} {source.name}: {problem.message}"
            b.findings.append(Diagnostic(codes.LAYER_WRONG, message, source.span))
        return b.opaque(source, inputs)


def _outputs(b: Builder) -> tuple[str, ...]:
    read_ = {name for node in b.nodes for name in node.inputs}
    found = [
        n.name for n in b.nodes if n.name not in read_ and not (n.inferred and n.layer.op_name == "opaque")
    ]
    return tuple(found) or tuple(n.name for n in b.nodes[-1:])
