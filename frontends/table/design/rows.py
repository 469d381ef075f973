"""From the rows of a variant to stages: which operation, which hyper-parameters, which sizes."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from dlc.frontends.phrases import Phrase, read_phrases
from dlc.frontends.phrases.normal import compact
from dlc.frontends.phrases.values import Number
from dlc.frontends.table.design.facts import Facts
from dlc.frontends.table.design.headers import header
from dlc.frontends.table.design.heads import is_title
from dlc.frontends.table.design.implied import UNKNOWN, resolved, unnamed
from dlc.frontends.table.design.labels import count_of, label_parts
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
from dlc.frontends.table.design.texts import RESIDUAL, blank
from dlc.frontends.table.design.variants import Variant
from dlc.frontends.table.model import Cell

_SUMS = re.compile(
    r"\b(?:total|sum of|flops|macs|madds|params?|parameters|complexity|memory|weights|accuracy|error)\b", re.I
)
_LONGEST_TITLE = 60  # characters
#: "Repeat section 2": rows that are not written out.
_REPEATS = re.compile(r"(?:repeat(?:ed)? |same as )", re.I)
#: Columns whose cells are numbers or symbols, and words that are neither.
_COUNTED = (*WINDOWS, Role.STRIDE, Role.FILTERS, Role.UNITS, Role.DILATION, Role.GROUPS)
_WORD = re.compile(r"(?!(?:same|valid|all|none|auto|yes|full|half|global|linear)\b)[A-Za-z]{4,}", re.I)
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
            found.append(attrs.evolve(stage, cell=row.lead(), unstated=_unstated(row, stage)))
    return found


def _unstated(row: Row, stage: Stage) -> tuple[Cell, ...]:
    """The cells that should size a convolution or pooling and hold a word that is no size and no layer."""
    if not any(layer.op in CONVS | POOLS for layer in layers_of(stage.parts)):
        return ()
    cells = [c for c in row.cells(*_COUNTED) if _WORD.fullmatch(c.text.strip())]
    return tuple(c for c in cells if not blank(c.text) and not _is_phrase(c.text))


def _is_phrase(text: str) -> bool:
    return any(p.op != "opaque" for p in read_phrases(text).phrases)


def _stage(row: Row, before: Stage | None, facts: Facts) -> Stage | None:
    labels = row.cells(Role.LABEL)
    label = next((c.text for c in labels if not blank(c.text)), "")
    if _is_sum(row, label):
        return None
    if title := _title(row):
        return Stage(label, (), row.index, title=title)
    if _REPEATS.match(label):
        return Stage(label, (), row.index, unread=row.all_text())
    parts, width = _content(row, before, facts)
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
    if any(layer.phrase.confidence == UNKNOWN for layer in layers_of(parts)):
        return attrs.evolve(stage, unread=row.all_text())
    if not parts and not stage.out and not stage.into:
        return attrs.evolve(stage, unread=row.all_text()) if label else None
    return stage


def _content(row: Row, before: Stage | None, facts: Facts) -> tuple[tuple[Part, ...], Number | None]:
    """What a row makes, and its width where only a column tells it."""
    parts = resolved(row, _named_parts(row, before, facts))
    parts, width = apply_columns(row, parts)
    parts, width = _outputs(row, _meant(parts), width)
    if (count := count_of(row)) > 1 and parts and all(p.phrase.repeat == 1 for p in layers_of(parts)):
        parts = (Stack(parts, count),)
    return parts, width


def _title(row: Row) -> str:
    """The text of a row that holds nothing but a title for the rows under it; "" of any other."""
    filled = [c for c in row.line if not blank(c.text)]
    if (
        len(filled) != 1
        or len(row.line) + (filled[0].column_span > 1) < 2
        or len(filled[0].text) > _LONGEST_TITLE
    ):
        return ""
    text = filled[0].text.strip()
    if _REPEATS.match(text) or compact(text) in RESIDUAL:
        return ""
    phrases = read_phrases(text).phrases
    layered = [p for p in phrases if p.op is not None and not (p.op == "opaque" and is_title(text))]
    return "" if layered or (any(c.isdigit() for c in text) and phrases) else text


def _meant(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Parts without phrases that name no operation and have found none."""
    return tuple(p for p in parts if not isinstance(p, Layer) or p.op)


def _outputs(
    row: Row, parts: tuple[Part, ...], width: Number | None
) -> tuple[tuple[Part, ...], Number | None]:
    """A row that is called output and states a number is a dense layer; otherwise it only ends the net."""
    made: list[Part] = []
    for part in parts:
        if isinstance(part, Layer) and part.op == "softmax" and isinstance(width, int) and width > 1:
            part, width = part.given(classes=width), None
        if not isinstance(part, Layer) or part.op != "output":
            made.append(part)
            continue
        units = part.attributes.get("classes") or part.attributes.get("units") or width
        if isinstance(units, int) and (units > 1 or row.states(Role.UNITS, Role.ACTIVATION)):
            phrase = attrs.evolve(part.phrase, op="dense", attributes={"units": units})
            part, width = attrs.evolve(part, phrase=phrase), None
        made.append(part)
    return tuple(made), width


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
    label = label_parts(row)
    if not configurations:
        return label or unnamed(row, before, facts)
    return _with_configuration(row, label, configurations[0])


def _branches(row: Row, cells: Sequence[Cell]) -> tuple[Part, ...]:
    """Cells side by side under one header: a branch each, empty where a cell says nothing."""
    label = label_parts(row)
    chains = tuple(() if blank(c.text) else _with_configuration(row, label, c) for c in cells)
    return (Branches(chains),) if any(chains) else ()


def _with_configuration(row: Row, label: tuple[Part, ...], cell: Cell) -> tuple[Part, ...]:
    """The layers of a configuration cell; what has no operation of its own is the label's."""
    column = row.column_of(cell)
    parts = window_parts(cell) if column is not None and column.role in WINDOWS else cell_parts(cell)
    layers = list(layers_of(parts))
    head = label[0] if label and isinstance(label[0], Layer) else None
    bare = not any(p.op or "filters" in p.attributes for p in layers)
    if layers and bare and head is not None and head.op == "opaque" and not _names_a_stage(row, head):
        return (_block_of(head, parts, layers), *label[1:])
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


def _block_of(head: Layer, parts: tuple[Part, ...], layers: Sequence[Layer]) -> Layer:
    """A block with attributes that its configuration states; a bracket of several lines repeats it."""
    block = head.given(**layers[0].attributes)
    if not isinstance(parts[0], Stack) or len(parts[0].parts) < 2:
        return block
    return attrs.evolve(block, phrase=attrs.evolve(block.phrase, repeat=parts[0].repeat))


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
    if head is None or layer.phrase.name or not head.phrase.name:
        return layer
    if head.op != layer.op and not (head.op == "pool" and layer.op in POOLS):
        return layer
    return attrs.evolve(layer, phrase=attrs.evolve(layer.phrase, name=head.phrase.name))
