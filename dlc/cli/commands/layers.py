"""`dlc layers [LAYER]`: the catalogue, or one layer's page."""

from __future__ import annotations

import argparse
import inspect
import json
import sys
from typing import Any

from dlc.cli.arguments import UsageError
from dlc.cli.report import Reporter
from dlc.cli.tables import show_table
from dlc.diagnostics import Diagnostic, Fix, codes
from dlc.layers import REGISTRY, Attribute, Layer, nearest
from dlc.layers.domains import show
from dlc.types import signatures


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Print a line a layer, or a layer's whole page."""
    if arguments.layer is not None:
        return _page(arguments.layer)
    if arguments.json:
        sys.stdout.write(json.dumps({n: _json(c) for n, c in REGISTRY.items()}, indent=1) + "\n")
        return 0
    rows = [
        (name, _kinds(name), ", ".join(_attribute(a) for a in cls.table)) for name, cls in REGISTRY.items()
    ]
    show_table(("layer", "takes -> gives", "attributes"), rows)
    return 0


def _page(name: str) -> int:
    cls = REGISTRY.get(name)
    if cls is None:
        like = nearest(name, REGISTRY)
        fix = Fix(f"did you mean {like}?", like) if like else None
        raise UsageError(Diagnostic(codes.UNKNOWN_LAYER, f"there is no layer {name}", fix=fix))
    sys.stdout.write(f"{name}: {_kinds(name)}\n\n{inspect.getdoc(cls)}\n\n")
    show_table(("attribute", "default", "values", "meaning"), [_row(a) for a in cls.table])
    return 0


def _kinds(name: str) -> str:
    return signatures()[name].production.replace("__", " -> ").replace("_or_", " or ")


def _attribute(a: Attribute) -> str:
    return a.name if a.required else f"{a.name}={show(a.domain.simplify(a.default))}"


def _row(a: Attribute) -> tuple[str, str, str, str]:
    default = "required" if a.required else show(a.domain.simplify(a.default))
    return a.name, default, a.domain.describe(), a.doc


def _json(cls: type[Layer]) -> dict[str, Any]:
    rows = {
        a.name: {"required": a.required, "values": a.domain.describe(), "meaning": a.doc} for a in cls.table
    }
    return {"doc": inspect.getdoc(cls), "attributes": rows}
