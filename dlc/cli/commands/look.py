"""`dlc look INPUT`: pictures of a paper's pages, figures and tables, or of a picture, with what was read over them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from dlc.cli.arguments import usage_error
from dlc.cli.output import make_directory, write_all, write_json, write_stdout
from dlc.cli.report import Reporter, progress_bar
from dlc.cli.source import read_bytes, recognise, require
from dlc.diagnostics import Diagnostic, DlcError, FileSpan, codes

if TYPE_CHECKING:
    from dlc.frontends.look import View
    from dlc.frontends.paper import Paper


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Write PNG files of what was asked for, or of every page on which a network was read, and say where."""
    if not 0.1 <= arguments.scale <= 10:
        raise usage_error(f"--scale {arguments.scale} is not from 0.1 to 10")
    data = read_bytes(arguments.input)
    form = arguments.form or recognise(arguments.input, data)
    if form not in ("pdf", "picture", "svg"):
        message = f"{arguments.input} has nothing to look at: look takes a PDF file or a picture"
        raise DlcError(Diagnostic(codes.FORMAT_UNKNOWN, message, FileSpan(arguments.input)))
    require("dlc.frontends.look", "papers", "drawing pictures")
    name = "<stdin>" if arguments.input == "-" else arguments.input
    pictures, diagnostics = (_of_paper if form == "pdf" else _of_picture)(data, name, arguments)
    files = _places(pictures, arguments.output)
    write_all(files)
    names = [str(path) for path in files]
    if arguments.json:
        write_json(names)
    else:
        write_stdout("".join(f"{each}\n" for each in names))
    reporter.show(diagnostics)
    return reporter.status(diagnostics)


Pictures = tuple[dict[str, bytes], tuple[Diagnostic, ...]]


def _of_paper(data: bytes, name: str, arguments: argparse.Namespace) -> Pictures:
    """The pictures by file name, and what was found while reading."""
    from dlc.frontends.look import draw
    from dlc.frontends.paper import survey

    with progress_bar() as progress:
        paper = survey(data, name, progress)
    views = _views(paper, name, arguments)
    made = draw(data, paper, views, arguments.scale)
    stem = Path(name).stem.strip("<>")
    files = {f"{stem}-{view.name}.png": png for view, png in zip(views, made, strict=True)}
    return files, paper.diagnostics


def _of_picture(data: bytes, name: str, arguments: argparse.Namespace) -> Pictures:
    from dlc.frontends.figure.picture import read_picture
    from dlc.frontends.look import draw_picture

    reading = read_picture(data, name)
    png = draw_picture(reading, arguments.scale / 2)
    return {f"{Path(name).stem.strip('<>')}-look.png": png}, reading.diagnostics


def _views(paper: Paper, name: str, arguments: argparse.Namespace) -> list[View]:
    """What to look at; raises DlcError where there is nothing of the kind."""
    from dlc.frontends.look import exhibit_view, page_views
    from dlc.frontends.paper import nothing_found

    for kind, number in (("figure", arguments.figure), ("table", arguments.table)):
        if number is not None:
            view = exhibit_view(paper, kind, number)
            if view is None:
                raise _missing(paper, kind, number, name)
            return [view]
    if not paper.nets:
        raise DlcError([*paper.diagnostics, nothing_found(paper, name)])
    views = page_views(paper, arguments.page)
    if not views:
        pages = ", ".join(str(view.page) for view in page_views(paper))
        message = f"nothing was read on page {arguments.page} of {name}; it was on pages {pages}"
        raise DlcError(Diagnostic(codes.NO_NETWORK, message, FileSpan(name)))
    return views


def _missing(paper: Paper, kind: str, number: str, name: str) -> DlcError:
    have = [exhibit.number for exhibit in paper.exhibits() if exhibit.kind == kind and exhibit.number]
    offer = f"its {kind}s are {', '.join(have)}" if have else f"no {kind} was found in it"
    message = f"there is no {kind} {number} in {name}: {offer}"
    return DlcError(Diagnostic(codes.NO_NETWORK, message, FileSpan(name)))


def _places(pictures: dict[str, bytes], output: str) -> dict[Path, bytes]:
    """The files to write: one picture at a path that ends in .png, else all in a folder of that name."""
    if output.lower().endswith(".png") and not Path(output).is_dir():
        if len(pictures) > 1:
            message = f"{len(pictures)} pictures do not go into one file {output}"
            raise usage_error(f"{message}: --figure, --table or --page chooses one, -o DIR takes all")
        return {Path(output): next(iter(pictures.values()))}
    make_directory(Path(output))
    return {Path(output) / name: png for name, png in pictures.items()}
