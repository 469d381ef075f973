"""From the rows of a variant to stages: which operation, which hyper-parameters, which sizes."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from dlc.frontends.phrases import Phrase, read_phrases
from dlc.frontends.phrases.normal import compact, normalise
from dlc.frontends.table.design.facts import Facts
from dlc.frontends.table.design.headers import header
from dlc.frontends.table.design.parts import (
    CONVS,
    GLOBAL_POOLS,
    POOLS,
    Branches,
    Layer,
    Part,
    Stack,
    Stage,
    cell_parts,
    layers_of,
    window_parts,
)
from dlc.frontends.table.design.roles import Role
from dlc.frontends.table.design.row import WINDOWS, Row
from dlc.frontends.table.design.settings import apply_columns
from dlc.frontends.table.design.sheet import Sheet
from dlc.frontends.table.design.texts import blank, window
from dlc.frontends.table.design.variants import Variant
from dlc.frontends.table.model import Cell

_SUMS = re.compile(
    r"\b(?:total|sum of|flops|macs|madds|params?|parameters|complexity|memory|weights|accuracy|error)\b", re.I
)
_NUMBERED = re.compile(r"(?:(?:layer|no\.?|#)\s*)?[\d\W]+|\w{1,2}\d?", re.I)
_RESIDUAL = frozenset(
    ("residual", "shortcut", "skip", "skipconnection", "residualconnection", "identityshortcut")
)
_IMPLIED, _UNKNOWN = 0.7, 0.5  # confidence in a layer that its columns imply, in one nobody knows
_KIND_HEADERS = ("type", "operat", "op")
_STAGE_WORDS = re.compile(r"^(?:stem|stage|entry|head|tail|root|level|group|res|block)[ _-]?\w{0,2}$", re.I)


def stages(sheet: Sheet, variant: Variant, facts: Facts) -> list[Stage]:
    """The rows of a variant that describe layers, from input to output.

    A row whose text is not understood becomes a stage without parts whose `unread` is that text; rows
    of sums and results are left out.
    """
    found: list[Stage] = []
    for index in range(sheet.rows):
        row = Row.of(sheet, variant, index)
        stage = _stage(row, found[-1] if found else None, facts)
        if stage is not None:
            found.append(stage)
    return found


def _stage(row: Row, before: Stage | None, facts: Facts) -> Stage | None:
    labels = row.cells(Role.LABEL)
    label = next((c.text for c in labels if not blank(c.text)), "")
    if _is_sum(row, label):
        return None
    parts = _resolved(row, _named_parts(row, before, facts))
    parts, width = apply_columns(row, parts)
    stage = Stage(
        label=label,
        parts=parts,
        row=row.index,
        into=row.size(Role.INPUT),
        out=row.size(Role.OUTPUT),
        width=width,
        sources=row.sources(),
        channels_in=row.channels_in(),
        joined=row.joined(),
    )
    if any(layer.phrase.confidence == _UNKNOWN for layer in layers_of(parts)):
        return attrs.evolve(stage, unread=row.all_text())
    if not parts and not stage.out and not stage.into:
        return attrs.evolve(stage, unread=row.all_text()) if label else None
    return stage


def _is_sum(row: Row, label: str) -> bool:
    """Whether a row counts or measures instead of describing a layer."""
    if not label:
        first = next((c.text for c in row.line if not blank(c.text)), "")
        label = first if header(first).role in (Role.IGNORED, Role.PARAMS) else ""
    found = header(label).role in (Role.IGNORED, Role.PARAMS) or bool(_SUMS.search(label))
    return found and not any(p.op for p in read_phrases(label).phrases)


def _named_parts(row: Row, before: Stage | None, facts: Facts) -> tuple[Part, ...]:
    configurations = row.configurations()
    if len(configurations) > 1:
        return _branches(row, configurations)
    label = _label_parts(row)
    if not configurations:
        return label or _unnamed(row, before, facts)
    return _with_configuration(row, label, configurations[0])


def _branches(row: Row, cells: Sequence[Cell]) -> tuple[Part, ...]:
    """Cells side by side under one header: a branch each, empty where a cell says nothing."""
    label = _label_parts(row)
    chains = tuple(() if blank(c.text) else _with_configuration(row, label, c) for c in cells)
    return (Branches(chains),) if any(chains) else ()


def _with_configuration(row: Row, label: tuple[Part, ...], cell: Cell) -> tuple[Part, ...]:
    """The layers of a configuration cell; what has no operation of its own is the label's."""
    column = row.column_of(cell)
    parts = window_parts(cell) if column is not None and column.role in WINDOWS else cell_parts(cell)
    layers = list(layers_of(parts))
    head = label[0] if label and isinstance(label[0], Layer) else None
    if not layers or any(isinstance(p, Stack) for p in parts):
        return _typed(parts, head) or _joined(row, head, cell) or label
    if head is not None and head.op == "input" == layers[0].phrase.op:
        return parts
    if head is not None and _is_shorthand(head, layers):
        return (attrs.evolve(head, phrase=attrs.evolve(head.phrase, repeat=layers[0].phrase.repeat)),)
    if layers[0].phrase.op not in (None, "input", "output") or not label:
        return _typed(parts, head)
    if layers[0].phrase.op is not None and (head is None or head.op != layers[0].op):
        return parts
    if head is not None and _names_a_stage(row, head):
        return _typed(parts, None)
    return _joined(row, head, cell) or _typed(parts, head) or label


def _is_shorthand(head: Layer, layers: Sequence[Layer]) -> bool:
    """Whether a configuration only repeats a block's name, "Attention ×2" beside "Attention Module"."""
    first = layers[0].phrase
    if head.op != "opaque" or len(layers) > 1 or first.op is None or first.attributes:
        return False
    return compact(first.type or first.text.split("×")[0]) in compact(head.cell.text)


def _names_a_stage(row: Row, head: Layer) -> bool:
    """Whether a label such as "stem" or "res2" only says where a layer stands, not what it is."""
    if head.op and head.op != "opaque":
        return False
    column = row.column_of(head.cell)
    kind = column is not None and any(
        compact(t).find(w) >= 0 for t in column.titles for w in ("type", "operat")
    )
    return not kind and bool(_STAGE_WORDS.match(head.cell.text.strip()))


def _joined(row: Row, head: Layer | None, cell: Cell) -> tuple[Part, ...]:
    """The label and the configuration read as one phrase: "MaxPooling" and "3×3, stride 2"."""
    if head is None or not head.op:
        return ()
    reading = read_phrases(f"{head.cell.text}, {cell.text}")
    if not reading.parts or any(not isinstance(p, Phrase) for p in reading.parts):
        return ()
    first, *rest = reading.phrases
    name = head.phrase.name or first.name
    made = [Layer(attrs.evolve(first, name=name, text=cell.text), cell), *(Layer(p, cell) for p in rest)]
    return tuple(made) if all(layer.op for layer in made) else ()


def _typed(parts: tuple[Part, ...], head: Layer | None) -> tuple[Part, ...]:
    """Parts whose phrases without an operation got one: the label's, or a convolution's."""
    made: list[Part] = []
    for part in parts:
        if isinstance(part, Stack):
            made.append(attrs.evolve(part, parts=_typed(part.parts, head)))
        elif isinstance(part, Branches):
            made.append(part)
        elif part.phrase.op is not None:
            made.append(_with_label(part, head))
        elif (
            head is not None and head.op not in ("", "opaque", "input", "output")
        ) or "kernel" in part.attributes:
            made.append(_guessed(part, head))
    return tuple(p for p in made if not isinstance(p, Stack) or p.parts)


def _guessed(layer: Layer, head: Layer | None) -> Layer:
    op = head.op if head is not None and head.op not in ("", "opaque", "input", "output") else None
    attributes = layer.attributes
    if op is None:
        op = "conv2d"
        op = op.replace("2d", f"{layer.phrase.rank}d") if layer.phrase.rank else op
    if op == "dense" and "filters" in attributes:
        attributes["units"] = attributes.pop("filters")
    if op in POOLS | GLOBAL_POOLS:
        attributes.pop("filters", None)
    if op in CONVS and "kernel" not in attributes and head is not None:
        attributes = head.attributes | attributes
    name = head.phrase.name if head is not None else None
    return Layer(
        attrs.evolve(layer.phrase, op=op, attributes=attributes, name=layer.phrase.name or name), layer.cell
    )


def _with_label(layer: Layer, head: Layer | None) -> Layer:
    """A layer that is named by its row's label, where both speak of one operation."""
    if head is None or layer.phrase.name or head.op != layer.op or not head.phrase.name:
        return layer
    return attrs.evolve(layer, phrase=attrs.evolve(layer.phrase, name=head.phrase.name))


def _label_parts(row: Row) -> tuple[Part, ...]:
    """What the label columns say: the column of types first, else the rightmost that names a layer."""
    found = [(column, cell) for column, cell in row.labels() if not blank(cell.text)]
    readings = [(column, cell, _label_reading(cell)) for column, cell in found]
    named = [(column, cell, parts) for column, cell, parts in readings if parts]
    if not named:
        return ()
    typed = [r for r in named if any(w in compact(" ".join(r[0].titles)) for w in _KIND_HEADERS)]
    _, cell, parts = typed[0] if typed else named[-1]
    return _named_by(parts, [c.text for _, c in found if c is not cell])


def _label_reading(cell: Cell) -> tuple[Part, ...]:
    if compact(cell.text) in _RESIDUAL:
        return (Layer(Phrase(op="add", text=cell.text), cell, residual=True),)
    if re.fullmatch(r"[\d\W]+", cell.text):
        return ()
    keras = re.fullmatch(r"(?P<name>\w+)\s*\((?P<kind>[A-Z]\w+)\)?", cell.text.strip())
    if keras and any(p.op for p in read_phrases(keras["kind"]).phrases):
        first, *rest = read_phrases(keras["kind"]).phrases
        return tuple(Layer(attrs.evolve(p, name=keras["name"]), cell) for p in (first, *rest))
    parts = _listed(cell) or cell_parts(cell)
    return parts if any(layer.phrase.op for layer in layers_of(parts)) else ()


def _listed(cell: Cell) -> tuple[Part, ...]:
    """The members of "DC+PC+BN+ReLU": one that is no known layer is kept as it is called."""
    members = [m.strip() for m in re.split(r"\s*\+\s*", cell.text) if m.strip()]
    readings = [read_phrases(m).phrases for m in members]
    known = [any(p.op for p in phrases) for phrases in readings]
    if len(members) < 2 or not any(known) or all(known):
        return ()
    if not all(k or re.fullmatch(r"[A-Z][A-Za-z]{1,15}", m) for k, m in zip(known, members, strict=True)):
        return ()
    made: list[Part] = []
    for member, phrases, is_known in zip(members, readings, known, strict=True):
        found = phrases if is_known else (Phrase(op="opaque", type=member, text=member, confidence=0.7),)
        made += [Layer(p, cell) for p in found]
    return tuple(made)


def _named_by(parts: tuple[Part, ...], texts: Sequence[str]) -> tuple[Part, ...]:
    """The first layer with the name that another label column gives it ("conv" is "conv1_1")."""
    names = [t.strip() for t in texts if re.fullmatch(r"[A-Za-z]\w{0,24}", t.strip())]
    first = parts[0]
    if not names or not isinstance(first, Layer) or first.phrase.name:
        return parts
    return (attrs.evolve(first, phrase=attrs.evolve(first.phrase, name=names[-1])), *parts[1:])


def _unnamed(row: Row, before: Stage | None, facts: Facts) -> tuple[Part, ...]:
    """A row without a name for its layer: a further row of the stage above, or what its columns imply."""
    cell = row.line[0] if row.line else Cell(0, 0)
    labels = [c.text for c in row.cells(Role.LABEL) if not blank(c.text)]
    if (
        not labels
        and before is not None
        and before.parts
        and row.states(Role.REPEAT, Role.STRIDE, Role.FILTERS)
    ):
        last = before.parts[-1]
        if isinstance(last, Layer) and last.op == "opaque":
            bare = Phrase(op="opaque", type=last.phrase.type, text=last.phrase.text)
            return (Layer(bare, row.first(Role.REPEAT, Role.STRIDE, Role.FILTERS) or cell),)
    if labels and not all(_NUMBERED.fullmatch(t.strip()) for t in labels):
        return _unknown(row, labels[-1])
    if not labels and not (row.states(*WINDOWS, Role.FILTER_SHAPE) and row.states(Role.FILTERS, Role.UNITS)):
        return ()
    op = _implied(row, facts)
    if op is None:
        return ()
    name = labels[-1].strip() if labels and re.fullmatch(r"[A-Za-z]\w*", labels[-1].strip()) else None
    return (Layer(Phrase(op=op, name=name, text=normalise(" ".join(labels))), row.first(Role.LABEL) or cell),)


def _resolved(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Parts without layers that are only named: what the row's columns imply stands for the name."""
    if not parts or not isinstance(first := parts[0], Layer) or first.op or not first.phrase.name:
        return parts
    others = tuple(p for p in parts[1:] if not isinstance(p, Layer) or p.op)
    return (*_unknown(row, first.phrase.name), *others)


def _unknown(row: Row, label: str) -> tuple[Part, ...]:
    """A row with a name that says nothing: a convolution by its window and width, else an unknown layer."""
    cell = row.first(Role.LABEL) or row.line[0]
    if row.states(*WINDOWS) and window(row.text(*WINDOWS))[0] and row.width() is not None:
        name = re.sub(r"\W.*", "", label.strip())
        note = f"{label}: taken for a convolution, since it has a window and a width"
        return (Layer(Phrase(op="conv2d", name=name or None, text=label, confidence=_IMPLIED), cell, note),)
    if row.measures_layer():
        return (Layer(Phrase(op="opaque", type=label.strip(), text=label, confidence=_UNKNOWN), cell),)
    return ()


def _implied(row: Row, facts: Facts) -> str | None:
    if row.states(Role.KERNEL, Role.KERNEL_STRIDE, Role.FILTER_SHAPE):
        return "conv2d"
    if row.states(Role.UNITS) or (facts.usual == "dense" and row.states(Role.FILTERS, Role.LABEL)):
        return "dense"
    if facts.usual == "conv2d" and row.states(Role.FILTERS):
        return "conv2d"
    if row.states(Role.POOL):
        return "pool"
    return None
