"""Columns of an inception table: a branch each, side by side over one value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import attrs

from dlc.frontends.phrases import Phrase
from dlc.frontends.phrases.normal import normalise
from dlc.frontends.table.design.changes import first_changed, give, widened
from dlc.frontends.table.design.parts import POOLS, Branches, Layer, Part, layers_of
from dlc.frontends.table.design.roles import Branch, Role
from dlc.frontends.table.design.row import Row
from dlc.frontends.table.design.texts import blank, quantity, window
from dlc.frontends.table.model import Cell


def inception(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Columns of an inception table as branches; a row without any of them is as it was."""
    branches: dict[tuple[int, bool], list[tuple[Branch, Cell]]] = {}
    squeezes: list[Part] = []
    for cell in row.cells(Role.BRANCH):
        column = row.column_of(cell)
        if column is None or (branch := column.header.branch) is None or _absent(cell):
            continue
        if branch.shared:
            squeezes.append(_conv(branch.kernel, cell))
        else:
            branches.setdefault((branch.kernel, branch.double), []).append((branch, cell))
    if len(branches) == 1 and (0, False) in branches and any(p.op in POOLS for p in layers_of(parts)):
        return _pooled(parts, branches[0, False][0][1])
    head = parts[0] if parts else None
    if len(branches) == 1 and isinstance(head, Layer) and head.op == "opaque":
        ((kernel, _), pairs), *_ = branches.items()
        return (*squeezes, *_chain(kernel, pairs))  # "inception (2)" with one branch
    if len(branches) < 2:
        return _reduced(parts, [pair for pairs in branches.values() for pair in pairs])
    chains = tuple(_chain(key[0], pairs) for key, pairs in branches.items())
    cell = next(layers_of(parts)).cell if parts else row.line[0]
    return (*squeezes, Branches(chains, Layer(Phrase(op="concat", text=cell.text), cell)))


def _pooled(parts: tuple[Part, ...], cell: Cell) -> tuple[Part, ...]:
    """A pooling row with its window in the column of projections: "max pool", "m 3×3, 2"."""
    (pool, *_) = (p for p in _pooling_branch(cell) if isinstance(p, Layer))
    values = pool.attributes if "3" in cell.text else {}
    return give(parts, lambda layer: layer.op in POOLS, **{k: values.get(k) for k in ("kernel", "stride")})


def _absent(cell: Cell) -> bool:
    return blank(cell.text) or cell.text.strip() == "0"


def _reduced(parts: tuple[Part, ...], pairs: Sequence[tuple[Branch, Cell]]) -> tuple[Part, ...]:
    """A convolution whose reduction stands in an inception column ("conv 3×3", "#3×3 reduce" 64)."""
    reduction = next((cell for branch, cell in pairs if branch.reduces), None)
    width = next((quantity(cell.text) for branch, cell in pairs if not branch.reduces), None)
    if reduction is None or not parts:
        return parts
    made = first_changed(parts, lambda layer: widened(layer, width)) if width is not None else parts
    return (_conv(1, reduction), *made)


def _chain(kernel: int, pairs: Sequence[tuple[Branch, Cell]]) -> tuple[Part, ...]:
    reductions = [_conv(1, cell) for branch, cell in pairs if branch.reduces]
    mains = [(branch, cell) for branch, cell in pairs if not branch.reduces]
    if kernel == 0:
        return tuple(part for _, cell in mains for part in _pooling_branch(cell))
    convs = [_conv(kernel, cell) for branch, cell in mains for _ in range(1 + branch.double)]
    return (*reductions, *convs)


def _conv(kernel: int, cell: Cell) -> Layer:
    """A convolution of a branch: its width, and behind a comma its stride ("256, 2")."""
    attributes: dict[str, Any] = {"kernel": (kernel, kernel), "stride": (1, 1), "padding": "same"}
    width, _, stride = cell.text.partition(",")
    filters = quantity(width)
    if filters is not None:
        attributes["filters"] = filters
    if stride.strip().isdigit():
        attributes["stride"] = (int(stride),) * 2
    return Layer(Phrase(op="conv2d", attributes=attributes, text=cell.text), cell)


def _pooling_branch(cell: Cell) -> list[Part]:
    """A pooling, by default 3×3, and the projection behind it: "64", "max, 64", "m, 32p", "m 3×3, 2"."""
    text = normalise(cell.text)
    op = "avgpool2d" if "av" in text.lower() else "maxpool2d"
    size, stride, _ = window(re.sub(r"^[a-zA-Z]+\s+", "", text))
    sized = size is not None and len(size) == 2
    attributes: dict[str, Any] = {"kernel": size if sized else (3, 3), "stride": (1, 1), "padding": "same"}
    if sized and stride is not None:
        attributes["stride"] = stride * 2 if len(stride) == 1 else stride
    kind = Phrase(op=op, attributes=attributes, text=cell.text, confidence=0.8)
    if re.match(r"L2\b", text):
        kind = Phrase(op="opaque", type="L2 pooling", attributes=attributes, text=cell.text)
    width = None if sized else re.search(r"(?<![\dA-Za-z])(\d+)(?=p?\b)", text)
    pool = Layer(kind, cell)
    if width is None:
        return [pool]
    return [pool, attrs.evolve(_conv(1, attrs.evolve(cell, text=width.group(1))), cell=cell)]
