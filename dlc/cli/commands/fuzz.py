"""`dlc fuzz --count N --depth A..B -o DIR`: write random valid networks."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from pathlib import Path

from dlc.backends import TARGETS, load
from dlc.backends.base import Backend, EmitOptions
from dlc.cli.arguments import UsageError
from dlc.cli.output import make_directory, unwritable
from dlc.cli.report import Reporter, progress_bar
from dlc.diagnostics import Diagnostic, codes
from dlc.fuzz import SHALLOWEST, Sampler
from dlc.ir import Module, Net

DEEPEST = 1000


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Write `count` nets at each depth, every one in each format, into one folder a depth."""
    low, high = _depths(arguments.depth)
    if arguments.count < 1:
        raise _usage(f"--count {arguments.count} is not positive")
    backends = _backends(arguments.formats)
    folder = Path(arguments.output)
    written = 0
    with progress_bar() as progress:
        for depth in range(low, high + 1):
            written += _write_depth(folder, depth, arguments.count, arguments.seed, backends)
            if progress:
                progress("nets", written, arguments.count * (high - low + 1))
    if arguments.json:
        sys.stdout.write(json.dumps({"nets": written, "formats": [b.name for b in backends]}) + "\n")
    else:
        sys.stdout.write(f"{written} nets of depth {low} to {high} in {folder}\n")
    return 0


def _write_depth(folder: Path, depth: int, count: int, seed: int, backends: list[Backend]) -> int:
    """One depth has its own random stream, so that any part of a set can be made again alone."""
    sampler = Sampler(seed * (DEEPEST + 1) + depth)
    place = folder / f"depth-{depth:02d}"
    make_directory(place)
    for index in range(count):
        name = f"net_{depth:02d}_{index:05d}"
        _write_net(place, sampler.net(depth, name), backends)
    return count


def _write_net(place: Path, net: Net, backends: list[Backend]) -> None:
    module = Module(nets=(net,))
    options = EmitOptions()
    for backend in backends:
        for file in backend.emit(module, options).files:
            path = os.path.join(place, f"{net.name}{file.ending}")
            try:
                with open(path, "w", encoding="utf-8") as stream:
                    stream.write(file.text)
            except OSError as error:
                raise unwritable(Path(path), error) from None


def _depths(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,4})(?:\.\.(\d{1,4}))?", text)
    low, high = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not SHALLOWEST <= low <= high <= DEEPEST:
        raise _usage(f"--depth {text} is no range such as 5..40, from {SHALLOWEST} to {DEEPEST}")
    return low, high


def _backends(formats: str) -> list[Backend]:
    names = [name.strip() for name in formats.split(",") if name.strip()]
    for name in names:
        if name not in TARGETS:
            raise _usage(f"--formats: there is no target {name}; there are {', '.join(TARGETS)}")
    return [load(name) for name in names]


def _usage(message: str) -> UsageError:
    return UsageError(Diagnostic(codes.USAGE, message))
