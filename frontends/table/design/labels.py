"""What the label columns of a row say: the operation, the layer's name, how many layers it stands for."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from dlc.frontends.phrases import Phrase, read_phrases
from dlc.frontends.phrases.normal import compact, normalise
from dlc.frontends.table.design.columns import INDEXED, Column
from dlc.frontends.table.design.extras import activated
from dlc.frontends.table.design.heads import is_stage, is_title
from dlc.frontends.table.design.parts import Layer, Part, cell_parts, layers_of
from dlc.frontends.table.design.row import Row
from dlc.frontends.table.design.texts import RESIDUAL, blank
from dlc.frontends.table.model import Cell

_ACTIVATIONS = frozenset(("activation", "activationlayer", "nonlinearity", "activationfunction"))
_KIND_HEADERS = ("type", "operat", "op")
_RANGE = re.compile(
    r"(?P<stem>[A-Za-z. ]*?)\s*(?P<first>\d{1,3})\s*(?:-|~|\.{2,3}|…|to)\s*(?P=stem)\s*(?P<last>\d{1,3})",
    re.I,
)
_LONGEST_RANGE = 200


def label_parts(row: Row) -> tuple[Part, ...]:
    """What the label columns say: the column of types first, else the rightmost that names a layer."""
    found = [(column, cell) for column, cell in row.labels() if not blank(cell.text)]
    readings = [(column, cell, _label_reading(row, column, cell)) for column, cell in found]
    named = [(column, cell, parts) for column, cell, parts in readings if parts]
    if not named:
        return ()
    blocks = [r for r in named if _is_block(r[2][0])]
    typed = [r for r in named if any(w in compact(" ".join(r[0].titles)) for w in _KIND_HEADERS)]
    _, cell, parts = typed[0] if typed else named[-1]
    if blocks and typed[:1] != blocks[:1] and all(map(_is_manner, parts)):
        _, cell, parts = blocks[0]  # "bottleneck4.0", by the way of "upsampling"
    return _named_by(parts, [c.text for _, c in found if c is not cell])


def _is_block(part: Part) -> bool:
    return isinstance(part, Layer) and part.op == "opaque" and not is_stage(part.cell.text)


def _is_manner(part: Part) -> bool:
    """Whether a part says what a block does rather than what it is, in a column of types."""
    if not isinstance(part, Layer):
        return False
    return part.op == "upsample2d" or compact(part.phrase.type or "") in ("downsampling", "downsample")


def count_of(row: Row) -> int:
    """How many layers a row's number stands for: 7 for "2-8", where the rows beside it fit."""
    column, cell = next(((c, x) for c, x in row.labels() if not blank(x.text)), (None, None))
    match = _RANGE.fullmatch(normalise(cell.text)) if cell is not None else None
    if column is None or match is None:
        return 1
    first, last = int(match["first"]), int(match["last"])
    before, after = _number(column, row.index - 1), _number(column, row.index + 1)
    fits = before == first - 1 or after == last + 1 or (first == 1 and row.index == 0)
    return last - first + 1 if fits and 0 < last - first < _LONGEST_RANGE else 1


def _number(column: Column, index: int) -> int | None:
    """The number in a row's label; of a range the one nearer to the row that asks does not matter."""
    if not 0 <= index < len(column.cells):
        return None
    match = re.search(r"\d+", column.cells[index].text)
    return int(match.group()) if match else None


def _label_reading(row: Row, column: Column, cell: Cell) -> tuple[Part, ...]:
    if compact(cell.text) in RESIDUAL:
        return (Layer(Phrase(op="add", text=cell.text), cell, residual=True),)
    if re.fullmatch(r"[\d\W]+", cell.text):
        return ()
    if compact(cell.text) in _ACTIVATIONS:
        return tuple(activated(row))
    keras = re.fullmatch(r"(?P<name>\w+)\s*\((?P<kind>[A-Z]\w+)\)?", cell.text.strip())
    if keras and any(p.op for p in read_phrases(keras["kind"]).phrases):
        first, *rest = read_phrases(keras["kind"]).phrases
        return tuple(Layer(attrs.evolve(p, name=keras["name"]), cell) for p in (first, *rest))
    indexed = INDEXED.match(cell.text)
    if indexed and (column.numbered or row.width() is not None):
        return _indexed(cell, indexed)
    parts = _listed(cell) or cell_parts(cell)
    if any(layer.phrase.op for layer in layers_of(parts)):
        return parts
    return _hidden(cell) if row.width() is not None else ()


def _indexed(cell: Cell, match: re.Match[str]) -> tuple[Part, ...]:
    """A label such as "Conv 1": the number is the layer's, not a width."""
    rest = cell.text[match.end() :]
    named = attrs.evolve(cell, text=match["stem"] + rest, lines=(), groups=())
    parts = tuple(_at(p, cell) for p in _listed(named) or cell_parts(named) or _hidden(named))
    name = re.sub(r"\W+", "_", f"{match['stem'].strip()}_{match['number']}".lower())
    first = parts[0] if parts else None
    if not isinstance(first, Layer) or not first.op:
        return ()
    return (
        attrs.evolve(first, phrase=attrs.evolve(first.phrase, name=first.phrase.name or name)),
        *parts[1:],
    )


def _at(part: Part, cell: Cell) -> Part:
    return attrs.evolve(part, cell=cell) if isinstance(part, Layer) else part


def _hidden(cell: Cell) -> tuple[Part, ...]:
    """A "hidden layer" of a stated width is a dense one."""
    if not re.search(r"\bhidden\b", cell.text, re.I) or len(cell.text.split()) > 4:
        return ()
    return (Layer(Phrase(op="dense", text=cell.text), cell),)


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
    names = [t.strip() for t in texts if re.fullmatch(r"[A-Za-z]\w{0,24}", t.strip()) and not is_title(t)]
    first = parts[0]
    if not names or not isinstance(first, Layer) or first.phrase.name:
        return parts
    return (attrs.evolve(first, phrase=attrs.evolve(first.phrase, name=names[-1])), *parts[1:])
