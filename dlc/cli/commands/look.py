"""`dlc look PAPER`: pictures of the pages with what was read drawn over them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dlc.cli.arguments import usage_error
from dlc.cli.output import make_directory, write_all, write_json, write_stdout
from dlc.cli.report import Reporter, progress_bar
from dlc.cli.source import load_bytes, read_bytes, recognise, require
from dlc.diagnostics import Diagnostic, DlcError, FileSpan, codes

if TYPE_CHECKING:
    from dlc.frontends.look import Mark


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Write one PNG a page on which something was read, and say where."""
    if not 0.1 <= arguments.scale <= 10:
        raise usage_error(f"--scale {arguments.scale} is not from 0.1 to 10")
    data = read_bytes(arguments.input)
    if (arguments.form or recognise(arguments.input, data)) != "pdf":
        message = f"{arguments.input} has no pages to look at: look takes a PDF file"
        raise DlcError(Diagnostic(codes.FORMAT_UNKNOWN, message, FileSpan(arguments.input)))
    with progress_bar() as progress:
        loaded = load_bytes(data, arguments.input, "pdf", progress)
    require("dlc.frontends.look", "papers")
    from dlc.frontends.look import draw, marks_of

    marks = _on_page(marks_of(loaded.module.nets), arguments.page, loaded.name)
    pictures = draw(data, marks, arguments.scale)
    folder = Path(arguments.output)
    make_directory(folder)
    stem = Path(loaded.name).stem.strip("<>")
    files = {folder / f"{stem}-p{page}.png": png for page, png in pictures.items()}
    write_all(files)
    names = [str(name) for name in files]
    if arguments.json:
        write_json(names)
    else:
        write_stdout("".join(f"{name}\n" for name in names))
    reporter.show(loaded.diagnostics)
    return reporter.status(loaded.diagnostics)


def _on_page(marks: Sequence[Mark], page: int | None, name: str) -> list[Mark]:
    """The marks of one page, or of all; raises DlcError where it has none."""
    found = [m for m in marks if page in (None, m.page)]
    if not found:
        pages = ", ".join(map(str, sorted({m.page for m in marks})))
        message = f"nothing was read on page {page} of {name}; it was on pages {pages}"
        raise DlcError(Diagnostic(codes.NO_NETWORK, message, FileSpan(name)))
    return found
