"""Nets from text, as backends get them, and what a backend writes for them."""

from __future__ import annotations

from typing import Any

from dlc.backends import load
from dlc.backends.base import EmitOptions
from dlc.ir import Module, Net
from dlc.passes.check import check
from dlc.passes.expand import ExpandBlocks
from dlc.syntax import parse


def read_module(text: str) -> Module:
    """A module that checks clean, its blocks kept."""
    parsed = parse(text, "net.dlnet")
    checked = check(parsed.module)
    findings = [d for d in (*parsed.diagnostics, *checked.diagnostics) if d.is_error]
    assert not findings, findings
    return checked.module


def expanded(module: Module) -> Module:
    """The module with its blocks and repeats written out, and types."""
    checked = check(ExpandBlocks().run(module).module)
    assert checked.ok, checked.diagnostics
    return checked.module


def read_net(text: str) -> Net:
    """The only net of a text, blocks and repeats written out."""
    (net,) = expanded(read_module(text)).nets
    return net


def emit(target: str, module: Module | Net, **options: Any) -> list[str]:
    """The files that a target writes for a checked module or net."""
    backend = load(target)
    given = Module(nets=(module,)) if isinstance(module, Net) else module
    given = given if backend.keeps_blocks else expanded(given)
    return [file.text for file in backend.emit(given, EmitOptions(**options)).files]
