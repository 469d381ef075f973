"""`dlc INPUT [-o OUT] [--target T]`: compile networks to a target."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import attrs

from dlc.backends import load as load_backend
from dlc.backends.base import Backend, EmittedFile
from dlc.cli.arguments import reading, usage_error
from dlc.cli.output import make_directory, on_terminal, write_all, write_json, write_stdout
from dlc.cli.pipeline import CompileOptions, Result, compile_module, select
from dlc.cli.report import MOST_NOTES, Reporter, progress_bar
from dlc.cli.source import Loaded, load
from dlc.diagnostics import Fix
from dlc.passes.pipeline import Blocks

# Endings of the output file and the target that each stands for when --target is left out.
TARGET_OF_ENDING = {".dlnet": "dlnet", ".json": "json", ".py": "keras", ".prototxt": "caffe", ".onnx": "onnx"}


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Compile and write; nothing is written when anything is wrong."""
    backend = load_backend(arguments.target or target_of(arguments.output))
    reporter.most_notes = None if arguments.all_notes else MOST_NOTES
    with progress_bar() as progress:
        asked = attrs.evolve(reading(arguments), blocks=_keeps_blocks(arguments.blocks, backend))
        loaded = load(arguments.input, arguments.form, progress, asked)
    reporter.remember(loaded.name, loaded.text)
    if any(d.is_error for d in loaded.diagnostics):
        reporter.show(loaded.diagnostics)
        return 1
    module = select(loaded.module, arguments.net, loaded.name)
    results = compile_module(module, backend, options_of(arguments, arguments.holes, loaded, backend))
    _write(results, arguments, loaded.name, backend)
    sys.stderr.writelines(f"{line}\n" for r in results for line in r.log)
    reporter.show([*loaded.diagnostics, *(d for r in results for d in r.diagnostics)])
    return 0


def options_of(arguments: argparse.Namespace, holes: str, loaded: Loaded, backend: Backend) -> CompileOptions:
    """How what was loaded is compiled, as the command line says."""
    return CompileOptions(
        holes,
        arguments.approximate,
        Path(loaded.name).name,
        arguments.verify_each,
        tuple(arguments.print_after),
        arguments.time_passes,
        blocks_of(arguments.blocks, loaded.format, backend),
    )


def _write(results: Sequence[Result], arguments: argparse.Namespace, name: str, backend: Backend) -> None:
    """Write the results where the command line says; a terminal and `--json` are told which files."""
    output = arguments.output
    if output in (None, "-"):
        _to_stdout(results)
        return
    files = files_of(results, output, Path(name).stem, backend)
    made = [str(path) for path in files]
    if any(path.exists() and path.samefile(name) for path in files if Path(name).exists()):
        raise usage_error(f"the output {name} is the input; dlc fmt {name} formats a file in place")
    if len(files) > 1 or output.endswith("/"):
        make_directory(next(iter(files)).parent)
    write_all(files)
    if arguments.json:
        write_json({"files": made})
    elif sys.stderr.isatty():
        sys.stderr.writelines(f"wrote {path}\n" for path in made)


def blocks_of(asked: str, form: str, backend: Backend) -> Blocks:
    """What becomes of blocks and repeats. In a .dlnet file they are as its author wants them; a paper or
    a model of another format says every layer, so `auto` finds them there, where the code gets shorter.

    Raises UsageError where the target has none.
    """
    if asked == "auto":
        return Blocks.KEEP if form == "dlnet" or backend.keeps_holes else Blocks.SHORTER
    if not backend.keeps_blocks and asked != Blocks.EXPAND.value:
        message = f"{backend.name} has no blocks and repeats: with --blocks {asked} it can do nothing"
        raise usage_error(message)
    return Blocks(asked)


def _keeps_blocks(asked: str, backend: Backend) -> bool:
    """Whether models inside models are kept as blocks: where nothing else makes blocks of them."""
    return backend.keeps_blocks and (asked == "keep" or (asked == "auto" and backend.keeps_holes))


def target_of(output: str | None) -> str:
    """The target that an output file's ending stands for; `dlnet` where it says nothing."""
    return TARGET_OF_ENDING.get(Path(output or "").suffix.lower(), "dlnet")


def files_of(results: Sequence[Result], output: str, stem: str, backend: Backend) -> dict[Path, str | bytes]:
    """The files to write, by path: one net's at `output`, or one a net in the directory `output`.

    A target that writes all nets into one file names it `stem` there. Raises UsageError where several nets
    do not go into one file.
    """
    path = Path(output)
    if len(results) == 1 and not path.is_dir() and not output.endswith("/"):
        return _beside_main(path, results[0].emitted.files)
    if path.suffix in TARGET_OF_ENDING and not path.is_dir() and not output.endswith("/"):
        message = f"{_several(results)} do not go into one {backend.name} file {path}"
        raise usage_error(message, _ONE_OR_ALL)
    names = [stem] if backend.whole_module else [r.net for r in results]
    return {
        path / f"{name}{file.ending}": file.beside(f"{name}{result.emitted.files[0].ending}")
        for name, result in zip(_file_names(names), results, strict=True)
        for file in result.emitted.files
    }


_ONE_OR_ALL = Fix("-o DIR/ writes one file a net, --net NAME chooses one")


def _to_stdout(results: Sequence[Result]) -> None:
    if len(results) > 1:
        raise usage_error(f"{_several(results)} do not go to standard output", _ONE_OR_ALL)
    first, *others = results[0].emitted.files
    if others:
        raise usage_error("this target writes several files; -o FILE or -o DIR/ says where")
    if first.data is not None and on_terminal():
        raise usage_error("a binary file does not go to a terminal", Fix("-o FILE says where it goes"))
    write_stdout(first.content)


def _several(results: Sequence[Result]) -> str:
    return f"{len(results)} nets ({', '.join(r.net for r in results)})"


def _beside_main(path: Path, files: Sequence[EmittedFile]) -> dict[Path, str | bytes]:
    """The first file goes to `path`, the others beside it under its stem."""
    first, *others = files
    return {path: first.content} | {path.with_name(path.stem + f.ending): f.beside(path.name) for f in others}


def _file_names(nets: Sequence[str]) -> list[str]:
    """File names for nets, each given once."""
    taken: list[str] = []
    for name in map(file_name, nets):
        made, number = name, 1
        while made in taken:
            number += 1
            made = f"{name}_{number}"
        taken.append(made)
    return taken


def file_name(net: str) -> str:
    """A net's name as a file name: what file systems do not take becomes an underscore."""
    kept = "".join(c if c.isalnum() or c in "._-" else "_" for c in net)
    return kept.lstrip(".") or "net"
