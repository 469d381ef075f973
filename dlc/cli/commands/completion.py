"""`dlc completion SHELL`: a completion script, made from the command line's own definition."""

from __future__ import annotations

import argparse
import sys

import shtab

from dlc.cli.arguments import build_parser
from dlc.cli.report import Reporter


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Print the script for bash, zsh or tcsh."""
    sys.stdout.write(shtab.complete(build_parser(), shell=arguments.shell) + "\n")
    return 0
