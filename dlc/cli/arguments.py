"""The command line: what `dlc` accepts, in one place; completion and help derive from it."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from dlc import __version__
from dlc.backends import TARGETS
from dlc.cli.parser import Overview, Parser
from dlc.cli.parser import UsageError as UsageError
from dlc.cli.parser import usage_error as usage_error
from dlc.cli.report import MOST_NOTES
from dlc.cli.source import FORMATS, Reading
from dlc.diagnostics import Diagnostic, Fix, codes

WEIGHTS = (".caffemodel", ".h5", ".weights.h5", ".keras", ".safetensors", ".onnx")

COMMANDS = {
    "compile": "compile networks to a target (the default command)",
    "check": "report everything that is wrong, without writing anything",
    "fmt": "rewrite .dlnet files in canonical form, comments kept",
    "explain": "print the page of a diagnostic code",
    "list": "list the tables and figures of a paper, and the networks in them",
    "convert": "convert a net together with its weights",
    "diff": "say what differs between two networks",
    "verify": "run two networks and compare what they compute",
    "summary": "print layers, shapes, parameters and multiply-adds",
    "look": "draw what was read over the pages of a paper, as PNG",
    "targets": "list the targets, and what each can say",
    "layers": "list the layers, or print one layer's page",
    "fuzz": "write random valid networks",
    "simulate": "draw random networks, with everything that is true of each picture",
    "evaluate": "measure the reader of figures on a simulated set",
    "completion": "print a completion script for a shell",
}


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Read the command line; a first word that is no command is an input to compile. Raises UsageError."""
    words = list(words)
    if words[:1] == ["help"]:
        words = [*words[1:2], "--help"]
    if not words or words[0] not in (*COMMANDS, "-h", "--help", "--version"):
        _misspelt(words)
        words = ["compile", *words]
    return build_parser().read(words)


def _misspelt(words: Sequence[str]) -> None:
    """Raise UsageError for a first word that is like a command and no file."""
    from dlc.layers import nearest

    if words and re.fullmatch(r"[a-z]+", words[0]) and not Path(words[0]).exists():
        like = nearest(words[0], COMMANDS)
        if like:
            fix = Fix(f"did you mean {like}?", like)
            raise usage_error(f"there is no command and no file {words[0]}", fix)


def build_parser() -> Overview:
    """The whole parser, subcommands included."""
    parser = Overview(prog="dlc")
    parser.text = overview()
    parser.add_argument("--version", action="version", version=f"dlc {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text[:1].upper() + text[1:] + ".")
        _ADD[name](command)
    return parser


def overview() -> str:
    """What `dlc --help` prints."""
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:{width}}  {text}" for name, text in COMMANDS.items())
    return _OVERVIEW.format(commands=commands, targets=", ".join(TARGETS), endings=", ".join(FORMATS))


_OVERVIEW = """\
usage: dlc INPUT [-o OUT] [--target TARGET] [--net NAME]
       dlc COMMAND ...

dlc reads the networks that deep-learning papers describe and writes them as code.

  dlc list paper.pdf                      what networks a paper has
  dlc paper.pdf -o nets.dlnet             its networks as text, to look through and to change
  dlc nets.dlnet --target keras -o nets/  as Keras code, one file a network
  dlc nets.dlnet --net vgg_16 -o vgg.prototxt
                                          one of them for Caffe; OUT's ending says the target

commands (dlc COMMAND --help says more; compile may be left out):
{commands}

INPUT    a file ({endings}), or - for standard input
OUT      a file, a directory (with / at its end), or - for standard output, the default
TARGET   {targets}

options:
  -h, --help  show this text
  --version   show the version

exit status: 0 fine; 1 the input is wrong or cannot be written; 2 the command line is wrong
"""


def _compile(parser: argparse.ArgumentParser) -> None:
    _input(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        help="a file, or a directory (with / at its end) with one file a net; default: standard output",
    )
    parser.add_argument(
        "-t",
        "--target",
        type=target,
        metavar="TARGET",
        help=f"what to write: {', '.join(TARGETS)} (default: what OUT's ending says, else dlnet)",
    )
    parser.add_argument("--net", metavar="NAME", help="only this net")
    parser.add_argument(
        "--holes",
        choices=("error", "default"),
        default="error",
        help="hyper-parameters that the source does not state are an error, or get their customary "
        "values, which the output lists (default: error)",
    )
    parser.add_argument(
        "--approximate",
        action="store_true",
        help="accept layers that the target can say only inexactly; the output tells which",
    )
    parser.add_argument(
        "--all-notes", action="store_true", help=f"show every note, not only the first {MOST_NOTES}"
    )
    _passes(parser)
    _caffe(parser)
    _json(parser)


def target(name: str) -> str:
    """The name of a target; raises UsageError where there is none of that name."""
    if name in TARGETS:
        return name
    from dlc.layers import nearest

    like = nearest(name, TARGETS)
    message = f"there is no target {name}; there are {', '.join(TARGETS)}"
    fix = Fix(f"did you mean {like}?", like) if like else None
    raise UsageError(Diagnostic(codes.TARGET_UNKNOWN, message, fix=fix))


def _check(parser: argparse.ArgumentParser) -> None:
    _inputs(parser)
    _caffe(parser)
    parser.add_argument("--strict", action="store_true", help="warnings count as errors")
    _json(parser)


def _fmt(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help=".dlnet files, or - for standard input to output"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 where a file would change"
    )
    _json(parser)


def _explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", nargs="?", metavar="CODE", help="such as DLC0203, or 203; default: list all")


def _list(parser: argparse.ArgumentParser) -> None:
    _input(parser)
    _caffe(parser)
    _json(parser)


def _summary(parser: argparse.ArgumentParser) -> None:
    _input(parser)
    parser.add_argument("--net", metavar="NAME", help="only this net")
    _caffe(parser)
    _json(parser)


def _convert(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "input", metavar="INPUT", help="weights, or a net with its weights: " + ", ".join(WEIGHTS)
    )
    parser.add_argument("--net", metavar="FILE", help="the net, where INPUT holds weights alone")
    parser.add_argument("--name", metavar="NAME", help="which net of FILE, where there are several")
    _form(parser, "FILE")
    parser.add_argument("-t", "--target", type=target, metavar="TARGET", help="what code to write")
    parser.add_argument("-w", "--weights", metavar="OUT", help="for the weights; the ending says how")
    parser.add_argument("-o", "--output", metavar="OUT", help="for the code")
    parser.add_argument(
        "--approximate",
        action="store_true",
        help="accept layers that the target can say only inexactly; the output tells which",
    )
    _passes(parser)
    _caffe(parser)
    _json(parser)


def _diff(parser: argparse.ArgumentParser) -> None:
    what = _WHAT.format(endings=", ".join(FORMATS))
    for side in ("a", "b"):
        parser.add_argument(side, metavar=side.upper(), help=what)
    parser.add_argument("--net", metavar="NAME", help="only this net, of both")
    for side in ("a", "b"):
        parser.add_argument(f"--net-{side}", metavar="NAME", help=f"only this net of {side.upper()}")
    forms = tuple(dict.fromkeys(FORMATS.values()))
    for side in ("a", "b"):
        text = f"{side.upper()}'s format, where its ending does not say"
        parser.add_argument(f"--from-{side}", choices=forms, metavar="FORMAT", help=text)
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing; the exit status tells")
    _caffe(parser)
    _json(parser)
    parser.epilog = "exit status: 0 the same up to names and spelling; 1 different; 2 trouble"


def _verify(parser: argparse.ArgumentParser) -> None:
    for side in ("a", "b"):
        what = "a net, a net with its weights, or source code for Keras or PyTorch (.py), which is run"
        parser.add_argument(side, metavar=side.upper(), help=what)
    parser.add_argument("--inputs", type=int, default=4, metavar="N", help="random examples (default 4)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of inputs and weights (default 0)")
    for side in ("a", "b"):
        text = f"{side.upper()}'s weights (default: the other's; drawn, where neither has any)"
        parser.add_argument(f"--weights-{side}", metavar="FILE", help=text)
    for side in ("a", "b"):
        parser.add_argument(f"--net-{side}", metavar="NAME", help=f"only this net of {side.upper()}")
    for side in ("a", "b"):
        text = f"what runs {side.upper()} (default: its own, else the first that is installed)"
        parser.add_argument(f"--with-{side}", choices=("keras", "pytorch", "onnx", "caffe"), help=text)
    parser.add_argument(
        "--tolerance", type=float, default=1e-4, metavar="X",
        help="how far values may be apart, as a part of a layer's largest (default 1e-4)",
    )  # fmt: skip
    parser.add_argument(
        "--limit", type=float, default=600.0, metavar="S", help="seconds a side (default 600)"
    )
    parser.add_argument("--all", action="store_true", help="list every layer")
    _caffe(parser)
    _json(parser)
    parser.epilog = "exit status: 0 they agree; 1 they depart; 2 trouble"


def _look(parser: argparse.ArgumentParser) -> None:
    _input(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        default=".",
        help="a .png file, or the folder for several (default: .)",
    )
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--page", type=int, metavar="N", help="only this page, counted from 1")
    chosen.add_argument("--figure", metavar="N", help="only this figure, network or not")
    chosen.add_argument("--table", metavar="N", help="only this table")
    parser.add_argument("--scale", type=float, default=2.0, metavar="S", help="pixels a point (default 2)")
    _json(parser)


def _targets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "target", nargs="?", type=target, metavar="TARGET", help="which layers this one has, and conditions"
    )
    parser.add_argument("--matrix", action="store_true", help="every layer by every target")
    _json(parser)


def _layers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("layer", nargs="?", metavar="LAYER", help="print this layer's page")
    _json(parser)


def _fuzz(parser: argparse.ArgumentParser) -> None:
    _per_depth(parser, "--count")
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="for the nets, a folder a depth")
    parser.add_argument(
        "--formats",
        default="dlnet,keras-json,caffe",
        metavar="LIST",
        help="targets: what to write of each net (default dlnet,keras-json,caffe)",
    )
    _json(parser)


def _per_depth(parser: argparse.ArgumentParser, count: str) -> None:
    """How many random nets, how deep, and from which seed."""
    parser.add_argument(count, type=int, default=10, metavar="N", help="nets at each depth (default 10)")
    parser.add_argument("--depth", default="5..40", metavar="A..B", help="numbers of layers (default 5..40)")
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="the same seed gives the same nets (default 0)"
    )


def _simulate(parser: argparse.ArgumentParser) -> None:
    _per_depth(parser, "--per-depth")
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="folder, new or to go on with")
    parser.add_argument(
        "--sources",
        default="keras,caffe",
        metavar="LIST",
        help="of keras, caffe, paper (default: keras,caffe)",
    )
    parser.add_argument(
        "--degraded", type=float, default=0.0, metavar="SHARE",
        help="how many of the paper-style pictures are made worse, from 0 to 1 (default 0)",
    )  # fmt: skip
    parser.add_argument("--vectors", default="", metavar="LIST", help="vector forms to keep too: pdf, svg")
    _jobs(parser)
    _json(parser)


def _evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("set", metavar="DIR", help="a folder that dlc simulate made")
    parser.add_argument("-o", "--output", metavar="OUT", help="default DIR/evaluation")
    parser.add_argument("--reader", metavar="MODULE:FUNCTION", help="another reader of figures")
    parser.add_argument("--form", choices=("png", "pdf", "svg"), default="png", help="default png")
    parser.add_argument("--most", type=int, metavar="N", help="only about N pictures, spread over the set")
    parser.add_argument(
        "--limit", type=float, default=60.0, metavar="S", help="seconds for a picture (default 60)"
    )
    _jobs(parser)
    _json(parser)


def _jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--jobs", type=int, default=0, metavar="N", help="processes (default: one a core)")


def _completion(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=("bash", "zsh", "tcsh"))


_WHAT = "a paper, a table or a net ({endings}); - for standard input"


def _input(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", metavar="INPUT", help=_WHAT.format(endings=", ".join(FORMATS)))
    _form(parser)


def _inputs(parser: argparse.ArgumentParser) -> None:
    what = _WHAT.format(endings=", ".join(FORMATS))
    parser.add_argument("inputs", nargs="+", metavar="INPUT", help=what)
    _form(parser)


def _form(parser: argparse.ArgumentParser, what: str = "INPUT") -> None:
    forms = tuple(dict.fromkeys(FORMATS.values()))
    parser.add_argument(
        "--from",
        dest="form",
        choices=forms,
        metavar="FORMAT",
        help=f"{what}'s format, where its ending does not say: {', '.join(forms)}",
    )


def _caffe(parser: argparse.ArgumentParser) -> None:
    """What a prototxt leaves to whoever loads it."""
    group = parser.add_argument_group("a prototxt as INPUT")
    group.add_argument("--phase", choices=("train", "test"), help="default: whichever is whole")
    group.add_argument("--stage", action="append", metavar="NAME", help="may come again")
    group.add_argument(
        "--shape",
        action="append",
        type=shape,
        default=[],
        metavar="NAME=C,H,W",
        help="of an input that the file does not state, in Caffe's order without the batch",
    )


def shape(text: str) -> tuple[str, tuple[int, ...]]:
    """NAME=3,224,224 as a name and its dimensions; raises UsageError where it is none."""
    name, _, dims = text.partition("=")
    numbers = tuple(int(d) for d in dims.split(",") if d.strip().isdigit())
    if not name or not numbers or len(numbers) != len(dims.split(",")) or 0 in numbers:
        message = f"{text!r} is no shape: write NAME=C,H,W, such as data=3,224,224"
        raise UsageError(Diagnostic(codes.USAGE, message))
    return name, numbers


def reading(arguments: argparse.Namespace) -> Reading:
    """What the command line says of a prototxt's phase, stages and inputs."""
    stages = tuple(arguments.stage) if arguments.stage else None
    return Reading(arguments.phase, stages, dict(arguments.shape))


def _passes(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("passes")
    group.add_argument(
        "--blocks",
        choices=("auto", "keep", "roll", "expand"),
        default="auto",
        help="blocks and repeats, where the target has them: as they are, found anew, written out; auto "
        "(default) keeps those of .dlnet files, and finds them in other inputs where that is shorter",
    )
    group.add_argument("--verify-each", action="store_true", help="check the net after every pass")
    group.add_argument(
        "--print-after", action="append", default=[], metavar="PASS", help="print the net after a pass"
    )
    group.add_argument("--time-passes", action="store_true", help="print how long each pass took")


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="diagnostics and results as JSON")


_ADD = {
    "compile": _compile,
    "check": _check,
    "fmt": _fmt,
    "explain": _explain,
    "list": _list,
    "convert": _convert,
    "diff": _diff,
    "verify": _verify,
    "summary": _summary,
    "look": _look,
    "targets": _targets,
    "layers": _layers,
    "fuzz": _fuzz,
    "simulate": _simulate,
    "evaluate": _evaluate,
    "completion": _completion,
}
