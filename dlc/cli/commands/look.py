"""`dlc look PAPER`: pictures of the pages with what was read drawn over them."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from dlc.cli.arguments import UsageError
from dlc.cli.output import make_directory, write_all
from dlc.cli.report import Reporter, progress_bar
from dlc.cli.source import load, read_bytes, recognise, require
from dlc.diagnostics import Diagnostic, DlcError, FileSpan, codes


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Write one PNG a page on which something was read, and say where."""
    if not 0.1 <= arguments.scale <= 10:
        raise UsageError(Diagnostic(codes.USAGE, f"--scale {arguments.scale} is not from 0.1 to 10"))
    data = read_bytes(arguments.input)
    if (arguments.form or recognise(arguments.input, data)) != "pdf" or arguments.input == "-":
        message = f"{arguments.input} has no pages to look at: look takes a PDF file"
        raise DlcError(Diagnostic(codes.FORMAT_UNKNOWN, message, FileSpan(arguments.input)))
    with progress_bar() as progress:
        loaded = load(arguments.input, "pdf", progress)
    require("dlc.frontends.look", "papers")
    from dlc.frontends.look import draw, marks_of

    marks = [m for m in marks_of(loaded.module.nets) if arguments.page in (None, m.page)]
    pictures = draw(data, marks, arguments.scale)
    folder = Path(arguments.output)
    make_directory(folder)
    files = {folder / f"{Path(arguments.input).stem}-p{page}.png": png for page, png in pictures.items()}
    write_all(files)
    names = [str(name) for name in files]
    sys.stdout.write(json.dumps(names) + "\n" if arguments.json else "".join(f"{name}\n" for name in names))
    reporter.show(loaded.diagnostics)
    return reporter.status(loaded.diagnostics)
