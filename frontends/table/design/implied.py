"""Rows whose text names no known layer: what their columns imply."""

from __future__ import annotations

import re

from dlc.frontends.phrases import Phrase
from dlc.frontends.phrases.normal import normalise
from dlc.frontends.table.design.facts import Facts
from dlc.frontends.table.design.parts import Layer, Part, Stage, layers_of
from dlc.frontends.table.design.roles import Role
from dlc.frontends.table.design.row import WINDOWS, Row
from dlc.frontends.table.design.texts import blank, frames, window
from dlc.frontends.table.model import Cell

_IMPLIED, UNKNOWN = 0.7, 0.5  # confidence in a layer that its columns imply, in one nobody knows
_COUNTED = re.compile(r"(?P<count>\d{1,2})\s*[×x]\s*(?P<name>[A-Za-z].*)")
_NUMBERED = re.compile(r"(?:(?:layer|no\.?|#)\s*)?[\d\W]+|\w{1,2}\d?", re.I)
#: A first row with nothing but a symbol and a size is what goes in.
_SYMBOL = re.compile(r"(?:noise )?[a-z](?:_\w+)?", re.I)


def unnamed(row: Row, before: Stage | None, facts: Facts) -> tuple[Part, ...]:
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
            width = {k: v for k, v in last.attributes.items() if k == "filters"}
            bare = Phrase(op="opaque", attributes=width, type=last.phrase.type, text=last.phrase.text)
            return (Layer(bare, row.first(Role.REPEAT, Role.STRIDE, Role.FILTERS) or cell),)
    if before is None and len(labels) == 1 and _SYMBOL.fullmatch(labels[0].strip()) and row.size(Role.OUTPUT):
        return (Layer(Phrase(op="input", text=labels[0]), row.first(Role.LABEL) or cell),)
    if labels and not all(_NUMBERED.fullmatch(t.strip()) for t in labels):
        return _over_time(row, before) or _unknown(row, labels[-1])
    if not labels and not (row.states(*WINDOWS, Role.FILTER_SHAPE) and row.states(Role.FILTERS, Role.UNITS)):
        return ()
    op = _implied(row, facts)
    if op is None:
        return ()
    name = labels[-1].strip() if labels and re.fullmatch(r"[A-Za-z]\w*", labels[-1].strip()) else None
    return (Layer(Phrase(op=op, name=name, text=normalise(" ".join(labels))), row.first(Role.LABEL) or cell),)


def _over_time(row: Row, before: Stage | None) -> tuple[Part, ...]:
    """A layer that sees frames: a convolution over time, or a dense one that sees its own after a pooling."""
    seen = frames(row.text(Role.CONTEXT))
    cell = row.first(Role.LABEL) or row.line[0]
    if seen is None or row.width() is None:
        return ()
    name = re.sub(r"\W+", "_", cell.text.strip().lower())
    last = next(reversed(list(layers_of(before.parts))), None) if before is not None else None
    pooled = last is not None and (
        last.op == "dense" or "pool" in f"{last.op}{last.phrase.type or ''}".lower()
    )
    if seen == (1, 1) and pooled:
        return (Layer(Phrase(op="dense", name=name, text=cell.text), cell),)
    values = {"kernel": (seen[0],), "dilation": (seen[1],)}
    return (Layer(Phrase(op="conv1d", attributes=values, name=name, rank=1, text=cell.text), cell),)


def resolved(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
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
        match = _COUNTED.fullmatch(normalise(label).strip())
        kind, count = (match["name"], int(match["count"])) if match else (label.strip(), 1)
        phrase = Phrase(op="opaque", type=kind, repeat=count, text=label, confidence=UNKNOWN)
        return (Layer(phrase, cell),)
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
