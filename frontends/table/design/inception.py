"""Columns of an inception table: a branch each, side by side over one value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import attrs

from dlc.frontends.phrases import Phrase
from dlc.frontends.table.design.changes import first_changed, widened
from dlc.frontends.table.design.parts import Branches, Layer, Part, layers_of
from dlc.frontends.table.design.roles import Branch, Role
from dlc.frontends.table.design.row import Row
from dlc.frontends.table.design.texts import blank, quantity
from dlc.frontends.table.model import Cell


def inception(row: Row, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Columns of an inception table as branches; a row without any of them is as it was."""
    branches: dict[tuple[int, bool], list[tuple[Branch, Cell]]] = {}
    squeezes: list[Part] = []
    for cell in row.cells(Role.BRANCH):
        column = row.column_of(cell)
        if column is None or (branch := column.header.branch) is None or blank(cell.text):
            continue
        if branch.shared:
            squeezes.append(_conv(branch.kernel, cell))
        else:
            branches.setdefault((branch.kernel, branch.double), []).append((branch, cell))
    if len(branches) < 2:
        return _reduced(parts, [pair for pairs in branches.values() for pair in pairs])
    chains = tuple(_chain(key[0], pairs) for key, pairs in branches.items())
    cell = next(layers_of(parts)).cell if parts else row.line[0]
    return (*squeezes, Branches(chains, Layer(Phrase(op="concat", text=cell.text), cell)))


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
    attributes: dict[str, Any] = {"kernel": (kernel, kernel), "stride": (1, 1), "padding": "same"}
    width = quantity(cell.text)
    if width is not None:
        attributes["filters"] = width
    return Layer(Phrase(op="conv2d", attributes=attributes, text=cell.text), cell)


def _pooling_branch(cell: Cell) -> list[Part]:
    op = "avgpool2d" if "av" in cell.text.lower() else "maxpool2d"
    window_of: dict[str, Any] = {"kernel": (3, 3), "stride": (1, 1), "padding": "same"}
    pool = Layer(Phrase(op=op, attributes=window_of, text=cell.text, confidence=0.8), cell)
    number = re.search(r"\d+", cell.text)
    if number is None:
        return [pool]
    projection = _conv(1, attrs.evolve(cell, text=number.group()))
    return [pool, attrs.evolve(projection, cell=cell)]
