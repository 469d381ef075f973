"""`dlc summary INPUT`: layers, shapes, parameters and multiply-adds."""

from __future__ import annotations

import argparse
from typing import Any

import attrs

from dlc.cli.arguments import reading
from dlc.cli.output import write_json, write_stdout
from dlc.cli.pipeline import select
from dlc.cli.report import Reporter, progress_bar
from dlc.cli.source import load
from dlc.cli.tables import show_table
from dlc.diagnostics import DlcError
from dlc.ir import Net, Node
from dlc.passes.check import check
from dlc.passes.expand import ExpandBlocks
from dlc.types import HOLE, Dim, Hole, Type, total


@attrs.frozen
class Line:
    """One layer's line: what it is, what comes out, what it costs (a hole where sizes are unknown).

    A layer that uses the weights of another, `shares`, has no parameters of its own.
    """

    name: str
    layer: str
    inputs: tuple[str, ...]
    type: Type | None
    parameters: Dim
    multiply_adds: Dim
    shares: str | None = None


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Print a table a net, or all nets as JSON."""
    with progress_bar() as progress:
        loaded = load(arguments.input, arguments.form, progress, reading(arguments))
    reporter.remember(loaded.name, loaded.text)
    checked = check(select(loaded.module, arguments.net, loaded.name))
    if any(d.is_error for d in loaded.diagnostics) or not checked.ok:
        raise DlcError((*loaded.diagnostics, *checked.diagnostics))
    flat = check(ExpandBlocks().run(checked.module).module).module
    if arguments.json:
        write_json([_net_json(net) for net in flat.nets])
    else:
        for number, net in enumerate(flat.nets):
            write_stdout("\n" * (number > 0))
            _print(net)
    reporter.show((*loaded.diagnostics, *checked.diagnostics))
    return 0


def lines(net: Net) -> list[Line]:
    """The lines of a net whose blocks are expanded and whose types are inferred."""
    types = net.types()
    return [_line(node, types) for node in net.body]


def _line(node: Node, types: dict[str, Type | None]) -> Line:
    layer = node.layer
    known = [t for name in node.inputs if (t := types.get(name)) is not None]
    parameters: Dim = HOLE
    cost: Dim = HOLE
    if node.type is not None and len(known) == len(node.inputs):
        parameters = layer.parameters(known, node.type) if node.shares is None else 0
        cost = layer.multiply_adds(known, node.type)
    return Line(node.name, layer.op_name, node.inputs, node.type, parameters, cost, node.shares)


def _print(net: Net) -> None:
    rows = [(i.name, "input", "", str(i.type), "", "") for i in net.inputs]
    found = lines(net)
    rows += [
        (
            li.name,
            li.layer,
            ", ".join(li.inputs),
            str(li.type or "?"),
            _n(li.parameters) if li.shares is None else f"as {li.shares}",
            _n(li.multiply_adds),
        )
        for li in found
    ]
    rows.append(
        (
            "total",
            "",
            "",
            "",
            _n(total(*(li.parameters for li in found))),
            _n(total(*(li.multiply_adds for li in found))),
        )
    )
    show_table(("name", "layer", "inputs", "output", "parameters", "multiply-adds"), rows, f"net {net.name}")


def _n(count: Dim) -> str:
    return f"{count:,}" if isinstance(count, int) else str(count)


def _net_json(net: Net) -> dict[str, Any]:
    found = lines(net)
    return {
        "name": net.name,
        "layers": [
            {
                "name": li.name,
                "layer": li.layer,
                "inputs": list(li.inputs),
                "type": str(li.type) if li.type else None,
                "parameters": _plain(li.parameters),
                "multiply_adds": _plain(li.multiply_adds),
                **({"shares": li.shares} if li.shares is not None else {}),
            }
            for li in found
        ],
        "parameters": _plain(total(*(li.parameters for li in found))),
        "multiply_adds": _plain(total(*(li.multiply_adds for li in found))),
    }


def _plain(count: Dim) -> int | str | None:
    if isinstance(count, Hole):
        return None
    return count if isinstance(count, int) else str(count)
