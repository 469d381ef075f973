"""`dlc list INPUT`: what an input offers: the tables and figures of a paper, the networks of anything."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

import attrs

from dlc.cli.arguments import reading
from dlc.cli.output import write_json
from dlc.cli.report import Reporter, progress_bar
from dlc.cli.source import load_bytes, read_bytes, recognise, require
from dlc.cli.tables import show_table
from dlc.diagnostics import DlcError, Severity
from dlc.ir import Net

if TYPE_CHECKING:
    from dlc.frontends.paper import Exhibit

#: Letters of a caption, and names of nets, that a line of the list shows.
_CAPTION, _NETS = 56, 2


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """List a paper's tables and figures, or the nets of another input, with place, kind and confidence."""
    data = read_bytes(arguments.input)
    if (arguments.form or recognise(arguments.input, data)) == "pdf":
        return _list_paper(data, arguments, reporter)
    loaded = load_bytes(data, arguments.input, arguments.form, None, reading(arguments))
    reporter.remember(loaded.name, loaded.text)
    rows = [_row(net) for net in loaded.module.nets]
    if arguments.json:
        write_json(rows)
    else:
        show_table(("net", "page", "from", "number", "layers", "confidence"), [_cells(row) for row in rows])
    reporter.show(loaded.diagnostics)
    return reporter.status(loaded.diagnostics)


def _list_paper(data: bytes, arguments: argparse.Namespace, reporter: Reporter) -> int:
    require("dlc.frontends.paper", "papers")
    from dlc.frontends.paper import nothing_found, survey

    name = "<stdin>" if arguments.input == "-" else arguments.input
    with progress_bar() as progress:
        paper = survey(data, name, progress)
    found = paper.exhibits()
    diagnostics = paper.diagnostics
    if not paper.nets:
        nothing = nothing_found(paper, name)
        if not found:
            raise DlcError([*diagnostics, nothing])
        diagnostics = (*diagnostics, attrs.evolve(nothing, severity=Severity.WARNING))
    if arguments.json:
        write_json([_exhibit_row(exhibit) for exhibit in found])
    else:
        heads = ("from", "page", "kind", "confidence", "networks", "caption")
        show_table(heads, [_exhibit_cells(exhibit) for exhibit in found])
    reporter.show(diagnostics)
    return reporter.status(diagnostics)


def _exhibit_row(exhibit: Exhibit) -> dict[str, Any]:
    return {
        "kind": exhibit.kind,
        "number": exhibit.number or None,
        "page": exhibit.page,
        "bbox": None if exhibit.area is None else [round(side, 1) for side in exhibit.area],
        "drawing": exhibit.drawing,
        "confidence": exhibit.confidence,
        "caption": exhibit.caption,
        "nets": [
            {"name": net.name, "layers": len(net.body), "confidence": net.confidence} for net in exhibit.nets
        ],
    }


def _exhibit_cells(exhibit: Exhibit) -> tuple[str, ...]:
    kind = exhibit.drawing or ("table" if exhibit.kind == "table" and exhibit.nets else "-")
    nets = [f"{net.name} ({len(net.body)} layer{'s' * (len(net.body) != 1)})" for net in exhibit.nets]
    more = [f"{len(nets) - _NETS} more"] if len(nets) > _NETS else []
    caption = " ".join(exhibit.caption.split())
    short = caption if len(caption) <= _CAPTION else caption[: _CAPTION - 3].rstrip() + "..."
    place = f"{exhibit.kind} {exhibit.number}".strip()
    confidence = f"{exhibit.confidence:.2f}"
    return place, str(exhibit.page), kind, confidence, ", ".join([*nets[:_NETS], *more]) or "-", short


def _row(net: Net) -> dict[str, Any]:
    origin = net.origin
    return {
        "name": net.name,
        "page": origin.page if origin else None,
        "kind": origin.kind if origin else None,
        "number": origin.number if origin else None,
        "layers": len(net.body),
        "confidence": net.confidence,
    }


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple("-" if v is None else f"{v:.2f}" if isinstance(v, float) else str(v) for v in row.values())
