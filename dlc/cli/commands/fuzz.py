"""`dlc fuzz --count N --depth A..B -o DIR`: write random valid networks."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from dlc.backends import load
from dlc.backends.base import Backend, EmitOptions
from dlc.cli.arguments import target, usage_error
from dlc.cli.depths import DEEPEST, depth_range
from dlc.cli.output import staged, write_json, write_stdout
from dlc.cli.report import Reporter, progress_bar
from dlc.fuzz import SHALLOWEST, Sampler
from dlc.ir import Module, Net

_BATCH = 32  # nets that one backend writes before the next has its turn: quicker than one by one


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Write `count` nets at each depth, every one in each format, into one folder a depth."""
    low, high = depth_range(arguments.depth)
    if arguments.count < 1:
        raise usage_error(f"--count {arguments.count} is not positive")
    backends = _backends(arguments.formats)
    folder = Path(arguments.output)
    total = arguments.count * (high - low + 1)
    with progress_bar() as progress:
        for done, depth in enumerate(range(low, high + 1)):
            sampler = Sampler(seed_of(arguments.seed, depth))
            with staged(folder / f"depth-{depth:02d}") as place:
                for first in range(0, arguments.count, _BATCH):
                    indices = range(first, min(first + _BATCH, arguments.count))
                    names = [f"net_{depth:02d}_{index:05d}" for index in indices]
                    _write(place, [sampler.net(depth, name) for name in names], backends)
                    if progress:
                        progress("nets", done * arguments.count + indices.stop, total)
    if arguments.json:
        write_json({"nets": total, "formats": [b.name for b in backends]})
    else:
        write_stdout(f"{total:,} nets of depth {low} to {high} in {folder}, a folder a depth\n")
    return 0


def seed_of(seed: int, depth: int) -> int:
    """The seed of one depth, which has its own random stream, so that it can be made again alone."""
    return seed * (DEEPEST + 1) + depth


def _write(place: Path, nets: Sequence[Net], backends: Sequence[Backend]) -> None:
    for backend in backends:
        for net in nets:
            for file in backend.emit(Module(nets=(net,)), EmitOptions()).files:
                with open(f"{place}/{net.name}{file.ending}", "wb") as stream:
                    stream.write(file.encoded)


def _backends(formats: str) -> list[Backend]:
    names = [name.strip() for name in formats.split(",") if name.strip()]
    if not names:
        raise usage_error("--formats is empty; it takes targets such as dlnet,keras-json,caffe")
    backends = [load(target(name)) for name in names]
    module = Module(nets=(Sampler(0).net(SHALLOWEST),))
    endings = [file.ending for b in backends for file in b.emit(module, EmitOptions()).files]
    if len(set(endings)) < len(endings):
        twice = next(e for e in endings if endings.count(e) > 1)
        raise usage_error(
            f"--formats {formats} would write two {twice} files a net: one would replace the other"
        )
    return backends
