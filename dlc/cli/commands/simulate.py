"""`dlc simulate --per-depth N --depth A..B -o DIR`: pictures of random networks, and the truth about them."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from dlc.cli.arguments import UsageError
from dlc.cli.depths import depth_range
from dlc.cli.output import make_directory
from dlc.cli.report import Reporter, progress_bar
from dlc.cli.source import require
from dlc.diagnostics import Diagnostic, codes
from dlc.simulate import SOURCES, VECTORS, Settings


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Make the set, or what is missing of it."""
    settings = _settings(arguments)
    require("dlc.simulate.sets", "simulate", "simulation")
    from dlc.simulate.parallel import cores
    from dlc.simulate.sets import simulate

    folder = Path(arguments.output)
    make_directory(folder)
    with progress_bar() as progress:
        tell = (lambda done: progress("pictures", done, settings.pictures)) if progress else None
        made = simulate(folder, settings, arguments.jobs or cores(), tell)
    if arguments.json:
        sys.stdout.write(json.dumps({"pictures": made, **settings.json()}) + "\n")
    else:
        depths = f"{settings.low} to {settings.high}"
        sys.stdout.write(f"{made} pictures of networks of depth {depths} in {folder}\n")
    return 0


def _settings(arguments: argparse.Namespace) -> Settings:
    low, high = depth_range(arguments.depth)
    if arguments.per_depth < 1:
        raise _usage(f"--per-depth {arguments.per_depth} is not positive")
    if not 0 <= arguments.degraded <= 1:
        raise _usage(f"--degraded {arguments.degraded} is not from 0 to 1")
    if arguments.jobs < 0:
        raise _usage(f"--jobs {arguments.jobs} is negative")
    sources = _several("--sources", arguments.sources, SOURCES)
    vectors = _several("--vectors", arguments.vectors, tuple(v.removeprefix(".") for v in VECTORS))
    if not sources:
        raise _usage(f"--sources is empty; there are {', '.join(SOURCES)}")
    endings = tuple(f".{v}" for v in vectors)
    degraded = arguments.degraded
    return Settings(arguments.seed, arguments.per_depth, low, high, sources, degraded, endings)


def _several(option: str, text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a comma-separated list, in the order in which they are known."""
    words = {word.strip() for word in text.split(",") if word.strip()}
    unknown = sorted(words - set(known))
    if unknown:
        raise _usage(f"{option}: there is no {unknown[0]}; there are {', '.join(known)}")
    return tuple(word for word in known if word in words)


def _usage(message: str) -> UsageError:
    return UsageError(Diagnostic(codes.USAGE, message))
