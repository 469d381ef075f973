"""`dlc layers [LAYER]`: the catalogue, or one layer's page."""

from __future__ import annotations

import argparse
import inspect
from typing import Any

from dlc.cli.arguments import UsageError
from dlc.cli.output import write_json, write_stdout
from dlc.cli.report import Reporter
from dlc.cli.tables import show_table
from dlc.diagnostics import Diagnostic, Fix, codes
from dlc.layers import REGISTRY, Attribute, Layer, nearest
from dlc.layers.domains import show
from dlc.layers.reference import attribute_row, kinds


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Print a line a layer, or a layer's whole page."""
    if arguments.layer is not None:
        return _page(arguments.layer, arguments.json)
    if arguments.json:
        write_json({n: _json(c) for n, c in REGISTRY.items()})
        return 0
    rows = [
        (name, kinds(name), ", ".join(_attribute(a) for a in cls.table)) for name, cls in REGISTRY.items()
    ]
    show_table(("layer", "takes -> gives", "attributes"), rows)
    return 0


def _page(name: str, as_json: bool) -> int:
    cls = REGISTRY.get(name)
    if cls is None:
        like = nearest(name, REGISTRY)
        fix = Fix(f"did you mean {like}?", like) if like else None
        raise UsageError(Diagnostic(codes.UNKNOWN_LAYER, f"there is no layer {name}", fix=fix))
    if as_json:
        write_json({name: _json(cls)})
        return 0
    write_stdout(f"{name}: {kinds(name)}\n\n{inspect.getdoc(cls)}\n\n")
    if not cls.table:
        write_stdout("It has no attributes.\n")
        return 0
    show_table(("attribute", "default", "values", "meaning"), [attribute_row(a) for a in cls.table])
    return 0


def _attribute(a: Attribute) -> str:
    return a.name if a.required else f"{a.name}={show(a.domain.simplify(a.default))}"


def _json(cls: type[Layer]) -> dict[str, Any]:
    rows = {
        a.name: {"required": a.required, "values": a.domain.describe(), "meaning": a.doc} for a in cls.table
    }
    return {"doc": inspect.getdoc(cls), "attributes": rows}
