"""The parser of command lines: argparse with diagnostics for messages, and an overview for help."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from typing import NoReturn

from dlc.cli.output import write_stdout
from dlc.diagnostics import Diagnostic, DlcError, Fix, codes


class UsageError(DlcError):
    """The command line is wrong; exit status 2."""


def usage_error(message: str, fix: Fix | None = None) -> UsageError:
    """The error for a command line that is wrong."""
    return UsageError(Diagnostic(codes.USAGE, message, fix=fix))


class Parser(argparse.ArgumentParser):
    """A parser whose errors are diagnostics."""

    def error(self, message: str) -> NoReturn:
        raise usage_error(f"{_plainly(message)}; {self.prog} --help says what there is")

    def refuse(self, extras: Sequence[str]) -> NoReturn:
        """Raise UsageError for arguments that are left over."""
        from dlc.layers import nearest

        first = extras[0]
        if not first.startswith("-"):
            self.error(f"{first} is one argument too many")
        option = first.partition("=")[0]
        like = nearest(option, self._option_string_actions)
        fix = Fix(f"did you mean {like}?", like) if like else None
        raise usage_error(f"{self.prog} has no option {option}; {self.prog} --help says what there is", fix)

    def _print_message(self, message: str, file: object = None) -> None:
        write_stdout(message)


class Overview(Parser):
    """The parser of the whole command, whose help is a text."""

    text = ""

    def format_help(self) -> str:
        return self.text

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        """The arguments of a command line; raises UsageError."""
        found, extras = self.parse_known_args(words)
        if extras:
            self.commands()[found.command].refuse(extras)
        return found

    def commands(self) -> Mapping[str, Parser]:
        """The parsers of the commands, by name."""
        (found,) = (a for a in self._actions if isinstance(a, argparse._SubParsersAction))
        made: Mapping[str, Parser] = found.choices
        return made


def _plainly(message: str) -> str:
    """A message of argparse in the words of this one's own."""
    missing = re.fullmatch(r"the following arguments are required: (.*)", message)
    if missing:
        return f"{missing[1]} is missing"
    return re.sub(r"^argument ([^:]*): ", r"\1: ", message)
