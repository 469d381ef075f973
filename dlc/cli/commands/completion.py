"""`dlc completion SHELL`: a completion script, made from the command line's own definition."""

from __future__ import annotations

import argparse

import shtab

from dlc.backends import TARGETS
from dlc.cli.arguments import build_parser
from dlc.cli.output import write_stdout
from dlc.cli.report import Reporter

_BY_METAVAR = {"INPUT": shtab.FILE, "FILE": shtab.FILE, "OUT": shtab.FILE, "DIR": shtab.DIRECTORY}


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Print the script for bash, zsh or tcsh."""
    parser = build_parser()
    for action in (a for command in parser.commands().values() for a in command._actions):
        if action.metavar == "TARGET":
            action.choices = tuple(TARGETS)
        elif action.metavar in _BY_METAVAR:
            action.complete = _BY_METAVAR[action.metavar]  # type: ignore[attr-defined]
    script = shtab.complete(parser, shell=arguments.shell)
    # The first word may be an input as well as a command.
    script = script.replace("complete -o filenames -F", "complete -o filenames -o default -F")
    write_stdout(script.rstrip("\n") + "\n")
    return 0
