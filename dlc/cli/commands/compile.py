"""`dlc INPUT [-o OUT] [--target T]`: compile networks to a target."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from dlc.backends import load as load_backend
from dlc.backends.base import Backend, EmittedFile
from dlc.cli.arguments import UsageError, reading
from dlc.cli.output import make_directory, write_all, write_stdout
from dlc.cli.pipeline import CompileOptions, Result, compile_module, select
from dlc.cli.report import Reporter, progress_bar
from dlc.cli.source import load
from dlc.diagnostics import Diagnostic, codes
from dlc.passes.pipeline import Blocks

# Endings of the output file and the target that each stands for when --target is left out.
TARGET_OF_ENDING = {".dlnet": "dlnet", ".json": "json", ".py": "keras", ".prototxt": "caffe"}


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Compile and write; nothing is written when anything is wrong."""
    backend = load_backend(arguments.target or target_of(arguments.output))
    with progress_bar() as progress:
        loaded = load(arguments.input, arguments.form, progress, reading(arguments))
    reporter.remember(loaded.name, loaded.text)
    if any(d.is_error for d in loaded.diagnostics):
        reporter.show(loaded.diagnostics)
        return 1
    options = CompileOptions(
        arguments.holes,
        arguments.approximate,
        Path(loaded.name).name,
        arguments.verify_each,
        tuple(arguments.print_after),
        arguments.time_passes,
        blocks_of(arguments.blocks, loaded.format, backend),
    )
    results = compile_module(select(loaded.module, arguments.net), backend, options)
    write(results, arguments.output, backend)
    sys.stderr.writelines(f"{line}\n" for r in results for line in r.log)
    reporter.show([*loaded.diagnostics, *(d for r in results for d in r.diagnostics)])
    return 0


def blocks_of(asked: str, form: str, backend: Backend) -> Blocks:
    """What becomes of blocks and repeats. In a .dlnet file they are as its author wants them; a paper or
    a model of another format says every layer, so `auto` finds them there, where the code gets shorter.

    Raises UsageError where the target has none.
    """
    if asked == "auto":
        return Blocks.KEEP if form == "dlnet" or backend.keeps_holes else Blocks.SHORTER
    if not backend.keeps_blocks and asked != Blocks.EXPAND.value:
        message = f"{backend.name} has no blocks and repeats: with --blocks {asked} it can do nothing"
        raise UsageError(Diagnostic(codes.USAGE, message))
    return Blocks(asked)


def target_of(output: str | None) -> str:
    """The target that an output file's ending stands for; `dlnet` where it says nothing."""
    return TARGET_OF_ENDING.get(Path(output or "").suffix.lower(), "dlnet")


def write(results: Sequence[Result], output: str | None, backend: Backend) -> None:
    """Write to standard output, one file, or a directory with one file a net; raises DlcError."""
    if output in (None, "-"):
        _to_stdout(results)
    elif len(results) == 1 and not Path(str(output)).is_dir() and not str(output).endswith("/"):
        write_all(_beside_main(Path(str(output)), results[0].emitted.files))
    else:
        _to_directory(results, Path(str(output)), backend)


def _to_stdout(results: Sequence[Result]) -> None:
    if len(results) > 1:
        names = ", ".join(r.net for r in results)
        message = (
            f"there are {len(results)} nets ({names}): give a directory with -o, or one of them with --net"
        )
        raise UsageError(Diagnostic(codes.USAGE, message))
    if len(results[0].emitted.files) > 1:
        message = "this target writes several files: give a file or a directory with -o"
        raise UsageError(Diagnostic(codes.USAGE, message))
    write_stdout(results[0].emitted.files[0].text)


def _beside_main(path: Path, files: Sequence[EmittedFile]) -> dict[Path, str]:
    """The first file goes to `path`, the others beside it under its stem."""
    first, *others = files
    return {path: first.text} | {path.with_name(path.stem + f.ending): f.text for f in others}


def _to_directory(results: Sequence[Result], folder: Path, backend: Backend) -> None:
    if folder.suffix in TARGET_OF_ENDING and not folder.is_dir():
        names = ", ".join(r.net for r in results)
        message = f"{len(results)} nets ({names}) do not go into one {backend.name} file {folder}: "
        raise UsageError(Diagnostic(codes.USAGE, message + "give a directory with -o, or one net with --net"))
    make_directory(folder)
    files = {folder / f"{file_name(r.net)}{f.ending}": f.text for r in results for f in r.emitted.files}
    write_all(files)


def file_name(net: str) -> str:
    """A net's name as a file name: what file systems do not take becomes an underscore."""
    kept = "".join(c if c.isalnum() or c in "._-" else "_" for c in net)
    return kept.lstrip(".") or "net"
