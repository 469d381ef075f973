"""`dlc diff A B`: are two networks the same?

Exit status as of diff(1): 0 the same, 1 different, 2 trouble.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from dlc.cli.arguments import reading
from dlc.cli.output import on_terminal, write_json, write_stdout
from dlc.cli.pipeline import only
from dlc.cli.report import Reporter, progress_bar
from dlc.cli.source import load
from dlc.diagnostics import DlcError
from dlc.diff import Comparison, Difference, canonical, compare
from dlc.ir import Net

SAME, DIFFERENT, TROUBLE = 0, 1, 2


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Print every difference; nothing but a line where there is none."""
    try:
        nets = [_net(arguments, side, reporter) for side in ("a", "b")]
    except DlcError as error:
        reporter.show(error.diagnostics)
        return TROUBLE
    compared = compare(*nets)
    if arguments.json:
        write_json(_json(compared, arguments))
    elif not arguments.quiet:
        _print(compared, arguments)
    return SAME if compared.same else DIFFERENT


def _net(arguments: argparse.Namespace, side: str, reporter: Reporter) -> Net:
    path = getattr(arguments, side)
    with progress_bar() as progress:
        loaded = load(path, getattr(arguments, f"from_{side}"), progress, reading(arguments))
    reporter.remember(loaded.name, loaded.text)
    return canonical(only(loaded, getattr(arguments, f"net_{side}") or arguments.net, f"--net-{side}"))


def _print(compared: Comparison, arguments: argparse.Namespace) -> None:
    lines = [f"A: {_title(arguments.a, compared.a)}", f"B: {_title(arguments.b, compared.b)}"]
    if on_terminal():
        _draw(lines, compared)
    else:
        lines += [f"{where}: {d.text}" for where, d in _grouped(compared.differences)]
        write_stdout("\n".join([*lines, _verdict(compared)]) + "\n")


def _title(path: str, net: Net) -> str:
    return f"{path} (net {net.name}, {_layers(len(net.body))})"


def _verdict(compared: Comparison) -> str:
    renamed = len(compared.renamed)
    names = f"; {_layers(renamed)} called otherwise" if renamed else ""
    if compared.same:
        return f"the same: {_layers(compared.alike)}{names}"
    count = len(compared.differences)
    return f"{count:,} difference{'s' * (count != 1)}; {_layers(compared.alike)} alike{names}"


def _layers(count: int) -> str:
    return f"{count:,} layer{'s' * (count != 1)}"


def _draw(lines: Sequence[str], compared: Comparison) -> None:
    """On a terminal: what A has in red, what B has in green."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for line in lines:
        console.print(Text(line, style="dim"))
    for where, difference in _grouped(compared.differences):
        console.print(_coloured(where, difference))
    console.print(Text(_verdict(compared), style="green" if compared.same else "yellow"))


_FEW = 3  # places that are listed one by one
_SHOWN = 60  # columns of names that stand for more


def _grouped(differences: Sequence[Difference]) -> Iterator[tuple[str, Difference]]:
    """The differences, those of several layers in one line: where, and what."""
    places: dict[str, list[str]] = {}
    for difference in differences:
        places.setdefault(difference.text, []).append(difference.name)
    told: set[str] = set()
    for difference in differences:
        names = places[difference.text]
        if len(names) <= _FEW:
            yield difference.name, difference
        elif difference.text not in told:
            told.add(difference.text)
            yield _several(names), difference


def _several(names: Sequence[str]) -> str:
    """`conv1, conv2, ... (53 layers)`."""
    shown = [names[0]]
    for name in names[1:]:
        if len(", ".join([*shown, name])) > _SHOWN:
            break
        shown.append(name)
    left = ", ..." if len(shown) < len(names) else ""
    return f"{', '.join(shown)}{left} ({_layers(len(names))})"


def _coloured(where: str, difference: Difference) -> Any:
    from rich.text import Text

    made = Text(difference.text)
    for value, style in ((difference.a, "red"), (difference.b, "green")):
        at = difference.text.rfind(value) if style == "green" and value else difference.text.find(value or "")
        if value and at >= 0:
            made.stylize(style, at, at + len(value))
    return Text.assemble((f"{where}: ", "bold"), made)


def _json(compared: Comparison, arguments: argparse.Namespace) -> dict[str, Any]:
    return {
        "a": {"input": arguments.a, "net": compared.a.name, "layers": len(compared.a.body)},
        "b": {"input": arguments.b, "net": compared.b.name, "layers": len(compared.b.body)},
        "same": compared.same,
        "alike": compared.alike,
        "differences": [attrs.asdict(d) for d in compared.differences],
        "renamed": dict(compared.renamed),
    }
